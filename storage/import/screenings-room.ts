/** The auditorium must be free: the judged screenings against each other and against the ones that stand. */
import type pg from 'pg';
import { CLEANING_MINUTES_MIN } from '../screening-plan.ts';
import { type Occupant, overlapsOf, type StandingStay, type WantedStay } from './screenings-overlaps.ts';
import type { TableWork } from './table-kind.ts';

const ends = (startsAt: string, minutes: string): string =>
  `${startsAt} + make_interval(mins => ${minutes} + ${CLEANING_MINUTES_MIN})`;
const ms = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::float8`;

// Only rows that take up time which they did not before.
const WANTED = `
  create temporary table wanted_stays on commit drop as
  select j.line, j.screening, j.auditorium_id, j.starts_at, ${ends('j.starts_at', 'j.minutes')} as ends_at
  from judged j left join screenings e on e.id = j.screening
  where not j.is_cancelled and (j.screening is null or j.starts_at <> e.starts_at or j.film_id <> e.film_id)
    and exists (select from staged s where s.line = j.line)`;

const SELECT_WANTED = `
  select line, screening::float8, auditorium_id::float8 as auditorium, ${ms('starts_at')} as "fromMs", ${ms('ends_at')} as "untilMs"
  from wanted_stays`;

const SELECT_STANDING = `
  with asked as (
    select auditorium_id, min(starts_at) as first, max(ends_at) as last from wanted_stays group by auditorium_id
  ), longest as (select coalesce(max(minutes), 0) + ${CLEANING_MINUTES_MIN} as minutes from films)
  select e.id::float8 as screening, e.auditorium_id::float8 as auditorium, ${ms('e.starts_at')} as "fromMs",
    ${ms(ends('e.starts_at', 'f.minutes'))} as "untilMs"
  from longest l cross join asked a
    join screenings e on e.auditorium_id = a.auditorium_id and e.starts_at < a.last
      and e.starts_at > a.first - make_interval(mins => l.minutes)
    join films f on f.id = e.film_id
  where e.status <> 'cancelled'
  union
  -- Moved ones come with the time that they leave, wherever that is.
  select e.id::float8, e.auditorium_id::float8, ${ms('e.starts_at')}, ${ms(ends('e.starts_at', 'f.minutes'))}
  from wanted_stays w join screenings e on e.id = w.screening join films f on f.id = e.film_id`;

const REJECT = `
  insert into rejected (line, column_name, reason)
  select o.line, $4, format('%s is taken until %s by %s', a.name,
      to_char(coalesce(${ends('e.starts_at', 'f.minutes')}, w.ends_at) at time zone j.time_zone, 'YYYY-MM-DD HH24:MI'),
      case when e.id is null then format('line %s ("%s", %s)', o.by_line, k.title, to_char(k.starts_local, 'YYYY-MM-DD HH24:MI'))
        else format('screening %s ("%s", %s)', e.id, f.title, to_char(e.starts_local, 'YYYY-MM-DD HH24:MI')) end)
  from unnest($1::int[], $2::int[], $3::bigint[]) as o (line, by_line, by_screening)
    join judged j on j.line = o.line join auditoriums a on a.id = j.auditorium_id
    left join judged k on k.line = o.by_line left join wanted_stays w on w.line = o.by_line
    left join screenings e on e.id = o.by_screening left join films f on f.id = e.film_id`;

/** Rejects the rows of `judged` whose auditorium is taken; `startsColumn` is the column to blame. */
export async function rejectOverlaps({ client }: TableWork, startsColumn: string): Promise<void> {
  const made = await client.query(WANTED);
  if (made.rowCount === 0) return;
  await client.query('analyze wanted_stays');
  const { rows: wanted } = await client.query<WantedStay>(SELECT_WANTED);
  const { rows: standing } = await client.query<StandingStay>(SELECT_STANDING);
  const refused = overlapsOf(wanted, standing);
  if (refused.size > 0) await reject(client, refused, startsColumn);
}

async function reject(client: pg.ClientBase, refused: ReadonlyMap<number, Occupant>, startsColumn: string) {
  const by = [...refused.values()];
  await client.query(REJECT, [
    [...refused.keys()],
    by.map((occupant) => ('line' in occupant ? occupant.line : null)),
    by.map((occupant) => ('screening' in occupant ? occupant.screening : null)),
    startsColumn,
  ]);
}
