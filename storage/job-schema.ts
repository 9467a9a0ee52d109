/**
 * Where the job queue lives: a schema of its own, made and kept up to date by graphile-worker's own migrations as part of
 * ours. Its tables belong to the login user; the roles of storage/roles.ts have no right to them and add jobs through the
 * function `poltrona.add_job` alone.
 */
import { Logger, runMigrations } from 'graphile-worker';
import { createPool, type DatabaseConfig } from './database.ts';
import type { Log } from './log.ts';

export const JOB_SCHEMA = 'poltrona_jobs';

/**
 * Brings the queue's tables to the version of the library that is installed. Finding nothing to do takes one query.
 * Concurrent calls must be kept apart (storage/migrate.ts holds a lock).
 */
export async function installJobSchema(config: DatabaseConfig, log: Log): Promise<void> {
  const pool = createPool(config, 'migrator', 'poltrona migrate', 1);
  // The library looks for this handler on the connections that are in use, and complains when there is none.
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    // The library would begin with CREATE SCHEMA IF NOT EXISTS, which needs the right to create schemas even where there
    // is one. Finding this table of its own it goes straight on to its migrations.
    await pool.query(
      `create table if not exists ${JOB_SCHEMA}.migrations (
         id int primary key, ts timestamptz not null default now(), breaking boolean not null default false)`,
    );
    await runMigrations({ pgPool: pool, schema: JOB_SCHEMA, logger: quietLogger(log) });
  } finally {
    await pool.end();
  }
}

/** The library's warnings and errors in our log, without the rows that it would add to them. */
export function quietLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error') log.error({}, `job queue: ${message}`);
    if (level === 'warning') log.warn({}, `job queue: ${message}`);
  });
}
