/** Shards that go to another owner: nothing new is decided, what was decided is settled, and nothing of them is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../tests/support/hand-store.ts';
import { Watching } from '../tests/support/heard.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { begin, hold, lines } from '../tests/support/screening.ts';
import { ClusterOwnership } from './cluster/cluster-ownership.ts';
import { SHARDS, shardOf } from './shard-map.ts';

const ALL = Array.from({ length: SHARDS }, (_, shard) => shard);
const OF_7 = new Set([shardOf(7)]);
/** A screening of another shard than screening 7. */
const ELSEWHERE = 8;

class Lease {
  nowMs = 0;
  validUntilMs = 1_000;
  readonly deposed: string[] = [];
  readonly ownership = new ClusterOwnership({
    leaseValidUntilMs: () => this.validUntilMs,
    monotonicMs: () => this.nowMs,
    deposed: (shard, seenEpoch) => this.deposed.push(`${shard} ${seenEpoch}`),
  });

  constructor(epoch = 1) {
    this.ownership.give(ALL.map((shard) => ({ shard, epoch })));
  }
}

test('[CL1] a shard that is taken is not served any more, not even to those who only ask', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  lease.ownership.take(OF_7);
  const [held, repeated, asked] = [
    await stage.does(7, hold('bia', [1])),
    await stage.does(7, hold('ana', [0]), 'request-1'),
    stage.ask(7, 'ana'),
  ];
  assert.deepEqual([held.code, repeated.code, asked.code], ['unavailable', 'unavailable', 'unavailable']);
  assert.deepEqual(stage.watch(7).told, ['gone unavailable']);
  assert.equal((await stage.does(ELSEWHERE, hold('bia', [1]))).code, 'accepted');
  assert.deepEqual(stage.kinds(7), [1, 4]);
});

test('[CL2] with the lease over nothing is served; with the lease renewed it goes on', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  lease.nowMs = lease.validUntilMs;
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'unavailable');
  lease.validUntilMs += 1;
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'accepted');
});

test('[CL2] a hold whose time ran out while the lease was over is freed when it is back', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  lease.nowMs = lease.validUntilMs;
  await stage.passes(stage.rules.holdTtlMs + 1_000);
  assert.deepEqual(stage.kinds(7), [1, 4], 'nothing may be decided without a lease');
  lease.validUntilMs += 1;
  await stage.passes(1_000);
  assert.deepEqual(stage.kinds(7), [1, 4, 7]);
});

test('[CL3] letting go ends when what was decided is settled, and answered', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  stage.store.isHolding = true;
  const [inFlight, , waiting] = [stage.say(7, hold('bia', [1])), await turns(), stage.say(7, hold('carla', [2]))];
  lease.ownership.take(OF_7);
  let isOver = false;
  const over = stage.runtime.letGo(OF_7, 0).then(() => {
    isOver = true;
  });
  await turns();
  assert.deepEqual([isOver, inFlight.code, waiting.code], [false, null, null]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([isOver, inFlight.code, waiting.code], [false, 'accepted', null]);
  stage.store.oneHeld.commit();
  await over;
  assert.equal(waiting.code, 'accepted');
  assert.deepEqual([stage.runtime.liveActor(7), stage.kinds(7).length], [null, 4]);
});

test('[CL3] decisions of other shards do not keep it waiting for ever', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  await stage.does(ELSEWHERE, hold('ana', [0]));
  stage.store.isHolding = true;
  stage.say(ELSEWHERE, hold('bia', [1]));
  await turns();
  lease.ownership.take(OF_7);
  const over = stage.runtime.letGo(OF_7, 0);
  await turns();
  const later = stage.say(ELSEWHERE, hold('bia', [2]));
  stage.store.oneHeld.commit();
  await turns();
  // The next batch has the mark in it, and the hold that came after it.
  stage.store.oneHeld.commit();
  await over;
  assert.equal(later.code, 'accepted');
});

test('[CL3] a lost commit ends it as well: nobody is told "yes"', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  stage.store.isHolding = true;
  const asked = stage.say(7, hold('bia', [1]));
  await turns();
  lease.ownership.take(OF_7);
  const over = stage.runtime.letGo(OF_7, 0);
  stage.takenOver(7, 9);
  stage.store.oneHeld.commit();
  await over;
  assert.equal(asked.code, 'unavailable');
  await stage.passes(60_000);
  assert.deepEqual([stage.runtime.loadedActors, stage.kinds(7)], [0, [1, 4, 1]]);
});

