import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
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
  T0,
} from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { InvariantViolation } from './assert.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RequestWindow, rememberRefusal } from './request-window.ts';
import type { Command } from './seat-command.ts';
import { evolve } from './seat-evolve.ts';
import { type Fact, FactKind } from './seat-fact.ts';
import { OutcomeCode, type Refused } from './seat-outcome.ts';
import { answeredMax, initialState } from './seat-state.ts';

const DUE = T0 + RULES.holdTtlMs;

test('[R1] [I4] the same command again gets the same answer and no fact, however late', () => {
  const stage = given();
  const draft = { ...hold('ana', [3]), requestId: 'r' };
  const { outcome } = stage.when(draft).accepts().decision;
  assert.equal(outcome.code, 0);
  stage.does(draft);
  for (let again = 0; again < 3; again++) stage.when(draft).repeats(outcome);
  stage.does(release('ana', 2), hold('bia', [3]));
  stage
    .at(DUE + 1)
    .when(draft)
    .repeats(outcome);
});

test('[R1] [I4] that holds for every kind of command', () => {
  const stage = given();
  const story: readonly Draft[] = [
    hold('ana', [0, 1, 2]),
    hold('ana', [3], 2),
    extend('ana', 2),
    release('ana', 2, [3]),
    best('bia', 2),
    begin('ana', 2, 'o1', lines([0, 1, 2])),
    cancelPayment('ana', 'o1', true),
    begin('ana', 2, 'o2', lines([0, 1, 2])),
    confirm('ana', 'o2', [0, 1, 2]),
    { kind: 'cancel', buyer: 'ana', order: 'o2', tickets: ['o2-0'] },
    { kind: 'refund', buyer: 'ana', order: 'o2', tickets: ['o2-1'] },
    { kind: 'check-in', buyer: 'staff-7', ticket: 'o2-2', gate: 'porta 1' },
    { kind: 'block', buyer: 'staff-7', seats: [0], reason: 'broken' },
    { kind: 'unblock', buyer: 'staff-7', seats: [0], reason: 'repaired' },
    { kind: 'close-sales', buyer: 'staff-7' },
    { kind: 'open-sales', buyer: 'staff-7' },
  ];
  const told = story.map((draft, index) => {
    const asked = { ...draft, requestId: `story-${index}` };
    const verdict = stage.when(asked).accepts();
    verdict.happens();
    return { asked, outcome: verdict.decision.outcome };
  });
  for (const { asked, outcome } of told) {
    assert.deepEqual(stage.when(asked).repeats().decision.outcome, outcome);
  }
});

test('[R2] the same request id with other content, or from somebody else, is refused', () => {
  const stage = given().does({ ...hold('ana', [3]), requestId: 'r' });
  for (const draft of [hold('ana', [4]), hold('ana', [3, 4]), hold('bia', [3]), release('ana', 2), best('ana', 1)]) {
    stage
      .when({ ...draft, requestId: 'r' })
      .refuses(OutcomeCode.requestIdReused)
      .happens();
  }
  stage.when({ ...hold('ana', [3]), requestId: 'r' }).repeats();
});

test('[R3] the request id stands on the last fact of its decision', () => {
  const stage = given(held(2, 'ana', [3], DUE)).at(DUE);
  const draft = { ...hold('bia', [3]), requestId: 'r' };
  stage.when(draft).accepts().happens();
  assert.deepEqual(
    [...stage.state.answered.entries()].map(([id]) => id),
    ['r'],
  );
  stage.when(draft).repeats({ code: 0, kind: 'hold', hold: 4, seats: [3], deadlineMs: DUE + RULES.holdTtlMs });
});

test('[R4] the window grows with the hall, and forgets the oldest first', () => {
  assert.ok(answeredMax(10) >= 512 && answeredMax(1_000) >= 4_000);
  const window = new RequestWindow(4);
  for (let index = 0; index < 11; index++) {
    window.add(`r${index}`, index, { code: 0, kind: 'done' });
    const kept = [...window.entries()].map(([id]) => id);
    const first = Math.max(0, index - 3);
    assert.deepEqual(
      kept,
      Array.from({ length: index - first + 1 }, (_, at) => `r${first + at}`),
    );
  }
  assert.deepEqual([window.find('r6'), window.size], [-1, 4]);
  assert.equal(window.fingerprintAt(window.find('r7')), 7);
});

