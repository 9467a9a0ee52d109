import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  begun,
  best,
  cancelPayment,
  confirm,
  type Draft,
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
import { SYSTEM } from './seat-command.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { nextDeadlineMs, paymentsDue } from './seat-state.ts';

const DUE = T0 + RULES.holdTtlMs;
const block = (seats: readonly number[]): Draft => ({ kind: 'block', buyer: 'staff-7', seats, reason: 'broken' });
const unblock = (seats: readonly number[]): Draft => ({ kind: 'unblock', buyer: 'staff-7', seats, reason: 'repaired' });
const closeSales: Draft = { kind: 'close-sales', buyer: 'staff-7' };
const openSales: Draft = { kind: 'open-sales', buyer: 'staff-7' };
const expire: Draft = { kind: 'expire', buyer: SYSTEM };
const claim = (epoch: number): Draft => ({ kind: 'claim', buyer: SYSTEM, epoch });

test('[S1] free seats can be blocked: then nobody can hold them', () => {
  const stage = given();
  stage
    .when(block([3, 4]))
    .accepts([{ kind: FactKind.blocked, seats: [3, 4], reason: 'broken' }], { code: 0, kind: 'done' })
    .happens();
  stage.when(hold('ana', [4, 5])).refuses(OutcomeCode.seatBlocked, [4]);
});

test('[S1] sold, held and blocked seats cannot be blocked, and are named', () => {
  const stage = given(
    held(2, 'ana', [0]),
    begun(2, 'o1', 'ana', lines([0])),
    sold(2, 'o1', [0]),
    held(5, 'bia', [1]),
  ).does(block([2]));
  stage.when(block([0, 1, 2, 3])).refuses(OutcomeCode.seatSold, [0]);
  stage.when(block([1, 2, 3])).refuses(OutcomeCode.seatBlocked, [2]);
  stage.when(block([1, 3])).refuses(OutcomeCode.seatHeld, [1]);
  stage.when(block([])).refuses(OutcomeCode.noSeats);
  stage.when(block([16])).refuses(OutcomeCode.seatUnknown, [16]);
  stage.when(block([3, 3])).refuses(OutcomeCode.seatRepeated, [3]);
});

test('[S1] a due hold does not keep a seat from being blocked', () => {
  given(held(2, 'ana', [3], DUE))
    .at(DUE)
    .when(block([3]))
    .accepts([
      { kind: FactKind.expired, holds: [2] },
      { kind: FactKind.blocked, seats: [3], reason: 'broken' },
    ]);
});

test('[S2] only blocked seats can be unblocked', () => {
  const stage = given().does(block([3, 4]));
  stage.when(unblock([3, 5])).refuses(OutcomeCode.seatNotBlocked, [5]);
  stage.when(unblock([3, 3])).refuses(OutcomeCode.seatRepeated, [3]);
  stage
    .when(unblock([3]))
    .accepts([{ kind: FactKind.unblocked, seats: [3], reason: 'repaired' }])
    .happens();
  stage.when(hold('ana', [3])).accepts();
});

test('[S3] closed sales refuse whatever would lead to a new sale', () => {
  const stage = given(held(2, 'ana', [0])).does(closeSales);
  for (const draft of [
    hold('bia', [5]),
    hold('ana', [5], 2),
    best('bia', 1),
    extend('ana', 2),
    begin('ana', 2, 'o1', lines([0])),
  ]) {
    stage.when(draft).refuses(OutcomeCode.salesClosed);
  }
});

test('[S4] closed sales let everything that is under way come to its end', () => {
  const stage = given(held(2, 'ana', [0]), held(3, 'bia', [1]), begun(3, 'o1', 'bia', lines([1]))).does(closeSales);
  stage.when(release('ana', 2)).accepts();
  stage.when(begin('bia', 3, 'o1', lines([1]))).repeats();
  stage.when(cancelPayment('bia', 'o1', true)).accepts();
  stage
    .when(confirm('bia', 'o1', [1]))
    .accepts()
    .happens();
  stage.when({ kind: 'check-in', buyer: 'staff-7', ticket: 'o1-1', gate: 'porta 1' }).accepts();
  stage.when({ kind: 'refund', buyer: 'bia', order: 'o1' }).accepts();
});

