import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packChanges, packStatus, unpackChanges, unpackStatus } from './seat-packing.ts';

test('seat 0 is in the low bits of byte 0', () => {
  assert.deepEqual(packStatus(Uint8Array.of(1, 2, 0, 3, 2)), Uint8Array.of(0b11_00_10_01, 0b10));
});

test('a snapshot of any number of seats comes back as it was', () => {
  for (let seats = 0; seats < 70; seats++) {
    const status = Uint8Array.from({ length: seats }, (_, seat) => (seat * 7 + (seat >> 3)) & 3);
    assert.deepEqual(unpackStatus(packStatus(status), seats), status);
  }
});

test('packed seats of another length than the seat count are refused', () => {
  assert.equal(unpackStatus(new Uint8Array(2), 4), null);
  assert.equal(unpackStatus(new Uint8Array(1), 5), null);
});

test('a change is the seat above two bits of status, high byte first', () => {
  const changes = [(300 << 2) | 2, (0 << 2) | 1, (4095 << 2) | 3];
  const packed = packChanges(changes);
  assert.deepEqual(packed, Uint8Array.of(0x04, 0xb2, 0x00, 0x01, 0x3f, 0xff));
  assert.deepEqual(unpackChanges(packed), changes);
});

test('half a change is refused', () => {
  assert.equal(unpackChanges(new Uint8Array(3)), null);
});
