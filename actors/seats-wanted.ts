/**
 * Whether seats can be had: all of them free, or freed by first expiring holds whose time is up. A due hold
 * stands in the way of nobody, even before the tick that frees it.
 */
import { assert } from './assert.ts';
import { type Decision, refused } from './seat-decision.ts';
import { type Fact, FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { isDue, type ScreeningState, SeatStatus } from './seat-state.ts';

const noHolds: readonly number[] = [];

/** Ids of the due holds that must be expired to have the seats, which must exist; a Decision when they cannot be had. */
export function dueHoldsInTheWay(
  state: ScreeningState,
  seats: readonly number[],
  nowMs: number,
): readonly number[] | Decision {
  const { seatStatus } = state;
  let allFree = true;
  for (let at = 0; at < seats.length; at++) {
    if (seatStatus[seats[at]!] !== SeatStatus.free) {
      allFree = false;
      break;
    }
  }
  if (allFree) return noHolds;

  const sold: number[] = [];
  const blocked: number[] = [];
  const held: number[] = [];
  const due: number[] = [];
  for (const seat of seats) {
    switch (seatStatus[seat]) {
      case SeatStatus.sold:
        sold.push(seat);
        break;
      case SeatStatus.blocked:
        blocked.push(seat);
        break;
      case SeatStatus.held: {
        const hold = state.holds.get(state.seatHold[seat]!);
        if (hold === undefined) assert(false, `seat ${seat} is held by a hold that does not exist`);
        if (!isDue(hold, nowMs)) held.push(seat);
        else if (!due.includes(hold.hold)) due.push(hold.hold);
        break;
      }
    }
  }
  if (sold.length > 0) return refused(OutcomeCode.seatSold, sold);
  if (blocked.length > 0) return refused(OutcomeCode.seatBlocked, blocked);
  if (held.length > 0) return refused(OutcomeCode.seatHeld, held);
  return due;
}

/** The buyer's own due holds: their seats need not count any more. */
export function dueHoldsOf(state: ScreeningState, buyer: string, nowMs: number): readonly number[] {
  const due: number[] = [];
  for (const hold of state.holds.values()) if (hold.buyer === buyer && isDue(hold, nowMs)) due.push(hold.hold);
  return due;
}

/** `fact`, after the expiry of `due` if there is any. The fact must have been made for the version that it then gets (`versionAfter`). */
export function expireFirst(due: readonly number[], fact: Fact): readonly Fact[] {
  return due.length === 0 ? [fact] : [{ kind: FactKind.expired, holds: due }, fact];
}

/** Version of the fact that stands last in `expireFirst(due, fact)`. */
export function versionAfter(state: ScreeningState, due: readonly number[]): number {
  return state.version + (due.length === 0 ? 1 : 2);
}
