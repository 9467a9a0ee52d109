import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  begun,
  changeMap,
  type Draft,
  given,
  givenHall,
  HALL,
  held,
  hold,
  lines,
  newTickets,
  RULES,
  recordsOf,
  sold,
  T0,
} from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { InvariantViolation } from './assert.ts';
import { decide } from './seat-decide.ts';
import { evolve } from './seat-evolve.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { answeredMax, SeatStatus } from './seat-state.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

const DUE = T0 + RULES.holdTtlMs;
/** Row A has one seat less on the left, so that its labels begin at A2 and every seat of it has another number. */
const SMALLER = seatMapOf(['_.......', '........']);
const LARGER = seatMapOf(['..........', '..........', '..........']);
const block = (seats: readonly number[]): Draft => ({ kind: 'block', buyer: 'staff-7', seats, reason: 'broken' });
const labels = (map: typeof HALL, seats: readonly number[]) => seats.map((seat) => map.seatLabels[seat]);

test('[MC1] a screening with nothing sold or held gets another layout: free seats of that one', () => {
  const stage = given();
  stage
    .when(changeMap(LARGER, 12))
    .accepts([{ kind: FactKind.mapChanged, from: HALL.id, to: LARGER.id, halfQuota: 12, blocked: [] }], {
      code: 0,
      kind: 'done',
    })
    .happens();
  assert.deepEqual([stage.state.map.id, stage.state.seatStatus.length], [LARGER.id, 30]);
  stage.does(hold('ana', [29]));
});

test('[MC1] whoever has a seat keeps it: holds, payments, live and used tickets refuse, and are named', () => {
  const sales = [held(2, 'ana', [0]), begun(2, 'o1', 'ana', lines([0])), sold(2, 'o1', [0])];
  given(held(2, 'ana', [3, 4]))
    .when(changeMap(LARGER))
    .refuses(OutcomeCode.screeningHasSales, [3, 4]);
  given(...sales.slice(0, 2))
    .when(changeMap(LARGER))
    .refuses(OutcomeCode.screeningHasSales, [0]);
  const stage = given(...sales, held(5, 'bia', [9]));
  stage.when(changeMap(LARGER)).refuses(OutcomeCode.screeningHasSales, [0, 9]);
  stage.does({ kind: 'check-in', buyer: 'staff-7', ticket: 'o1-0', gate: 'porta 1' });
  stage.when(changeMap(LARGER)).refuses(OutcomeCode.screeningHasSales, [0, 9]);
});

test('[MC1] a payment whose deadline has passed is still somebody’s', () => {
  given(held(2, 'ana', [0]), begun(2, 'o1', 'ana', lines([0])))
    .at(DUE * 2)
    .when(changeMap(LARGER))
    .refuses(OutcomeCode.screeningHasSales, [0]);
});

test('[MC2] due holds are expired first; one that is not due refuses, and then none is', () => {
  const stage = given(held(2, 'ana', [0], DUE), held(3, 'bia', [8], DUE + 1)).at(DUE);
  stage.when(changeMap(LARGER)).refuses(OutcomeCode.screeningHasSales, [8]);
  stage
    .at(DUE + 1)
    .when(changeMap(LARGER))
    .accepts([
      { kind: FactKind.expired, holds: [2, 3] },
      { kind: FactKind.mapChanged, from: HALL.id, to: LARGER.id, halfQuota: 3, blocked: [] },
    ]);
});

test('[MC2] void tickets do not stand in the way, and stay void', () => {
  const stage = given(held(2, 'ana', [15]), begun(2, 'o1', 'ana', lines([15])), sold(2, 'o1', [15]));
  stage.does({ kind: 'refund', buyer: 'ana', order: 'o1' }, changeMap(SMALLER));
  assert.equal(stage.state.map.seatCount, 15);
  stage.when({ kind: 'check-in', buyer: 'staff-7', ticket: 'o1-15', gate: 'x' }).refuses(OutcomeCode.ticketVoid, [15]);
  const copy = readSnapshot(writeSnapshot(stage.state), SMALLER, RULES);
  assert.equal(writeSnapshot(copy), writeSnapshot(stage.state));
});

