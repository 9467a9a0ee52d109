/**
 * Where, what and when: each staged row finds its auditorium and its film, and the wall time of the cinema becomes an
 * instant. What cannot be found is rejected here, all faults of a row at once, because who corrects a file wants to do
 * it once.
 *
 * A wall time that the cinema's clock skips, or shows twice, names no instant. It is not repaired in silence: people
 * read the wall time off a poster. A time shown twice can be told with its offset from UTC ("…T23:30-02:00").
 */
import { findAuditoriums } from './auditorium-names.ts';
import type { TableWork } from './table-kind.ts';

const FIND_FILMS = `
  create temporary table named_films on commit drop as
  with names as materialized (
    select distinct film, upper(regexp_replace(film, '[^0-9A-Za-z]', '', 'g')) as work_number,
      case when film ~ '^#[0-9]{1,15}$' then ltrim(film, '#')::bigint end as own from staged
  ), hits as (
    select n.film, f.id, 1 as rank from names n join films f on f.work_number = n.work_number
    union all select n.film, f.id, 1 from names n join films f on f.id = n.own
    union all select n.film, f.id, 2 from names n join films f on f.code = n.film
    union all select n.film, f.id, case when f.status = 'active' then 3 else 4 end
      from names n join films f on lower(f.title) = lower(n.film)
  ), found as (
    select distinct on (film) film, id, count(*) over (partition by film, rank) as twins from hits order by film, rank
  )
  select n.film, f.id as film_id, f.minutes, f.title, f.release_date, f.status <> 'active' as is_withdrawn,
    case when f.id is null and n.work_number ~ '^[BE][0-9A-Z]{13}$'
        then format('there is no film with the number %s: import it first', n.work_number)
      when f.id is null then format('there is no film "%s": import it first, or write its CPB or ROE', left(n.film, 60))
      when h.twins > 1 then format('%s films are called "%s": write the CPB, the ROE or the code', h.twins, left(n.film, 60)) end as reason
  from names n left join found h using (film) left join films f on f.id = h.id`;

const REJECT_UNKNOWN = `
  insert into rejected (line, column_name, reason)
    select s.line, n.column_name, n.reason
      from staged s join named_auditoriums n on n.auditorium = s.auditorium and n.cinema = coalesce(s.cinema, '')
      where n.reason is not null
    union all
    select s.line, 'film', n.reason from staged s join named_films n using (film) where n.reason is not null
    union all
    select s.line, 'auditorium', case
        when a.status <> 'active' then format('%s is %s', a.name, case a.status when 'closed' then 'closed' else 'not in use' end)
        when c.status <> 'active' then format('the cinema %s is %s', c.name, case c.status when 'closed' then 'closed' else 'not in use' end)
        else format('%s has no seat map yet: import one first', a.name) end
      from staged s join named_auditoriums n on n.auditorium = s.auditorium and n.cinema = coalesce(s.cinema, '')
        join auditoriums a on a.id = n.auditorium_id join cinemas c on c.id = a.cinema_id
      where a.seat_map_id is null or ((a.status <> 'active' or c.status <> 'active') and not %known)`;

// A closed auditorium's past is still told by its files: a screening that is there may be repeated as it is.
const KNOWN = `exists (select from screenings e where e.auditorium_id = a.id
  and s.wall at time zone c.time_zone in (e.starts_at, e.announced_at))`;

// Two looks tell that no clock is changed within three hours; only then the closer look is taken.
const PLACE = `
  create temporary table placed on commit drop as
  select s.line, n.auditorium_id, a.cinema_id, a.seat_map_id, m.seat_count, c.time_zone, f.film_id, f.title, f.minutes,
    f.release_date, f.is_withdrawn, s.wall as starts_local, t.starts_at, s.code, s.language, s.projection, s.modality, s.price,
    s.sales_from at time zone c.time_zone as sales_from, s.sales_until at time zone c.time_zone as sales_until,
    case
      when s.utc_offset is not null and t.starts_at at time zone c.time_zone <> s.wall
        then format('at that moment the clocks of %s show %s: write the cinema''s own time', c.time_zone,
          to_char(t.starts_at at time zone c.time_zone, 'YYYY-MM-DD HH24:MI'))
      when s.utc_offset is not null
          or ((t.starts_at - interval '3 hours') at time zone c.time_zone = s.wall - interval '3 hours'
            and (t.starts_at + interval '3 hours') at time zone c.time_zone = s.wall + interval '3 hours') then null
      when t.starts_at at time zone c.time_zone <> s.wall
        then format('there is no %s that day in %s: the clocks are put forward', to_char(s.wall, 'HH24:MI'), c.time_zone)
      when exists (select from unnest(array[-120, -60, -30, 30, 60, 120]) as shift
          where (t.starts_at + make_interval(mins => shift)) at time zone c.time_zone = s.wall)
        then format('there are two %1$s that day in %2$s, the clocks are put back: write the offset too, as in %3$s',
          to_char(s.wall, 'HH24:MI'), c.time_zone, to_char(s.wall, 'YYYY-MM-DD"T"HH24:MI"-02:00"'))
    end as reason
  from staged s
    join named_auditoriums n on n.auditorium = s.auditorium and n.cinema = coalesce(s.cinema, '')
    join named_films f using (film)
    join auditoriums a on a.id = n.auditorium_id
    join cinemas c on c.id = a.cinema_id
    join seat_maps m on m.id = a.seat_map_id,
    lateral (select case when s.utc_offset is null then s.wall at time zone c.time_zone
      else (s.wall - make_interval(mins => s.utc_offset)) at time zone 'UTC' end as starts_at) as t`;

/**
 * Makes the temporary table `placed` of the staged rows that know their place. `startsColumn` is the column to blame
 * for a bad time.
 */
export async function placeScreenings(work: TableWork, startsColumn: string): Promise<void> {
  const { client } = work;
  await findAuditoriums(work);
  await client.query(`${FIND_FILMS}; analyze named_films`);
  await client.query(REJECT_UNKNOWN.replace('%known', () => KNOWN));
  await work.dropRejected();
  await client.query(PLACE);
  await client.query(
    'insert into rejected (line, column_name, reason) select line, $1, reason from placed where reason is not null',
    [startsColumn],
  );
  await client.query('delete from placed where reason is not null; analyze placed');
  await work.dropRejected();
}
