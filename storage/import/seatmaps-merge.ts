/** Seat maps, staged, against the catalogue: whose they are, whether they are new, and what is announced with the old ones. */
import { wantLayoutChanges } from '../layout-changes.ts';
import { findAuditoriums } from './auditorium-names.ts';
import { FileRefused } from './file-refused.ts';
import type { ImportDetails, TableWork } from './table-kind.ts';

const NAMED = `staged s join named_auditoriums n on n.auditorium = s.auditorium and n.cinema = coalesce(s.cinema, '')`;

const REJECT = `
  insert into rejected (line, column_name, reason)
  select s.line, n.column_name, n.reason from ${NAMED} where n.reason is not null
  union all
  select line, 'auditorium', format('map %s is of the same auditorium', first)
    from (select s.line, min(s.line) over (partition by n.auditorium_id) as first from ${NAMED} where n.auditorium_id is not null) as seen
    where first < line`;

/** Rejects the maps whose auditorium is not found, and the second one of an auditorium. */
export async function judgeSeatMaps(work: TableWork): Promise<void> {
  await makeMissing(work);
  await findAuditoriums(work);
  await work.client.query(REJECT);
}

const STORE = `
  with made as (
    insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
    select a.id, 1 + coalesce((select max(version) from seat_maps m where m.auditorium_id = a.id), 0), 'imported',
      s.seat_count, s.layout, s.content_hash
    from ${NAMED} join auditoriums a on a.id = n.auditorium_id left join seat_maps m on m.id = a.seat_map_id
    where m.content_hash is distinct from s.content_hash
    order by s.line
    returning id, auditorium_id, version
  ), told as (
    insert into outcomes (line, outcome)
    select s.line, case when a.seat_map_id is null then 'created' else 'updated' end
    from made join auditoriums a on a.id = made.auditorium_id join named_auditoriums n on n.auditorium_id = a.id
      join staged s on s.auditorium = n.auditorium and coalesce(s.cinema, '') = n.cinema
  )
  update auditoriums a set seat_map_id = made.id, updated_at = now() from made where a.id = made.auditorium_id
  returning a.id::float8 as id`;

const MAPS_SHOWN = 100;
const TELL = `
  select s.line, a.id::float8 as auditorium, a.name, c.name as cinema, m.version, s.seat_count as "seatCount",
    s.row_count as "rowCount", coalesce(o.outcome, 'unchanged') as outcome
  from ${NAMED} join auditoriums a on a.id = n.auditorium_id join cinemas c on c.id = a.cinema_id
    join seat_maps m on m.id = a.seat_map_id left join outcomes o on o.line = s.line
  order by s.line limit ${MAPS_SHOWN}`;

/** Resolves with the screenings that are to change, and what the first hundred maps are about. */
export async function storeSeatMaps({ client, nowMs, warn }: TableWork): Promise<ImportDetails> {
  const { rows: changed } = await client.query<{ id: number }>(STORE);
  const wanted = await wantLayoutChanges(
    client,
    changed.map(({ id }) => id),
    nowMs,
  );
  if (wanted.withOrders > 0) {
    const text =
      `${wanted.withOrders} of ${wanted.screenings} screenings to come have tickets sold or orders in payment, ` +
      'and keep the seat map they have: see the layout conflicts';
    warn({ line: null, column: null, kind: 'layout-conflicts', text });
  }
  const { rows: maps } = await client.query(TELL);
  return {
    seatMaps: changed.length,
    screeningsToChange: wanted.screenings,
    screeningsWithOrders: wanted.withOrders,
    maps,
  };
}

/** Only for a usable map that is told by `name` and `cinema` beside the file, and only for administrators. */
async function makeMissing({ client, settings, exhibitorId }: TableWork): Promise<void> {
  const { name, cinema, timeZone } = settings;
  if (name === undefined || cinema === undefined || exhibitorId !== null) return;
  // A map at fault is not here, and makes nothing.
  const { rowCount: maps } = await client.query('select from staged limit 1');
  if (maps === 0) return;
  const zone = timeZone ?? 'America/Sao_Paulo';
  const { rows: zones } = await client.query('select from pg_timezone_names where name = $1', [zone]);
  if (zones.length === 0) throw new FileRefused(`${zone} is no time zone; write one like America/Sao_Paulo`);
  await client.query(
    `with made as (
       insert into cinemas (name, time_zone)
       select $1, $2 where not exists (
         select from cinemas where lower(name) = lower($1) or code = $1 or ancine_id::text = $1 or '#' || id = $1)
       returning id)
     insert into own_cinemas select id from made`,
    [cinema, zone],
  );
  // Of several cinemas of one name none is guessed: the search that follows says so.
  await client.query(
    `insert into auditoriums (cinema_id, name)
     select min(c.id), $2 from cinemas c where lower(c.name) = lower($1)
     having count(*) = 1 and not exists (
       select from auditoriums a join cinemas c on c.id = a.cinema_id and lower(c.name) = lower($1)
       where lower(a.name) = lower($2) or a.code = $2 or a.ancine_id::text = $2)`,
    [cinema, name],
  );
}