test('[R4] an id that was forgotten and accepted again is kept as long as any other', () => {
  const window = new RequestWindow(3);
  for (const [at, id] of ['a', 'b', 'a', 'c'].entries()) window.add(id, at, { code: 0, kind: 'done' });
  assert.equal(window.fingerprintAt(window.find('a')), 2);
  window.add('d', 4, { code: 0, kind: 'done' });
  assert.deepEqual([window.find('b'), window.find('a') >= 0], [-1, true]);
  window.add('e', 5, { code: 0, kind: 'done' });
  assert.equal(window.find('a'), -1);
});

test('[R4] a forgotten hold cannot be held twice: its seats refuse, or it is an ordinary new one', () => {
  const map = seatMapOf(['....']);
  const stage = givenHall(map);
  const draft = { ...hold('ana', [3]), requestId: 'r' };
  stage.does(draft);
  for (let index = 0; index < answeredMax(map.seatCount) / 2; index++)
    stage.does(hold('bia', [0]), release('bia', stage.state.version + 1));
  assert.equal(stage.state.answered.find('r'), -1);
  stage.when(draft).refuses(OutcomeCode.seatHeld, [3]);
});

test('[R5] a refusal is repeated while the owner lives', () => {
  const stage = given(held(2, 'ana', [3]));
  const draft = { ...hold('bia', [3]), requestId: 'r' };
  stage.when(draft).refuses(OutcomeCode.seatHeld).happens();
  stage.does(release('ana', 2));
  const { decision } = stage.when(draft).refuses(OutcomeCode.seatHeld, [3]);
  assert.equal(decision.repeated, true);
  stage.when({ ...hold('bia', [4]), requestId: 'r' }).refuses(OutcomeCode.requestIdReused);
  stage.when(hold('bia', [3])).accepts();
});

test('[R5] the 512 newest refusals are remembered, each as it was first given', () => {
  const stage = given(held(2, 'ana', [3]));
  const { state } = stage;
  const command = (id: number): Command => ({ kind: 'hold', requestId: `r${id}`, buyer: 'bia', atMs: T0, seats: [3] });
  const refusal: Refused = { code: OutcomeCode.seatHeld, seats: [3] };
  for (let id = 0; id < 600; id++) rememberRefusal(state, command(id), refusal);
  assert.equal(state.refused.size, 512);
  assert.deepEqual([state.refused.find('r87'), state.refused.find('r88') >= 0], [-1, true]);
  rememberRefusal(state, command(599), { code: OutcomeCode.seatSold });
  rememberRefusal(state, command(601), { code: OutcomeCode.requestIdReused });
  assert.deepEqual(state.refused.outcomeAt(state.refused.find('r599')), refusal);
  assert.equal(state.refused.find('r601'), -1);
});

test('[R6] the fingerprint is of what was asked and by whom, not of what the server adds', () => {
  const base = { requestId: 'r', buyer: 'ana', atMs: T0 };
  const order = { ...base, kind: 'begin-payment', hold: 2, order: 'o1', payer: 'ana', lines: lines([3]) } as const;
  const sale = { ...base, kind: 'confirm', order: 'o1', tickets: [{ seat: 3, ticket: 't', code: 'c' }] } as const;
  assert.equal(fingerprintOf({ ...order, requestId: 'other', atMs: 0 }), fingerprintOf(order));
  assert.equal(fingerprintOf({ ...order, lines: [{ seat: 3, type: 1, priceCents: 1 }] }), fingerprintOf(order));
  assert.equal(fingerprintOf({ ...sale, tickets: [{ seat: 3, ticket: 'u', code: 'd' }] }), fingerprintOf(sale));
  assert.notEqual(fingerprintOf({ ...order, order: 'o2' }), fingerprintOf(order));
  assert.notEqual(fingerprintOf({ ...sale, buyer: 'bia' }), fingerprintOf(sale));
});

