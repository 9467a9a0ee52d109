/** When somebody looks after a payment again, and under which key a step is asked for. Pure. */
import { createHash } from 'node:crypto';
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { Payment, PaymentCase } from '../../actors/payment/payment.ts';
import type { PaymentRecord } from '../../storage/payments/payment-record.ts';
import type { ProviderUnknown } from './provider-port.ts';

/** Whoever does the next step does it now; should he have died, another one does it after this long, milliseconds. Longer than a provider takes to answer twice. */
export const STEP_MS = 60_000;
/** The screening's actor tells when a payment's time is over; this is for when nobody heard it, milliseconds. */
const BUYER_MS = 15 * 60_000;
/** A bank thinks it over for seconds, a webhook tells; this is without one, milliseconds. */
const PROVIDER_MS = 15_000;
/** PayPal may think for days: who has waited for long need not look often, milliseconds. */
const PROVIDER_MAX_MS = 30 * 60_000;
/** How old a payment is that still waits for its provider, until a person is told, milliseconds. */
export const WAITED_MS = 6 * 3_600_000;
/**
 * What PayPal was asked to reserve and we have given up may be reserved after all, and the webhook that tells of it be lost: so long
 * after it was asked it is looked at, milliseconds. Its orders end within three hours.
 */
const LATE_LOOKS_MS = [15 * 60_000, 3.5 * 3_600_000];
/** Refunds are pending for hours or days; and where one was refused only time helps, milliseconds. */
export const REFUND_MS = 30 * 60_000;

const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_MAX_MS = 10 * 60_000;
/** With the pauses above: some two hours. */
export const STUCK_FAILURES = 20;

/**
 * How long until somebody looks again when `left` is what is to be done next, milliseconds; null: nothing is. `ageMs`: of the payment;
 * the longer a provider thinks, the longer are the pauses.
 */
export function dueAfter(left: PaymentStep, ageMs: number): number | null {
  switch (left.do) {
    case 'nothing':
    case 'report':
      return null;
    case 'wait-for-buyer':
      return BUYER_MS;
    case 'wait-for-provider':
      return Math.min(Math.max(ageMs / 4, PROVIDER_MS), PROVIDER_MAX_MS);
    case 'look-refund':
      return REFUND_MS;
    default:
      return STEP_MS;
  }
}

/**
 * The pause after so many failures in a row, milliseconds. Spread by the order's id: after an outage not all come at once.
 * `retryAfterMs`: what the provider has asked for.
 */
export function backoffMs(order: string, failures: number, retryAfterMs: number | null): number {
  const pauseMs = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 20), BACKOFF_MAX_MS);
  const spread = createHash('sha256').update(`${order} ${failures}`).digest()[0]! / 255;
  return Math.max(Math.round(pauseMs * (0.75 + spread / 2)), retryAfterMs ?? 0);
}

/**
 * The idempotency key of a step. It changes only when the provider has answered without doing what was asked (a stored answer would come
 * again under the same key), and never because an answer was lost: then the same key finds out what became of the request.
 */
export function keyOf({ order, tries }: Payment, step: string): string {
  return tries === 1 ? `${order}.${step}` : `${order}.${step}.${tries}`;
}

/** Whether the provider has come to an end with the request, so that asking again is a new request. */
export function wasAnswered({ failure }: ProviderUnknown): boolean {
  return failure.startsWith('status ');
}

/** Whether an order of PayPal's was given up after it was asked to reserve, with nothing seen of a reservation. */
export function mayBeReservedLate({ payment, askedMs }: PaymentRecord): boolean {
  const { provider, phase, object, authorisation } = payment;
  const isGivenUp = phase === 'cancelled' && object !== null && authorisation === null;
  return provider === 'paypal' && isGivenUp && askedMs !== null;
}

/** Until it is looked at again, milliseconds; null: what could still come has come. */
export function lateLookAfter(record: PaymentRecord, nowMs: number): number | null {
  const { askedMs } = record;
  if (askedMs === null || !mayBeReservedLate(record)) return null;
  const next = LATE_LOOKS_MS.find((afterMs) => askedMs + afterMs > nowMs);
  return next === undefined ? null : askedMs + next - nowMs;
}

/** The case after this step was found to be next; a case that is over by itself is closed by itself. */
export function caseAfter(
  left: PaymentStep,
  known: PaymentCase | null,
  { isDisputed }: Pick<Payment, 'isDisputed'>,
): PaymentCase | null {
  if (left.do === 'report') return left.what;
  const isOver = known === 'stuck' || known === 'refund-failed' || (known === 'disputed' && !isDisputed);
  return left.do === 'nothing' && isOver ? null : known;
}
