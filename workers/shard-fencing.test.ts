/** Two processes that both believe they own a screening: only one of them commits, and the other one notices and steps back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { begin, confirm, hold, lines, RULES } from '../tests/support/screening.ts';
import { SoleOwnership } from './ownership.ts';

test('[I1] a fenced actor sells nothing: its askers repeat, its memory is dropped', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  stage.takenOver(7, 2);
  stage.store.isHolding = true;
  const first = stage.say(7, hold('bia', [1]));
  await turns();
  const behind = stage.say(7, hold('bia', [2]));
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([first.code, behind.code], ['unavailable', 'unavailable']);
  assert.deepEqual(stage.kinds(7), [1, 4, 1]);
  assert.equal(stage.runtime.liveActor(7), null);
});

test('[I1] two owners of one screening, taking turns, never sell a seat twice', async () => {
  const one = new RuntimeStage({ epoch: 1, limits: { restMs: 250, restMaxMs: 250 } });
  const other = new RuntimeStage({ epoch: 2, store: one.store, limits: { restMs: 250, restMaxMs: 250 } });
  one.epochsAllocated.push(3, 5, 7, 9, 11, 13);
  other.epochsAllocated.push(4, 6, 8, 10, 12, 14);
  const buy = async (stage: RuntimeStage, buyer: string): Promise<boolean> => {
    const held = await stage.does(7, hold(buyer, [3]), `hold-${buyer}`);
    if (held.code !== 'accepted') return false;
    const order = `order-${buyer}`;
    await stage.does(7, begin(buyer, held.accepted('hold').hold, order, lines([3])), `begin-${buyer}`);
    return (await stage.does(7, confirm(buyer, order, [3]), `confirm-${buyer}`)).code === 'accepted';
  };
  const sold: string[] = [];
  for (let round = 0; round < 8; round++) {
    for (const [stage, buyer] of [
      [one, 'ana'],
      [other, 'bia'],
    ] as const) {
      if (await buy(stage, buyer)) sold.push(buyer);
      await one.passes(500);
      await other.passes(500);
    }
  }
  assert.equal(new Set(sold).size, 1, `sold to ${sold}`);
  assert.equal(stage7Sales(one), 1);
  const epochs = one.facts(7).map(({ epoch }) => epoch);
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => a - b),
  );
});

function stage7Sales(stage: RuntimeStage): number {
  return stage.kinds(7).filter((kind) => kind === 10).length;
}

test('[M18] a fenced owner asks for a newer epoch, rests, and comes back with what the other one wrote', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 100 } });
  await stage.does(7, hold('ana', [0]));
  stage.takenOver(7, 2);
  stage.epochsAllocated.push(3);
  await stage.does(7, hold('bia', [1]));
  const resting = await stage.does(7, hold('bia', [1]));
  assert.equal(resting.code, 'unavailable');
  stage.nowMs += 100;
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'accepted');
  assert.deepEqual(
    stage.facts(7).map(({ epoch, version }) => [epoch, version]),
    [
      [1, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [3, 5],
    ],
  );
});

test('[M18] the pause doubles while a screening keeps being lost, up to its bound, and is forgotten after a quiet minute', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 1_000, restMaxMs: 4_000 } });
  let epoch = 1;
  const restAfterFence = async (): Promise<number> => {
    await stage.does(7, hold('ana', [99]));
    stage.takenOver(7, ++epoch);
    stage.epochsAllocated.push(++epoch);
    await stage.does(7, hold('ana', [0]), `request-${epoch}`);
    const sinceMs = stage.nowMs;
    while ((await stage.does(7, hold('ana', [99]), `probe-${epoch}-${stage.nowMs}`)).code === 'unavailable') {
      await stage.passes(250);
    }
    return stage.nowMs - sinceMs;
  };
  const restedMs: number[] = [];
  for (let time = 0; time < 4; time++) restedMs.push(await restAfterFence());
  assert.deepEqual(restedMs, [1_000, 2_000, 4_000, 4_000]);
  await stage.passes(61_000);
  assert.equal(await restAfterFence(), 1_000);
});

test('[M18] a fenced screening does not hold the others up', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  await stage.does(8, hold('ana', [0]));
  stage.takenOver(7, 2);
  stage.store.isHolding = true;
  const fenced = stage.say(7, hold('bia', [1]));
  const fine = stage.say(8, hold('bia', [1]));
  await turns();
  stage.store.isHolding = false;
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([fenced.code, fine.code], ['unavailable', 'accepted']);
});

test('[M18] watchers of a fenced screening get a snapshot from the owner that came back', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 100 } });
  await stage.does(7, hold('ana', [0]));
  const watching = stage.watch(7);
  stage.takenOver(7, 2);
  stage.epochsAllocated.push(3);
  await stage.does(7, hold('bia', [1]));
  await stage.passes(1_000);
  assert.deepEqual(watching.news(), ['snapshot 2', 'snapshot 4']);
  assert.equal(watching.replica?.epoch, 3);
});

test('[M25] whoever was fenced does not come back unasked: the new owner looks after the holds', async () => {
  const one = new RuntimeStage({ epoch: 1 });
  const other = new RuntimeStage({ epoch: 2, store: one.store });
  one.epochsAllocated.push(...Array.from({ length: 50 }, (_, index) => 3 + 2 * index));
  other.epochsAllocated.push(...Array.from({ length: 50 }, (_, index) => 4 + 2 * index));
  await one.does(7, hold('ana', [0]));
  await one.passes(60_000);
  await one.does(7, hold('ana', [2]));
  other.nowMs = one.nowMs;
  await other.does(7, hold('bia', [1]));
  await other.passes(60_000);
  await other.does(7, hold('bia', [3]));
  for (let time = 0; time < 3 * (RULES.holdTtlMs / 1_000); time++) {
    await one.passes(1_000);
    await other.passes(1_000);
  }
  const owners = one.kinds(7).filter((kind) => kind === 1).length;
  assert.equal(owners, 2, 'nobody asked the first one for anything, and it took the screening back');
  assert.equal((await other.does(7, hold('eva', [0, 1, 2, 3]))).code, 'accepted');
});

test('[M19] several who are deposed at once ask for one new epoch', async () => {
  let asked = 0;
  const ownership = new SoleOwnership(
    new Map([[0, 5]]),
    () => {
      asked++;
      return Promise.resolve(9);
    },
    () => {},
  );
  await Promise.all([ownership.deposed(0, 5), ownership.deposed(0, 7), ownership.deposed(0, 5)]);
  assert.deepEqual([asked, ownership.epochOf(0)], [1, 9]);
  await ownership.deposed(0, 5);
  assert.equal(asked, 1, 'our epoch is newer than what was seen');
  await ownership.deposed(0, 9);
  assert.equal(asked, 2);
});

test('[M19] without an answer about a new epoch the old one stays, the failure is told, and the next try asks again', async () => {
  const told: unknown[] = [];
  let isReachable = false;
  const ownership = new SoleOwnership(
    new Map([[0, 5]]),
    () => (isReachable ? Promise.resolve(6) : Promise.reject(new Error('no connection'))),
    (cause) => told.push(cause),
  );
  await ownership.deposed(0, 5);
  assert.deepEqual([ownership.epochOf(0), told.length], [5, 1]);
  isReachable = true;
  await ownership.deposed(0, 5);
  assert.deepEqual([ownership.epochOf(0), ownership.epochOf(1)], [6, null]);
});
