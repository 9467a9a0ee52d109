import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import type { Log } from './log.ts';
import { checkDurability, DatabaseUnfit } from './settings-check.ts';

function recordingLog(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, info() {}, error() {}, warn: (_, message) => void warnings.push(message) };
}

test('[I2] a durable database passes in silence', async (t) => {
  const log = recordingLog();
  await checkDurability(await testDatabase(t), { production: true, log });
  assert.deepEqual(log.warnings, []);
});

test('[I2] synchronous_commit off, were it for this database only, is refused in production and warned of elsewhere', async (t) => {
  const config = await testDatabase(t);
  const owner = await connected(t, config, 'migrator');
  await owner.query(`alter database ${config.database} set synchronous_commit = off`);
  const log = recordingLog();
  await assert.rejects(checkDurability(config, { production: true, log }), (error) => {
    assert.ok(error instanceof DatabaseUnfit);
    assert.match(error.message, /synchronous_commit is off/);
    return true;
  });
  await checkDurability(config, { production: false, log });
  assert.equal(log.warnings.length, 1);
  assert.match(log.warnings[0] ?? '', /synchronous_commit is off/);
});
