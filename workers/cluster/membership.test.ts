import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCluster, LEASE_MS } from '../../tests/support/cluster-nodes.ts';
import { SHARDS } from '../shard-map.ts';

const SHARDS_ALL = Array.from({ length: SHARDS }, (_, shard) => shard);

test('[LE9] the first node alone has everything within 150 ms', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  const tookMs = await cluster.clock.passUntil(() => ana.claims.size === SHARDS, 150, 'all shards');
  assert.ok(tookMs < 150);
  assert.equal(ana.allocations, 1);
  assert.equal(cluster.complaint(), null);
  assert.equal(ana.membership.state.phase, 'member');
});

test('[LE10] a node that joins gets its fair part, each shard only after its owner let go', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.inPeace(200);
  const bia = await cluster.start('bia-2', { startMs: 77_777 });
  // Four waves of hand-overs, each as long as a release and a few messages.
  const tookMs = await cluster.inPeace(1_000);
  assert.ok(tookMs < 600, `${tookMs} ms`);
  assert.deepEqual([ana.owned, bia.owned], [128, 128]);
  assert.deepEqual(cluster.overlaps, []);
  for (const { epoch } of bia.claims.values()) assert.equal(epoch, 2);
});

test('[LE10] at most 32 shards of a node are on their way out at a time', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.inPeace(200);
  ana.isStuck = true;
  await cluster.start('bia-2');
  await cluster.clock.pass(1_000);
  assert.equal(ana.owned, SHARDS);
  assert.equal(cluster.living[1]!.owned, 0);
  ana.isStuck = false;
  // The wave is given up after its deadline: its shards are gone from the record all the same.
  await cluster.clock.passUntil(() => ana.owned < SHARDS, 3_000, 'the first wave');
  assert.equal(ana.owned, SHARDS - 32);
  assert.ok(ana.logged.some((line) => line.includes('not released in order')));
});

test('[LE11] nothing is claimed before the thread listens', async () => {
  const cluster = new FakeCluster();
  cluster.assignMs = () => 400;
  const ana = await cluster.start('ana-1');
  await cluster.clock.pass(300);
  const claims = () => JSON.parse(cluster.leases.get('ana-1')?.text ?? '{}').claims as unknown[];
  assert.equal(ana.allocations, 1);
  assert.deepEqual(claims(), []);
  await cluster.clock.pass(300);
  assert.equal(claims().length, SHARDS);
});

test('[LE12] the shards of a node that was killed are taken half a second after its lease at the latest', async () => {
  for (const [startMs, speed] of [
    [0, 1],
    [1e9, 1.0002],
  ] as const) {
    const cluster = new FakeCluster();
    await cluster.start('ana-1');
    const bia = await cluster.start('bia-2', { startMs, speed });
    await cluster.inPeace(1_000);
    bia.kill();
    const tookMs = await cluster.inPeace(LEASE_MS + 500);
    assert.ok(tookMs > LEASE_MS * 0.7, `taken after ${tookMs} ms, when the lease still held`);
    assert.deepEqual(cluster.overlaps, []);
  }
});

test('[LE13] a node that cannot renew gives everything up before others may take it, and begins anew', async () => {
  for (const fault of ['cut', 'refused'] as const) {
    const cluster = new FakeCluster();
    const ana = await cluster.start('ana-1');
    const bia = await cluster.start('bia-2');
    await cluster.inPeace(1_000);
    const before = new Map(ana.claims);
    ana.line.state = fault;
    await cluster.clock.passUntil(() => ana.claims.size === 0, LEASE_MS, 'ana gives up');
    assert.equal(ana.validUntilMs, 0);
    assert.deepEqual(
      SHARDS_ALL.filter((shard) => ana.table.ownerOf(shard)?.node === 'ana-1'),
      [],
    );
    await cluster.clock.passUntil(() => bia.claims.size === SHARDS, LEASE_MS, 'bia has all');
    ana.line.state = 'sound';
    await cluster.inPeace(3_000);
    assert.deepEqual(cluster.overlaps, []);
    for (const [shard, claim] of ana.claims) assert.ok(claim.epoch > (before.get(shard)?.epoch ?? 0));
  }
});

test('[LE13] a process stopped for three leases wakes up with nothing', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.start('bia-2');
  await cluster.inPeace(1_000);
  ana.process.stop();
  await cluster.clock.pass(3 * LEASE_MS);
  assert.equal(cluster.serving(0).length, 1);
  ana.process.wake();
  await cluster.clock.pass(1);
  assert.equal(ana.validUntilMs, 0);
  await cluster.inPeace(3_000);
  assert.deepEqual(cluster.overlaps, []);
});

