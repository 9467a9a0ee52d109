/**
 * The database for the time of one command: found or started, brought to this build's schema, and left as it was found.
 * Ctrl-C ends the command's transaction with it, so that it is undone, and does not leave a PostgreSQL behind.
 */
import type pg from 'pg';
import type { DatabaseConfig, DatabaseRole } from '../../storage/database.ts';
import type { Log } from '../../storage/log.ts';
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
  const database = await reachDatabase(ports.environment, log);
  const pools = new Map<DatabaseRole, pg.Pool>();
  const poolOf = (role: DatabaseRole): pg.Pool => {
    const pool = pools.get(role) ?? createPool(database.config, role, 'poltrona command', 2);
    pools.set(role, pool);
    return pool;
  };
  const onSignal = (): void => {
    ports.error('interrupted: what was not committed is undone');
    void database.close().finally(() => process.exit(INTERRUPTED));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await migrate(database.config, log);
    try {
      return await work({ config: database.config, poolOf });
    } finally {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    }
  } finally {
    await database.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
