/** Holds: take seats for a while, give them back, ask for more time (rules H and B). */

import { chooseSeats } from './best-available.ts';
import { seatsOf } from './buyer-count.ts';
import type { BestAvailableCommand, ExtendCommand, HoldCommand, ReleaseCommand } from './seat-command.ts';
import { accepted, type Decision, refused, refusedWith } from './seat-decision.ts';
import { type Fact, FactKind } from './seat-fact.ts';
import { refusalOfSeats } from './seat-list.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { type ChoosingHold, isDue, isSelling, type ScreeningState, takesHolds } from './seat-state.ts';
import { dueHoldsInTheWay, dueHoldsOf, expireFirst, versionAfter } from './seats-wanted.ts';

const noHolds: readonly number[] = [];

export function decideHold(state: ScreeningState, command: HoldCommand): Decision {
  const { seats, buyer, atMs } = command;
  if (!takesHolds(state, atMs)) return refused(OutcomeCode.salesClosed);
  const refusal = refusalOfSeats(seats, state.map, command.seatMap);
  if (refusal !== null) return refusedWith(refusal);
  let into: ChoosingHold | null = null;
  if (command.hold !== undefined) {
    const found = ownChoosingHold(state, command.hold, buyer, atMs);
    if ('outcome' in found) return found;
    into = found;
  }
  const dueOwn = holdsOverLimit(state, buyer, seats.length, atMs);
  if (dueOwn === null) return refused(OutcomeCode.buyerLimit, seats);
  const inTheWay = dueHoldsInTheWay(state, seats, atMs);
  if ('outcome' in inTheWay) return inTheWay;
  return holdSeats(state, buyer, seats, atMs, into, union(dueOwn, inTheWay));
}

export function decideBestAvailable(state: ScreeningState, command: BestAvailableCommand): Decision {
  const { count, buyer, atMs } = command;
  if (!takesHolds(state, atMs)) return refused(OutcomeCode.salesClosed);
  if (!Number.isInteger(count) || count < 1) return refused(OutcomeCode.noSeats);
  const dueOwn = holdsOverLimit(state, buyer, count, atMs);
  if (dueOwn === null) return refused(OutcomeCode.buyerLimit);
  const seats = chooseSeats(state, count, command.accessible, atMs);
  if (seats === null) return refused(OutcomeCode.noAdjacentSeats);
  const inTheWay = dueHoldsInTheWay(state, seats, atMs);
  if ('outcome' in inTheWay) return inTheWay;
  return holdSeats(state, buyer, seats, atMs, null, union(dueOwn, inTheWay));
}

/** Own due holds that must go before the buyer may have `count` more seats; null when the limit forbids it all the same. */
function holdsOverLimit(state: ScreeningState, buyer: string, count: number, nowMs: number): readonly number[] | null {
  const { seatsPerBuyerMax } = state.rules;
  const seats = seatsOf(state.buyers, buyer) + count;
  if (seats <= seatsPerBuyerMax) return noHolds;
  const due = dueHoldsOf(state, buyer, nowMs);
  let freed = 0;
  for (const id of due) freed += state.holds.get(id)!.seats.length;
  return seats - freed <= seatsPerBuyerMax ? due : null;
}

function union(some: readonly number[], others: readonly number[]): readonly number[] {
  if (some.length === 0) return others;
  return [...some, ...others.filter((hold) => !some.includes(hold))];
}

/** `seats` can be had once the `due` holds are expired. */
function holdSeats(
  state: ScreeningState,
  buyer: string,
  seats: readonly number[],
  nowMs: number,
  into: ChoosingHold | null,
  due: readonly number[],
): Decision {
  if (into !== null) {
    const { hold, deadlineMs } = into;
    const fact: Fact = { kind: FactKind.held, hold, buyer, seats, deadlineMs };
    return accepted(
      { code: 0, kind: 'hold', hold, seats: [...into.seats, ...seats], deadlineMs },
      expireFirst(due, fact),
    );
  }
  const hold = versionAfter(state, due);
  const deadlineMs = nowMs + state.rules.holdTtlMs;
  const fact: Fact = { kind: FactKind.held, hold, buyer, seats, deadlineMs };
  return accepted({ code: 0, kind: 'hold', hold, seats, deadlineMs }, expireFirst(due, fact));
}

export function decideRelease(state: ScreeningState, command: ReleaseCommand): Decision {
  const { seats } = command;
  if (seats !== undefined) {
    const refusal = refusalOfSeats(seats, state.map);
    if (refusal !== null) return refusedWith(refusal);
  }
  const hold = state.holds.get(command.hold);
  if (hold === undefined) return refused(OutcomeCode.holdUnknown);
  if (hold.buyer !== command.buyer) return refused(OutcomeCode.holdNotYours);
  // A due hold may be given back: that is what would become of it anyway.
  if (hold.phase === 'paying') return refused(OutcomeCode.holdPaying);
  if (seats !== undefined) {
    const strange = seats.filter((seat) => state.seatHold[seat] !== hold.hold);
    if (strange.length > 0) return refused(OutcomeCode.seatNotInHold, strange);
  }
  const given = seats ?? hold.seats;
  const fact: Fact = { kind: FactKind.released, hold: hold.hold, seats: given };
  return accepted({ code: 0, kind: 'released', hold: hold.hold, seats: given }, [fact]);
}

export function decideExtend(state: ScreeningState, command: ExtendCommand): Decision {
  const { atMs } = command;
  const { rules } = state;
  if (!isSelling(state)) return refused(OutcomeCode.salesClosed);
  const found = ownChoosingHold(state, command.hold, command.buyer, atMs);
  if ('outcome' in found) return found;
  if (found.extensions >= rules.holdExtensionsMax) return refused(OutcomeCode.extensionsUsedUp);
  const { hold, seats } = found;
  const deadlineMs = Math.max(found.deadlineMs, atMs + rules.extensionMs);
  return accepted({ code: 0, kind: 'hold', hold, seats, deadlineMs }, [{ kind: FactKind.extended, hold, deadlineMs }]);
}

/** The buyer's hold while it can be acted upon, or the refusal that says why it cannot. */
export function ownChoosingHold(
  state: ScreeningState,
  id: number,
  buyer: string,
  nowMs: number,
): ChoosingHold | Decision {
  const hold = state.holds.get(id);
  if (hold === undefined) return refused(OutcomeCode.holdUnknown);
  if (hold.buyer !== buyer) return refused(OutcomeCode.holdNotYours);
  if (hold.phase === 'paying') return refused(OutcomeCode.holdPaying);
  if (isDue(hold, nowMs)) return refused(OutcomeCode.holdExpired);
  return hold;
}
