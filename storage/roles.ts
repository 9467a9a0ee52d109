/**
 * PostgreSQL roles: who may do what, kept by the database and not by our good behaviour. They have no login; a
 * connection takes one with its first packet (database.ts). Roles belong to the whole PostgreSQL server, so that
 * several databases on it share them, and two servers may be creating them at the same moment.
 *
 * - poltrona_shard appends to the journal and writes the tables that follow from it. Nobody else can.
 * - poltrona_app keeps the catalogue and the settings.
 * - poltrona_reader looks: audits and reports.
 * - poltrona_accounts alone reaches people: buyers, staff, keys, sessions, messages.
 */
import type pg from 'pg';

export const ROLES = ['poltrona_shard', 'poltrona_app', 'poltrona_reader', 'poltrona_accounts'] as const;

/** Somebody else created or granted the same thing at the same time: looking again is all it needs. */
const RACED = new Set(['42710', '23505', 'XX000']);
const ATTEMPTS_MAX = 10;

/** The login user may not do what is missing; the message holds the SQL that somebody else can run. */
export class RightsMissing extends Error {
  override readonly name = 'RightsMissing';
}

/**
 * Creates the roles that are missing and makes the login user of `client` a member of each.
 * @throws RightsMissing
 */
export async function ensureRoles(client: pg.ClientBase): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const missing = await missingSteps(client);
    if (missing.length === 0) return;
    try {
      for (const sql of missing) await client.query(sql);
      return;
    } catch (cause) {
      const { code } = cause as { code?: string };
      if (code === '42501') throw rightsMissing(cause, missing);
      if (!RACED.has(code ?? '') || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

/**
 * Creates the schemas of `names` that are missing.
 * @throws RightsMissing
 */
export async function ensureSchemas(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  const { rows: missing } = await client.query<{ name: string; login: string }>(
    `select name, quote_ident(session_user) as login from unnest($1::text[]) as name
     where not exists (select from pg_namespace where nspname = name)`,
    [names],
  );
  try {
    for (const { name } of missing) await client.query(`create schema if not exists ${name}`);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '42501') throw cause;
    const steps = missing.map(({ name, login }) => `create schema if not exists ${name} authorization ${login}`);
    throw rightsMissing(cause, steps);
  }
}

async function missingSteps(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{
    name: string;
    exists: boolean;
    usable: boolean;
    login: string;
    terms: string;
  }>(
    // From PostgreSQL 16 on membership can mean SET ROLE without inheriting: then the login has no right to the journal
    // before it takes the role. Before 16 it inherits.
    `select name,
            case when current_setting('server_version_num')::int >= 160000
              then ' with inherit false, set true' else '' end as terms, r.oid is not null as exists, quote_ident(session_user) as login,
            coalesce(pg_has_role(session_user, r.oid,
              case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end), false) as usable
     from unnest($1::text[]) as name left join pg_roles r on r.rolname = name`,
    [ROLES],
  );
  return rows.flatMap(({ name, exists, usable, login, terms }) => [
    ...(exists ? [] : [`create role ${name} nologin`]),
    ...(usable ? [] : [`grant ${name} to ${login}${terms}`]),
  ]);
}

function rightsMissing(cause: unknown, steps: readonly string[]): RightsMissing {
  const sql = steps.map((step) => `  ${step};`).join('\n');
  return new RightsMissing(
    `the database user of DATABASE_URL may not prepare the database (${(cause as Error).message}). ` +
      `Run this once as a superuser, connected to the same database:\n${sql}`,
    { cause },
  );
}
