import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  begun,
  extend,
  given,
  givenHall,
  HALL,
  held,
  hold,
  lines,
  RULES,
  release,
  sold,
  T0,
} from '../tests/support/screening.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { nextDeadlineMs } from './seat-state.ts';

const DUE = T0 + RULES.holdTtlMs;

test('[H1] [H4] [H5] a hold takes its seats until its deadline and is named after its fact', () => {
  given()
    .when(hold('ana', [3, 4]))
    .accepts([held(2, 'ana', [3, 4], DUE)], { code: 0, kind: 'hold', hold: 2, seats: [3, 4], deadlineMs: DUE });
});

test('[H1] one seat that cannot be had refuses them all, and nothing is held', () => {
  const stage = given(held(2, 'ana', [4]));
  stage
    .when(hold('bia', [3, 4, 5]))
    .refuses(OutcomeCode.seatHeld, [4])
    .happens();
  stage.when(hold('caio', [3, 5])).accepts();
});

test('[H2] no seats, unknown seats and repeated seats are refused by name', () => {
  given().when(hold('ana', [])).refuses(OutcomeCode.noSeats);
  given()
    .when(hold('ana', [0, 16, -1, 1.5, Number.NaN]))
    .refuses(OutcomeCode.seatUnknown, [16, -1, 1.5, Number.NaN]);
  given()
    .when(hold('ana', [2, 3, 2, 3, 2]))
    .refuses(OutcomeCode.seatRepeated, [2, 3]);
});

test('[H2] a list as long as the largest hall, full of repetitions, is refused at once', () => {
  const seats = Array.from({ length: 4_096 }, (_, index) => index % HALL.seatCount);
  const startedAt = performance.now();
  given().when(hold('ana', seats)).refuses(OutcomeCode.seatRepeated);
  assert.ok(performance.now() - startedAt < 200, 'it takes longer with the square of the length');
});

test('[H3] an expired hold frees the seat at the tick it expires', () => {
  const stage = given(held(2, 'ana', [3, 4], DUE));
  stage
    .at(DUE - 1)
    .when(hold('bia', [4]))
    .refuses(OutcomeCode.seatHeld, [4]);
  stage
    .at(DUE)
    .when(hold('bia', [4]))
    .accepts([{ kind: FactKind.expired, holds: [2] }, held(4, 'bia', [4], DUE + RULES.holdTtlMs)]);
});

test('[H3] several due holds in the way are expired in one fact, others stay', () => {
  const stage = given(
    held(2, 'ana', [0], DUE),
    held(3, 'bia', [1], DUE),
    held(4, 'caio', [2], DUE),
    held(5, 'davi', [3], DUE + 1),
  );
  stage
    .at(DUE)
    .when(hold('eva', [1, 0]))
    .accepts([{ kind: FactKind.expired, holds: [3, 2] }, held(7, 'eva', [1, 0], DUE + RULES.holdTtlMs)])
    .happens();
  assert.deepEqual([...stage.state.holds.keys()], [4, 5, 7]);
});

test('[H3] a refusal expires nothing', () => {
  const stage = given(held(2, 'ana', [0], DUE), held(3, 'bia', [1], DUE + 1)).at(DUE);
  stage
    .when(hold('caio', [0, 1]))
    .refuses(OutcomeCode.seatHeld, [1])
    .happens();
  assert.ok(stage.state.holds.has(2));
});

test('[H6] seats join a hold: its deadline stays, and the answer names all its seats', () => {
  const stage = given(held(2, 'ana', [3, 4], DUE)).at(T0 + 60_000);
  const all = { code: 0, kind: 'hold', hold: 2, seats: [3, 4, 5], deadlineMs: DUE } as const;
  stage
    .when(hold('ana', [5], 2))
    .accepts([held(2, 'ana', [5], DUE)], all)
    .happens();
  assert.deepEqual(stage.state.holds.get(2)?.seats, [3, 4, 5]);
});

