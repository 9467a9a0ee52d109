/** Writes what was judged: new screenings and changed ones, in the transaction of the import. Seat maps are never touched. */

import type pg from 'pg';
import { FileRefused } from './file-refused.ts';
import { IS_BINDING } from './screenings-judge.ts';
import type { ImportDetails, TableWork } from './table-kind.ts';

const SETTLE = `
  create temporary table settled on commit drop as
  select j.*, case when j.screening is null then 'created' else 'updated' end as outcome
  from judged j join staged s using (line)
  where not j.is_cancelled and (j.is_other or j.is_repriced or j.is_touched);
  create index on settled (screening);
  analyze settled`;

// Two that change places, or a row of them that all move by one: the index of starts would see two at one moment. So
// those who stand where another one goes step aside first.
const STEP_ASIDE = `
  update screenings e set starts_at = e.starts_at - interval '1000 years'
  from settled j
  where j.screening = e.id and j.starts_at <> e.starts_at
    and exists (select from settled k where k.auditorium_id = e.auditorium_id and k.starts_at = e.starts_at
      and k.screening <> e.id)`;

const UPDATE = `
  update screenings e set code = j.code, film_id = j.film_id, starts_at = j.starts_at, starts_local = j.starts_local,
    time_zone = j.time_zone, language = j.language, projection = j.projection, modality = j.modality,
    sales_from = j.sales_from, sales_until = j.sales_until, price_cents = j.price_cents, seat_prices = j.seat_prices,
    price_table_id = j.price_table_id, currency = j.currency, updated_at = now(),
    -- A start that a file tells anew is the announced one.
    announced_at = case when e.starts_at = j.starts_at then e.announced_at end
  from settled j where e.id = j.screening`;

const INSERT = `
  insert into screenings (code, auditorium_id, seat_map_id, half_quota, film_id, starts_at, starts_local, time_zone, language,
    projection, modality, sales_from, sales_until, price_cents, seat_prices, price_table_id, currency)
  select code, auditorium_id, seat_map_id, half_quota, film_id, starts_at, starts_local, time_zone, language, projection,
    modality, sales_from, sales_until, price_cents, seat_prices, price_table_id, currency
  from settled where outcome = 'created' order by starts_at, auditorium_id`;

/** The box offices do not wait for an import: somebody may have bought a ticket since it was judged that nobody has. */
const SOLD_MEANWHILE = `
  select j.line, j.screening from settled j join orders o on o.screening = j.screening and ${IS_BINDING}
  where j.is_other or j.is_repriced order by j.line limit 1`;

/** After `judgeScreenings`, in its transaction and under its lock. A file's import ends with `refuseSoldMeanwhile`. */
export async function storeScreenings(work: TableWork): Promise<ImportDetails> {
  const { client } = work;
  await client.query(SETTLE);
  const { rows } = await client.query<{ moved: number }>(
    `select count(*)::int as moved from settled j join screenings e on e.id = j.screening where e.starts_at <> j.starts_at`,
  );
  const moved = rows[0]?.moved ?? 0;
  if (moved > 0) await client.query(STEP_ASIDE);
  await client.query(UPDATE);
  work.progress(0.2);
  await client.query(INSERT);
  work.progress(0.9);
  await client.query('insert into outcomes (line, outcome) select line, outcome from settled');
  return { moved };
}

/**
 * After `storeScreenings` and everything else of the transaction. An order that is committed between this look and the
 * commit, some milliseconds, is not seen: its buyer has a ticket for the changed screening. To close that gap too, every
 * order would have to wait for imports.
 * @throws FileRefused when somebody bought a ticket of a screening that is being changed.
 */
export async function refuseSoldMeanwhile(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ line: number; screening: string }>(SOLD_MEANWHILE);
  if (rows[0] === undefined) return;
  const { line, screening } = rows[0];
  throw new FileRefused(
    `line ${line} changes screening ${screening}, and a ticket for it was sold while it was imported: nothing was kept, import it again`,
  );
}
