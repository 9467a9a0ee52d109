/** Whatever happens to a screening, its journal tells it again: seeded walks of random commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomWalk } from '../tests/support/random-walk.ts';
import { assertEqualStates, assertRecount } from '../tests/support/recount.ts';
import { begun, given, HALL, held, hold, lines, RULES, recordsOf, sold, T0 } from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { InvariantViolation } from './assert.ts';
import { rememberRefusal } from './request-window.ts';
import { seatsTouched } from './seat-changes.ts';
import type { Command } from './seat-command.ts';
import { decide } from './seat-decide.ts';
import { evolve } from './seat-evolve.ts';
import { type Fact, FactKind, type RecordedFact } from './seat-fact.ts';
import type { Outcome } from './seat-outcome.ts';
import { type Hold, initialState, type ScreeningState } from './seat-state.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

const WALKS = 60;
const STEPS = 400;
const HOUSE = seatMapOf(['.... ....', '..cc_wk..', '....kw...']);
/** Larger and smaller, with some of the labels. */
const REBUILT = [seatMapOf(['..........', '..cc_wk...', '....kw....', '.']), seatMapOf(['.... ....', '_..c'])];
const MAPS = new Map([HOUSE, ...REBUILT].map((map) => [map.id, map]));

interface Step {
  readonly command: Command;
  readonly outcome: Outcome;
  readonly recorded: readonly RecordedFact[];
}

/** Walks, calling `after` at each step; a failure names the seed and the last commands. */
function walk(seed: number, after: (state: ScreeningState, step: Step) => void): ScreeningState {
  const state = initialState(1, HOUSE, RULES);
  const random = new RandomWalk(seed, [...MAPS.values()]);
  const commands: Command[] = [];
  try {
    for (let step = 0; step < STEPS; step++) {
      const command = random.next(state);
      commands.push(command);
      const decision = decide(state, command);
      const recorded = recordsOf(state, command, decision);
      for (const fact of recorded) evolve(state, fact, MAPS);
      if (decision.outcome.code !== 0 && !decision.repeated) rememberRefusal(state, command, decision.outcome);
      after(state, { command, outcome: decision.outcome, recorded });
    }
  } catch (cause) {
    const last = commands.slice(-5).map((command) => JSON.stringify(command));
    throw new Error(`seed ${seed}, step ${commands.length}, last commands:\n${last.join('\n')}`, { cause });
  }
  return state;
}

test('[N3] [N5] a replay of the facts gives an equal state, whose counts fit a recount at every step', () => {
  const outcomes = new Map<number, number>();
  const kinds = new Set<number>();
  for (let seed = 1; seed <= WALKS; seed++) {
    const journal: RecordedFact[] = [];
    const state = walk(seed, (now, { outcome, recorded }) => {
      assertRecount(now);
      journal.push(...recorded);
      outcomes.set(outcome.code, (outcomes.get(outcome.code) ?? 0) + 1);
      for (const { fact } of recorded) kinds.add(fact.kind);
    });
    const replayed = initialState(1, HOUSE, RULES);
    for (const recorded of journal) evolve(replayed, recorded, MAPS);
    assertEqualStates(replayed, state);
    assert.equal(writeSnapshot(replayed), writeSnapshot(state), `seed ${seed}`);
  }
  // A walk on which nothing happens proves nothing.
  assert.deepEqual(
    [...kinds].sort((a, b) => a - b),
    Object.values(FactKind),
  );
  assert.ok(outcomes.get(0)! > WALKS * STEPS * 0.3, `${outcomes.get(0)} accepted`);
  assert.ok(outcomes.size >= 20, `only ${[...outcomes.keys()]} came`);
});

