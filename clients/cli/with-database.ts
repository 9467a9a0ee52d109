/**
 * The database for the time of one command: found or started, brought to this build's schema, and left as it was found.
 * Ctrl-C ends the command's transaction with it, so that it is undone, and does not leave a PostgreSQL behind.
 */
import type pg from 'pg';
import type { DatabaseConfig, DatabaseRole } from '../../storage/database.ts';
import type { Log } from '../../storage/log.ts';
import type { ReachedDatabase } from '../../storage/reach-database.ts';
import type { AuditPorts } from './audit-command.ts';
import { INTERRUPTED } from './interruption.ts';
import type { CliPorts } from './ports.ts';

export interface CommandDatabase {
  readonly config: DatabaseConfig;
  poolOf(role: DatabaseRole): pg.Pool;
}

/** Runs `work` with a pool in `role`; resolves with its result. */
export function withDatabase<Result>(
  ports: CliPorts,
  role: DatabaseRole,
  work: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  return withDatabaseOf(ports, ({ poolOf }) => work(poolOf(role)));
}

/** The same for work that needs several roles, or has connections of its own. */
export async function withDatabaseOf<Result>(
  ports: CliPorts,
  work: (database: CommandDatabase) => Promise<Result>,
): Promise<Result> {
  const warn = (_details: object, message: string): void => ports.error(message);
  const log: Log = { info: () => {}, warn, error: warn };
  // Only now: most commands need no PostgreSQL, and start in half the time without it.
  const [{ createPool }, { migrate }, { reachDatabase }] = await Promise.all([
    import('../../storage/database.ts'),
    import('../../storage/migrate.ts'),
    import('../../storage/reach-database.ts'),
  ]);
  const reaching = reachDatabase(ports.environment, log);
  return whileReached(reaching, 'interrupted: what was not committed is undone', ports, async ({ config }) => {
    const pools = new Map<DatabaseRole, pg.Pool>();
    const poolOf = (role: DatabaseRole): pg.Pool => {
      const pool = pools.get(role) ?? createPool(config, role, 'poltrona command', 2);
      pools.set(role, pool);
      return pool;
    };
    await migrate(config, log);
    try {
      return await work({ config, poolOf });
    } finally {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    }
  });
}

/**
 * Runs `work` with the database and closes it after that. At Ctrl-C or SIGTERM `sentence` is told, the database is closed, also one
 * that is just being started, and the process ends; a second one ends it as it is.
 */
export async function whileReached<Result>(
  reaching: Promise<ReachedDatabase>,
  sentence: string,
  ports: AuditPorts,
  work: (database: ReachedDatabase) => Promise<Result>,
): Promise<Result> {
  let isInterrupted = false;
  const onSignal = (): void => {
    isInterrupted = true;
    ports.error(sentence);
    void reaching
      .then((database) => database.close())
      .catch(() => {})
      .finally(() => process.exit(INTERRUPTED));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const database = await reaching;
    try {
      return await work(database);
    } finally {
      // That a database went away which was closed is nothing to be told: the process ends in a moment.
      if (isInterrupted) await new Promise(() => {});
      await database.close();
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
