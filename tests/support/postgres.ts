/**
 * Real databases for tests. One cluster serves a whole test run (tests/run.ts starts it and says where); a test file
 * that is run alone starts its own. Every call gets a fresh, migrated database, copied from a template: about
 * 30 ms.
 */
import { after, type TestContext } from 'node:test';
import pg from 'pg';
import { clientConfig, type DatabaseConfig, inDatabase } from '../../storage/database.ts';
import type { EmbeddedPostgres } from '../../storage/embedded-postgres.ts';
import type { Log } from '../../storage/log.ts';
import { makeTemplate, onServer, startTestCluster, TEMPLATE, TEST_POSTGRES, type TestCluster } from './cluster.ts';

/** A fresh migrated database, dropped when the test `t` ends. */
export async function testDatabase(t: TestContext): Promise<DatabaseConfig> {
  return copyOf(t, TEMPLATE);
}

/** A fresh database without anything in it, dropped when the test `t` ends. */
export async function emptyDatabase(t: TestContext): Promise<DatabaseConfig> {
  return copyOf(t, 'template1');
}

/** A private cluster, with an empty database `poltrona`, for tests that hurt PostgreSQL. Stopped and removed when `t` ends. */
export async function ownCluster(
  t: TestContext,
  options: { log?: Log; settings?: Readonly<Record<string, string>> } = {},
): Promise<EmbeddedPostgres> {
  const cluster = await startTestCluster(options);
  t.after(() => cluster.stop());
  return cluster.embedded;
}

/** One client for a test, closed when it ends. */
export async function connected(
  t: TestContext,
  config: DatabaseConfig,
  role: Parameters<typeof clientConfig>[1],
): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(config, role, 'test'));
  client.on('error', () => {}); // Some tests cut connections.
  await client.connect();
  t.after(() => client.end().catch(() => {}));
  return client;
}

let own: Promise<TestCluster> | null = null;
let count = 0;

// At the root of the file that imports us: a hook registered inside a test would end with that test.
after(async () => {
  if (own !== null) await (await own).stop();
});

async function serverConfig(): Promise<DatabaseConfig> {
  const given = process.env[TEST_POSTGRES];
  if (given !== undefined) return JSON.parse(given) as DatabaseConfig;
  own ??= startTestCluster({}).then(async (cluster) => {
    await makeTemplate(cluster.config);
    return cluster;
  });
  return (await own).config;
}

async function copyOf(t: TestContext, template: string): Promise<DatabaseConfig> {
  const server = await serverConfig();
  const name = `test_${process.pid}_${++count}`;
  await onServer(server, `create database ${name} template ${template} owner ${server.user}`);
  t.after(() => onServer(server, `drop database if exists ${name} with (force)`));
  return inDatabase(server, name);
}
