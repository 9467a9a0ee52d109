/**
 * Clusters for tests, without the test runner: tests/run.ts uses them too, and whoever imports node:test
 * becomes a test file.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { clientConfig, type DatabaseConfig, inDatabase } from '../../storage/database.ts';
import { whenGone } from '../../storage/embedded-cluster.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../storage/embedded-postgres.ts';
import { lockHolder } from '../../storage/folder-lock.ts';
import { type Log, SILENT_LOG } from '../../storage/log.ts';
import { migrate } from '../../storage/migrate.ts';
import { findPostmaster } from '../../storage/postmaster-pid.ts';

export const TEST_POSTGRES = 'POLTRONA_TEST_POSTGRES';
/** How temporary folders of test clusters begin. */
export const TEST_FOLDER_PREFIX = 'poltrona-test-';
export const TEMPLATE = 'poltrona_template';

/** A cluster in a temporary folder. */
export interface TestCluster {
  readonly config: DatabaseConfig;
  readonly embedded: EmbeddedPostgres;
  stop(): Promise<void>;
}

/** Starts a cluster of one's own in a temporary folder. */
export async function startTestCluster(options: {
  log?: Log;
  settings?: Readonly<Record<string, string>>;
}): Promise<TestCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), TEST_FOLDER_PREFIX));
  // When root runs the tests, PostgreSQL runs as somebody else, who must be able to pass.
  chmodSync(folder, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const embedded = await startEmbedded({
      folder: path.join(folder, 'pg'),
      log: options.log ?? SILENT_LOG,
      settings: { shared_buffers: '64MB', min_wal_size: '64MB', max_wal_size: '1GB', ...options.settings },
    });
    const stop = async () => {
      await embedded.stop();
      remove();
    };
    return { config: embedded.config, embedded, stop };
  } catch (cause) {
    remove();
    throw cause;
  }
}

/** Stops and removes the clusters of test processes that were killed. Those of living ones are left alone. */
export async function sweepTestClusters(): Promise<void> {
  for (const name of readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(TEST_FOLDER_PREFIX))) {
    const folder = path.join(os.tmpdir(), name);
    const lock = path.join(folder, 'pg', 'server.lock');
    // One that has no lock yet may be about to get it.
    const young = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 60_000;
    if (existsSync(lock) ? lockHolder(lock) !== null : young) continue;
    const orphan = findPostmaster(path.join(folder, 'pg', 'cluster'));
    if (orphan !== null) {
      process.kill(orphan.identity.pid, 'SIGQUIT');
      await whenGone(orphan.identity, 10_000);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes the template that `testDatabase` copies. */
export async function makeTemplate(config: DatabaseConfig): Promise<void> {
  await onServer(config, `create database ${TEMPLATE} owner ${config.user}`);
  await migrate(inDatabase(config, TEMPLATE), SILENT_LOG);
}

/** As the superuser: dropping a database by force ends everybody's sessions in it. */
export async function onServer(config: DatabaseConfig, sql: string): Promise<void> {
  const superuser = { ...inDatabase(config, 'postgres'), user: 'postgres' };
  const client = new pg.Client(clientConfig(superuser, 'migrator', 'test databases'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
