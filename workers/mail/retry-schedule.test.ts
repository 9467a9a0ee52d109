import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTEMPTS_MAX, pauseMs } from './retry-schedule.ts';

test('[ML5] the pauses grow, are told apart by chance, and end after about a day', () => {
  const pauses = Array.from({ length: ATTEMPTS_MAX - 1 }, (_, index) => pauseMs(index + 1, 0.5) ?? Number.NaN);
  assert.deepEqual(
    pauses,
    [...pauses].sort((one, other) => one - other),
  );
  assert.equal(pauses[0], 30_000);
  const hours = pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000;
  assert.ok(hours > 20 && hours < 28, String(hours));
  assert.equal(pauseMs(1, 0), 22_500);
  assert.equal(pauseMs(1, 1), 37_500);
  assert.equal(pauseMs(ATTEMPTS_MAX, 0.5), null);
});
