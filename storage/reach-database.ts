/**
 * How commands reach the database of this installation, whether or not its server runs. The embedded PostgreSQL
 * of a running server is borrowed: its socket is there for everybody who may enter the folder. Without a server it
 * is started for the time of the command. (A server that is started meanwhile is told who has the folder.)
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseConfig, parseDatabaseUrl } from './database.ts';
import { defaultEmbeddedFolder, findEmbedded, startEmbedded } from './embedded-postgres.ts';
import { FolderInUse } from './folder-lock.ts';
import type { Log } from './log.ts';

export interface ReachedDatabase {
  readonly config: DatabaseConfig;
  /** Stops what was started for it. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A server that is just starting has its PostgreSQL ready in a second or two. */
const BORROW_DEADLINE_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * `DATABASE_URL`, or the embedded PostgreSQL in `POLTRONA_FOLDER` (default: beside our package.json).
 * @throws what starting it throws; FolderInUse when its owner does not get it ready.
 */
export async function reachDatabase(environment: Environment, log: Log): Promise<ReachedDatabase> {
  const url = environment['DATABASE_URL']?.trim() ?? '';
  if (url !== '') return { config: parseDatabaseUrl(url), close: async () => {} };
  const wanted = environment['POLTRONA_FOLDER']?.trim() ?? '';
  const folder = wanted === '' ? defaultEmbeddedFolder() : path.resolve(wanted, 'postgres');
  const until = performance.now() + BORROW_DEADLINE_MS;
  for (;;) {
    try {
      const embedded = await startEmbedded({ folder, log });
      return { config: embedded.config, close: () => embedded.stop() };
    } catch (cause) {
      if (!(cause instanceof FolderInUse)) throw cause;
      const config = findEmbedded(folder);
      if (config !== null) return { config, close: async () => {} };
      if (performance.now() > until) throw cause;
      await delay(LOOK_EVERY_MS);
    }
  }
}
