/**
 * The PostgreSQL of a run: a private embedded one in a folder of its own (beside the one that `npm start` uses, so that
 * it lies on the same disk; a RAM disk would make commits free), or the server of DATABASE_URL. Every part of a run
 * gets a database of its own on it, so that the ceiling, the engine and the peers meet the same server, disk and settings.
 */
import pg from 'pg';
import {
  clientConfig,
  type DatabaseConfig,
  type DatabaseRole,
  inDatabase,
  parseDatabaseUrl,
} from '../storage/database.ts';
import { startEmbedded } from '../storage/embedded-postgres.ts';
import { SILENT_LOG } from '../storage/log.ts';
import { migrate } from '../storage/migrate.ts';
import { benchFolder, removeFolder } from './bench-folder.ts';
import { childrenCpuSeconds } from './process-times.ts';
import { stopWhenInterrupted } from './run-parts.ts';

export class BenchDatabase {
  readonly #admin: DatabaseConfig;
  readonly #login: DatabaseConfig;
  readonly #stop: () => Promise<void>;
  readonly #databases: string[] = [];
  /** Of our own cluster; 0 for another's. */
  readonly #postmasterPid: number;

  private constructor(admin: DatabaseConfig, login: DatabaseConfig, postmasterPid: number, stop: () => Promise<void>) {
    this.#postmasterPid = postmasterPid;
    this.#admin = admin;
    this.#login = login;
    this.#stop = stop;
  }

  static async start(): Promise<BenchDatabase> {
    const url = process.env['DATABASE_URL'];
    if (url !== undefined && url !== '') {
      const config = parseDatabaseUrl(url);
      return new BenchDatabase(config, config, 0, async () => {});
    }
    const folder = benchFolder('postgres');
    const starting = startEmbedded({ folder, log: SILENT_LOG });
    const stop = async (): Promise<void> => {
      const embedded = await starting.catch(() => null);
      await embedded?.stop();
      removeFolder(embedded?.folder ?? folder);
    };
    const stopped = stopWhenInterrupted(stop);
    const embedded = await starting;
    return new BenchDatabase(embedded.superuser, embedded.config, embedded.pid, async () => {
      stopped();
      await stop();
    });
  }

  /** A new database of this name (with the process id, for shared servers); `migrated`: with Poltrona's schema. */
  async create(name: string, migrated: boolean): Promise<DatabaseConfig> {
    const database = `bench_${name}_${process.pid}`;
    await this.asAdmin(async (client) => {
      await client.query(`create database ${database} owner ${client.escapeIdentifier(this.#login.user)}`);
    });
    this.#databases.push(database);
    const config = inDatabase(this.#login, database);
    if (migrated) await migrate(config, SILENT_LOG);
    return config;
  }

  /**
   * A checkpoint, before each measurement: what earlier ones left to write is written, and their log files are
   * ready for use again. A young server otherwise spends a quarter of its time making new ones, by chance
   * in one measurement and not in the next.
   */
  async settle(): Promise<void> {
    await this.asAdmin(async (client) => {
      // A hosted PostgreSQL may not allow it; then the run goes without.
      await client.query('checkpoint').catch(() => {});
    });
  }

  /** Processor time of all its present processes, seconds; 0 where that cannot be known. */
  cpuSeconds(): number {
    return this.#postmasterPid === 0 ? 0 : childrenCpuSeconds(this.#postmasterPid);
  }

  async asAdmin<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    return withClient(this.#admin, work);
  }

  /** Drops the databases of this run and stops the server if it is ours. */
  async stop(): Promise<void> {
    if (this.#login === this.#admin) {
      await this.asAdmin(async (client) => {
        for (const database of this.#databases) await client.query(`drop database if exists ${database} with (force)`);
      });
    }
    await this.#stop();
  }
}

/** A connected client in `role`. */
export async function connect(
  config: DatabaseConfig,
  role: DatabaseRole,
  name: string,
  pipeline = false,
): Promise<pg.Client> {
  const client = new pg.Client({ ...clientConfig(config, role, `poltrona bench ${name}`), pipeline });
  // A connection that breaks also fails the query under way, or the next one.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** One connection as the owner of the tables, for as long as `work` takes. */
export async function withClient<Result>(
  config: DatabaseConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(config, 'migrator', 'owner');
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
