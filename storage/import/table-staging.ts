/** The temporary tables that an import lives in (they are told in table-kind.ts), and what is read from them at its end. */
import type pg from 'pg';
import { type FileImportOptions, type ImportWarning, NOTES_MAX, type RejectedRow } from './import-report.ts';
import type { ReportNotes } from './report-notes.ts';
import type { TableKind } from './table-kind.ts';
import { stagedColumns } from './table-rows.ts';

export const STAGED = 'pg_temp.staged';

export async function createStaging(
  client: pg.ClientBase,
  kind: TableKind,
  { exhibitorId = null, cinemaIds = null }: Pick<FileImportOptions, 'exhibitorId' | 'cinemaIds'>,
): Promise<void> {
  const columns = stagedColumns(kind).map(({ name, type }) => `${name} ${type}`);
  await client.query(`
    create temporary table staged (${columns.join(', ')}) on commit drop;
    create temporary table rejected (line integer not null, column_name text, reason text not null) on commit drop;
    create temporary table warned (line integer not null, column_name text, kind text not null, text text not null)
      on commit drop;
    create temporary table outcomes (line integer primary key,
      outcome text not null check (outcome in ('created', 'updated'))) on commit drop;
    create temporary table own_cinemas (id bigint primary key) on commit drop`);
  await client.query(
    `insert into own_cinemas select id from cinemas
     where ($1::bigint is null or exhibitor_id = $1) and ($2::bigint[] is null or id = any($2))`,
    [exhibitorId, cinemaIds],
  );
}

/** After COPY: what judge() and merge() will look rows up by, and how many there are. */
export async function sealStaging(client: pg.ClientBase): Promise<void> {
  await client.query('alter table staged add primary key (line); analyze staged; analyze own_cinemas');
}

/** Takes rejected lines out of `staged`; resolves with how many are left. */
export async function dropRejected(client: pg.ClientBase): Promise<number> {
  await client.query('delete from staged using rejected where staged.line = rejected.line');
  const { rows } = await client.query<{ count: number }>('select count(*)::int as count from staged');
  return rows[0]?.count ?? 0;
}

/** @throws Error when the merge told of lines that are not there: a fault of the kind, which must not be kept. */
export async function countOutcomes(
  client: pg.ClientBase,
  staged: number,
): Promise<{ created: number; updated: number; unchanged: number }> {
  const { rows } = await client.query<{ created: number; updated: number; stray: number }>(
    `select count(*) filter (where outcome = 'created')::int as created,
       count(*) filter (where outcome = 'updated')::int as updated,
       count(*) filter (where not exists (select from staged s where s.line = o.line))::int as stray
     from outcomes o`,
  );
  const { created = 0, updated = 0, stray = 0 } = rows[0] ?? {};
  if (stray > 0) throw new Error(`the merge tells of ${stray} lines that were not staged`);
  return { created, updated, unchanged: staged - created - updated };
}

/** What judge() has put into `rejected`, and both into `warned`. */
export async function readStagedNotes(
  client: pg.ClientBase,
  notes: ReportNotes,
  headingOf: (name: string) => string,
): Promise<void> {
  const column = (name: string | null): string | null => (name === null ? null : headingOf(name));
  const rejected = await client.query<RejectedRow>(
    `select distinct line, column_name as "column", reason from rejected order by line limit ${NOTES_MAX}`,
  );
  const warned = await client.query<ImportWarning>(
    `select distinct line, column_name as "column", kind, text from warned order by line limit ${NOTES_MAX}`,
  );
  const { rows } = await client.query<{ rejected: number; warned: number }>(
    `select (select count(*)::int from (select distinct line, column_name, reason from rejected) as r) as rejected,
       (select count(*)::int from (select distinct line, column_name, kind, text from warned) as w) as warned`,
  );
  notes.add(
    rejected.rows.map((row) => ({ ...row, column: column(row.column) })),
    rows[0]?.rejected ?? 0,
    warned.rows.map((row) => ({ ...row, column: column(row.column) })),
    rows[0]?.warned ?? 0,
  );
}
