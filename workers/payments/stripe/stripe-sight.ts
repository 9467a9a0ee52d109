/** Stripe's objects as our books see them. Pure; Stripe's amounts are cents already, its times are seconds. */
import type Stripe from 'stripe';
import type { RefundSight, Sight } from '../../../actors/payment/payment.ts';
import type { SubscriptionSight } from '../../../storage/club/club-members.ts';
import { type DisputeSight, ProviderUnknown } from '../provider-port.ts';

/**
 * Of a payment that was asked for with its charge expanded, fee and refunds are told as well; else they are null.
 * @throws ProviderUnknown for a status that this version of the API does not have: nothing may be concluded from it.
 */
export function sightOf(intent: Stripe.PaymentIntent): Sight {
  const is = standing(intent);
  const isReserved = is === 'authorised' || is === 'captured';
  const charge = idOf(intent.latest_charge);
  return {
    object: intent.id,
    is,
    // The charge of a refused card has an id too; it reserves nothing.
    authorisation: isReserved ? charge : null,
    capture: is === 'captured' ? charge : null,
    capturedCents: is === 'captured' ? intent.amount_received : 0,
    declineCode: is === 'declined' ? declineCodeOf(intent.last_payment_error) : null,
    feeCents: is === 'captured' ? feeOf(intent) : null,
    refundedCents: is === 'captured' ? refundedOf(intent.latest_charge) : null,
  };
}

function standing({ status, last_payment_error, id }: Stripe.PaymentIntent): Sight['is'] {
  switch (status) {
    case 'requires_payment_method':
      // The same status before the first card and after one that was refused.
      return last_payment_error === null ? 'open' : 'declined';
    case 'requires_confirmation':
      return 'approved';
    case 'requires_action':
      return 'action';
    case 'processing':
      return 'processing';
    case 'requires_capture':
      return 'authorised';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'cancelled';
    default:
      throw new ProviderUnknown(`${id} is ${status}`);
  }
}

/** The bank's word where there is one, else Stripe's. */
function declineCodeOf(error: Stripe.PaymentIntent['last_payment_error']): string {
  return error?.decline_code ?? error?.code ?? 'declined';
}

/** Null where it is not told, or in another currency than was paid. */
function feeOf({ latest_charge: charge, currency }: Stripe.PaymentIntent): number | null {
  if (charge === null || typeof charge === 'string') return null;
  const line = charge.balance_transaction;
  if (line === null || typeof line === 'string' || line.currency !== currency) return null;
  return line.fee;
}

/** Of money that was taken: Stripe tells an authorisation that was given back as a refunded charge, too. */
function refundedOf(charge: Stripe.PaymentIntent['latest_charge']): number | null {
  return charge === null || typeof charge === 'string' ? null : charge.amount_refunded;
}

/** Null for what is on its way; an unknown status is that as well. */
const REFUND_ENDS: Readonly<Record<string, 'done' | 'failed'>> = {
  succeeded: 'done',
  failed: 'failed',
  canceled: 'failed',
};

export function refundSightOf({ id, status, failure_reason }: Stripe.Refund): RefundSight {
  const is = REFUND_ENDS[status ?? ''] ?? 'pending';
  return { object: id, is, reason: is === 'failed' ? (failure_reason ?? status) : null };
}

/**
 * How a dispute ended. An inquiry that was closed took nothing. What was prevented was given back without asking us: as if
 * it were lost, so that we do not give it back as well.
 */
const DISPUTE_ENDS: Readonly<Record<string, 'won' | 'lost'>> = {
  won: 'won',
  warning_closed: 'won',
  lost: 'lost',
  prevented: 'lost',
};

/** An unknown status counts as open: as long as that is so, nothing is sent back. */
export function disputeSightOf(dispute: Stripe.Dispute): DisputeSight {
  const { id, payment_intent, charge, amount, currency, reason, status, evidence_details, created } = dispute;
  const outcome = DISPUTE_ENDS[status] ?? null;
  const dueBy = status.endsWith('needs_response') ? evidence_details.due_by : null;
  return {
    id,
    payment: idOf(payment_intent) ?? idOf(charge) ?? id,
    cents: amount,
    currency: currency.toUpperCase(),
    reason,
    status,
    outcome,
    isOpen: outcome === null,
    dueMs: dueBy === null ? null : dueBy * 1_000,
    openedMs: created * 1_000,
  };
}

export function subscriptionSightOf(subscription: Stripe.Subscription): SubscriptionSight {
  const { id, status, items, cancel_at_period_end, cancel_at } = subscription;
  // Since 2025 the period belongs to what is subscribed to; ours have one line each.
  const line = items.data[0];
  return {
    subscription: id,
    status,
    periodStartMs: line === undefined ? null : line.current_period_start * 1_000,
    periodEndMs: line === undefined ? null : line.current_period_end * 1_000,
    // Newer subscriptions tell it by a date, also when somebody cancels at Stripe's own desk.
    cancelsAtEnd: cancel_at_period_end || cancel_at !== null,
  };
}

/** An object's id, whether it came expanded or not. */
export function idOf(named: string | { readonly id: string } | null | undefined): string | null {
  return typeof named === 'string' ? named : (named?.id ?? null);
}
