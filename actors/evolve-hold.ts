/** Applies the facts of holds, and what an owner change means for them. */
import { assert } from './assert.ts';
import { addSeats } from './buyer-count.ts';
import { done } from './seat-decision.ts';
import type { Fact } from './seat-fact.ts';
import type { Accepted } from './seat-outcome.ts';
import { type ChoosingHold, type ScreeningState, SeatStatus } from './seat-state.ts';

const noOrders: readonly string[] = [];

export function evolveHeld(state: ScreeningState, fact: Extract<Fact, { kind: 4 }>): Accepted {
  const { hold: id, buyer, seats, deadlineMs } = fact;
  const { seatStatus, seatHold } = state;
  for (let at = 0; at < seats.length; at++) {
    const seat = seats[at]!;
    if (seatStatus[seat] !== SeatStatus.free)
      assert(false, `seat ${seat} cannot be held: its status is ${seatStatus[seat]}`);
    seatStatus[seat] = SeatStatus.held;
    seatHold[seat] = id;
  }
  addSeats(state.buyers, buyer, seats.length, 0, 0);
  if (id === state.version) {
    state.holds.set(id, {
      phase: 'choosing',
      hold: id,
      buyer,
      seats,
      extensions: 0,
      endedOrders: noOrders,
      deadlineMs,
    });
    return { code: 0, kind: 'hold', hold: id, seats, deadlineMs };
  }
  const before = choosingHold(state, id);
  assert(before.buyer === buyer, `hold ${id} is of another buyer`);
  const all = [...before.seats, ...seats];
  state.holds.set(id, { ...before, seats: all, deadlineMs });
  return { code: 0, kind: 'hold', hold: id, seats: all, deadlineMs };
}

export function evolveExtended(state: ScreeningState, fact: Extract<Fact, { kind: 5 }>): Accepted {
  const { hold: id, deadlineMs } = fact;
  const before = choosingHold(state, id);
  state.holds.set(id, { ...before, extensions: before.extensions + 1, deadlineMs });
  return { code: 0, kind: 'hold', hold: id, seats: before.seats, deadlineMs };
}

export function evolveReleased(state: ScreeningState, fact: Extract<Fact, { kind: 6 }>): Accepted {
  const { hold: id, seats } = fact;
  const before = choosingHold(state, id);
  freeSeats(state, id, seats);
  addSeats(state.buyers, before.buyer, -seats.length, 0, 0);
  if (seats.length === before.seats.length) state.holds.delete(id);
  else state.holds.set(id, { ...before, seats: before.seats.filter((seat) => state.seatHold[seat] === id) });
  return { code: 0, kind: 'released', hold: id, seats };
}

export function evolveExpired(state: ScreeningState, fact: Extract<Fact, { kind: 7 }>): Accepted {
  for (const id of fact.holds) {
    const hold = choosingHold(state, id);
    freeSeats(state, id, hold.seats);
    addSeats(state.buyers, hold.buyer, -hold.seats.length, 0, 0);
    state.holds.delete(id);
  }
  return done;
}

/**
 * A new owner: what was said in milliseconds of the old owner's clock starts afresh on the new one's, the remembered
 * answers of holds that are still there included.
 */
export function evolveOwner(state: ScreeningState, fact: Extract<Fact, { kind: 1 }>): Accepted {
  const deadlineMs = fact.holdDeadlineMs;
  if (state.holds.size === 0) return done;
  for (const hold of state.holds.values()) state.holds.set(hold.hold, { ...hold, deadlineMs });
  state.answered.renewDeadlines(state.holds, deadlineMs);
  return done;
}

/** Seats of a hold become free; the hold itself, and whose count they leave, is the caller's matter. */
export function freeSeats(state: ScreeningState, hold: number, seats: readonly number[]): void {
  for (const seat of seats) {
    if (state.seatHold[seat] !== hold) assert(false, `seat ${seat} is not in hold ${hold}`);
    changeSeat(state, seat, SeatStatus.held, SeatStatus.free);
    state.seatHold[seat] = 0;
  }
}

export function choosingHold(state: ScreeningState, id: number): ChoosingHold {
  const hold = state.holds.get(id);
  if (hold === undefined || hold.phase !== 'choosing') assert(false, `hold ${id} is not a choosing hold`);
  return hold;
}

export function changeSeat(state: ScreeningState, seat: number, from: SeatStatus, to: SeatStatus): void {
  const before = state.seatStatus[seat];
  if (before !== from) assert(false, `seat ${seat} cannot go from ${before} to ${to}`);
  state.seatStatus[seat] = to;
}
