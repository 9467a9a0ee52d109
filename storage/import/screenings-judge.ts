/**
 * What is to become of each screening of a file: made, changed, left as it is, or refused with the column and the
 * reason. Everything is asked of all rows at once; nothing is written here but temporary tables.
 *
 * A row is about the screening with its code in that auditorium; without such a one, about the screening that starts
 * there at that moment. So a file with codes can move a start, and one without cannot. Who has bought a ticket bought a
 * film at a time for a price: from then on these stay, and are changed by a person with a reason. A cancelled screening
 * is not brought back by the file that still lists it, nor does one that a person moved go back to the start that it was
 * announced for.
 */
import { HALF_QUOTA } from '../screening-plan.ts';
import { placeScreenings } from './screenings-places.ts';
import { priceScreenings } from './screenings-prices.ts';
import { rejectOverlaps } from './screenings-room.ts';
import type { TableWork } from './table-kind.ts';

const REJECT_REPEATED = `
  insert into rejected (line, column_name, reason)
  select line, case when same_code < line then 'code' else $1 end,
    case when same_code < line then format('line %s has this code for the same auditorium', same_code)
      else format('line %s starts at the same moment in the same auditorium', same_start) end
  from (select line, case when code is not null then min(line) over (partition by auditorium_id, code) end as same_code,
      min(line) over (partition by auditorium_id, starts_at) as same_start from placed) as seen
  where same_code < line or same_start < line`;

const MATCH = `
  create temporary table matched on commit drop as
  with by_code as materialized (
    select p.line, e.id from placed p join screenings e on e.auditorium_id = p.auditorium_id and e.code = p.code
  ), by_start as materialized (
    select p.line, e.id
    from placed p join screenings e on e.auditorium_id = p.auditorium_id and e.starts_at = p.starts_at and e.status <> 'cancelled'
    where (p.code is null or e.code is null)
      and not exists (select from by_code c where c.line = p.line) and not exists (select from by_code c where c.id = e.id)
  ), by_announcement as materialized (
    -- Only of the same film: another one at that time is a new screening, for which the moved one has made room.
    select p.line, max(e.id) as id
    from placed p join screenings e on e.auditorium_id = p.auditorium_id and e.announced_at = p.starts_at
      and e.status <> 'cancelled' and e.film_id = p.film_id
    where %isFromFile and (p.code is null or e.code is null)
      and not exists (select from by_code c where c.line = p.line or c.id = e.id)
      and not exists (select from by_start b where b.line = p.line or b.id = e.id)
    group by p.line
  ), cancelled as materialized (
    select p.line, max(e.id) as id
    from placed p join (
      select id, auditorium_id, film_id, starts_at as told_at from screenings where status = 'cancelled'
      union all
      select id, auditorium_id, film_id, announced_at from screenings where status = 'cancelled' and announced_at is not null
    ) as e on e.auditorium_id = p.auditorium_id and e.told_at = p.starts_at and e.film_id = p.film_id
    where %isFromFile and p.code is null and not exists (select from by_start b where b.line = p.line)
      and not exists (select from by_announcement b where b.line = p.line)
    group by p.line
  )
  select p.line, p.auditorium_id, p.cinema_id, p.seat_map_id, p.seat_count, p.time_zone, p.film_id, p.title, p.minutes,
    p.release_date, p.is_withdrawn, p.starts_local, p.starts_at, coalesce(p.code, e.code) as code, e.id as screening,
    e.status is not distinct from 'cancelled' as is_cancelled, e.starts_at <= $1 as is_begun,
    false as is_moved, %language as language, %projection as projection, %modality as modality,
    %salesFrom as sales_from, %salesUntil as sales_until, %price as own_price, %byTables as by_tables
  from placed p
    left join (select * from by_code union all select * from by_start union all select * from by_announcement
      union all select * from cancelled) as m using (line)
    left join screenings e on e.id = m.id`;

/** Whoever tells the start that was announced says nothing new: it stays where a person put it. */
const LEAVE_MOVED = `
  update matched m set starts_at = e.starts_at, starts_local = e.starts_local, time_zone = e.time_zone, is_moved = true
  from screenings e where e.id = m.screening and e.announced_at = m.starts_at`;

