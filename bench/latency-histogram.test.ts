import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyHistogram } from './latency-histogram.ts';

test('a percentile is never below the true one, and at most 1.6 % above it', () => {
  const histogram = new LatencyHistogram();
  const samples: number[] = [];
  let state = 12_345;
  for (let i = 0; i < 50_000; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    // From 1 µs to about 65 s, evenly over the orders of magnitude.
    const us = Math.round(2 ** ((state / 2 ** 32) * 26));
    samples.push(us / 1000);
    histogram.record(us / 1000);
  }
  samples.sort((a, b) => a - b);
  for (const share of [0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exact = samples[Math.ceil(share * samples.length) - 1] ?? 0;
    const told = histogram.percentile(share);
    assert.ok(told >= exact, `${share}: ${told} is below ${exact}`);
    assert.ok(told <= exact * 1.016 + 0.001, `${share}: ${told} is far above ${exact}`);
  }
  assert.equal(histogram.summary().max_ms, samples.at(-1));
});

test('nothing recorded is all zeros; a wait longer than the scale counts as its end', () => {
  const histogram = new LatencyHistogram();
  assert.deepEqual(histogram.summary(), { count: 0, p50_ms: 0, p90_ms: 0, p99_ms: 0, p99_9_ms: 0, max_ms: 0 });
  histogram.recordMany(1e12, 3);
  assert.equal(histogram.count, 3);
  assert.equal(histogram.percentile(0.5), (2 ** 31 - 1) / 1000);
});