test('[N4] a snapshot at any point and the facts since give the same state as all facts', () => {
  for (let seed = 1; seed <= WALKS; seed++) {
    const restored: ScreeningState[] = [];
    let decisions = 0;
    const state = walk(seed, (now, { recorded }) => {
      for (const later of restored) for (const fact of recorded) evolve(later, fact, MAPS);
      if (recorded.length === 0 || ++decisions % 40 !== 1) return;
      const text = writeSnapshot(now);
      const copy = readSnapshot(text, now.map, RULES);
      assertEqualStates(copy, now);
      assert.equal(writeSnapshot(copy), text, 'writing what was read gives other bytes');
      restored.push(copy);
    });
    assert.ok(restored.length >= 2, `seed ${seed}`);
    for (const later of restored) {
      assertEqualStates(later, state);
      assert.equal(writeSnapshot(later), writeSnapshot(state), `seed ${seed}: equal states, other bytes`);
    }
  }
});

test('[R1] [R3] on every walk the accepted command said again at once is answered alike, and changes nothing', () => {
  for (let seed = 1; seed <= WALKS; seed++) {
    walk(seed, (state, { command, outcome, recorded }) => {
      if (recorded.length === 0 || command.kind === 'expire' || command.kind === 'claim') return;
      assert.deepEqual(decide(state, command), { outcome, facts: [], repeated: true });
    });
  }
});

test('[X1] [P4] [I5] on no walk does a hold end by the clock before its deadline, or while it is being paid', () => {
  let expired = 0;
  for (let seed = 1; seed <= WALKS; seed++) {
    let before = new Map<number, Hold>();
    walk(seed, (state, { recorded }) => {
      for (const { fact, atMs } of recorded) {
        if (fact.kind !== FactKind.expired) continue;
        for (const id of fact.holds) {
          const hold = before.get(id);
          assert.ok(hold?.phase === 'choosing' && hold.deadlineMs <= atMs, `hold ${id}`);
          expired++;
        }
      }
      before = new Map(state.holds);
    });
  }
  assert.ok(expired > WALKS);
});

test('[N6] what watchers are told of each fact is what changed', () => {
  for (let seed = 1; seed <= WALKS; seed++) {
    let shown = new Uint8Array(HOUSE.seatCount);
    const state = initialState(1, HOUSE, RULES);
    walk(seed, (now, { recorded }) => {
      for (const fact of recorded) {
        const touched = seatsTouched(state, fact.fact);
        evolve(state, fact, MAPS);
        // Another layout is shown as a whole.
        if (state.map.seatCount !== shown.length || fact.fact.kind === FactKind.mapChanged)
          shown = state.seatStatus.slice();
        for (const seat of touched) shown[seat] = state.seatStatus[seat]!;
      }
      assert.deepEqual(shown, now.seatStatus);
    });
  }
});

test('[N7] a snapshot of another format, or for another hall, is not read', () => {
  const { state } = given(held(2, 'ana', [3]));
  const text = writeSnapshot(state);
  assert.throws(() => readSnapshot(text.replace('"format":2', '"format":3'), HALL, RULES), InvariantViolation);
  assert.throws(() => readSnapshot(text, HOUSE, RULES), InvariantViolation);
  // Of as many seats, and yet another one.
  assert.throws(() => readSnapshot(text, { ...HALL, id: HALL.id + 1_000 }, RULES), InvariantViolation);
  assert.throws(() => readSnapshot(text.replace('"blocked":[]', '"blocked":[3]'), HALL, RULES), InvariantViolation);
});

test('[N8] the rules of the present apply to decisions, not to the past', () => {
  const journal: readonly Fact[] = [
    held(2, 'ana', [0, 1, 2]),
    begun(2, 'o1', 'ana', lines([0, 1, 2])),
    sold(2, 'o1', [0, 1, 2]),
  ];
  const stage = given(...journal);
  const strict = readSnapshot(writeSnapshot(stage.state), HALL, { ...RULES, seatsPerBuyerMax: 2 });
  assert.equal(strict.tickets.size, 3);
  const command: Command = { ...hold('ana', [5]), requestId: 'r', atMs: T0 } as Command;
  assert.equal(decide(strict, command).outcome.code, 54);
});