const COMPARE = `
  create temporary table judged on commit drop as
  select m.line, m.screening, m.auditorium_id, m.seat_map_id, ${HALF_QUOTA} as half_quota, m.film_id, m.title, m.minutes,
    m.release_date, m.starts_at, m.starts_local, m.time_zone, m.code, m.language, m.projection, m.modality, m.sales_from,
    m.sales_until, p.price_cents, p.seat_prices, p.price_table_id, coalesce(p.currency, 'BRL') as currency,
    m.is_cancelled, m.is_begun, m.is_moved, m.is_withdrawn,
    (m.film_id, m.starts_at, m.starts_local, m.time_zone, m.language, m.projection)
      is distinct from (e.film_id, e.starts_at, e.starts_local, e.time_zone, e.language, e.projection) as is_other,
    (p.price_cents, p.seat_prices, p.price_table_id, coalesce(p.currency, 'BRL'))
      is distinct from (e.price_cents, e.seat_prices, e.price_table_id, e.currency) as is_repriced,
    m.by_tables or m.own_price is null as is_price_free,
    (m.code, m.modality, m.sales_from, m.sales_until) is distinct from (e.code, e.modality, e.sales_from, e.sales_until)
      as is_touched
  from matched m
    left join screenings e on e.id = m.screening
    left join priced t on m.by_tables and t.cinema_id = m.cinema_id and t.day = m.starts_local::date
      and t.at = m.starts_local::time and t.projection = m.projection,
    lateral (select * from (values
      (not m.by_tables and m.own_price is not null, m.own_price, null::jsonb, null::bigint, 'BRL'),
      (t.price_cents is not null, t.price_cents, t.seat_prices, t.price_table_id, t.currency),
      (true, e.price_cents, e.seat_prices, e.price_table_id, e.currency)
    ) as p (applies, price_cents, seat_prices, price_table_id, currency) where p.applies limit 1) as p`;

/** Whoever has a ticket, or is paying for one, is bound to what was announced. Orders that came to nothing bind nobody. */
export const IS_BINDING = `o.state not in ('expired', 'refused')`;

const COUNT_SOLD = `
  create temporary table sold on commit drop as
  select o.screening, count(t.id)::int as tickets
  from (select distinct screening from judged where is_other or is_repriced) as j
    join orders o on o.screening = j.screening and ${IS_BINDING}
    left join tickets t on t.order_id = o.id
  group by o.screening`;

// A price that the file does not name follows the price tables only as long as nobody has paid it.
const KEEP_PRICES = `
  update judged j set price_cents = e.price_cents, seat_prices = e.seat_prices, price_table_id = e.price_table_id,
    currency = e.currency, is_repriced = false
  from screenings e
  where e.id = j.screening and j.is_repriced and j.is_price_free
    and (j.is_begun or j.is_cancelled or exists (select from sold s where s.screening = e.id))`;

const BOUND = `case when j.film_id <> e.film_id then 'film' when j.starts_at <> e.starts_at then $1
  when j.language <> e.language then 'language' when j.projection <> e.projection then 'projection'
  when j.is_repriced then 'price' else $1 end`;

const REJECT_CHANGES = `
  insert into rejected (line, column_name, reason)
  select j.line, p.column_name, p.reason
  from judged j left join screenings e on e.id = j.screening left join sold s on s.screening = j.screening,
    lateral (select * from (values
      (j.is_cancelled and (j.is_other or j.is_touched or j.is_repriced), null,
        format('screening %s was cancelled: a new one needs a code of its own', e.id)),
      (j.is_withdrawn and (e.id is null or j.film_id <> e.film_id or j.starts_at <> e.starts_at), 'film',
        format('"%s" was withdrawn', left(j.title, 60))),
      (j.is_begun and (j.is_other or j.is_repriced), ${BOUND}, format('screening %s has begun: it stays as it is', e.id)),
      (s.screening is not null and (j.is_other or j.is_repriced), ${BOUND},
        format('screening %s has %s: reschedule or cancel it with "poltrona screenings …"', e.id,
          case s.tickets when 0 then 'an order in payment' when 1 then '1 ticket sold'
            else format('%s tickets sold', s.tickets) end)),
      (j.is_other and j.starts_at <= $2::timestamptz, $1,
        format('%s is in the past', to_char(j.starts_local, 'YYYY-MM-DD HH24:MI'))),
      (j.price_cents is null, 'price',
        format('it has no price: the file names none, and no price table of the cinema has one for %s, %s',
          to_char(j.starts_local, 'YYYY-MM-DD HH24:MI'), j.projection)),
      (j.is_touched and j.sales_from >= coalesce(j.sales_until, j.starts_at), 'sales_from', 'sales would not begin before they end'),
      (j.is_touched and j.sales_until > j.starts_at + interval '1 day', 'sales_until', 'sales would end more than a day after the start')
    ) as p (applies, column_name, reason) where p.applies limit 1) as p
  -- Most rows can have none of these faults; composing all sentences for them would take a second.
  where j.is_cancelled or j.is_withdrawn or j.is_begun or s.screening is not null or j.price_cents is null or j.sales_from is not null
    or j.sales_until is not null or j.starts_at <= $2::timestamptz`;

