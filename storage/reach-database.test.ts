import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { TEST_FOLDER_PREFIX } from '../tests/support/cluster.ts';
import { otherServer } from '../tests/support/other-server.ts';
import { connected } from '../tests/support/postgres.ts';
import { findEmbedded } from './embedded-postgres.ts';
import { SILENT_LOG } from './log.ts';
import { reachDatabase } from './reach-database.ts';

test('a command borrows the PostgreSQL of a running server, and runs it itself when there is none', async (t) => {
  const home = mkdtempSync(path.join(os.tmpdir(), TEST_FOLDER_PREFIX));
  chmodSync(home, 0o711);
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, 'postgres');
  const environment = { POLTRONA_FOLDER: home };
  const ask = async () => {
    const database = await reachDatabase(environment, SILENT_LOG);
    const client = await connected(t, database.config, 'migrator');
    const { rows } = await client.query('select current_database() as name');
    assert.deepEqual(rows, [{ name: 'poltrona' }]);
    await client.end();
    await database.close();
  };
  const server = await otherServer(t, folder);
  await ask();
  assert.notEqual(findEmbedded(folder), null);
  await server.kill();
  await ask();
  assert.equal(findEmbedded(folder), null);
});

test('DATABASE_URL goes before everything else', async () => {
  const { config, close } = await reachDatabase(
    { DATABASE_URL: 'postgres://ana@db/x', POLTRONA_FOLDER: '/' },
    SILENT_LOG,
  );
  assert.equal(config.host, 'db');
  await close();
});