test('[S5] sales open again; opening open sales is a fact too', () => {
  const stage = given();
  stage.when(openSales).accepts([{ kind: FactKind.salesOpened }]);
  stage
    .does(closeSales)
    .when(closeSales)
    .accepts([{ kind: FactKind.salesClosed }]);
  stage
    .does(openSales)
    .when(hold('ana', [0]))
    .accepts();
});

test('[S5] a late repetition of an opening does not undo a closing', () => {
  const stage = given();
  stage
    .when({ ...openSales, requestId: 'once' })
    .accepts()
    .happens();
  stage.does(closeSales);
  stage
    .when({ ...openSales, requestId: 'once' })
    .repeats()
    .happens();
  assert.equal(stage.state.salesOpen, false);
});

test('[X1] expiry frees all due choosing holds in one fact', () => {
  const stage = given(held(2, 'ana', [0], DUE), held(3, 'bia', [1], DUE + 1), held(4, 'caio', [2, 3], DUE - 1)).at(DUE);
  stage
    .when(expire)
    .accepts([{ kind: FactKind.expired, holds: [2, 4] }], { code: 0, kind: 'done' })
    .happens();
  assert.deepEqual([...stage.state.holds.keys()], [3]);
  assert.equal(nextDeadlineMs(stage.state), DUE + 1);
});

test('[X2] when nothing is due expiry has no fact, as often as it is asked', () => {
  const stage = given(held(2, 'ana', [0], DUE)).at(DUE - 1);
  stage.when(expire).accepts([]);
  stage.when(expire).accepts([]);
  stage
    .at(DUE)
    .when(expire)
    .accepts([{ kind: FactKind.expired, holds: [2] }])
    .happens();
  stage.when(expire).accepts([]);
  assert.equal(nextDeadlineMs(stage.state), null);
});

test('[E1] a higher epoch is a new owner: an owner-changed fact', () => {
  const stage = givenHall(HALL).at(T0 + 5);
  stage
    .when(claim(7))
    .accepts([{ kind: FactKind.ownerChanged, holdDeadlineMs: T0 + 5 + RULES.holdTtlMs }])
    .happens();
  assert.equal(stage.state.epoch, 7);
});

test('[E2] an epoch that is not higher claims nothing', () => {
  const stage = givenHall(HALL).does(claim(7));
  stage.when(claim(7)).accepts([]);
  stage.when(claim(6)).accepts([]);
});

test('[E3] what runs on a clock starts afresh on the new owner\u2019s clock', () => {
  const stage = given(held(2, 'ana', [0], DUE), held(3, 'bia', [1], DUE), begun(3, 'o1', 'bia', lines([1])));
  // The new owner's clock is a day behind the old one's.
  const nowMs = T0 - 86_400_000;
  stage.at(nowMs).does(claim(9));
  assert.equal(nextDeadlineMs(stage.state), nowMs + RULES.holdTtlMs);
  assert.deepEqual(paymentsDue(stage.state, nowMs + RULES.holdTtlMs - 1), []);
  assert.deepEqual(paymentsDue(stage.state, nowMs + RULES.holdTtlMs), ['o1']);
});

test('[E3] so do the remembered answers of holds that are still there', () => {
  const stage = given();
  const asked = [
    { ...hold('ana', [0]), requestId: 'kept' },
    { ...hold('bia', [1]), requestId: 'gone' },
  ];
  stage.does(...asked).does(release('bia', 3));
  const nowMs = T0 - 86_400_000;
  stage.at(nowMs).does(claim(9));
  const fresh = nowMs + RULES.holdTtlMs;
  stage.when(asked[0]!).repeats({ code: 0, kind: 'hold', hold: 2, seats: [0], deadlineMs: fresh });
  stage.when(asked[1]!).repeats({ code: 0, kind: 'hold', hold: 3, seats: [1], deadlineMs: DUE });
});
