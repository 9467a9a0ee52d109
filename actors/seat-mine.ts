/** What a buyer has in a screening: asked after a reconnect, so that nothing bought or held is ever out of sight. A question, not a command: no fact, no request id, nothing to repeat. */
import { summaryOf } from './seat-answer.ts';
import type { MineAnswer, TicketSummary } from './seat-outcome.ts';
import { isDue, type ScreeningState } from './seat-state.ts';

export interface MineQuery {
  readonly kind: 'mine';
  readonly requestId: string;
  readonly buyer: string;
  /**
   * Whose tickets would count now: whoever is signed in, else the buyer himself. A session's token alone tells nothing of what
   * others bought with it on the same device.
   */
  readonly payer: string;
  /** The owner's clock, milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * The buyer's open holds, and the sold orders that he held and the payer pays for, with their live and used tickets. Neither
 * alone is enough: a token may be known to a stranger, and a guest may name anybody's CPF.
 */
export function mineOf(state: ScreeningState, query: MineQuery): MineAnswer {
  const holds: MineAnswer['holds'][number][] = [];
  for (const hold of state.holds.values()) {
    if (hold.buyer !== query.buyer || isDue(hold, query.atMs)) continue;
    holds.push({ hold: hold.hold, seats: hold.seats, deadlineMs: hold.deadlineMs, paying: hold.phase === 'paying' });
  }
  const orders: MineAnswer['orders'][number][] = [];
  for (const order of state.orders.values()) {
    if (order.state !== 'sold' || order.buyer !== query.buyer || order.payer !== query.payer) continue;
    const tickets: TicketSummary[] = [];
    for (const id of order.tickets) {
      const ticket = state.tickets.get(id);
      if (ticket === undefined || ticket.state === 'cancelled' || ticket.state === 'refunded') continue;
      tickets.push(summaryOf(ticket));
    }
    if (tickets.length > 0) orders.push({ order: order.order, tickets });
  }
  return { code: 0, kind: 'mine', holds, orders };
}
