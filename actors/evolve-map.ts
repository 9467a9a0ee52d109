/** Applies a change of the layout: from here on seat numbers mean other chairs. */
import { assert } from './assert.ts';
import { done } from './seat-decision.ts';
import type { Fact } from './seat-fact.ts';
import type { SeatMaps } from './seat-map.ts';
import type { Accepted } from './seat-outcome.ts';
import { answeredMax, freeSeatsOf, type ScreeningState, SeatStatus } from './seat-state.ts';

/** Void tickets keep the number that their seat had on the layout of then. */
export function evolveMapChanged(state: ScreeningState, fact: Extract<Fact, { kind: 16 }>, maps: SeatMaps): Accepted {
  const { from, to, blocked } = fact;
  assert(from === state.map.id, `the layout changes from ${from}, and it is ${state.map.id}`);
  if (to === from) return done;
  const map = maps.get(to);
  assert(map !== undefined, `the layout ${to} was not brought along`);
  const taken = state.seatStatus.findIndex((status) => status === SeatStatus.held || status === SeatStatus.sold);
  assert(taken < 0, `the layout changes under seat ${taken}, which somebody has`);
  const { seatStatus, seatHold } = freeSeatsOf(map.seatCount);
  for (const seat of blocked) {
    assert(seat < map.seatCount, `seat ${seat} is blocked on a layout that has it not`);
    seatStatus[seat] = SeatStatus.blocked;
  }
  state.map = map;
  state.seatStatus = seatStatus;
  state.seatHold = seatHold;
  // As many as a replay from a snapshot of the new layout would remember.
  state.answered = state.answered.resized(answeredMax(map.seatCount));
  return done;
}
