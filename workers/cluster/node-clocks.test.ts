import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NodeClocks } from './node-clocks.ts';

test('[NB4] a clock that was never heard is not guessed', () => {
  const clocks = new NodeClocks();
  clocks.heard('far', 500, 100);
  assert.equal(clocks.atLeast('farther', 100), null);
});

test('[NB4] a clock shows at least what it showed when it was heard, and goes on', () => {
  const clocks = new NodeClocks();
  clocks.heard('far', 500, 100);
  assert.equal(clocks.atLeast('far', 100), 500);
  const later = clocks.atLeast('far', 1_100)!;
  assert.ok(later > 1_499 && later < 1_500, `${later}: nearly as fast as ours`);
});

test('[NB4] of several hearings the one that travelled fastest counts', () => {
  const clocks = new NodeClocks();
  clocks.heard('far', 500, 140);
  clocks.heard('far', 600, 205);
  clocks.heard('far', 700, 390);
  assert.ok(clocks.atLeast('far', 400)! > 794);
});

test('[NB4] whatever the delays, and however the clocks drift, a clock is never taken to be further than it is', () => {
  const delays = fc.array(
    fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.integer({ min: 1, max: 8_000 })),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  const rates = fc.double({ min: 0.9996, max: 1.0004, noNaN: true });
  fc.assert(
    fc.property(delays, rates, (hearings, rate) => {
      const clocks = new NodeClocks();
      let nowMs = 1_000;
      const theirs = (ourMs: number): number => 7_000_000 + ourMs * rate;
      for (const [delayMs, pauseMs] of hearings) {
        nowMs += pauseMs;
        clocks.heard('far', theirs(nowMs - delayMs), nowMs);
        for (const later of [0, 1, 999, 30_000]) {
          assert.ok(clocks.atLeast('far', nowMs + later)! <= theirs(nowMs + later) + 1e-6);
        }
      }
    }),
    { seed: 3_001 },
  );
});

test('[NB4] a clock that was set back behind us is believed after two windows', () => {
  const clocks = new NodeClocks();
  for (let nowMs = 0; nowMs < 30_000; nowMs += 1_000) clocks.heard('far', 90_000 + nowMs, nowMs);
  for (let nowMs = 30_000; nowMs < 52_000; nowMs += 1_000) clocks.heard('far', 80_000 + nowMs, nowMs);
  assert.ok(clocks.atLeast('far', 52_000)! <= 132_000);
});

test('[NB4] after a long silence what was heard long ago is forgotten', () => {
  const clocks = new NodeClocks();
  clocks.heard('far', 90_000, 0);
  clocks.heard('far', 190_000, 200_000);
  assert.equal(clocks.atLeast('far', 200_000), 190_000);
});

test('[NB4] the clocks that are remembered are bounded: the one heard longest ago goes', () => {
  const clocks = new NodeClocks();
  for (let node = 0; node < 2_000; node++) clocks.heard(`node-${node}`, 500, node);
  assert.equal(clocks.size, 1_024);
  assert.deepEqual([clocks.atLeast('node-0', 2_000), clocks.atLeast('node-1999', 1_999)], [null, 500]);
});