test('[LE13] threads do not hear that the lease holds again before they have forgotten what they lost', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.start('bia-2');
  await cluster.inPeace(1_000);
  cluster.releaseMs = () => 700;
  ana.process.stop();
  await cluster.clock.pass(3 * LEASE_MS);
  ana.process.wake();
  await cluster.clock.pass(500);
  assert.ok(JSON.parse(cluster.leases.get('ana-1')?.text ?? '{}').clockMs > 3 * LEASE_MS, 'the lease is renewed');
  assert.deepEqual([ana.claims.size > 0, ana.validUntilMs], [true, 0]);
  await cluster.clock.passUntil(() => ana.validUntilMs > 0, 1_000, 'ana takes part again');
  assert.equal(ana.claims.size, 0);
});

test('[LE13] renewals slower than the lease never make it serve', async () => {
  const cluster = new FakeCluster();
  cluster.leases.delayMs = () => LEASE_MS;
  const ana = await cluster.start('ana-1');
  await cluster.clock.pass(5 * LEASE_MS);
  assert.deepEqual([ana.validUntilMs, ana.claims.size, ana.allocations], [0, 0, 0]);
  assert.ok(ana.logged.some((line) => line.includes('could not be renewed')));
  cluster.leases.delayMs = () => 1;
  await cluster.inPeace(2 * LEASE_MS);
});

test('[LE14] a shard that somebody claims with a newer epoch is dropped at once', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.inPeace(200);
  const claims = [[7, 0, 999, 0]];
  const stranger = { v: 1, node: 'zoe-9', state: 'draining', threads: 1, leaseMs: LEASE_MS, clockMs: 1, claims };
  cluster.leases.write('zoe-9', JSON.stringify(stranger), 0);
  await cluster.clock.pass(50);
  assert.ok(!ana.claims.has(7));
  assert.deepEqual(ana.table.ownerOf(7), { node: 'zoe-9', thread: 0, epoch: 999 });
  assert.equal(ana.owned, SHARDS - 1);
  // Zoe says nothing more: her shard comes back, as any dead node's.
  await cluster.clock.passUntil(() => ana.claims.has(7), LEASE_MS + 500, 'shard 7 comes back');
});

test('[LE15] a drained node gives everything away and stays; resumed, it gets its part again', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  const bia = await cluster.start('bia-2');
  await cluster.inPeace(1_000);
  let isDone = false;
  void ana.membership.drain().then(() => {
    isDone = true;
  });
  const tookMs = await cluster.clock.passUntil(() => isDone, 1_000, 'drained');
  assert.ok(tookMs < 500, `${tookMs} ms`);
  assert.deepEqual([ana.owned, ana.membership.state.node], [0, 'draining']);
  await cluster.inPeace(500);
  await cluster.clock.pass(2 * LEASE_MS);
  assert.equal(bia.owned, SHARDS);
  ana.membership.resume();
  await cluster.inPeace(1_000);
  assert.equal(ana.owned, 128);
});

test('[LE15] the last node is not drained: nobody could take its shards', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  await cluster.inPeace(200);
  await ana.membership.drain();
  await cluster.clock.pass(LEASE_MS);
  assert.equal(ana.owned, SHARDS);
  // As soon as there is another one it is.
  const bia = await cluster.start('bia-2');
  await cluster.clock.passUntil(() => bia.owned === SHARDS, 1_500, 'bia has all');
});

test('[LE16] a node that leaves hands over, and its key goes with it; the last one just goes', async () => {
  const cluster = new FakeCluster();
  const ana = await cluster.start('ana-1');
  const bia = await cluster.start('bia-2');
  await cluster.inPeace(1_000);
  const left = bia.membership.leave();
  await cluster.clock.passUntil(() => bia.membership.state.phase === 'left', 1_000, 'bia leaves');
  await cluster.clock.pass(50);
  await left;
  bia.kill();
  assert.equal(cluster.leases.get('bia-2')?.text, null);
  assert.equal(bia.claims.size, 0);
  await cluster.inPeace(100);
  assert.equal(ana.membership.state.nodes, 1);
  void ana.membership.leave();
  await cluster.clock.passUntil(() => ana.claims.size === 0, 200, 'ana lets go');
  await cluster.clock.pass(50);
  assert.equal(cluster.leases.get('ana-1')?.text, null);
});
