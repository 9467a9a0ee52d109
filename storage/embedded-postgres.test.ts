import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { TEST_FOLDER_PREFIX } from '../tests/support/cluster.ts';
import { until } from '../tests/support/deadline.ts';
import { otherServer } from '../tests/support/other-server.ts';
import { clientConfig } from './database.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded-postgres.ts';
import { FolderInUse } from './folder-lock.ts';
import { SILENT_LOG } from './log.ts';
import { findPostmaster } from './postmaster-pid.ts';

const begun = new WeakMap<TestContext, EmbeddedPostgres[]>();

/** Removed after the test, when nothing that was started in it writes there any more: hooks run in the order in which they are set. */
function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), TEST_FOLDER_PREFIX));
  chmodSync(folder, 0o711);
  t.after(async () => {
    await Promise.allSettled((begun.get(t) ?? []).map((embedded) => embedded.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  return path.join(folder, 'pg');
}

/** Started in a folder of its own, stopped with the test. */
async function started(t: TestContext, folder: string, options: Partial<EmbeddedOptions> = {}) {
  const embedded = await startEmbedded({ folder, log: SILENT_LOG, ...options });
  begun.set(t, [...(begun.get(t) ?? []), embedded]);
  return embedded;
}

async function ask<Row extends pg.QueryResultRow>(embedded: EmbeddedPostgres, sql: string): Promise<Row[]> {
  const client = new pg.Client(clientConfig(embedded.config, 'migrator', 'embedded test'));
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('data are kept between runs, and the login is no superuser', async (t) => {
  const folder = temporaryFolder(t);
  const first = await started(t, folder);
  await ask(first, 'create table public.kept as select 42 as answer');
  await first.stop();
  await first.stop();
  const second = await started(t, folder);
  assert.equal(second.adopted, false);
  assert.deepEqual(await ask(second, 'select answer, current_user as login from public.kept'), [
    { answer: 42, login: 'poltrona' },
  ]);
  assert.deepEqual(await ask(second, 'select rolsuper from pg_roles where rolname = current_user'), [
    { rolsuper: false },
  ]);
});

test('[I2] durability is on whatever the options say; nothing listens on a network; the folder is closed to others', async (t) => {
  const folder = temporaryFolder(t);
  const off = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', listen_addresses: '*' };
  const embedded = await started(t, folder, { settings: off });
  const rows = await ask<{ setting: string }>(
    embedded,
    `select setting from pg_settings
     where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses') order by name`,
  );
  assert.deepEqual(
    rows.map(({ setting }) => setting),
    ['on', 'on', '', 'on'],
  );
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a second server in the same folder is told so', async (t) => {
  const folder = temporaryFolder(t);
  const other = await otherServer(t, folder);
  await assert.rejects(
    started(t, folder),
    (error) => error instanceof FolderInUse && /another Poltrona/.test(error.message),
  );
  await other.kill();
  await (await started(t, folder)).stop();
});

test('the PostgreSQL of a killed server is adopted, watched, and stopped in the end', async (t) => {
  const folder = temporaryFolder(t);
  const killed = await otherServer(t, folder);
  await killed.kill();
  let died = 0;
  const embedded = await started(t, folder, { onExit: () => died++ });
  assert.equal(embedded.adopted, true);
  assert.equal(embedded.pid, killed.postmaster);

  process.kill(embedded.pid, 'SIGKILL');
  await untilAnother(embedded, killed.postmaster);
  assert.equal(died, 1);
  const revived = embedded.pid;
  await embedded.stop();
  // Ended; its entry in the process table goes when its parent has looked.
  await until(
    () => !exists(revived),
    5_000,
    () => `process ${revived} is still there`,
  );
  assert.equal(existsSync(path.join(folder, 'server.lock')), false);
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    assert.equal((cause as NodeJS.ErrnoException).code, 'ESRCH');
    return false;
  }
}

test('[I2] a PostgreSQL that dies is started again, and what it had committed is there', async (t) => {
  const embedded = await started(t, temporaryFolder(t));
  await ask(embedded, 'create table public.kept as select 42 as answer');
  const before = embedded.pid;
  process.kill(before, 'SIGKILL');
  await untilAnother(embedded, before);
  assert.deepEqual(await ask(embedded, 'select answer from public.kept'), [{ answer: 42 }]);

  const revived = embedded.pid;
  await embedded.restart();
  assert.notEqual(embedded.pid, revived);
  assert.deepEqual(await ask(embedded, 'select answer from public.kept'), [{ answer: 42 }]);
});

test('stopped while it is being started again, it leaves nothing running', async (t) => {
  const folder = temporaryFolder(t);
  const cluster = path.join(folder, 'cluster');
  // The watch does not keep a process running; this does.
  const awake = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(awake));
  const newOne = async (before: number) => {
    for (;;) {
      const pid = findPostmaster(cluster)?.identity.pid;
      if (pid !== undefined && pid !== before) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  for (const moment of [() => Promise.resolve(), () => new Promise<void>((resolve) => setImmediate(resolve)), newOne]) {
    let heard = () => {};
    const died = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const embedded = await started(t, folder, { onExit: () => heard() });
    const before = embedded.pid;
    process.kill(before, 'SIGKILL');
    await died;
    await moment(before);
    await embedded.stop();
    assert.equal(findPostmaster(cluster), null);
    assert.equal(embedded.pid, 0);
  }
});

test('a pid file whose id has passed to another process is no obstacle', async (t) => {
  const folder = temporaryFolder(t);
  await (await started(t, folder)).stop();
  const file = path.join(folder, 'cluster', 'postmaster.pid');
  // This test's own process: alive, and no PostgreSQL.
  const lines = [process.pid, path.dirname(file), 1, 5432, path.join(folder, 'run'), '', '1 1', 'ready   '];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const embedded = await started(t, folder);
  assert.deepEqual(await ask(embedded, 'select 1 as one'), [{ one: 1 }]);
});

test('a folder whose path is too long for a socket gets its socket elsewhere', async (t) => {
  const folder = path.join(temporaryFolder(t), 'a'.repeat(120));
  chmodSync(path.dirname(path.dirname(folder)), 0o711);
  const embedded = await started(t, folder);
  const { host } = embedded.config;
  assert.ok(!host.startsWith(folder));
  assert.equal(statSync(host).mode & 0o777, 0o700);
  await embedded.stop();
  assert.equal(existsSync(host), false);
});

test('Ctrl-C in our terminal does not reach PostgreSQL before us', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const embedded = await started(t, temporaryFolder(t));
  const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
  assert.notEqual(groupOf(embedded.pid), groupOf(process.pid));
});

test('data of another major version are left alone, and the message says what made them', async (t) => {
  const folder = temporaryFolder(t);
  await (await started(t, folder)).stop();
  writeFileSync(path.join(folder, 'cluster', 'PG_VERSION'), '14\n');
  await assert.rejects(started(t, folder), /were made by PostgreSQL 14, and this build carries 18/);
});

test('a PostgreSQL that does not come up says why', async (t) => {
  await assert.rejects(started(t, temporaryFolder(t), { settings: { shared_buffers: 'many' } }), /shared_buffers/);
});

async function untilAnother(embedded: EmbeddedPostgres, before: number): Promise<void> {
  while (embedded.pid === before) await new Promise((resolve) => setTimeout(resolve, 5));
  await embedded.whenReady();
}
