import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox } from './mailbox.ts';

test('[M1] first in, first out, across the growing and the turning of the ring', () => {
  const mailbox = new Mailbox<number>(100);
  const taken: (number | undefined)[] = [];
  let next = 0;
  for (let round = 0; round < 40; round++) {
    for (let count = 0; count < 7; count++) assert.equal(mailbox.push(next++), true);
    for (let count = 0; count < 5; count++) taken.push(mailbox.shift());
  }
  assert.equal(mailbox.length, 80);
  while (mailbox.length > 0) taken.push(mailbox.shift());
  assert.deepEqual(
    taken,
    Array.from({ length: 280 }, (_, index) => index),
  );
  assert.equal(mailbox.shift(), undefined);
});

test('[M2] at the bound push says no, and there is room again after a shift', () => {
  for (const max of [1, 3, 8, 9, 1_000]) {
    const mailbox = new Mailbox<number>(max);
    for (let item = 0; item < max; item++) assert.equal(mailbox.push(item), true);
    assert.equal(mailbox.push(max), false);
    assert.equal(mailbox.length, max);
    assert.equal(mailbox.shift(), 0);
    assert.equal(mailbox.push(max), true);
    assert.equal(mailbox.push(max + 1), false);
  }
});
