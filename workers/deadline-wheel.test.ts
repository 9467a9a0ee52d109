import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineWheel } from './deadline-wheel.ts';

test('[X1] an item is due at the first tick at or after its deadline, once', () => {
  const wheel = new DeadlineWheel<string>(250, 1_000);
  wheel.add('a', 1_300);
  wheel.add('a', 1_400);
  wheel.add('b', 1_500);
  assert.deepEqual([...wheel.due(1_300)], []);
  assert.deepEqual([...wheel.due(1_499)], []);
  assert.deepEqual([...wheel.due(1_500)], ['a', 'b']);
  assert.deepEqual([...wheel.due(2_000)], []);
});

test('[X1] a deadline in the past is due at the next look', () => {
  const wheel = new DeadlineWheel<string>(250, 1_000);
  assert.deepEqual([...wheel.due(5_000)], []);
  wheel.add('late', 10);
  assert.deepEqual([...wheel.due(5_249)], []);
  assert.deepEqual([...wheel.due(5_250)], ['late']);
});

test('[X1] after a long pause everything that came due is there, and nothing else', () => {
  const wheel = new DeadlineWheel<string>(250, 0);
  wheel.add('a', 1_000);
  wheel.add('b', 3_600_000);
  wheel.add('c', 90_000_000);
  assert.deepEqual([...wheel.due(86_400_000)].sort(), ['a', 'b']);
  assert.deepEqual([...wheel.due(90_000_000)], ['c']);
});
