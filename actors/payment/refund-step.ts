/**
 * What is to be sent back of a payment that was taken, and how far that is. Refunds are rows of their own: each is written down, then
 * sent under its id, then looked after until the provider has said how it ended. Their sum is never more than was taken, because
 * the next one is written down only for what neither living tickets nor earlier ones cover.
 */

import type { PaymentStep } from './next-step.ts';
import type { Payment, Refund } from './payment.ts';

/** Refunds of an order that may fail before a person has to look. */
export const REFUND_FAILURES_MAX = 3;

/** Sent back, on its way, or about to be. */
export function sentBackCents({ refunds }: Payment): number {
  return refunds.reduce((sum, { phase, cents }) => (phase === 'failed' ? sum : sum + cents), 0);
}

/** Whether the provider has sent back less than what it told us it had, or would. */
export function isShortOf(seenCents: number, { refunds }: Payment): boolean {
  const told = refunds.filter(({ phase }) => phase === 'done' || phase === 'pending');
  return seenCents < told.reduce((sum, { cents }) => sum + cents, 0);
}

/** Looks once at each that was done before: banks may refuse one days later. Null: at all of them that have an id. */
export function doubtedRefundStep({ refunds }: Payment, asked: ReadonlySet<string>): PaymentStep | null {
  const doubted = refunds.find(
    ({ id, phase, object }) =>
      phase === 'done' && object !== null && !asked.has(`look-refund ${id}`) && !asked.has(`refund ${id}`),
  );
  return doubted === undefined ? null : { do: 'look-refund', refund: doubted };
}

/** `livingCents`: what tickets that are good cost, which stays ours. */
export function nextRefundStep(payment: Payment, livingCents: number, asked: ReadonlySet<string>): PaymentStep {
  const { order, capturedCents, refunds, isDisputed } = payment;
  const restCents = capturedCents - livingCents - sentBackCents(payment);
  const isOwed = restCents > 0 || refunds.some(({ phase }) => phase === 'wanted');
  // The bank decides; what it gives back we do not give back as well.
  if (isDisputed && isOwed) return pendingStep(refunds, asked) ?? { do: 'report', what: 'disputed' };
  const open = openRefundStep(payment, asked);
  if (open?.do === 'refund') return open;
  if (restCents > 0) {
    const failed = refunds.filter(({ phase }) => phase === 'failed');
    const last = failed.at(-1);
    // It has just been refused: what may help is time.
    if (last !== undefined && asked.has(`refund ${last.id}`)) return open ?? { do: 'wait-for-provider' };
    if (failed.length >= REFUND_FAILURES_MAX)
      return pendingStep(refunds, asked) ?? { do: 'report', what: 'refund-failed' };
    const count = refunds.filter(({ id }) => id.startsWith(`${order}.r`)).length;
    const id = `${order}.r${count + 1}`;
    return { do: 'want-refund', refund: { id, cents: restCents, phase: 'wanted', object: null } };
  }
  if (open !== null && open.do !== 'wait-for-provider') return open;
  // A bank took it, or somebody at the provider's own desk sent it back, or less was taken than the tickets cost.
  if (restCents < 0 && !isDisputed) {
    const isSentElsewhere = refunds.some(({ id, phase }) => id.startsWith(`${order}.x`) && phase !== 'failed');
    return { do: 'report', what: isSentElsewhere ? 'refunded-elsewhere' : 'amount-differs' };
  }
  return open ?? { do: 'nothing' };
}

/** The next thing to be done about refunds that are written down; null: all of them have ended. */
function openRefundStep({ refunds }: Payment, asked: ReadonlySet<string>): PaymentStep | null {
  const wanted = refunds.find(({ id, phase }) => phase === 'wanted' && !asked.has(`refund ${id}`));
  if (wanted !== undefined) return { do: 'refund', refund: wanted };
  const step = pendingStep(refunds, asked);
  if (step !== null) return step;
  return refunds.some(({ phase }) => phase === 'wanted') ? { do: 'wait-for-provider' } : null;
}

/** Looks at each that is on its way once. Null: none is. */
function pendingStep(refunds: readonly Refund[], asked: ReadonlySet<string>): PaymentStep | null {
  const pending = refunds.filter(({ phase }) => phase === 'pending');
  const next = pending.find(({ id }) => !asked.has(`look-refund ${id}`) && !asked.has(`refund ${id}`));
  if (next !== undefined) return { do: 'look-refund', refund: next };
  return pending.length > 0 ? { do: 'wait-for-provider' } : null;
}
