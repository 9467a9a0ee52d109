import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterView } from './cluster-view.ts';
import { NO_LOAD, type NodeRecord } from './node-record.ts';

function record(node: string, clockMs: number, ...claims: readonly (readonly [number, number])[]): NodeRecord {
  return {
    version: 1,
    node,
    name: node,
    build: 'test',
    state: 'up',
    threads: 1,
    leaseMs: 3_000,
    startedMs: 0,
    clockMs,
    load: NO_LOAD,
    claims: claims.map(([shard, epoch]) => ({ shard, thread: 0, epoch, sinceMs: 0 })),
  };
}

test('[LE6] of two records of a node the one with the later clock counts, in whatever order they come', () => {
  const view = new ClusterView();
  assert.equal(view.heard(record('ana', 200, [1, 5]), 10), 'joined');
  assert.equal(view.heard(record('ana', 100, [2, 5]), 20), 'stale');
  assert.equal(view.heard(record('ana', 200), 20), 'stale');
  assert.deepEqual([view.claimOf(1)?.epoch, view.claimOf(2)], [5, null]);
  assert.equal(view.peer('ana')?.heardMs, 10);
  assert.equal(view.heard(record('ana', 201), 30), 'renewed');
  assert.equal(view.claimOf(1), null);
});

test('[LE6] a delayed message of a node that is gone does not bring it back; a new one does', () => {
  const view = new ClusterView();
  view.heard(record('ana', 200), 10);
  assert.ok(view.forget('ana'));
  assert.ok(!view.forget('ana'));
  assert.equal(view.heard(record('ana', 200), 20), 'stale');
  assert.equal(view.heard(record('ana', 201), 20), 'joined');
});

test('[LE7] of two claims to a shard the one with the higher epoch counts', () => {
  const view = new ClusterView();
  view.heard(record('ana', 1, [7, 3]), 0);
  view.heard(record('bia', 1, [7, 4]), 0);
  assert.deepEqual(view.claimOf(7), { node: 'bia', thread: 0, epoch: 4 });
  view.forget('bia');
  assert.deepEqual(view.claimOf(7), { node: 'ana', thread: 0, epoch: 3 });
});

test('[LE8] silent is who was not heard for a lease: theirs or ours, whichever is longer', () => {
  const view = new ClusterView();
  view.heard(record('ana', 1), 0);
  view.heard({ ...record('bia', 1), leaseMs: 9_000 }, 0);
  const silent = (nowMs: number) => view.silent(nowMs, 3_000).map((peer) => peer.record.node);
  assert.deepEqual(silent(2_999), []);
  assert.deepEqual(silent(3_000), ['ana']);
  assert.deepEqual(silent(9_000), ['ana', 'bia']);
});
