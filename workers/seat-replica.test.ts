import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SeatDelta, SeatReplica } from './seat-replica.ts';

const snapshot = {
  screening: 7,
  seatMap: 1,
  epoch: 3,
  version: 10,
  salesOpen: true,
  status: Uint8Array.of(0, 1, 2, 3),
};
const delta = (change: Partial<SeatDelta>): SeatDelta => ({
  screening: 7,
  epoch: 3,
  fromVersion: 10,
  version: 12,
  salesOpen: false,
  changes: [(0 << 2) | 1, (1 << 2) | 0, (0 << 2) | 2],
  ...change,
});

test('[V3] a delta that follows is applied, the last change of a seat counts', () => {
  const replica = new SeatReplica(snapshot);
  assert.equal(replica.apply(delta({})), true);
  assert.deepEqual([[...replica.status], replica.version, replica.salesOpen], [[2, 0, 2, 3], 12, false]);
});

test('[V4] one that leaves a gap, comes twice, or is of an older epoch changes nothing', () => {
  for (const wrong of [{ fromVersion: 11 }, { fromVersion: 9 }, { epoch: 2 }]) {
    const replica = new SeatReplica(snapshot);
    assert.equal(replica.apply(delta(wrong)), false);
    assert.deepEqual([[...replica.status], replica.epoch, replica.version], [[0, 1, 2, 3], 3, 10]);
  }
});

test('[V4] one of a newer epoch that follows is applied', () => {
  const replica = new SeatReplica(snapshot);
  assert.equal(replica.apply(delta({ epoch: 4 })), true);
  assert.equal(replica.epoch, 4);
});

test('[I2] a replica shares no memory with what it was made of', () => {
  const replica = new SeatReplica(snapshot);
  replica.apply(delta({}));
  assert.deepEqual([...snapshot.status], [0, 1, 2, 3]);
});
