/**
 * How an order and its tickets stand, for the pages that show them: one word each, from which colour, shape and sentence follow.
 * Decided from what the server said last, and from a clock only where the server cannot be asked.
 */
import type { Order, OrderTicket } from '../../../sdk/api/tickets-api.ts';

/**
 * admits: has its QR code. used, cancelled, refunded: as the server says. called-off: the screening was cancelled. void: admits
 * nobody for another reason, as when the screening is long over.
 */
export type TicketStanding = 'admits' | 'used' | 'cancelled' | 'refunded' | 'called-off' | 'void';

/**
 * tickets: there are some, whatever they are worth. paying: the payment is under way. nothing: it never came to a sale.
 */
export type OrderStanding = 'tickets' | 'paying' | 'nothing';

/** People are let out of the auditorium, and late trailers over: only then does a screening belong to the past. */
const AFTER_END_MS = 30 * 60_000;

/**
 * A screening that was cancelled comes before the refund that follows from it: not to go there is what matters. Who was let in
 * before was let in.
 */
export function ticketStanding({ state, qr }: Pick<OrderTicket, 'state' | 'qr'>, order: Order): TicketStanding {
  if (order.screening.status === 'cancelled' && (state === 'live' || state === 'refunded')) return 'called-off';
  if (state !== 'live') return state;
  return qr === null ? 'void' : 'admits';
}

export function orderStanding({ state, tickets }: Pick<Order, 'state' | 'tickets'>): OrderStanding {
  if (tickets.length > 0) return 'tickets';
  return state === 'created' || state === 'authorised' || state === 'sold' ? 'paying' : 'nothing';
}

/** When the screening is over, milliseconds since 1970. */
export function overMs({ screening }: Pick<Order, 'screening'>): number {
  return Date.parse(screening.startsAt) + screening.film.minutes * 60_000 + AFTER_END_MS;
}

/** The best that can be said of its tickets: one that admits counts more than one that was given back. */
export function bestStanding(order: Order): TicketStanding {
  const standings = new Set(order.tickets.map((ticket) => ticketStanding(ticket, order)));
  const byWorth = ['admits', 'used', 'called-off', 'refunded', 'cancelled', 'void'] as const;
  return byWorth.find((standing) => standings.has(standing)) ?? 'void';
}

/** Ahead: the soonest first. Past: the latest first. What has no ticket that could still admit belongs to the past at once. */
export function sortedOrders(
  orders: readonly Order[],
  nowMs: number,
): { readonly ahead: readonly Order[]; readonly past: readonly Order[] } {
  const ahead: Order[] = [];
  const past: Order[] = [];
  for (const order of orders) (isAhead(order, nowMs) ? ahead : past).push(order);
  const soonest = (one: Order, other: Order): number => startMs(one) - startMs(other) || (one.id < other.id ? -1 : 1);
  return { ahead: ahead.sort(soonest), past: past.sort((one, other) => soonest(other, one)) };
}

/** A cancelled screening stays in sight until it would have been: whoever has a ticket has to read it. */
function isAhead(order: Order, nowMs: number): boolean {
  if (overMs(order) <= nowMs) return false;
  if (orderStanding(order) !== 'tickets') return orderStanding(order) === 'paying';
  const best = bestStanding(order);
  return best === 'admits' || best === 'used' || best === 'called-off';
}

function startMs({ screening }: Order): number {
  return Date.parse(screening.startsAt);
}

/** Seats as a list: those that still count, or all when none does. */
export function shownSeats(order: Order): readonly string[] {
  const counting = order.tickets.filter(({ state }) => state === 'live' || state === 'used');
  return (counting.length > 0 ? counting : order.tickets).map(({ seat }) => seat);
}