test('[CL3] a screening that is being loaded is given up, and does not come to life later', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  stage.loader.isHolding = true;
  const asked = stage.say(7, hold('ana', [0]));
  await turns();
  lease.ownership.take(OF_7);
  await stage.runtime.letGo(OF_7, 0);
  assert.equal(asked.code, 'unavailable');
  stage.loader.oneHeld.give();
  await turns();
  assert.deepEqual([stage.runtime.loadedActors, stage.facts(7).length, stage.runtime.waitingCommands], [0, 0, 0]);
});

test('[CL3] whoever followed is forgotten without a word', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  const [moved, staying] = [stage.watch(7), stage.watch(ELSEWHERE)];
  await turns();
  moved.news();
  staying.news();
  lease.ownership.take(OF_7);
  await stage.runtime.letGo(OF_7, 0);
  lease.ownership.give([{ shard: shardOf(7), epoch: 2 }]);
  await stage.does(7, hold('bia', [1]));
  await stage.does(ELSEWHERE, hold('bia', [1]));
  assert.deepEqual([moved.news(), staying.news()], [[], ['delta 1-2']]);
});

test('[CL3] what takes long to replay gets a snapshot, for as long as there is time', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership, limits: { snapshotFactsMin: 2 } });
  await stage.does(7, hold('ana', [0]));
  await stage.does(ELSEWHERE, hold('ana', [0]));
  lease.ownership.take(OF_7);
  await stage.runtime.letGo(OF_7, 100);
  assert.deepEqual([...stage.loader.snapshots.keys()], [7]);
});

test('[CL4] taken back with a new epoch, a screening is claimed anew and its payments are asked about', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  const held = await stage.does(7, hold('ana', [0]));
  await stage.does(7, begin('ana', held.accepted('hold').hold, 'order-1', lines([0])));
  lease.ownership.take(OF_7);
  await stage.runtime.letGo(OF_7, 0);
  lease.ownership.give([{ shard: shardOf(7), epoch: 5 }]);
  stage.runtime.wake(7);
  await turns();
  assert.deepEqual([stage.kinds(7), stage.facts(7).at(-1)?.epoch], [[1, 4, 8, 1], 5]);
  await stage.passes(stage.rules.holdTtlMs + 10_000);
  assert.equal(stage.paymentsDue[0], '7 order-1');
});

test('[CL4] a screening is not woken where it does not belong', async () => {
  const lease = new Lease();
  lease.ownership.take(OF_7);
  const stage = new RuntimeStage({ ownership: lease.ownership });
  stage.runtime.wake(7);
  await turns();
  assert.deepEqual(stage.loader.asked, []);
});

test('[CL5] a shard that somebody else has written to is dropped at once, and reported once', async () => {
  const lease = new Lease(3);
  const stage = new RuntimeStage({ ownership: lease.ownership });
  await stage.does(7, hold('ana', [0]));
  stage.takenOver(7, 4);
  const fenced = await stage.does(7, hold('bia', [1]));
  assert.equal(fenced.code, 'unavailable');
  assert.deepEqual(lease.deposed, [`${shardOf(7)} 3`]);
  assert.deepEqual([lease.ownership.epochOf(shardOf(7)), lease.ownership.size], [null, SHARDS - 1]);
  await lease.ownership.deposed(shardOf(7), 4);
  assert.equal(lease.deposed.length, 1);
});

test('[CL5] an older epoch deposes nobody', async () => {
  const lease = new Lease(3);
  await lease.ownership.deposed(4, 2);
  assert.deepEqual([lease.deposed, lease.ownership.epochOf(4)], [[], 3]);
});

test('[CL3] somebody who follows what is let go hears of the new owner\u2019s seats only by asking there', async () => {
  const lease = new Lease();
  const stage = new RuntimeStage({ ownership: lease.ownership });
  const watching = new Watching();
  stage.runtime.subscribe(7, watching);
  await turns();
  lease.ownership.take(OF_7);
  await stage.runtime.letGo(OF_7, 0);
  stage.runtime.unsubscribe(7, watching);
  assert.equal(watching.told.at(-1), 'snapshot 1');
});
