/**
 * Another layout for a screening (rules MC). A layout never moves a sold seat: seats are known by their numbers, and on
 * another layout a number is another chair. So it changes only while nobody has one, and what is blocked stays blocked by
 * what is written on the chair: a broken F12 is broken whatever its number is, and one that the new layout has not is gone.
 */
import { assert } from './assert.ts';
import type { ChangeMapCommand } from './seat-command.ts';
import { accepted, type Decision, done, refused } from './seat-decision.ts';
import { FactKind } from './seat-fact.ts';
import type { SeatMap } from './seat-map.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { isDue, type ScreeningState, SeatStatus } from './seat-state.ts';
import { expireFirst } from './seats-wanted.ts';

const noHolds: readonly number[] = [];

/** A fact also when the layout is that one already: only so is the request id remembered, and its late repetition cannot undo what came after. */
export function decideChangeMap(state: ScreeningState, command: ChangeMapCommand): Decision {
  const { map, seatMap, halfQuota, atMs } = command;
  assert(map !== null && map.id === seatMap, `the layout ${seatMap} was not brought along`);
  assert(Number.isSafeInteger(halfQuota) && halfQuota >= 0, `a quota of ${halfQuota}`);
  const isChange = seatMap !== state.map.id;
  const due = isChange ? holdsToExpire(state, atMs) : noHolds;
  if ('outcome' in due) return due;
  const blocked = blockedOn(map, state);
  return accepted(
    done,
    expireFirst(due, { kind: FactKind.mapChanged, from: state.map.id, to: seatMap, halfQuota, blocked }),
  );
}

/** The due holds, when nobody has anything else; a refusal that names the seats which somebody has. */
function holdsToExpire(state: ScreeningState, nowMs: number): readonly number[] | Decision {
  const due: number[] = [];
  for (const hold of state.holds.values()) if (isDue(hold, nowMs)) due.push(hold.hold);
  const taken: number[] = [];
  for (let seat = 0; seat < state.map.seatCount; seat++) {
    const status = state.seatStatus[seat];
    const isTaken = status === SeatStatus.held ? !due.includes(state.seatHold[seat]!) : status === SeatStatus.sold;
    if (isTaken) taken.push(seat);
  }
  return taken.length === 0 ? due : refused(OutcomeCode.screeningHasSales, taken);
}

/** The seats of `map` on which the same is written as on a seat that is blocked now; all of them, should two have the same label. */
function blockedOn(map: SeatMap, { map: present, seatStatus }: ScreeningState): readonly number[] {
  const blocked: number[] = [];
  seatStatus.forEach((status, seat) => {
    if (status === SeatStatus.blocked) blocked.push(seat);
  });
  if (blocked.length === 0 || map.id === present.id) return blocked;
  const labels = new Set(blocked.map((seat) => present.seatLabels[seat]));
  return map.seatLabels.flatMap((label, seat) => (labels.has(label) ? seat : []));
}
