import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThreadBoard } from './thread-board.ts';
import { ThreadWatchdog } from './thread-watchdog.ts';

const WELL = { journalIsAway: false, connections: 3, actors: 2, decisions: 9, queue: 1 };

test('[CL8] what one thread writes, all others read', () => {
  const board = new ThreadBoard(2);
  const other = new ThreadBoard(board.memory);
  other.write(1, WELL);
  board.leaseValidUntilMs = 1234.5;
  assert.deepEqual(board.line(1), { ...WELL, ticks: 1 });
  assert.deepEqual([board.line(0).ticks, other.leaseValidUntilMs, other.threads], [0, 1234.5, 2]);
});

test('[CL8] a node is not ready while it leaves, is cut off, or any of its threads waits for PostgreSQL', () => {
  const board = new ThreadBoard(2);
  assert.equal(board.notReady(10), null);
  board.write(1, { ...WELL, journalIsAway: true });
  assert.match(board.notReady(10) ?? '', /PostgreSQL/);
  board.write(1, WELL);
  board.isClustered = true;
  assert.match(board.notReady(10) ?? '', /cut off/);
  board.leaseValidUntilMs = 11;
  assert.equal(board.notReady(10), null);
  assert.match(board.notReady(11) ?? '', /cut off/);
  board.isLeaving = true;
  assert.equal(board.notReady(10), 'draining');
});

test('[CL9] a thread that does not turn any more is noticed, once; one that was frozen with its process is not', () => {
  const board = new ThreadBoard(2);
  const stuck: number[] = [];
  const watchdog = new ThreadWatchdog(board, (thread) => stuck.push(thread));
  for (let look = 0; look < 29; look++) {
    board.write(0, WELL);
    watchdog.look();
  }
  assert.deepEqual(stuck, []);
  board.write(1, WELL);
  for (let look = 0; look < 100; look++) {
    board.write(0, WELL);
    watchdog.look();
  }
  assert.deepEqual(stuck, [1]);
});
