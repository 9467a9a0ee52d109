/** Price tables and their rules. A table is its exhibitor's; one of a single cinema is also seen by those who work for that one. */
import type pg from 'pg';
import { instantText, type Page, pageOf, type Scope, scopeValues } from './answer-sql.ts';

export interface ListedPriceTable {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly exhibitor: { readonly id: number; readonly name: string };
  /** Null: for all cinemas of the exhibitor. */
  readonly cinema: { readonly id: number; readonly name: string } | null;
  readonly currency: string;
  /** "2026-12-24"; null: without end. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly status: 'active' | 'withdrawn';
  /** How many. */
  readonly rules: number;
  readonly updatedAt: string;
}

export interface PriceRule {
  readonly position: number;
  /** 1 is Monday, 7 Sunday. */
  readonly weekdays: readonly number[];
  /** "18:00:00"; until is not included, "24:00:00" is the end of the day. */
  readonly from: string;
  readonly until: string;
  /** Null: any. */
  readonly projection: string | null;
  readonly seatKind: number | null;
  readonly priceCents: number;
}

const TABLE = `select json_build_object('id', t.id, 'code', t.code, 'name', t.name,
    'exhibitor', json_build_object('id', e.id, 'name', e.name),
    'cinema', case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end, 'currency', t.currency,
    'validFrom', nullif(t.valid_from, '-infinity'), 'validUntil', nullif(t.valid_until, 'infinity'), 'status', t.status,
    'rules', (select count(*) from price_rules r where r.price_table_id = t.id), 'updatedAt', ${instantText('t.updated_at')}) as item
  from price_tables t join exhibitors e on e.id = t.exhibitor_id left join cinemas c on c.id = t.cinema_id
  where ($1::bigint is null or t.exhibitor_id = $1) and ($2::bigint[] is null or t.cinema_id is null or t.cinema_id = any ($2))`;

/** By exhibitor, code and id. */
export async function listPriceTables(
  pool: pg.Pool,
  scope: Scope,
  wanted: { readonly after?: number | undefined; readonly limit: number },
): Promise<Page<ListedPriceTable>> {
  const { rows } = await pool.query<{ item: ListedPriceTable }>(
    `${TABLE} and ($3::bigint is null or (t.exhibitor_id, t.code, t.id) > (select exhibitor_id, code, id from price_tables where id = $3))
     order by t.exhibitor_id, t.code, t.id limit $4`,
    [...scopeValues(scope), wanted.after ?? null, wanted.limit + 1],
  );
  return pageOf(rows, wanted.limit);
}

/** Null when there is none in the scope. */
export async function findPriceTable(pool: pg.Pool, scope: Scope, id: number): Promise<ListedPriceTable | null> {
  const { rows } = await pool.query<{ item: ListedPriceTable }>(`${TABLE} and t.id = $3`, [...scopeValues(scope), id]);
  return rows[0]?.item ?? null;
}

/** All rules of a table, in the order of the file. */
export async function priceRulesOf(pool: pg.Pool, table: number): Promise<PriceRule[]> {
  const { rows } = await pool.query<{ item: PriceRule }>(
    `select json_build_object('position', position,
       'weekdays', (select json_agg(day) from generate_series(1, 7) as day where (weekdays >> (day - 1)) & 1 = 1),
       'from', from_time::text, 'until', until_time::text, 'projection', projection, 'seatKind', seat_kind,
       'priceCents', price_cents) as item
     from price_rules where price_table_id = $1 order by position`,
    [table],
  );
  return rows.map(({ item }) => item);
}