test('[MC5] blocked seats stay blocked by what is written on them; those that are gone are gone', () => {
  // A1, A3 and B8.
  const stage = given().does(block([0, 2, 15]));
  stage
    .when(changeMap(SMALLER))
    .accepts([{ kind: FactKind.mapChanged, from: HALL.id, to: SMALLER.id, halfQuota: 3, blocked: [1, 14] }])
    .happens();
  assert.deepEqual(labels(SMALLER, [1, 14]), ['A3', 'B8']);
  stage.when(hold('ana', [1])).refuses(OutcomeCode.seatBlocked, [1]);
  stage.when(hold('ana', [2])).accepts();
  stage.does({ kind: 'unblock', buyer: 'staff-7', seats: [1], reason: 'repaired' });
});

test('[MC5] should two seats of the new layout have the label of a blocked one, both are blocked', () => {
  const twins = { ...LARGER, id: 9_001, seatLabels: LARGER.seatLabels.with(7, 'A1') };
  given()
    .does(block([0]))
    .when(changeMap(twins))
    .accepts([{ kind: FactKind.mapChanged, from: HALL.id, to: 9_001, halfQuota: 3, blocked: [0, 7] }]);
});

test('[MC6] the layout that it has already is accepted, sales or not, as a fact that changes nothing', () => {
  const stage = given(held(2, 'ana', [3])).does(block([7]));
  const before = stage.state.seatStatus.slice();
  stage
    .when(changeMap(HALL, 5))
    .accepts([{ kind: FactKind.mapChanged, from: HALL.id, to: HALL.id, halfQuota: 5, blocked: [7] }])
    .happens();
  assert.deepEqual(stage.state.seatStatus, before);
  assert.equal(stage.state.holds.size, 1);
});

test('[MC6] a late repetition does not undo the change that came after', () => {
  const stage = given();
  stage
    .when({ ...changeMap(HALL), requestId: 'first' })
    .accepts()
    .happens();
  stage.does(changeMap(LARGER));
  stage
    .when({ ...changeMap(HALL), requestId: 'first' })
    .repeats()
    .happens();
  assert.equal(stage.state.map.id, LARGER.id);
  // And the same id for another wish is somebody's mistake.
  stage.when({ ...changeMap(SMALLER), requestId: 'first' }).refuses(OutcomeCode.requestIdReused);
  stage.when({ ...changeMap(HALL, 4), requestId: 'first' }).refuses(OutcomeCode.requestIdReused);
});

test('[MC4] seats that were chosen on another layout are unknown, whatever their numbers', () => {
  const stage = given().does(changeMap(LARGER));
  stage.when({ kind: 'hold', buyer: 'ana', seats: [3, 4], seatMap: HALL.id }).refuses(OutcomeCode.seatUnknown, [3, 4]);
  stage.when({ kind: 'hold', buyer: 'ana', seats: [3, 4], seatMap: LARGER.id }).accepts();
  for (const kind of ['block', 'unblock'] as const) {
    const draft = { kind, buyer: 'staff-7', seats: [3], reason: '', seatMap: HALL.id } as const;
    stage.when(draft).refuses(OutcomeCode.seatUnknown, [3]);
  }
  stage.when({ kind: 'hold', buyer: 'ana', seats: [], seatMap: HALL.id }).refuses(OutcomeCode.noSeats);
  stage.when(hold('ana', [3])).accepts();
});

test('[MC4] a payment whose prices were computed on another layout does not begin', () => {
  const stage = given().does(changeMap(LARGER), hold('ana', [3]));
  const [opened] = stage.state.holds.keys();
  const draft = begin('ana', opened ?? 0, 'o1', lines([3]));
  stage.when({ ...draft, seatMap: HALL.id } as Draft).refuses(OutcomeCode.seatUnknown, [3]);
  stage.when({ ...draft, seatMap: LARGER.id } as Draft).accepts();
});

