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

export function summaryOf(sold: Ticket): TicketSummary {
  const { ticket, code, seat } = sold;
  return { ticket, code, seat, ...termsOf(sold) };
}

type Terms<Type extends number> = Omit<TicketLine, 'seat' | 'type'> & { readonly type: Type };

/** What a line and its ticket have in common. What is absent stays absent: equal states must give equal snapshots. */
export function termsOf<Type extends number>({ type, priceCents, category, feeCents }: Terms<Type>): Terms<Type> {
  if (category === undefined) return feeCents === undefined ? { type, priceCents } : { type, priceCents, feeCents };
  return feeCents === undefined ? { type, priceCents, category } : { type, priceCents, category, feeCents };
}

/** What an order costs: prices and fees. */
export function totalCents(lines: readonly Pick<TicketLine, 'priceCents' | 'feeCents'>[]): number {
  let total = 0;
  for (const { priceCents, feeCents = 0 } of lines) total += priceCents + feeCents;
  return total;
}
