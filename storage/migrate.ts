/**
 * Brings the database to the schema of this build: roles, the schemas, the job queue's tables (by its library), then the
 * SQL files of `storage/migrations` in the order of their names, each in a transaction of its own. Servers that start together
 * wait for each other at an advisory lock, and the later one finds nothing to do.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { clientConfig, type DatabaseConfig, SCHEMA } from './database.ts';
import { installJobSchema, JOB_SCHEMA } from './job-schema.ts';
import type { Log } from './log.ts';
import { packageRoot } from './package-root.ts';
import { ensureRoles, ensureSchemas } from './roles.ts';

const TABLE = 'migrations';
/** Any number will do, as long as it is always the same and nobody else's in this database. */
const LOCK = 7_065_734_001;

/** The database was prepared by a newer build than this one. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/**
 * Migrates; resolves with the names of the migrations that ran.
 * @throws RightsMissing, DatabaseTooNew, and whatever a migration's SQL throws (that migration is rolled back).
 */
export async function migrate(config: DatabaseConfig, log: Log): Promise<readonly string[]> {
  const client = new pg.Client(clientConfig(config, 'migrator', 'poltrona migrate'));
  // A connection that breaks also fails the query under way; without a handler it would end the process first.
  client.on('error', () => {});
  await client.connect();
  try {
    // Held by the session and given back with it, however this ends.
    await client.query(`select pg_advisory_lock(${LOCK})`);
    await ensureRoles(client);
    await ensureSchemas(client, [SCHEMA, JOB_SCHEMA]);
    await refuseNewer(client);
    await installJobSchema(config, log);
    const startedMs = performance.now();
    const done = await runner({
      dbClient: client,
      dir: migrationsFolder(),
      direction: 'up',
      schema: SCHEMA,
      migrationsTable: TABLE,
      noLock: true,
      verbose: false,
      logger: { debug() {}, info() {}, warn: (text) => log.warn({}, text), error: (text) => log.error({}, text) },
    });
    const names = done.map(({ name }) => name);
    const elapsedMs = Math.round(performance.now() - startedMs);
    if (names.length > 0) log.info({ migrations: names, elapsedMs }, 'the database was migrated');
    return names;
  } finally {
    await client.end().catch(() => {});
  }
}

function migrationsFolder(): string {
  return path.join(packageRoot(), 'storage', 'migrations');
}

async function refuseNewer(client: pg.ClientBase): Promise<void> {
  const { rows: found } = await client.query<{ known: boolean }>(
    `select to_regclass('${SCHEMA}.${TABLE}') is not null as known`,
  );
  if (found[0]?.known !== true) return;
  const ours = new Set(readdirSync(migrationsFolder()).map((file) => path.parse(file).name));
  const { rows } = await client.query<{ name: string }>(`select name from ${SCHEMA}.${TABLE} order by id`);
  const unknown = rows.map(({ name }) => name).filter((name) => !ours.has(name));
  if (unknown.length === 0) return;
  throw new DatabaseTooNew(
    `the database is newer than this build: it has ${unknown.join(', ')}, which this build does not know. ` +
      'Install the newer build again, or restore a backup from before it.',
  );
}
