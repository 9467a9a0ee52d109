/** What the clock does to screenings: holds that end, payments that are overdue, actors that go to sleep, the end of the process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { begin, confirm, hold, lines, RULES } from '../tests/support/screening.ts';
import { SNAPSHOT_EVERY_FACTS } from './screening-actor.ts';
import { TICK_MS } from './shard-runtime.ts';

test('[H3] an expired hold frees the seat at the tick it expires, and the watchers see it', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  const watching = stage.watch(7);
  await stage.passes(RULES.holdTtlMs - TICK_MS);
  assert.deepEqual([stage.kinds(7), watching.replica?.status[0]], [[1, 4], 1]);
  await stage.passes(2 * TICK_MS);
  assert.deepEqual([stage.kinds(7), watching.replica?.status[0]], [[1, 4, 7], 0]);
});

test('[M20] holds that came due while the journal took nothing are expired afterwards', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  await stage.does(8, hold('ana', [0]));
  const watching = stage.watch(7);
  await stage.passes(RULES.holdTtlMs - 2 * TICK_MS);
  stage.store.isHolding = true;
  stage.say(8, hold('bia', [1]));
  await turns();
  stage.store.doubt(true);
  // The database is away for a minute; the hold in screening 7 comes due.
  await stage.passes(60_000);
  stage.store.isHolding = false;
  stage.store.settle('stored');
  await stage.passes(4 * TICK_MS);
  assert.deepEqual([stage.kinds(7), watching.replica?.status[0]], [[1, 4, 7], 0]);
});

test('[M20] holds that came due while the screening was resting are expired when it is back', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 5_000 } });
  await stage.does(7, hold('ana', [0]));
  stage.watch(7);
  await stage.passes(RULES.holdTtlMs - 1_000);
  await stage.does(7, begin('eva', 2, 'order-poison', [{ seat: 0, type: 1, priceCents: -1 }]));
  await stage.passes(10_000);
  assert.deepEqual(stage.kinds(7), [1, 4, 7]);
});

test('[M21] an overdue payment is asked about once, and again after five seconds while nothing is known', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  await stage.does(7, begin('ana', 2, 'order-1', lines([0])));
  await stage.passes(RULES.paymentTtlMs - TICK_MS);
  assert.deepEqual(stage.paymentsDue, []);
  await stage.passes(2 * TICK_MS);
  assert.deepEqual(stage.paymentsDue, ['7 order-1']);
  await stage.passes(4_000);
  assert.equal(stage.paymentsDue.length, 1);
  await stage.passes(1_500);
  assert.equal(stage.paymentsDue.length, 2);
});

test('[M21] other deadlines of a busy screening do not make it ask more often', async () => {
  const stage = new RuntimeStage({ rules: { holdTtlMs: 5_000, paymentTtlMs: 20_000 } });
  await stage.does(7, hold('ana', [0]));
  await stage.does(7, begin('ana', 2, 'order-1', lines([0])));
  for (let second = 0; second < 30; second++) {
    // A hold that ends in every second of the next ones.
    await stage.does(7, hold(`buyer-${second}`, [1 + (second % 15)]));
    await stage.passes(1_000);
  }
  assert.ok(stage.paymentsDue.length <= 3, `asked ${stage.paymentsDue.length} times in ten seconds`);
});

test('[M21] a payment that was sold or ended is not asked about', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  await stage.does(7, begin('ana', 2, 'order-1', lines([0])));
  await stage.does(7, confirm('ana', 'order-1', [0]));
  await stage.passes(RULES.paymentTtlMs + 20_000);
  assert.deepEqual(stage.paymentsDue, []);
});

test('[M21] payments that the last owner left under way are asked about by the new one', async () => {
  const before = new RuntimeStage();
  await before.does(7, hold('ana', [0]));
  await before.does(7, begin('ana', 2, 'order-1', lines([0])));
  const stage = new RuntimeStage({ store: before.store, epoch: 2 });
  stage.nowMs = before.nowMs + 3_600_000;
  await stage.does(7, hold('bia', [1]));
  await stage.passes(RULES.holdTtlMs + 1_000);
  assert.deepEqual(stage.paymentsDue.slice(0, 1), ['7 order-1']);
});

test('[M22] an idle actor goes to sleep, and wakes up with the same answers', async () => {
  const stage = new RuntimeStage({ limits: { snapshotFactsMin: 1 } });
  const held = await stage.does(7, hold('ana', [0, 1]), 'request-hold');
  await stage.does(7, begin('ana', 2, 'order-1', lines([0, 1])), 'request-begin');
  const sold = await stage.does(7, confirm('ana', 'order-1', [0, 1]), 'request-confirm');
  stage.nowMs += 300_001;
  await stage.runtime.passivateIdle();
  assert.deepEqual([stage.runtime.loadedActors, stage.loader.snapshots.get(7)?.version], [0, 4]);
  const again = await stage.does(7, hold('ana', [0, 1]), 'request-hold');
  assert.deepEqual(again.accepted('hold'), held.accepted('hold'));
  const soldAgain = await stage.does(7, confirm('ana', 'order-1', [0, 1]), 'request-confirm');
  assert.deepEqual(soldAgain.accepted('sold'), sold.accepted('sold'));
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'seatSold');
  assert.equal((await stage.does(7, hold('bia', [2]), 'request-hold')).code, 'requestIdReused');
  assert.deepEqual(stage.kinds(7), [1, 4, 8, 10]);
});

test('[M22] few facts are not worth a snapshot: they are replayed', async () => {
  const stage = new RuntimeStage({ limits: { snapshotFactsMin: 10 } });
  await stage.does(7, hold('ana', [99]));
  stage.nowMs += 300_001;
  await stage.runtime.passivateIdle();
  assert.deepEqual([stage.runtime.loadedActors, stage.loader.saves], [0, 0]);
});

test('[M22] who has a hold, a watcher, something uncommitted or was just asked stays awake', async () => {
  const stage = new RuntimeStage();
  await stage.does(1, hold('ana', [0]));
  stage.watch(2);
  await stage.does(3, hold('ana', [99]));
  stage.nowMs += 300_001;
  await stage.does(4, hold('ana', [99]));
  stage.store.isHolding = true;
  await stage.does(3, { kind: 'close-sales', buyer: 'staff' });
  await stage.runtime.passivateIdle();
  assert.deepEqual(
    [1, 2, 3, 4].map((screening) => stage.runtime.liveActor(screening) !== null),
    [true, true, true, true],
  );
});

test('[M22] a command that comes while the snapshot is being saved finds its screening', async () => {
  const stage = new RuntimeStage({ limits: { snapshotFactsMin: 1 } });
  await stage.does(7, { kind: 'close-sales', buyer: 'staff' });
  stage.nowMs += 300_001;
  stage.loader.isSaveHanging = true;
  void stage.runtime.passivateIdle();
  await turns();
  assert.equal((await stage.does(7, hold('bia', [0]))).code, 'salesClosed');
});

test('[M22] a save that hangs is waited for by one round only', async () => {
  const stage = new RuntimeStage({ limits: { snapshotFactsMin: 1 } });
  for (const screening of [1, 2, 3]) await stage.does(screening, { kind: 'close-sales', buyer: 'staff' });
  stage.nowMs += 300_001;
  stage.loader.isSaveHanging = true;
  for (let round = 0; round < 3; round++) void stage.runtime.passivateIdle();
  await turns();
  assert.equal(stage.loader.saves, 1);
});

test('[M23] a hot screening leaves a snapshot while it is in use', async () => {
  const stage = new RuntimeStage();
  for (let fact = 0; fact <= SNAPSHOT_EVERY_FACTS; fact++) {
    stage.say(7, { kind: fact % 2 === 0 ? 'close-sales' : 'open-sales', buyer: 'staff' });
    if (fact % 500 === 0) await turns();
  }
  await turns();
  const snapshot = stage.loader.snapshots.get(7);
  assert.deepEqual([stage.loader.saves, snapshot?.version], [1, SNAPSHOT_EVERY_FACTS]);
});

test('[M24] a drain settles what is on its way, keeps what is worth a snapshot, and loads nothing more', async () => {
  const stage = new RuntimeStage({ limits: { snapshotFactsMin: 2 } });
  await stage.does(7, hold('ana', [0]));
  stage.store.isHolding = true;
  const flying = await stage.does(7, hold('bia', [1]));
  let isDrained = false;
  void stage.runtime.drain(1_000).then(() => {
    isDrained = true;
  });
  await turns();
  assert.deepEqual([isDrained, flying.code], [false, null]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([isDrained, flying.code, stage.loader.snapshots.get(7)?.version], [true, 'accepted', 3]);
  const late = await stage.does(8, hold('ana', [0]));
  assert.ok(['busy', 'unavailable'].includes(late.code ?? 'nothing'));
  assert.deepEqual(stage.loader.asked, [7]);
});

test('[M24] after a drain nothing is decided any more, neither for those who ask nor by the clock', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  await stage.runtime.drain(1_000);
  const late = await stage.does(7, hold('bia', [1]));
  await stage.passes(RULES.holdTtlMs + 1_000);
  assert.deepEqual([late.code, stage.kinds(7)], ['unavailable', [1, 4]]);
});

test('[M24] a load that ends after the drain began brings nobody to life', async () => {
  const stage = new RuntimeStage();
  stage.loader.isHolding = true;
  const waiting = stage.say(7, hold('ana', [0]));
  await stage.runtime.drain(1_000);
  stage.loader.oneHeld.give();
  await turns();
  assert.ok(['busy', 'unavailable'].includes(waiting.code ?? 'nothing'), `heard ${waiting.code}`);
  assert.deepEqual(stage.kinds(7), []);
});
