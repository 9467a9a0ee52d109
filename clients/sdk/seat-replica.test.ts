import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import type { Delta } from '../../server/protocol/server-frame.ts';
import { SeatReplica } from './seat-replica.ts';

function replica(): SeatReplica {
  const status = Uint8Array.of(0, 1, 2, 3);
  return new SeatReplica({
    op: ServerOp.snapshot,
    screening: 7,
    seatMap: 1,
    epoch: 3,
    version: 10,
    salesOpen: true,
    status,
  });
}

function delta(epoch: number, fromVersion: number, version: number, ...changes: number[]): Delta {
  return { op: ServerOp.delta, screening: 7, epoch, fromVersion, version, salesOpen: false, changes };
}

test('a delta that follows is applied whole', () => {
  const seats = replica();
  assert.equal(seats.apply(delta(3, 10, 12, (0 << 2) | 1, (2 << 2) | 0)), 'applied');
  assert.deepEqual([...seats.status], [1, 1, 0, 3]);
  assert.deepEqual([seats.epoch, seats.version, seats.salesOpen], [3, 12, false]);
});

test('the last change of a seat in a delta counts', () => {
  const seats = replica();
  seats.apply(delta(3, 10, 12, (0 << 2) | 1, (0 << 2) | 2));
  assert.equal(seats.status[0], 2);
});

test('a delta of a new owner follows on the old owner’s version', () => {
  const seats = replica();
  assert.equal(seats.apply(delta(4, 10, 11)), 'applied');
  assert.deepEqual([seats.epoch, seats.version], [4, 11]);
});

test('a delta that leaves something out is a gap, and changes nothing', () => {
  const seats = replica();
  for (const wrong of [delta(3, 11, 12, 1), delta(4, 12, 13, 1), delta(4, 8, 9, 1), delta(3, 9, 12, 1)]) {
    assert.equal(seats.apply(wrong), 'gap');
  }
  assert.deepEqual([...seats.status], [0, 1, 2, 3]);
  assert.deepEqual([seats.epoch, seats.version, seats.salesOpen], [3, 10, true]);
});

test('a delta that is known already, or of an owner that is no longer one, is old', () => {
  const seats = replica();
  for (const old of [delta(3, 9, 10, 1), delta(3, 8, 9, 1), delta(2, 10, 11, 1)]) assert.equal(seats.apply(old), 'old');
  assert.deepEqual([...seats.status], [0, 1, 2, 3]);
});

test('a seat that the screening does not have is a gap', () => {
  const seats = replica();
  assert.equal(seats.apply(delta(3, 10, 11, (0 << 2) | 1, (4 << 2) | 1)), 'gap');
  assert.equal(seats.status[0], 0);
});
