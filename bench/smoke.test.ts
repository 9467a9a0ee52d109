/** The benchmarks still run, their audits are clean and their figures have their names. No figure is looked at: a build machine says nothing about speed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DatabaseConfig } from '../storage/database.ts';
import { urlOf } from './server-process.ts';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** The cluster of the whole test run, where there is one (tests/run.ts); else the benchmark starts its own. */
const shared = process.env['POLTRONA_TEST_POSTGRES'];
const environment = shared === undefined ? {} : { DATABASE_URL: urlOf(JSON.parse(shared) as DatabaseConfig) };

type Line = Readonly<Record<string, unknown>>;

async function bench(...args: string[]): Promise<Line[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args, '--smoke', '--json'], {
    env: { ...process.env, ...environment },
  });
  // One JSON object a line and nothing else: JSON.parse is the assertion.
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function assertLine(line: Line | undefined, keys: readonly string[]): void {
  assert.ok(line !== undefined, 'a line is missing');
  assert.equal(line['audit'], 'ok');
  for (const key of keys) assert.ok(line[key] !== undefined, `${line['part']} has no ${key}`);
  const configuration = line['configuration'] as Line;
  for (const key of [
    'node',
    'cpu',
    'cpus',
    'postgresql',
    'postgresql_settings',
    'threads',
    'connections',
    'in_flight',
  ]) {
    assert.ok(configuration[key] !== undefined, `the configuration has no ${key}`);
  }
  for (const key of ['screenings', 'seats', 'seconds']) assert.equal(typeof configuration[key], 'number');
}

test('copy writes a journal that the audit accepts, and tells the ceiling', async () => {
  const lines = await bench('copy', '--threads', '2');
  assertLine(lines[0], ['copy_ceiling_per_s', 'copy_per_s', 'p50_ms', 'p99_ms']);
  assert.equal(lines.length, 4);
  for (const line of lines) assertLine(line, ['copy_per_s']);
});

test('seats: closed and open loop against a real server; every sampled answer is in the journal', async () => {
  const [closed, open, ...rest] = await bench('seats', '--threads', '2', '--frame-commands', '2');
  const common = ['durable_per_s', 'acked', 'p50_ms', 'p99_ms'];
  assertLine(closed, [...common, 'copy_ceiling_per_s', 'ratio_to_ceiling']);
  assertLine(open, [...common, 'offered_per_s']);
  assert.equal(rest.length, 0);
  for (const line of [closed, open]) {
    assert.ok(Number(line?.['acked']) > 0);
    assert.deepEqual(line?.['refused'], {});
    assert.deepEqual(line?.['errors'], []);
    assert.equal(line?.['unanswered'], 0);
  }
});

test('cluster: local, crossing and balanced, and a node that goes in three ways', async () => {
  const [throughput, ...gone] = await bench('cluster');
  assertLine(throughput, ['one_node_per_s', 'local_per_s', 'crossing_per_s', 'balanced_per_s', 'crossing_to_local']);
  assert.ok(Number(throughput?.['crossing_commands']) > 0, 'nothing crossed');
  assert.deepEqual(
    gone.map((line) => line['part']),
    ['kill -9', 'SIGSTOP for three leases', 'drain by SIGTERM'],
  );
  for (const line of gone) assertLine(line, ['longest_gap_ms', 'accepted']);
});

test('micro: no step has become an empty one', async () => {
  const lines = await bench('micro');
  assert.ok(lines.length >= 10);
  for (const line of lines) {
    assert.equal(line['audit'], 'ok');
    assert.ok(Number(line['ns_per_op']) > 0);
  }
});

test('an unknown benchmark is answered with the list of those there are, and nothing on stdout', async () => {
  const failure: { code?: number; stdout?: string; stderr?: string } = await promisify(execFile)(process.execPath, [
    MAIN,
    'everything',
  ]).then(
    () => ({}),
    (cause: object) => cause,
  );
  assert.equal(failure.code, 2);
  assert.equal(failure.stdout, '');
  assert.match(failure.stderr ?? '', /copy, seats, peers, micro, recover, cluster/);
});
