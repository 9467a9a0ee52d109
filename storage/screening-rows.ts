/**
 * One screening made by hand, by the rules of the import and by its SQL: what a file may not do, a person at a form
 * may not do either, and nobody has to keep two sets of rules alike.
 */
import type pg from 'pg';
import { copyRow, copyRows } from './copy-rows.ts';
import type { ImportWarning } from './import/import-report.ts';
import type { ScreeningLanguage } from './import/screenings-columns.ts';
import { judgeScreenings } from './import/screenings-judge.ts';
import { storeScreenings } from './import/screenings-merge.ts';
import type { TableWork } from './import/table-kind.ts';

export interface NewScreening {
  /** Our own id. */
  readonly auditorium: number;
  readonly film: number;
  /** The cinema's wall time, "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  /** Minutes ahead of UTC, for a wall time that the clock shows twice. */
  readonly utcOffsetMinutes?: number | null;
  readonly language?: ScreeningLanguage | null;
  readonly projection?: string | null;
  readonly modality?: 'A' | 'B' | 'C' | 'D' | null;
  /** Of a full ticket; null: by the price tables. */
  readonly priceCents?: number | null;
  /** Wall times of the cinema. */
  readonly salesFrom?: string | null;
  readonly salesUntil?: string | null;
  readonly code?: string | null;
}

/** Whose cinemas the asker may touch; nulls: all. */
export interface CinemaScope {
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
}

export interface ScreeningFault {
  /** As the columns of the import are called (auditorium, film, starts, price, …); null: all of it. */
  readonly column: string | null;
  readonly reason: string;
}

export type ScreeningMade =
  | { readonly screening: number; readonly warnings: readonly string[] }
  | { readonly faults: readonly ScreeningFault[] };

const TABLES = `
  create temporary table staged (line integer primary key, auditorium text, cinema text, film text, wall timestamp,
    utc_offset integer, language text, projection text, modality text, sales_from timestamp, sales_until timestamp,
    price integer, code text) on commit drop;
  create temporary table own_cinemas (id bigint primary key) on commit drop;
  create temporary table rejected (line integer, column_name text, reason text) on commit drop;
  create temporary table warned (line integer, column_name text, kind text, text text) on commit drop;
  create temporary table outcomes (line integer primary key, outcome text) on commit drop`;

const LINE = 1;
const STAGED = `pg_temp.staged (line, auditorium, cinema, film, wall, utc_offset, language, projection, modality,
  sales_from, sales_until, price, code)`;

/**
 * Makes a screening. In the caller's transaction, of the app role, under `lockProgramme`; once for a transaction. With
 * faults nothing was written but temporary tables. A screening that is there already, at that moment or with that code,
 * is a fault; a cancelled one leaves its time, and keeps its code.
 */
export async function createScreening(
  client: pg.ClientBase,
  wanted: NewScreening,
  scope: CinemaScope,
  nowMs: number,
): Promise<ScreeningMade> {
  await client.query(TABLES);
  await client.query(
    `insert into own_cinemas
     select c.id from auditoriums a join cinemas c on c.id = a.cinema_id
     where a.id = $1 and ($2::bigint is null or c.exhibitor_id = $2) and ($3::bigint[] is null or c.id = any ($3))`,
    [wanted.auditorium, scope.exhibitorId, scope.cinemaIds],
  );
  await copyRows(client, STAGED, [stagedRow(wanted)]);
  const warnings: string[] = [];
  const work = workOf(client, scope, nowMs, warnings);
  await judgeScreenings(work, false);
  await work.dropRejected();
  const { rows: faults } = await client.query<ScreeningFault>(
    `select column_name as column, reason from rejected
     union all
     select case when is_cancelled then 'code' else 'starts' end, format(case when is_cancelled
         then 'screening %s was cancelled: a new one needs a code of its own' else 'screening %s is there already' end, screening)
       from judged j
       where screening is not null and exists (select from staged s where s.line = j.line)
     order by 1, 2`,
  );
  if (faults.length > 0) return { faults };
  await storeScreenings(work);
  const { rows } = await client.query<{ id: string; warnings: string[] | null }>(
    `select s.id, (select array_agg(text) from warned) as warnings from settled j
     join screenings s on s.auditorium_id = j.auditorium_id and s.starts_at = j.starts_at and s.status <> 'cancelled'`,
  );
  return { screening: Number(rows[0]?.id), warnings: [...warnings, ...(rows[0]?.warnings ?? [])] };
}

function stagedRow(wanted: NewScreening): string {
  return copyRow([
    LINE,
    `#${wanted.auditorium}`,
    null,
    `#${wanted.film}`,
    wanted.startsLocal,
    wanted.utcOffsetMinutes ?? null,
    wanted.language ?? null,
    wanted.projection ?? null,
    wanted.modality ?? null,
    wanted.salesFrom ?? null,
    wanted.salesUntil ?? null,
    wanted.priceCents ?? null,
    wanted.code ?? null,
  ]);
}

function workOf(client: pg.ClientBase, { exhibitorId }: CinemaScope, nowMs: number, warnings: string[]): TableWork {
  return {
    client,
    present: new Set(['starts', 'language', 'projection', 'modality', 'sales_from', 'sales_until', 'price', 'code']),
    exhibitorId,
    settings: {},
    faultyTogether: new Set(),
    who: '',
    nowMs,
    progress: () => {},
    warn: ({ text }: ImportWarning) => void warnings.push(text),
    dropRejected: async () => {
      await client.query('delete from staged s using rejected r where r.line = s.line');
    },
  };
}
