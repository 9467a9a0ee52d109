/** The benchmark of imports still runs, and its audits are clean. No figure is looked at: a build machine says nothing about speed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DatabaseConfig } from '../storage/database.ts';
import { urlOf } from './server-process.ts';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const shared = process.env['POLTRONA_TEST_POSTGRES'];
const environment = shared === undefined ? {} : { DATABASE_URL: urlOf(JSON.parse(shared) as DatabaseConfig) };

test('import: a register and a programme, made the first time and unchanged the second', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'import', '--smoke', '--json'], {
    env: { ...process.env, ...environment },
  });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  assert.deepEqual(
    lines.map(({ part, created, unchanged, audit }) => [part, created, unchanged, audit]),
    [
      ['a register, first', 60, 0, 'ok'],
      ['a register, again', 0, 60, 'ok'],
      ['screenings, first', 500, 0, 'ok'],
      ['screenings, again', 0, 500, 'ok'],
    ],
  );
  for (const line of lines) {
    for (const key of ['import_ms', 'import_rows_per_s', 'copy_rows_per_s', 'ratio_to_copy', 'configuration']) {
      assert.ok(line[key] !== undefined, `${line['part']} has no ${key}`);
    }
  }
});