const WARN = `
  insert into warned (line, column_name, kind, text)
  select line, null, 'stays-cancelled', format('screening %s was cancelled, and stays so', screening)
    from judged where is_cancelled and not (is_other or is_touched or is_repriced)
  union all
  select line, $1, 'moved-by-hand', format('screening %s was moved by hand to %s, and stays there', screening,
      to_char(starts_local, 'YYYY-MM-DD HH24:MI'))
    from judged where is_moved and not is_cancelled
  union all
  select line, 'modality', 'before-release', format('%s is released on %s: is it a screening before the release (B)?',
      title, release_date)
    from judged where screening is null and modality = 'A' and starts_local::date < release_date
  union all
  select line, $1, 'far-away', 'it is more than three years away: is the year right?'
    from judged where screening is null and starts_at > $2::timestamptz + interval '3 years'`;

/**
 * Leaves the temporary table `judged`: what `storeScreenings` writes, for the lines that are still in `staged`. The caller
 * holds `lockProgramme`. `isFromFile`: a line at the start of a cancelled screening of the same film means that one, and
 * brings no new one, as does one at the start from which a person moved it; a person who makes a screening there does
 * mean a new one.
 */
export async function judgeScreenings(work: TableWork, isFromFile: boolean): Promise<void> {
  const { client, present } = work;
  const startsColumn = present.has('starts') ? 'starts' : present.has('time') ? 'time' : 'date';
  const now = new Date(work.nowMs);
  await placeScreenings(work, startsColumn);
  work.progress(0.3);
  await client.query(REJECT_REPEATED, [startsColumn]);
  await work.dropRejected();
  await client.query('delete from placed p where not exists (select from staged s where s.line = p.line)');
  await client.query(matchSql(present, isFromFile), [now]);
  if (isFromFile) await client.query(LEAVE_MOVED);
  await client.query('analyze matched');
  work.progress(0.5);
  await priceScreenings(client);
  await client.query(`${COMPARE}; create unique index on judged (line); analyze judged; ${COUNT_SOLD}; ${KEEP_PRICES}`);
  await client.query(REJECT_CHANGES, [startsColumn, now]);
  await client.query(WARN, [startsColumn, now]);
  await work.dropRejected();
  work.progress(0.8);
  await rejectOverlaps(work, startsColumn);
}

/** What the file has no column for keeps its value; a blank cell stands for the usual. */
function matchSql(present: ReadonlySet<string>, isFromFile: boolean): string {
  const kept = (column: string, usual: string): string =>
    present.has(column) ? `coalesce(p.${column}, ${usual})` : `coalesce(e.${column}, ${usual})`;
  const cleared = (column: string): string => (present.has(column) ? `p.${column}` : `e.${column}`);
  const values: Readonly<Record<string, string>> = {
    isFromFile: String(isFromFile),
    language: kept('language', `'dub'`),
    projection: kept('projection', `'2D'`),
    modality: kept('modality', `'A'`),
    salesFrom: cleared('sales_from'),
    salesUntil: cleared('sales_until'),
    price: present.has('price') ? 'p.price' : 'null::integer',
    byTables: present.has('price') ? 'p.price is null' : 'e.id is null or e.price_table_id is not null',
  };
  return MATCH.replace(/%(\w+)/g, (_, name: string) => values[name] ?? '');
}
