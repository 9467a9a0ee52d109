/**
 * A dispute at PayPal as our books see it. Pure. PayPal's SDK does not know disputes; their JSON is read here, and nothing is believed of
 * it that is not there.
 */
import { type DisputeSight, ProviderUnknown } from '../provider-port.ts';
import { centsOf } from './paypal-money.ts';

interface WireDispute {
  readonly dispute_id?: unknown;
  readonly create_time?: unknown;
  readonly disputed_transactions?: readonly { readonly seller_transaction_id?: unknown }[];
  readonly reason?: unknown;
  readonly status?: unknown;
  readonly dispute_amount?: WireMoney;
  readonly dispute_outcome?: { readonly outcome_code?: unknown; readonly amount_refunded?: WireMoney };
  readonly seller_response_due_date?: unknown;
}

interface WireMoney {
  readonly currency_code?: unknown;
  readonly value?: unknown;
}

/** How it ended for us; a payout is PayPal's own money. What is not named here is told by the money that went back. */
const OUTCOMES: Readonly<Record<string, 'won' | 'lost'>> = {
  RESOLVED_BUYER_FAVOUR: 'lost',
  RESOLVED_SELLER_FAVOUR: 'won',
  RESOLVED_WITH_PAYOUT: 'won',
  CANCELED_BY_BUYER: 'won',
  ACCEPTED: 'lost',
  DENIED: 'won',
  NONE: 'won',
};

/** Of PayPal's words. */
const WORD_LENGTH_MAX = 64;

/** PayPal's ids of disputes: PP-D-12345. What is no such thing is not put into an address. */
export function isDisputeId(id: string): boolean {
  return /^[A-Za-z0-9-]{1,64}$/.test(id);
}

/** @throws ProviderUnknown for what cannot be read */
export function disputeSightOf(found: unknown): DisputeSight {
  const dispute = (typeof found === 'object' && found !== null ? found : {}) as WireDispute;
  const id = wordOf(dispute.dispute_id);
  // The capture: what the money came by.
  const payment = wordOf(dispute.disputed_transactions?.[0]?.seller_transaction_id);
  const amount = moneyOf(dispute.dispute_amount);
  const openedMs = momentOf(dispute.create_time);
  if (id === null || payment === null || amount === null || openedMs === null) throw new ProviderUnknown('unreadable');
  const status = wordOf(dispute.status) ?? 'OTHER';
  const isOpen = status !== 'RESOLVED';
  return {
    ...{ id, payment, ...amount, status, isOpen, openedMs },
    reason: wordOf(dispute.reason) ?? 'OTHER',
    outcome: isOpen ? null : outcomeOf(dispute),
    dueMs: isOpen ? momentOf(dispute.seller_response_due_date) : null,
  };
}

function outcomeOf({ dispute_outcome: outcome }: WireDispute): 'won' | 'lost' {
  const known = OUTCOMES[wordOf(outcome?.outcome_code) ?? ''];
  return known ?? ((moneyOf(outcome?.amount_refunded)?.cents ?? 0) > 0 ? 'lost' : 'won');
}

function moneyOf(money: WireMoney | undefined): { readonly cents: number; readonly currency: string } | null {
  const currency = wordOf(money?.currency_code);
  const value = money?.value;
  if (currency === null || typeof value !== 'string') return null;
  try {
    return { cents: centsOf({ currencyCode: currency, value }, currency), currency };
  } catch (cause) {
    throw new ProviderUnknown('unreadable', null, null, cause);
  }
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 && value.length <= WORD_LENGTH_MAX ? value : null;
}

function momentOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
