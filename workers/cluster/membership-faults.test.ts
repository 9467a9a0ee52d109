import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCluster, type FakeNode, LEASE_MS } from '../../tests/support/cluster-nodes.ts';
import { SHARDS } from '../shard-map.ts';

async function pair(): Promise<{ cluster: FakeCluster; ana: FakeNode; bia: FakeNode }> {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  const bia = await cluster.start('bia-2', { startMs: 5_000 });
  await cluster.inPeace(1_000);
  return { cluster, ana, bia };
}

/** That nobody gave anything up: all epochs are what they were. */
function unharmed(cluster: FakeCluster): () => void {
  const epochs = [...cluster.epochs];
  return () => {
    assert.equal(cluster.complaint(), null);
    assert.deepEqual([...cluster.epochs], epochs);
    assert.deepEqual(cluster.overlaps, []);
  };
}

test('[LE17] a lost acknowledgement is found out and adopted: what is stored is ours', async () => {
  const { cluster, ana } = await pair();
  const isUnharmed = unharmed(cluster);
  for (let round = 0; round < 5; round++) {
    // One write or two of ana's arrive without her hearing so.
    ana.line.state = 'mute';
    await cluster.clock.pass(LEASE_MS / 4);
    ana.line.state = 'sound';
    await cluster.clock.pass(LEASE_MS);
    isUnharmed();
  }
});

test('[LE17] the stored record proves how long the lease holds, and no longer', async () => {
  const { cluster, ana } = await pair();
  ana.line.state = 'mute';
  // Everything of hers is stored, and she does not know: she stops all the same, in time.
  await cluster.clock.passUntil(() => ana.validUntilMs === 0, LEASE_MS, 'ana lapses');
  ana.line.state = 'sound';
  await cluster.inPeace(2 * LEASE_MS);
  assert.deepEqual(cluster.overlaps, []);
});

test('[LE18] the key vanished, the bucket was deleted: everybody writes anew, and nothing moves', async () => {
  const { cluster } = await pair();
  const isUnharmed = unharmed(cluster);
  for (let round = 0; round < 20; round++) {
    cluster.leases.wipe();
    await cluster.clock.pass(311);
  }
  await cluster.clock.pass(2 * LEASE_MS);
  isUnharmed();
});

test('[LE18] the bucket came back from an old copy: nothing moves', async () => {
  const { cluster, ana, bia } = await pair();
  const old = cluster.leases.copy();
  bia.membership.drain();
  await cluster.inPeace(1_000);
  bia.membership.resume();
  await cluster.inPeace(1_000);
  const isUnharmed = unharmed(cluster);
  cluster.leases.restore(old);
  await cluster.clock.pass(LEASE_MS);
  cluster.leases.restore(old);
  await cluster.clock.pass(LEASE_MS);
  isUnharmed();
  assert.ok(ana.owned > 0);
});

test('[LE18] somebody deleted a living node’s key: it writes it again at once', async () => {
  const { cluster, ana } = await pair();
  cluster.isBucketSound = false;
  cluster.leases.write('ana-1', null, null);
  await cluster.clock.pass(50);
  assert.notEqual(cluster.leases.get('ana-1')?.text, null);
  await cluster.inPeace(1_500);
  assert.ok(ana.owned > 0);
});

test('[LE19] a short absence of NATS harms nobody', async () => {
  const { cluster, ana, bia } = await pair();
  const isUnharmed = unharmed(cluster);
  for (const fault of ['cut', 'refused'] as const) {
    for (const node of [ana, bia]) node.line.state = fault;
    await cluster.clock.pass(LEASE_MS * 0.5);
    for (const node of [ana, bia]) node.line.state = 'sound';
    await cluster.clock.pass(2 * LEASE_MS);
    isUnharmed();
  }
});

