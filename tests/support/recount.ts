/** Counts everything again that a screening's state keeps count of, from its holds and tickets alone. */
import assert from 'node:assert/strict';
import type { BuyerCount } from '../../actors/buyer-count.ts';
import { type ScreeningState, SeatStatus } from '../../actors/seat-state.ts';

/** Throws when seats, counts and limits do not fit the holds and tickets. */
export function assertRecount(state: ScreeningState): void {
  const { seatCount } = state.map;
  const status = new Array<number>(seatCount).fill(SeatStatus.free);
  const seatHold = new Array<number>(seatCount).fill(0);
  const buyers = new Map<string, BuyerCount>();
  const types = [0, 0, 0, 0, 0, 0];
  const countOf = (buyer: string): BuyerCount => {
    const count = buyers.get(buyer) ?? { choosing: 0, paying: 0, tickets: 0 };
    buyers.set(buyer, count);
    return count;
  };
  const take = (seat: number, as: SeatStatus): void => {
    assert.equal(status[seat], SeatStatus.free, `seat ${seat} is taken twice`);
    status[seat] = as;
  };

  for (const [id, hold] of state.holds) {
    assert.equal(hold.hold, id);
    assert.ok(id > 0 && id <= state.version, `hold ${id} at version ${state.version}`);
    assert.ok(hold.seats.length > 0, `hold ${id} is empty`);
    for (const seat of hold.seats) {
      take(seat, SeatStatus.held);
      seatHold[seat] = id;
    }
    if (hold.phase === 'choosing') {
      countOf(hold.buyer).choosing += hold.seats.length;
      continue;
    }
    countOf(hold.payer).paying += hold.seats.length;
    for (const line of hold.lines) types[line.type]!++;
    assert.deepEqual(hold.lines.map((line) => line.seat).sort(byNumber), [...hold.seats].sort(byNumber));
    assert.deepEqual(state.orders.get(hold.order), { state: 'paying', order: hold.order, hold: id });
  }

  let ticketCount = 0;
  for (const [id, order] of state.orders) {
    assert.equal(order.order, id);
    if (order.state === 'paying') {
      assert.equal(state.holds.get(order.hold)?.phase, 'paying');
      continue;
    }
    for (const name of order.tickets) {
      ticketCount++;
      const ticket = state.tickets.get(name);
      assert.ok(ticket !== undefined && ticket.ticket === name && ticket.order === id, `ticket ${name}`);
      if (ticket.state === 'cancelled' || ticket.state === 'refunded') continue;
      take(ticket.seat, SeatStatus.sold);
      countOf(order.payer).tickets++;
      types[ticket.type]!++;
    }
  }
  assert.equal(state.tickets.size, ticketCount);

  for (let seat = 0; seat < seatCount; seat++) {
    // Blocked seats stand nowhere else: nobody may have them.
    if (state.seatStatus[seat] === SeatStatus.blocked) take(seat, SeatStatus.blocked);
  }
  assert.deepEqual([...state.seatStatus], status);
  assert.deepEqual([...state.seatHold], seatHold);
  assert.deepEqual(state.buyers, buyers);
  assert.deepEqual(state.ticketsByType, types);
  for (const [buyer, { paying, tickets }] of buyers) {
    assert.ok(paying + tickets <= state.rules.seatsPerBuyerMax, `[I3] ${buyer} has ${paying} + ${tickets} tickets`);
  }
}

/** Everything that a replay must bring back: all but the remembered refusals. */
export function assertEqualStates(actual: ScreeningState, expected: ScreeningState): void {
  assert.deepEqual(plainOf(actual), plainOf(expected));
}

function plainOf(state: ScreeningState): unknown {
  const { answered, refused: _, map, ...rest } = state;
  return { ...rest, map: map.id, window: answered.capacity, answered: [...answered.entries()] };
}

function byNumber(one: number, other: number): number {
  return one - other;
}
