/** The benchmark of paid orders still runs against a real server, and tickets, books and providers agree afterwards. */
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

test('paid: whole purchases with cards and with PayPal; seats and money agree, and the reconciler finds nothing', async () => {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'paid', '--smoke', '--json'], {
    env: { ...process.env, ...environment },
  });
  const parts = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  assert.equal(parts.length, 3);
  for (const line of parts) {
    assert.deepEqual([line['audit'], line['failed'], line['reconciler_cases']], ['ok', {}, 0]);
    assert.ok(Number(line['sold']) > 5);
    const figures = ['p50_ms', 'p99_ms', 'p99_beyond_provider_ms', 'captured_after_p99_ms', 'server_cpu_ms_per_order'];
    for (const figure of figures) assert.equal(typeof line[figure], 'number', figure);
  }
});
