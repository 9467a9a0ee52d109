/** What the reconciler does about an order that it has found: has the desk look at it, or rehearses that with nothing changed anywhere. */
import type { Pool } from 'pg';
import { seen } from '../../actors/payment/evolve-payment.ts';
import { nextStep, type PaymentStep } from '../../actors/payment/next-step.ts';
import type { Provider, Sight } from '../../actors/payment/payment.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import type { PaymentRecord } from '../../storage/payments/payment-record.ts';
import type { ProviderDesk } from './provider-port.ts';

export interface PutRight {
  /** The steps that were done; in a rehearsal those that would be done first. Empty: nothing could be. */
  readonly did: readonly string[];
  /** What is left afterwards: 'nothing', what is waited for, or why it failed. */
  readonly left: string;
}

export interface PutRightPorts {
  /** Role app. */
  readonly pool: Pool;
  readonly adapters: ReadonlyMap<Provider, ProviderDesk>;
  /** The desk: looks at the provider, and does what is then to be done. */
  run(order: string): Promise<{ readonly did: readonly PaymentStep['do'][]; readonly left: PaymentStep }>;
}

/** Has the desk do what is to be done about an order, or says what that would be. @param sight what the provider was just seen to say; null: not asked yet */
export async function putRight(
  ports: PutRightPorts,
  isDryRun: boolean,
  order: string,
  sight: Sight | null,
): Promise<PutRight> {
  try {
    if (isDryRun) return await rehearsed(ports, order, sight);
    const { did, left } = await ports.run(order);
    return { did, left: textOf(left) };
  } catch (cause) {
    return { did: [], left: failureOf(cause) };
  }
}

/** What would be done first, if what the provider says now is what it says then. */
async function rehearsed({ pool, adapters }: PutRightPorts, order: string, told: Sight | null): Promise<PutRight> {
  const record = await loadPayment(pool, order);
  if (record === null) return { did: [], left: 'it has no books' };
  const sight = told ?? (await sightNow(record, adapters.get(record.payment.provider)));
  const payment = sight === null ? record.payment : { ...record.payment, ...seen(record.payment, sight) };
  const step = nextStep(payment, record.seatsSide, true);
  const isWork = !step.do.startsWith('wait') && step.do !== 'nothing' && step.do !== 'report';
  return { did: isWork ? [step.do] : [], left: isWork ? 'not done: a rehearsal' : textOf(step) };
}

/** What the provider says now; null: there is nothing to be asked. @throws ProviderUnknown, ProviderRefused */
export async function sightNow({ payment }: PaymentRecord, adapter: ProviderDesk | undefined): Promise<Sight | null> {
  if (adapter === undefined || payment.object === null) return null;
  return (await adapter.look({ ...payment, object: payment.object })).result;
}

function textOf(step: PaymentStep): string {
  return step.do === 'report' ? `for a person to look at: ${step.what}` : step.do;
}

/** Our own words and codes: nothing of a provider's that might quote somebody. */
export function failureOf(cause: unknown): string {
  return `failed: ${cause instanceof Error ? cause.message : String(cause)}`.slice(0, 200);
}