test('[LE19] a long absence of NATS stops everybody; afterwards all are there again', async () => {
  const { cluster, ana, bia } = await pair();
  for (const node of [ana, bia]) node.line.state = 'cut';
  cluster.leases.wipe();
  await cluster.clock.pass(3 * LEASE_MS);
  assert.equal(ana.claims.size + bia.claims.size, 0);
  ana.line.state = 'sound';
  await cluster.clock.pass(400);
  bia.line.state = 'sound';
  await cluster.inPeace(3_000);
  assert.deepEqual(cluster.overlaps, []);
});

test('[LE8] nobody is taken for dead by a node that only does not hear him', async () => {
  const { cluster, ana } = await pair();
  const isUnharmed = unharmed(cluster);
  ana.line.state = 'deaf';
  await cluster.clock.pass(4 * LEASE_MS);
  isUnharmed();
  assert.equal(ana.membership.state.nodes, 2);
});

test('[LE8] nobody is taken for dead while the store cannot be asked', async () => {
  const { cluster, ana, bia } = await pair();
  bia.kill();
  ana.line.state = 'refused';
  await cluster.clock.pass(3 * LEASE_MS);
  assert.equal(ana.membership.state.nodes, 2);
  ana.line.state = 'sound';
  await cluster.inPeace(1_000);
  assert.equal(ana.membership.state.nodes, 1);
});

test('[LE9] a node that joins just when the bucket was deleted hears of the others before it takes anything', async () => {
  const { cluster } = await pair();
  const epochs = [...cluster.epochs];
  cluster.leases.wipe();
  const caio = await cluster.start('caio-3');
  await cluster.inPeace(2_000);
  assert.deepEqual(cluster.overlaps, []);
  const moved = [...cluster.epochs].filter((epoch, shard) => epoch !== epochs[shard]).length;
  assert.ok(moved < SHARDS / 2, `${moved} moved`);
  assert.ok(caio.owned > 80);
});

test('[LE20] a deposed shard is dropped, and taken again with a new epoch after a pause', async () => {
  const { cluster, ana } = await pair();
  const [shard] = [...ana.claims.keys()];
  const { epoch } = ana.claims.get(shard!)!;
  ana.membership.deposed(shard!, epoch - 1);
  assert.ok(ana.claims.has(shard!), 'an older epoch deposes nobody');
  ana.membership.deposed(shard!, epoch);
  await cluster.clock.pass(100);
  assert.equal(ana.claims.has(shard!), false);
  await cluster.inPeace(500);
  assert.ok(ana.claims.get(shard!)!.epoch > epoch);
});

test('[LE20] a duel dies away: two nodes that cannot hear each other depose each other ever more seldom', async () => {
  const here = new FakeCluster();
  const ana = await here.start('ana-1');
  await here.inPeace(200);
  const taken: number[] = [];
  for (let ms = 0; ms < 120_000; ms += 100) {
    await here.clock.pass(100);
    const claim = ana.claims.get(3);
    // The other one takes it as soon as ana has it.
    if (claim === undefined || claim.epoch === taken.at(-1)) continue;
    taken.push(claim.epoch);
    ana.membership.deposed(3, claim.epoch + 1);
  }
  assert.ok(taken.length >= 5 && taken.length <= 12, `${taken.length} times in two minutes`);
  assert.equal(ana.owned >= SHARDS - 1, true);
});

test('[LE21] without PostgreSQL nothing is taken, what is owned stays, and it is tried again with pauses', async () => {
  const { cluster, ana, bia } = await pair();
  const before = new Map(ana.claims);
  ana.postgres = 'refused';
  bia.kill();
  await cluster.clock.pass(20_000);
  assert.deepEqual(new Map(ana.claims), before);
  assert.ok(ana.allocations < 15, `${ana.allocations} attempts`);
  ana.postgres = 'sound';
  await cluster.inPeace(6_000);
  assert.equal(ana.owned, SHARDS);
});

