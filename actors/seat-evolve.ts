/**
 * Applies a fact to the state, in place: the same function for a decision just made and for a replay, so that both
 * give the same state. A fact has happened; nothing is refused here. What cannot be (a gap in the versions, a seat
 * sold that its hold does not have) is an assertion: the state and the journal no longer fit, and the actor stops.
 *
 * A fact that carries a request id also fills the window of answered requests with the answer that `decide` gave, so
 * that a repetition hears it again after any restart (promise I4).
 */
import { assert, unreachable } from './assert.ts';
import { changeSeat, evolveExpired, evolveExtended, evolveHeld, evolveOwner, evolveReleased } from './evolve-hold.ts';
import { evolveMapChanged } from './evolve-map.ts';
import { evolveBegun, evolveCancelledPayment, evolveCheckedIn, evolveSold, evolveVoided } from './evolve-order.ts';
import { done } from './seat-decision.ts';
import { type Fact, FactKind, type RecordedFact } from './seat-fact.ts';
import { noMaps, type SeatMaps } from './seat-map.ts';
import type { Accepted } from './seat-outcome.ts';
import { type ScreeningState, SeatStatus } from './seat-state.ts';

/**
 * `maps`: the layouts to which the facts lead, by id; only a change of the layout looks there.
 * @throws InvariantViolation when the fact cannot have happened to this state.
 */
export function evolve(state: ScreeningState, recorded: RecordedFact, maps: SeatMaps = noMaps): void {
  const { version, epoch, requestId, fact } = recorded;
  if (version !== state.version + 1) {
    assert(false, `screening ${state.screening}: fact ${version} does not follow on version ${state.version}`);
  }
  if (fact.kind === FactKind.ownerChanged ? epoch <= state.epoch : epoch !== state.epoch) {
    assert(false, `screening ${state.screening}: fact ${version} of epoch ${epoch} in epoch ${state.epoch}`);
  }
  // First, because a new hold is named after it.
  state.version = version;
  state.epoch = epoch;
  const answer = apply(state, fact, recorded.atMs, maps);
  if (requestId !== null) state.answered.add(requestId, recorded.fingerprint, answer);
}

function apply(state: ScreeningState, fact: Fact, atMs: number, maps: SeatMaps): Accepted {
  switch (fact.kind) {
    case FactKind.ownerChanged:
      return evolveOwner(state, fact);
    case FactKind.salesOpened:
      state.salesOpen = true;
      return done;
    case FactKind.salesClosed:
      state.salesOpen = false;
      return done;
    case FactKind.held:
      return evolveHeld(state, fact);
    case FactKind.extended:
      return evolveExtended(state, fact);
    case FactKind.released:
      return evolveReleased(state, fact);
    case FactKind.expired:
      return evolveExpired(state, fact);
    case FactKind.paymentBegun:
      return evolveBegun(state, fact);
    case FactKind.paymentCancelled:
      return evolveCancelledPayment(state, fact);
    case FactKind.sold:
      return evolveSold(state, fact);
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      return evolveVoided(state, fact);
    case FactKind.checkedIn:
      return evolveCheckedIn(state, fact, atMs);
    case FactKind.blocked:
      for (const seat of fact.seats) changeSeat(state, seat, SeatStatus.free, SeatStatus.blocked);
      return done;
    case FactKind.unblocked:
      for (const seat of fact.seats) changeSeat(state, seat, SeatStatus.blocked, SeatStatus.free);
      return done;
    case FactKind.mapChanged:
      return evolveMapChanged(state, fact, maps);
    default:
      return unreachable(fact);
  }
}