test('[MC7] facts before and after a change are replayed on their own layouts, from the first or from a snapshot', () => {
  const stage = given().does(block([15]), hold('ana', [0]), { kind: 'release', buyer: 'ana', hold: 3 });
  const before = writeSnapshot(stage.state);
  const recorded = [changeMap(SMALLER), hold('bia', [13]), block([0])].flatMap((draft) => {
    const verdict = stage.when(draft).accepts();
    const facts = recordsOf(stage.state, verdict.command, verdict.decision);
    verdict.happens();
    return facts;
  });
  const maps = new Map([[SMALLER.id, SMALLER]]);
  const replayed = readSnapshot(before, HALL, RULES);
  for (const fact of recorded) evolve(replayed, fact, maps);
  assert.equal(writeSnapshot(replayed), writeSnapshot(stage.state));
  assert.deepEqual(labels(SMALLER, [0, 13, 14]), ['A2', 'B7', 'B8']);
  assert.deepEqual(
    [replayed.seatStatus[0], replayed.seatStatus[13], replayed.seatStatus[14]],
    [SeatStatus.blocked, SeatStatus.held, SeatStatus.blocked],
  );
  assert.equal(replayed.answered.capacity, answeredMax(SMALLER.seatCount));
  assert.throws(() => readSnapshot(before, SMALLER, RULES), InvariantViolation);
  assert.throws(() => readSnapshot(writeSnapshot(stage.state), HALL, RULES), InvariantViolation);
});

test('[MC7] the memory of request ids has the size of its layout, so that every replay remembers the same', () => {
  const hall = seatMapOf(Array.from({ length: 10 }, () => '.'.repeat(20)));
  const stage = givenHall(hall).given({ kind: FactKind.ownerChanged, holdDeadlineMs: T0 });
  for (let time = 0; time < 700; time++)
    stage.does({ kind: 'open-sales', buyer: 'staff-7', requestId: `open-${time}` });
  const before = writeSnapshot(stage.state);
  assert.equal(stage.state.answered.size, 700);
  const verdict = stage.when(changeMap(LARGER)).accepts();
  const recorded = recordsOf(stage.state, verdict.command, verdict.decision);
  verdict.happens();
  const { answered } = stage.state;
  assert.deepEqual([answered.capacity, answered.size, answered.find('open-188') < 0], [512, 512, true]);
  stage.when({ kind: 'open-sales', buyer: 'staff-7', requestId: 'open-189' }).repeats();
  for (const text of [before, writeSnapshot(stage.state)]) {
    const isBefore = text === before;
    const copy = readSnapshot(text, isBefore ? hall : LARGER, RULES);
    if (isBefore) for (const fact of recorded) evolve(copy, fact, new Map([[LARGER.id, LARGER]]));
    assert.equal(writeSnapshot(copy), writeSnapshot(stage.state));
    assert.equal(copy.answered.capacity, 512);
  }
});

test('[MC7] [N2] a change that cannot have happened stops the replay', () => {
  const fact = { kind: FactKind.mapChanged, from: HALL.id, to: SMALLER.id, halfQuota: 3, blocked: [] } as const;
  const impossible = [
    { facts: [held(2, 'ana', [3])], fact },
    { facts: [], fact: { ...fact, from: LARGER.id } },
    { facts: [], fact: { ...fact, blocked: [15] } },
    // Nobody brought it along.
    { facts: [], fact: { ...fact, to: LARGER.id } },
  ];
  for (const { facts, fact: wrong } of impossible) {
    const { state } = given(...facts);
    const recorded = { version: state.version + 1, epoch: 1, atMs: T0, requestId: null, fingerprint: 0, fact: wrong };
    assert.throws(() => evolve(state, recorded, new Map([[SMALLER.id, SMALLER]])), InvariantViolation);
  }
});

test('[MC7] a command that comes without its layout, or with another one, is a bug and no refusal', () => {
  const { state } = given();
  const base = { kind: 'change-map', requestId: 'r', buyer: 'staff-7', atMs: T0, halfQuota: 3 } as const;
  assert.throws(() => decide(state, { ...base, seatMap: LARGER.id, map: null }), InvariantViolation);
  assert.throws(() => decide(state, { ...base, seatMap: LARGER.id, map: SMALLER }), InvariantViolation);
});

test('[MC8] tickets are sold on the new layout as on any other', () => {
  const stage = given().does(changeMap(LARGER), hold('ana', [29]));
  const [opened] = stage.state.holds.keys();
  stage.does(begin('ana', opened ?? 0, 'o1', lines([29])), {
    kind: 'confirm',
    buyer: 'ana',
    order: 'o1',
    tickets: newTickets('o1', [29]),
  });
  stage.when(changeMap(HALL)).refuses(OutcomeCode.screeningHasSales, [29]);
});
