/**
 * Whether this PostgreSQL keeps its word. A "yes" of ours is worth what its commit is worth (promise I2), so in
 * production the server does not start on a database that loses commits in a power cut.
 *
 * The settings are asked for with the login that writes the journal, because a database or a login can have its
 * own. (A role that is taken later brings none: they come with the login.)
 */
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from './database.ts';
import type { Log } from './log.ts';

/** The database cannot or must not be sold on. */
export class DatabaseUnfit extends Error {
  override readonly name = 'DatabaseUnfit';
}

const VERSION_MIN = 150_000;

/** What each setting risks when it is off. */
const RISKS: Readonly<Record<string, string>> = {
  fsync: 'a power cut can destroy the whole database',
  full_page_writes: 'a power cut can leave half-written pages that no log repairs',
  synchronous_commit: 'a sale that was answered "yes" can be gone after a power cut',
};

/**
 * @throws DatabaseUnfit for an old server or a standby always, for unsafe settings in production; else those are warned of.
 */
export async function checkDurability(
  config: DatabaseConfig,
  options: { production: boolean; log: Log },
): Promise<void> {
  const client = new pg.Client(clientConfig(config, 'migrator', 'poltrona settings check'));
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; value: string }>(
      `select name, setting as value from pg_settings where name = any ($1)
       union all select 'server_version_num', current_setting('server_version_num')
       union all select 'in_recovery', pg_is_in_recovery()::text`,
      [Object.keys(RISKS)],
    );
    judge(new Map(rows.map(({ name, value }) => [name, value])), options);
  } finally {
    await client.end().catch(() => {});
  }
}

function judge(settings: ReadonlyMap<string, string>, options: { production: boolean; log: Log }): void {
  const version = Number(settings.get('server_version_num'));
  if (version < VERSION_MIN) {
    throw new DatabaseUnfit(`PostgreSQL 15 or later is needed; this is ${Math.floor(version / 10_000)}`);
  }
  if (settings.get('in_recovery') === 'true') {
    throw new DatabaseUnfit('this PostgreSQL is a standby and takes no writes; DATABASE_URL must name the primary');
  }
  const unsafe = Object.entries(RISKS).filter(([name]) => settings.get(name) === 'off');
  if (unsafe.length === 0) return;
  const text = unsafe.map(([name, risk]) => `${name} is off: ${risk}`).join('; ');
  if (options.production) throw new DatabaseUnfit(`refusing to sell on this database. ${text}. Turn it on.`);
  options.log.warn(
    { settings: unsafe.map(([name]) => name) },
    `unsafe database settings, refused in production: ${text}`,
  );
}
