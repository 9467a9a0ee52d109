import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoisonList } from './poison-list.ts';

test('[M14] a command is known by its screening and its request id', () => {
  const list = new PoisonList();
  list.add(7, 'request-1');
  assert.deepEqual(
    [list.has(7, 'request-1'), list.has(8, 'request-1'), list.has(7, 'request-2'), list.has(7, '')],
    [true, false, false, false],
  );
});

test('[M14] the system’s own commands have no request id and are never refused', () => {
  const list = new PoisonList();
  list.add(7, '');
  assert.deepEqual([list.size, list.has(7, '')], [0, false]);
});

test('[M14] the list is bounded; the oldest is forgotten first', () => {
  const list = new PoisonList();
  for (let number = 0; number < 5_000; number++) list.add(7, `request-${number}`);
  list.add(7, 'request-4999');
  assert.deepEqual(
    [list.size, list.has(7, 'request-3999'), list.has(7, 'request-4000'), list.has(7, 'request-4999')],
    [1_000, false, true, true],
  );
});
