/** Applies the facts of payments, orders and tickets. */
import { assert } from './assert.ts';
import { addSeats } from './buyer-count.ts';
import { changeSeat, choosingHold, freeSeats } from './evolve-hold.ts';
import { paymentAnswer, soldAnswer, termsOf } from './seat-answer.ts';
import { type Fact, FactKind } from './seat-fact.ts';
import type { Accepted } from './seat-outcome.ts';
import { type PayingHold, type ScreeningState, SeatStatus, type SoldOrder } from './seat-state.ts';

export function evolveBegun(state: ScreeningState, fact: Extract<Fact, { kind: 8 }>): Accepted {
  const { hold: id, order, payer, lines, deadlineMs } = fact;
  const { buyer, seats, extensions, endedOrders } = choosingHold(state, id);
  assert(!state.orders.has(order), `order ${order} exists already`);
  assert(lines.length === seats.length, `order ${order} has ${lines.length} lines for ${seats.length} seats`);
  const hold: PayingHold = {
    phase: 'paying',
    hold: id,
    buyer,
    seats,
    extensions,
    endedOrders,
    order,
    payer,
    lines,
    deadlineMs,
  };
  state.holds.set(id, hold);
  state.orders.set(order, { state: 'paying', order, hold: id });
  for (const line of lines) countType(state, line.type, 1);
  moveSeats(state, buyer, payer, seats.length);
  return paymentAnswer(hold);
}

export function evolveCancelledPayment(state: ScreeningState, fact: Extract<Fact, { kind: 9 }>): Accepted {
  const { order, deadlineMs } = fact;
  const { hold: id, buyer, payer, seats, extensions, endedOrders, lines } = payingHold(state, fact.hold, order);
  state.orders.delete(order);
  for (const line of lines) countType(state, line.type, -1);
  if (deadlineMs !== null) {
    moveSeats(state, buyer, payer, -seats.length);
    const ended = [...endedOrders, order];
    state.holds.set(id, { phase: 'choosing', hold: id, buyer, seats, extensions, endedOrders: ended, deadlineMs });
    return { code: 0, kind: 'hold', hold: id, seats, deadlineMs };
  }
  addSeats(state.buyers, payer, 0, -seats.length, 0);
  freeSeats(state, id, seats);
  state.holds.delete(id);
  return { code: 0, kind: 'released', hold: id, seats };
}

export function evolveSold(state: ScreeningState, fact: Extract<Fact, { kind: 10 }>): Accepted {
  const { order, hold: id } = fact;
  const { buyer, payer, seats, lines, deadlineMs } = payingHold(state, fact.hold, order);
  assert(
    fact.tickets.length === seats.length,
    `order ${order} has ${fact.tickets.length} tickets for ${seats.length} seats`,
  );
  for (const { seat, ticket, code } of fact.tickets) {
    const line = lines.find((candidate) => candidate.seat === seat);
    assert(line !== undefined && state.seatHold[seat] === id, `seat ${seat} is not in order ${order}`);
    assert(!state.tickets.has(ticket), `ticket ${ticket} exists already`);
    state.tickets.set(ticket, { state: 'live', ticket, code, seat, ...termsOf(line), order });
    changeSeat(state, seat, SeatStatus.held, SeatStatus.sold);
    state.seatHold[seat] = 0;
  }
  addSeats(state.buyers, payer, 0, -seats.length, seats.length);
  state.holds.delete(id);
  const tickets = fact.tickets.map((entry) => entry.ticket);
  const sold: SoldOrder = { state: 'sold', order, hold: id, buyer, payer, deadlineMs, tickets };
  state.orders.set(order, sold);
  return soldAnswer(state, sold);
}

export function evolveVoided(state: ScreeningState, fact: Extract<Fact, { kind: 11 | 12 }>): Accepted {
  const order = state.orders.get(fact.order);
  assert(order !== undefined && order.state === 'sold', `order ${fact.order} is not sold`);
  const became = fact.kind === FactKind.ticketsCancelled ? 'cancelled' : 'refunded';
  for (const id of fact.tickets) {
    const ticket = state.tickets.get(id);
    assert(ticket !== undefined && ticket.state === 'live' && ticket.order === order.order, `ticket ${id} is not live`);
    state.tickets.set(id, { ...ticket, state: became });
    changeSeat(state, ticket.seat, SeatStatus.sold, SeatStatus.free);
    countType(state, ticket.type, -1);
  }
  addSeats(state.buyers, order.payer, 0, 0, -fact.tickets.length);
  return { code: 0, kind: 'voided', order: order.order, tickets: fact.tickets };
}

export function evolveCheckedIn(state: ScreeningState, fact: Extract<Fact, { kind: 13 }>, atMs: number): Accepted {
  const ticket = state.tickets.get(fact.ticket);
  assert(ticket !== undefined && ticket.state === 'live', `ticket ${fact.ticket} is not live`);
  state.tickets.set(fact.ticket, { ...ticket, state: 'used', usedAtMs: atMs });
  return { code: 0, kind: 'checked-in', ticket: fact.ticket, seat: ticket.seat };
}

function payingHold(state: ScreeningState, id: number, order: string): PayingHold {
  const hold = state.holds.get(id);
  assert(
    hold !== undefined && hold.phase === 'paying' && hold.order === order,
    `hold ${id} is not paying order ${order}`,
  );
  return hold;
}

/** Seats begin to count for the payer (or, if `seats` is negative, for the holder again). */
function moveSeats(state: ScreeningState, buyer: string, payer: string, seats: number): void {
  if (buyer === payer) {
    addSeats(state.buyers, buyer, -seats, seats, 0);
    return;
  }
  addSeats(state.buyers, buyer, -seats, 0, 0);
  addSeats(state.buyers, payer, 0, seats, 0);
}

function countType(state: ScreeningState, type: number, change: number): void {
  const count = (state.ticketsByType[type] ?? Number.NaN) + change;
  assert(count >= 0, `${count} tickets of type ${type}`);
  state.ticketsByType[type] = count;
}
