import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './simulate.ts';
import type { Mutation } from './world.ts';

/** More with SIMULATION_SEEDS=5000 (npm run simulate). A seed that hurt once stays in KEPT. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 150);
const FIRST = Number(process.env['SIMULATION_FIRST_SEED'] ?? 1);
const KEPT: readonly number[] = [];

test(`[I1] [I2] [I3] [I4] [E1] [MC1] [MC3] [MC4] [PC1] [PC3] ${SEEDS} seeded worlds of crashing, duelling nodes keep the promises after every step`, async () => {
  let facts = 0;
  let accepted = 0;
  let crashes = 0;
  let mapChanges = 0;
  for (const seed of [...KEPT, ...Array.from({ length: SEEDS }, (_, index) => FIRST + index)]) {
    const result = await simulate(seed);
    assert.deepEqual(
      result.violations,
      [],
      `seed ${seed}: repeat with SIMULATION_FIRST_SEED=${seed} SIMULATION_SEEDS=1`,
    );
    assert.deepEqual(result.unexpected, [], `seed ${seed}`);
    facts += result.facts;
    accepted += result.accepted;
    crashes += result.crashes;
    mapChanges += result.mapChanges;
  }
  // A world in which nothing happens keeps every promise.
  assert.ok(
    facts > SEEDS * 30 && accepted > SEEDS * 20 && crashes > SEEDS && mapChanges > SEEDS / 3,
    `${facts} facts, ${accepted} accepted, ${crashes} crashes, ${mapChanges} changes of the layout`,
  );
});

test('[N1] the same seed gives the same run', async () => {
  const { unexpected: _first, ...first } = await simulate(77);
  const { unexpected: _second, ...second } = await simulate(77);
  assert.deepEqual(first, second);
});

/** Each is a way in which the engine could be wrong; a simulation that does not notice proves nothing. */
const MUTATIONS: readonly (readonly [Mutation, RegExp])[] = [
  ['acknowledge before commit', /\[I2\]/],
  ['no owner-changed fact', /\[I1\].*owner-changed/],
  ['no request-id window', /\[I4\]/],
  ['a version skipped', /gap|shorter|\[I2\]/],
  ['stale rows skipped instead of refused', /\[I\d\]|gap/],
];

for (const [mutation, expected] of MUTATIONS) {
  test(`[I1] [I2] [I4] the simulation notices the mutation "${mutation}"`, async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violations } = await simulate(seed, mutation);
      const [first] = violations;
      if (first === undefined) continue;
      assert.match(first, expected, `seed ${seed}`);
      return;
    }
    assert.fail('200 seeds and nobody noticed');
  });
}