test('[H6] seats cannot join a hold that is unknown, another buyer\u2019s, over, or in payment', () => {
  const stage = given(held(2, 'ana', [3], DUE), held(3, 'bia', [4], DUE), begun(3, 'o1', 'bia', lines([4])));
  stage.when(hold('ana', [5], 9)).refuses(OutcomeCode.holdUnknown);
  stage.when(hold('ana', [5], 3)).refuses(OutcomeCode.holdNotYours);
  stage.when(hold('bia', [5], 3)).refuses(OutcomeCode.holdPaying);
  stage
    .at(DUE)
    .when(hold('ana', [5], 2))
    .refuses(OutcomeCode.holdExpired);
});

test('[H6] a seat that is in the hold already refuses like any held seat', () => {
  given(held(2, 'ana', [3]))
    .when(hold('ana', [3, 5], 2))
    .refuses(OutcomeCode.seatHeld, [3]);
});

test('[H7] [I3] seats held, in payment and sold count together up to the limit', () => {
  const stage = given(
    held(2, 'ana', [0, 1, 2]),
    begun(2, 'o1', 'ana', lines([0, 1, 2])),
    sold(2, 'o1', [0, 1, 2]),
    held(5, 'ana', [3, 4, 5]),
    begun(5, 'o2', 'ana', lines([3, 4, 5])),
    held(7, 'ana', [6, 7]),
  );
  stage.when(hold('ana', [8, 9, 10])).refuses(OutcomeCode.buyerLimit, [8, 9, 10]);
  stage.when(hold('ana', [8, 9, 10], 7)).refuses(OutcomeCode.buyerLimit);
  stage
    .when(hold('ana', [8, 9]))
    .accepts()
    .happens();
  stage.when(hold('ana', [10])).refuses(OutcomeCode.buyerLimit);
  stage.when(hold('bia', [10])).accepts();
});

test('[H8] the buyer\u2019s own due holds do not count: they are expired first', () => {
  const stage = given(held(2, 'ana', [0, 1, 2, 3, 4], DUE), held(3, 'ana', [5, 6, 7, 8, 9], DUE + 1)).at(DUE);
  stage.when(hold('ana', [10, 11, 12, 13, 14, 15])).refuses(OutcomeCode.buyerLimit);
  stage.when(hold('ana', [10, 11, 12, 13, 14])).accepts();
  stage
    .when(hold('ana', [0, 10, 11]))
    .accepts([{ kind: FactKind.expired, holds: [2] }, held(5, 'ana', [0, 10, 11], DUE + RULES.holdTtlMs)]);
});

test('[H9] when seats refuse for different reasons the lowest code wins and names its seats', () => {
  const stage = given(
    held(2, 'ana', [0]),
    begun(2, 'o1', 'ana', lines([0])),
    sold(2, 'o1', [0]),
    { kind: FactKind.blocked, seats: [1, 2], reason: 'broken' },
    held(6, 'bia', [3]),
  );
  stage.when(hold('caio', [3, 2, 1, 0, 5])).refuses(OutcomeCode.seatSold, [0]);
  stage.when(hold('caio', [3, 2, 1, 5])).refuses(OutcomeCode.seatBlocked, [2, 1]);
  stage.when(hold('caio', [3, 5])).refuses(OutcomeCode.seatHeld, [3]);
});

test('[H10] a release gives back some seats or all; the last one ends the hold', () => {
  const stage = given(held(2, 'ana', [3, 4, 5]));
  stage
    .when(release('ana', 2, [4]))
    .accepts([{ kind: FactKind.released, hold: 2, seats: [4] }], { code: 0, kind: 'released', hold: 2, seats: [4] })
    .happens();
  assert.deepEqual(stage.state.holds.get(2)?.seats, [3, 5]);
  stage
    .when(release('ana', 2))
    .accepts([{ kind: FactKind.released, hold: 2, seats: [3, 5] }])
    .happens();
  assert.equal(stage.state.holds.size, 0);
  stage.when(release('ana', 2)).refuses(OutcomeCode.holdUnknown);
  stage.when(hold('bia', [3, 4, 5])).accepts();
});

