/** What a buyer has in a screening, for a session that comes back and asks "what is mine here?". */

import { summaryOf } from './seat-answer.ts';
import type { TicketSummary } from './seat-outcome.ts';
import type { Hold, ScreeningState } from './seat-state.ts';

export interface SeatsOfBuyer {
  /** Choosing and paying, oldest first; a hold that is being paid is also its payer's. */
  readonly holds: readonly Hold[];
  /** Orders with at least one ticket that is not void, and those tickets. */
  readonly orders: readonly { readonly order: string; readonly tickets: readonly TicketSummary[] }[];
}

/** Walks over all holds and orders of the screening: rare enough not to be worth an index in every screening's memory. */
export function seatsOfBuyer(state: ScreeningState, buyer: string): SeatsOfBuyer {
  const holds: Hold[] = [];
  for (const hold of state.holds.values()) {
    if (hold.buyer === buyer || (hold.phase === 'paying' && hold.payer === buyer)) holds.push(hold);
  }
  const orders: { order: string; tickets: TicketSummary[] }[] = [];
  for (const order of state.orders.values()) {
    if (order.state !== 'sold' || (order.buyer !== buyer && order.payer !== buyer)) continue;
    const tickets: TicketSummary[] = [];
    for (const id of order.tickets) {
      const ticket = state.tickets.get(id);
      if (ticket?.state === 'live' || ticket?.state === 'used') tickets.push(summaryOf(ticket));
    }
    if (tickets.length > 0) orders.push({ order: order.order, tickets });
  }
  return { holds, orders };
}
