/** The benchmark of the search still runs against a real server, and its sampled answers are what SQL says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DatabaseConfig } from '../storage/database.ts';
import { urlOf } from './server-process.ts';

/** The cluster of the whole test run, where there is one (tests/run.ts); else the benchmark starts its own. */
const shared = process.env['POLTRONA_TEST_POSTGRES'];
const environment = shared === undefined ? {} : { DATABASE_URL: urlOf(JSON.parse(shared) as DatabaseConfig) };

test('search: an open loop against a real server; every sampled answer is what SQL says', async () => {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'search', '--smoke', '--json', '--screenings', '400'],
    {
      env: { ...process.env, ...environment },
    },
  );
  const [quiet, changing, ...rest] = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  assert.equal(rest.length, 0);
  for (const line of [quiet ?? {}, changing ?? {}]) {
    assert.deepEqual([line['audit'], line['errors'], line['unanswered']], ['ok', {}, 0]);
    assert.ok(Number(line['answers_not_empty']) > 10);
    const figures = ['p50_ms', 'p99_ms', 'max_ms', 'answered_per_s', 'server_cpu_us_per_request', 'server_resident_mb'];
    for (const figure of figures) assert.equal(typeof line[figure], 'number', figure);
  }
  assert.ok(Number(changing?.['seen_after_max_ms']) > 0);
});