test('[LE21] a node that cannot reach PostgreSQL leaves its part to those who can, until it can again', async () => {
  for (const fault of ['refused', 'cut'] as const) {
    const { cluster, ana, bia } = await pair();
    const caio = await cluster.start('caio-3');
    caio.postgres = fault;
    await cluster.clock.passUntil(() => caio.membership.state.node === 'unfit', 9_000, 'caio is unfit');
    await cluster.clock.passUntil(() => ana.owned + bia.owned === SHARDS, 1_000, 'the others have all');
    caio.postgres = 'sound';
    await cluster.clock.passUntil(() => caio.membership.state.node === 'up', 12_000, 'caio is fit again');
    await cluster.inPeace(1_000);
    assert.ok(caio.owned > 80);
    assert.deepEqual(cluster.overlaps, []);
  }
});

test('[LE21] a node that owns its part and can store nothing any more drops it after a lease, though its threads cannot settle', async () => {
  const { cluster, ana, bia } = await pair();
  ana.canStore = false;
  ana.isStuck = true;
  await cluster.clock.pass(LEASE_MS / 2 + 500);
  assert.deepEqual([ana.membership.state.node, ana.owned], ['unfit', 128]);
  await cluster.clock.passUntil(() => bia.owned === SHARDS, LEASE_MS, 'bia has all');
  ana.canStore = true;
  ana.isStuck = false;
  await cluster.clock.passUntil(() => ana.owned === 128, 8_000, 'ana has her part again');
  assert.equal(bia.owned, 128);
});

test('[LE21] a moment without storing moves nothing, nor does PostgreSQL away from all', async () => {
  const { cluster, ana, bia } = await pair();
  const before = [new Map(ana.claims), new Map(bia.claims)];
  ana.canStore = false;
  await cluster.clock.pass(LEASE_MS * 0.8);
  ana.canStore = true;
  await cluster.clock.pass(LEASE_MS);
  assert.deepEqual([ana.claims, bia.claims], before);
  ana.canStore = false;
  await cluster.clock.pass(400);
  bia.canStore = false;
  await cluster.clock.pass(10 * LEASE_MS);
  ana.canStore = true;
  bia.canStore = true;
  await cluster.clock.pass(LEASE_MS);
  assert.deepEqual([ana.claims, bia.claims], before);
});

test('[LE22] threads that never finish a release stop neither renewals nor other shards', async () => {
  const { cluster, ana, bia } = await pair();
  ana.isStuck = true;
  const [shard] = [...ana.claims.keys()];
  ana.membership.deposed(shard!, ana.claims.get(shard!)!.epoch);
  await cluster.clock.pass(4 * LEASE_MS);
  assert.ok(ana.validUntilMs > ana.process.monotonicMs());
  assert.equal(ana.owned, 127);
  ana.isStuck = false;
  await cluster.clock.pass(4 * LEASE_MS);
  assert.equal(ana.owned + bia.owned, SHARDS);
});

test('[LE4] an unreadable record is ignored, with one warning', async () => {
  const { cluster, ana } = await pair();
  const isUnharmed = unharmed(cluster);
  for (let round = 0; round < 5; round++) {
    for (const text of ['', '{', '{"v":1}', '[]']) cluster.leases.write('zoe-9', text, null);
    await cluster.clock.pass(LEASE_MS / 2);
  }
  isUnharmed();
  assert.equal(ana.logged.filter((line) => line.includes('zoe-9')).length, 1);
});

test('[LE3] nodes of different builds, threads and leases live side by side', async () => {
  const { cluster } = await pair();
  const caio = await cluster.start('caio-3', { build: 'next', threads: 4, leaseMs: 6_000 });
  await cluster.inPeace(2_000);
  assert.equal(caio.owned, 128);
  caio.kill();
  const tookMs = await cluster.inPeace(7_000);
  assert.ok(tookMs > 4_000, 'its own lease counts, not that of whoever waits');
  assert.deepEqual(cluster.overlaps, []);
});

test('[LE23] clocks of others are heard with each renewal', async () => {
  const { cluster, ana, bia } = await pair();
  await cluster.clock.pass(LEASE_MS);
  const heard = ana.clocks.get('bia-2') ?? 0;
  const behindMs = bia.process.monotonicMs() - heard;
  assert.ok(behindMs >= 0 && behindMs <= LEASE_MS / 4 + 10, `${behindMs} ms behind`);
});
