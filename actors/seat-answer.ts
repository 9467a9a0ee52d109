/** Answers about orders, made from the state: by `decide` for an order that is repeated, by `evolve` for the window. */
import { assert } from './assert.ts';
import type { TicketLine } from './seat-command.ts';
import type { Accepted, TicketSummary } from './seat-outcome.ts';
import type { PayingHold, ScreeningState, SoldOrder, Ticket } from './seat-state.ts';

export function paymentAnswer(hold: PayingHold): Accepted {
  const amountCents = totalCents(hold.lines);
  return { code: 0, kind: 'payment', order: hold.order, hold: hold.hold, amountCents, deadlineMs: hold.deadlineMs };
}

/** What begin-payment answered, for an order that is sold by now. */
export function paymentAnswerOfSold(state: ScreeningState, order: SoldOrder): Accepted {
  const amountCents = totalCents(ticketsOf(state, order));
  return { code: 0, kind: 'payment', order: order.order, hold: order.hold, amountCents, deadlineMs: order.deadlineMs };
}

/** All tickets of the order as they were sold, whatever became of them. */
export function soldAnswer(state: ScreeningState, order: SoldOrder): Accepted {
  return { code: 0, kind: 'sold', order: order.order, tickets: ticketsOf(state, order).map(summaryOf) };
}

export function ticketsOf(state: ScreeningState, order: SoldOrder): readonly Ticket[] {
  return order.tickets.map((id) => {
    const ticket = state.tickets.get(id);
    assert(ticket !== undefined, `ticket ${id} of order ${order.order} does not exist`);
    return ticket;
  });
}

export function summaryOf({ ticket, code, seat, type, priceCents }: Ticket): TicketSummary {
  return { ticket, code, seat, type, priceCents };
}

export function totalCents(lines: readonly Pick<TicketLine, 'priceCents'>[]): number {
  let total = 0;
  for (const line of lines) total += line.priceCents;
  return total;
}
