/**
 * Until when a buyer may give tickets back. The law gives seven days to think better of what was bought from afar (Código de
 * Defesa do Consumidor, art. 49), counted in whole days without that of the purchase (Código Civil, art. 132): configuration may
 * give more, never less. A seat that comes back too late is nobody's any more, so that shortly before the start it is over as
 * well. What was used is never given back, and the actor has the last word on that.
 */
import type { BuyerOrder } from '../../storage/tickets/buyer-orders.ts';

export interface CancelPolicy {
  /** Whole days after that of the purchase. */
  readonly days: number;
  /** In the last minutes before the start it is too late. */
  readonly minutesBefore: number;
}

export type CancelRefusal = 'not-sold' | 'no-live-ticket' | 'screening-cancelled' | 'too-long-ago' | 'too-late';

export type Cancellable =
  | { readonly untilMs: number; readonly why: null }
  /** `untilMs`: until when it could have been. */
  | { readonly untilMs: number; readonly why: CancelRefusal };

/** What is wrong with the order itself comes before what is wrong with the time. */
export function cancellable(
  order: Pick<BuyerOrder, 'state' | 'tickets' | 'screening' | 'daysEndAt'>,
  { minutesBefore }: CancelPolicy,
  nowMs: number,
): Cancellable {
  const daysEndMs = Date.parse(order.daysEndAt);
  const lateFromMs = Date.parse(order.screening.startsAt) - minutesBefore * 60_000;
  const untilMs = Math.min(daysEndMs, lateFromMs);
  const no = (why: CancelRefusal): Cancellable => ({ untilMs, why });
  if (order.screening.status === 'cancelled') return no('screening-cancelled');
  if (!['sold', 'captured', 'cancelled', 'refunded'].includes(order.state)) return no('not-sold');
  if (!order.tickets.some(({ state }) => state === 'live')) return no('no-live-ticket');
  if (nowMs >= lateFromMs) return no('too-late');
  if (nowMs >= daysEndMs) return no('too-long-ago');
  return { untilMs, why: null };
}
