import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { collectThreadMetrics, countDecision, createThreadCounters, observe, renderAll } from './metrics.ts';

/** The value on the line that begins with `series`. */
function seriesValue(page: string, series: string): number | undefined {
  const line = page.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test('counters and gauges of all threads are summed', async () => {
  const first = createThreadCounters();
  const second = createThreadCounters();
  countDecision(first, 'hold', OutcomeCode.accepted);
  countDecision(second, 'hold', OutcomeCode.accepted);
  countDecision(second, 'hold', OutcomeCode.seatHeld);
  first.connections = 3;
  second.connections = 4;
  first.fenced = 1;
  const page = await renderAll([collectThreadMetrics(first), collectThreadMetrics(second)]);
  assert.equal(seriesValue(page, 'poltrona_decisions_total{kind="hold",code="accepted"}'), 2);
  assert.equal(seriesValue(page, 'poltrona_decisions_total{kind="hold",code="seatHeld"}'), 1);
  assert.equal(seriesValue(page, 'poltrona_connections'), 7);
  assert.equal(seriesValue(page, 'poltrona_fenced_total'), 1);
});

test('a commit is counted once, in its bucket and in every longer one', async () => {
  const counters = createThreadCounters();
  observe(counters.commitSeconds, 0.003);
  observe(counters.commitSeconds, 0.004);
  observe(counters.commitSeconds, 60);
  const page = await renderAll([collectThreadMetrics(counters), collectThreadMetrics(createThreadCounters())]);
  assert.equal(seriesValue(page, 'poltrona_commits_total'), 3);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_bucket{le="0.002"}'), 0);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_bucket{le="0.004"}'), 2);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_bucket{le="5"}'), 2);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_bucket{le="+Inf"}'), 3);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_count'), 3);
  assert.equal(seriesValue(page, 'poltrona_commit_seconds_sum'), 60.007);
});

test('figures of the process are not summed over its threads', async () => {
  const metrics = collectThreadMetrics(createThreadCounters());
  const one = seriesValue(await renderAll([metrics]), 'poltrona_resident_memory_bytes');
  assert.ok(one !== undefined && one > 0);
  assert.equal(seriesValue(await renderAll([metrics, metrics, metrics]), 'poltrona_resident_memory_bytes'), one);
});

test('every metric is named poltrona_ with help and type, and every outcome code fits its counter', async () => {
  const counters = createThreadCounters();
  for (const code of Object.values(OutcomeCode)) countDecision(counters, 'hold', code);
  const page = await renderAll([collectThreadMetrics(counters)]);
  for (const line of page.split('\n'))
    assert.match(line, /^$|^# (HELP|TYPE) poltrona_[a-z0-9_]+ .+|^poltrona_[a-z0-9_]+(\{.*\})? \S+$/);
  const series = page.split('\n').filter((line) => line.startsWith('poltrona_decisions_total{'));
  assert.equal(series.length, Object.keys(OutcomeCode).length);
});

test('what a thread collects can be posted to another one', () => {
  const metrics = collectThreadMetrics(createThreadCounters());
  assert.deepEqual(structuredClone(metrics), metrics);
});

test('a thread that did not answer is left out', async () => {
  const counters = createThreadCounters();
  counters.answers = 5;
  assert.equal(seriesValue(await renderAll([[], collectThreadMetrics(counters)]), 'poltrona_answers_total'), 5);
});
