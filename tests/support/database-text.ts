/** Everything that stands in a database, as text: for tests that look for what must not stand there. */
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from '../../storage/database.ts';

/** Our tables and those of the job queue, as "schema.name". */
export function allTables(config: DatabaseConfig): Promise<string[]> {
  return asSuperuser(config, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    return rows.map(({ name }) => name);
  });
}

/** All rows of the tables; bytes as hexadecimal digits. */
export function textOf(config: DatabaseConfig, tables: readonly string[]): Promise<string> {
  return asSuperuser(config, async (client) => {
    let text = '';
    for (const table of tables) {
      const sql = `select string_agg(t::text, E'\\n') as text from ${table} t`;
      text += (await client.query<{ text: string | null }>(sql)).rows[0]?.text ?? '';
    }
    return text;
  });
}

/** A text as it may stand in a row: as it is, and as bytes in hexadecimal digits or base64. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')];
}

async function asSuperuser<Result>(
  config: DatabaseConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(clientConfig({ ...config, user: 'postgres' }, 'migrator', 'test scan'));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
