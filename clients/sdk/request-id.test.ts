import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRequestId } from './request-id.ts';
import { platform } from './surroundings.ts';

test('a request id is all of 128 bits in characters that the server takes', () => {
  const ids = Array.from({ length: 1000 }, () => newRequestId(platform.randomBytes));
  for (const id of ids) assert.match(id, /^[0-9A-Za-z_-]{22}$/);
  assert.equal(new Set(ids).size, ids.length);
});

test('every bit counts', () => {
  const idOf = (bit: number) =>
    newRequestId((bytes) => {
      if (bit >= 0) bytes[bit >> 3]! |= 1 << (bit & 7);
    });
  const ids = new Set(Array.from({ length: 129 }, (_, i) => idOf(i - 1)));
  assert.equal(ids.size, 129);
});
