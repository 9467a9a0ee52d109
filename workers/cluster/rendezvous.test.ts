import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SHARDS } from '../shard-map.ts';
import { type Member, placeShards } from './rendezvous.ts';

function members(count: number, threads: number): Member[] {
  return Array.from({ length: count }, (_, index) => ({ node: `node${index}-${index * 7919}`, threads }));
}

function counts(of: readonly Member[]): number[] {
  const placement = placeShards(of);
  return of.flatMap(({ node, threads }) =>
    Array.from(
      { length: threads },
      (_, thread) => placement.filter((place) => place.node === node && place.thread === thread).length,
    ),
  );
}

test('[LE1] every shard belongs to one thread, and no thread has more than its part', () => {
  for (const [nodes, threads] of [
    [1, 1],
    [1, 3],
    [2, 1],
    [3, 2],
    [7, 4],
  ] as const) {
    const each = counts(members(nodes, threads));
    assert.equal(
      each.reduce((sum, count) => sum + count, 0),
      SHARDS,
    );
    assert.ok(Math.max(...each) <= Math.ceil(SHARDS / (nodes * threads)), `${nodes} × ${threads}: ${each}`);
  }
});

test('[LE1] a node has shards for each of its threads', () => {
  const placement = placeShards([
    { node: 'small-1', threads: 1 },
    { node: 'large-2', threads: 3 },
  ]);
  const small = placement.filter(({ node }) => node === 'small-1').length;
  assert.ok(Math.abs(small - SHARDS / 4) <= 3, `${small}`);
});

test('[LE1] whoever asks, and in whatever order, gets the same answer', () => {
  const some = members(4, 2);
  assert.deepEqual(placeShards(some), placeShards(some.toReversed()));
  assert.deepEqual(placeShards([]), []);
});

test('[LE2] a node that comes moves its part and little more, and when it goes it gives the same back', () => {
  for (let nodes = 1; nodes <= 6; nodes++) {
    const before = placeShards(members(nodes, 2));
    const after = placeShards(members(nodes + 1, 2));
    const moved = before.filter(({ node, thread }, shard) => {
      const place = after[shard]!;
      return place.node !== node || place.thread !== thread;
    }).length;
    assert.ok(moved <= SHARDS / (nodes + 1) + SHARDS * 0.08, `${nodes} nodes and one more: ${moved} shards moved`);
  }
});

test('[LE3] builds agree where shards belong: this never changes, or it is another record version', () => {
  const text = JSON.stringify(placeShards(members(5, 3)));
  assert.equal(createHash('sha256').update(text).digest('hex').slice(0, 16), 'd096f9cc574c5a77');
});