test('[H11] only seats of the hold can be released', () => {
  const stage = given(held(2, 'ana', [3, 4]), held(3, 'ana', [5]));
  stage.when(release('ana', 2, [3, 5, 6])).refuses(OutcomeCode.seatNotInHold, [5, 6]);
  stage.when(release('ana', 2, [])).refuses(OutcomeCode.noSeats);
  stage.when(release('ana', 2, [16])).refuses(OutcomeCode.seatUnknown, [16]);
  stage.when(release('ana', 2, [3, 3])).refuses(OutcomeCode.seatRepeated, [3]);
});

test('[H12] a due hold can only be given back', () => {
  const stage = given(held(2, 'ana', [3, 4], DUE)).at(DUE);
  stage.when(extend('ana', 2)).refuses(OutcomeCode.holdExpired);
  stage.when(begin('ana', 2, 'o1', lines([3, 4]))).refuses(OutcomeCode.holdExpired);
  stage.when(hold('ana', [5], 2)).refuses(OutcomeCode.holdExpired);
  stage.when(release('ana', 2)).accepts();
});

test('[H13] a hold is extended once, and never shortened', () => {
  const early = given(held(2, 'ana', [3], DUE)).at(T0 + 1_000);
  early.when(extend('ana', 2)).accepts([{ kind: FactKind.extended, hold: 2, deadlineMs: DUE }]);
  const late = given(held(2, 'ana', [3], DUE)).at(DUE - 1_000);
  const deadlineMs = DUE - 1_000 + RULES.extensionMs;
  late
    .when(extend('ana', 2))
    .accepts([{ kind: FactKind.extended, hold: 2, deadlineMs }], {
      code: 0,
      kind: 'hold',
      hold: 2,
      seats: [3],
      deadlineMs,
    })
    .happens();
  assert.equal(nextDeadlineMs(late.state), deadlineMs);
  late.when(extend('ana', 2)).refuses(OutcomeCode.extensionsUsedUp);
  late.at(deadlineMs).when(extend('ana', 2)).refuses(OutcomeCode.holdExpired);
});

test('[H14] nobody touches another buyer\u2019s hold', () => {
  const stage = given(held(2, 'ana', [3, 4], DUE));
  for (const draft of [
    release('bia', 2),
    release('bia', 2, [3]),
    extend('bia', 2),
    begin('bia', 2, 'o1', lines([3, 4])),
  ]) {
    stage.when(draft).refuses(OutcomeCode.holdNotYours);
  }
  stage.at(DUE).when(extend('bia', 2)).refuses(OutcomeCode.holdNotYours);
});

test('[H15] a hold in payment can be neither released nor extended, nor paid twice', () => {
  const stage = given(held(2, 'ana', [3, 4]), begun(2, 'o1', 'ana', lines([3, 4])));
  stage.when(release('ana', 2)).refuses(OutcomeCode.holdPaying);
  stage.when(release('ana', 2, [3])).refuses(OutcomeCode.holdPaying);
  stage.when(extend('ana', 2)).refuses(OutcomeCode.holdPaying);
  stage.when(begin('ana', 2, 'o2', lines([3, 4]))).refuses(OutcomeCode.holdPaying);
});

test('[H16] a hold may leave a single seat between others: that is the shop\u2019s matter', () => {
  given(held(2, 'ana', [0]))
    .when(hold('bia', [2]))
    .accepts();
});

test('[H4] a hold\u2019s id never comes back', () => {
  const stage = given(held(2, 'ana', [3])).does(release('ana', 2), hold('bia', [3]));
  assert.deepEqual([...stage.state.holds.keys()], [4]);
  stage.when(release('ana', 2)).refuses(OutcomeCode.holdUnknown);
});

test('[H1] a hold in an empty hall, before any claim, follows the same rules', () => {
  givenHall(HALL)
    .when(hold('ana', [0]))
    .accepts([held(1, 'ana', [0], DUE)]);
});