test('[R6] different questions have different fingerprints', () => {
  const base = { requestId: 'r', buyer: 'ana', atMs: T0 };
  const drafts: readonly Draft[] = [
    hold('ana', [1, 2]),
    hold('ana', [2, 1]),
    hold('ana', [1]),
    hold('ana', [1], 2),
    hold('ana', [1, 2], 2),
    hold('an', [1, 2]),
    best('ana', 2),
    best('ana', 2, true),
    release('ana', 2),
    release('ana', 2, [1]),
    release('ana', 2, []),
    extend('ana', 2),
    extend('ana', 3),
    begin('ana', 2, 'o1', lines([3])),
    begin('ana', 2, 'o1', lines([3], 2)),
    begin('ana', 2, 'o1', lines([4])),
    begin('ana', 2, 'o1', lines([3]), 'pai'),
    confirm('ana', 'o1', [3]),
    confirm('ana', 'o2', [3]),
    cancelPayment('ana', 'o1', true),
    cancelPayment('ana', 'o1', false),
    { kind: 'cancel', buyer: 'ana', order: 'o1' },
    { kind: 'refund', buyer: 'ana', order: 'o1' },
    { kind: 'cancel', buyer: 'ana', order: 'o1', tickets: [] },
    { kind: 'cancel', buyer: 'ana', order: 'o1', tickets: ['ab', 'c'] },
    { kind: 'cancel', buyer: 'ana', order: 'o1', tickets: ['a', 'bc'] },
    { kind: 'check-in', buyer: 'ana', ticket: 't', gate: 'g' },
    { kind: 'check-in', buyer: 'ana', ticket: 'tg', gate: '' },
    { kind: 'block', buyer: 'ana', seats: [1], reason: 'r' },
    { kind: 'unblock', buyer: 'ana', seats: [1], reason: 'r' },
    { kind: 'block', buyer: 'ana', seats: [1], reason: 's' },
    { kind: 'open-sales', buyer: 'ana' },
    { kind: 'close-sales', buyer: 'ana' },
    { kind: 'expire', buyer: 'ana' },
    { kind: 'claim', buyer: 'ana', epoch: 1 },
    { kind: 'claim', buyer: 'ana', epoch: 2 },
  ];
  const fingerprints = drafts.map((draft) => fingerprintOf({ ...base, ...draft } as Command));
  assert.equal(new Set(fingerprints).size, drafts.length);
  for (const fingerprint of fingerprints) assert.ok(fingerprint >>> 0 === fingerprint);
});

test('[R7] the system\u2019s own commands have no request id and may be asked for again and again', () => {
  const stage = given(held(2, 'ana', [3], DUE)).at(DUE);
  stage.when({ kind: 'expire', buyer: 'system', requestId: '' }).accepts().happens();
  stage.when({ kind: 'expire', buyer: 'system', requestId: '' }).accepts([]);
  assert.equal(stage.state.answered.size, 0);
});

test('[N1] facts are numbered without a gap, and only from the present epoch', () => {
  const fact: Fact = { kind: FactKind.salesClosed };
  const record = (version: number, epoch: number, of: Fact = fact) => ({
    version,
    epoch,
    atMs: T0,
    requestId: null,
    fingerprint: 0,
    fact: of,
  });
  const owner: Fact = { kind: FactKind.ownerChanged, holdDeadlineMs: DUE };
  const state = initialState(1, HALL, RULES);
  for (const wrong of [record(2, 0), record(0, 0), record(1, 1), record(1, 0, owner)]) {
    assert.throws(() => evolve(state, wrong), InvariantViolation);
  }
  evolve(state, record(1, 4, owner));
  assert.throws(() => evolve(state, record(2, 3)), InvariantViolation);
  assert.throws(() => evolve(state, record(2, 4, owner)), InvariantViolation);
  evolve(state, record(2, 4));
  assert.deepEqual([state.version, state.epoch, state.salesOpen], [2, 4, false]);
});

test('[N2] [I1] what cannot have happened stops the actor', () => {
  const wrong: readonly Fact[] = [
    held(3, 'bia', [3]),
    held(2, 'bia', [5]),
    held(99, 'bia', [5]),
    held(3, 'bia', [16]),
    { kind: FactKind.extended, hold: 9, deadlineMs: DUE },
    { kind: FactKind.released, hold: 2, seats: [5] },
    { kind: FactKind.released, hold: 2, seats: [3, 3] },
    { kind: FactKind.expired, holds: [9] },
    { kind: FactKind.expired, holds: [2, 2] },
    { kind: FactKind.paymentBegun, hold: 2, order: 'o1', payer: 'ana', lines: lines([3]), deadlineMs: DUE },
    { kind: FactKind.paymentCancelled, hold: 2, order: 'o1', deadlineMs: null },
    { kind: FactKind.sold, hold: 2, order: 'o1', tickets: [] },
    { kind: FactKind.ticketsCancelled, order: 'o1', tickets: ['t'] },
    { kind: FactKind.checkedIn, ticket: 't', gate: 'g' },
    { kind: FactKind.blocked, seats: [4], reason: 'held' },
    { kind: FactKind.unblocked, seats: [5], reason: 'free' },
  ];
  for (const fact of wrong) {
    assert.throws(() => given(held(2, 'ana', [3, 4])).given(fact), InvariantViolation, JSON.stringify(fact));
  }
});
