/**
 * Which auditorium a row means: by ANCINE's registration, by ours, or by code or name together with its cinema, which
 * itself is told by registration, code or name. All rows at once: each name that the file has is looked up one time,
 * by hash joins, however many rows repeat it and whatever nonsense it is.
 *
 * The better evidence wins: a registration before a code, a code before a name. Evidence of one rank that fits two is
 * refused rather than guessed. "#77" is our own number and nothing else. Partners see their own cinemas only, and learn
 * nothing of the others.
 */
import { NOT_YOURS, type TableWork } from './table-kind.ts';

const number = (column: string): string => `case when ${column} ~ '^[0-9]{1,15}$' then ${column}::bigint end`;
const ownNumber = (column: string): string =>
  `case when ${column} ~ '^#?[0-9]{1,15}$' then ltrim(${column}, '#')::bigint end`;

const FIND = `
  create temporary table named_auditoriums on commit drop as
  with names as materialized (
    select distinct auditorium, coalesce(cinema, '') as cinema, ${number('auditorium')} as number,
      ${ownNumber('auditorium')} as own from staged
  ), cinema_names as (
    select distinct cinema as name, ${number('cinema')} as number, ${ownNumber('cinema')} as own from names where cinema <> ''
  ), cinema_hits as (
    select n.name, c.id, 1 as rank from cinema_names n join cinemas c on c.ancine_id = n.number
    union all select n.name, c.id, 2 from cinema_names n join cinemas c on c.code = n.name
    union all select n.name, c.id, 3 from cinema_names n join cinemas c on lower(c.name) = lower(n.name)
    union all select n.name, c.id, 4 from cinema_names n join cinemas c on c.id = n.own
  ), cinemas_found as (
    select distinct on (name) name, id, count(*) over (partition by name, rank) as twins
    from cinema_hits join own_cinemas using (id) order by name, rank
  ), hits as (
    select n.auditorium, n.cinema, a.id, case when a.ancine_id = n.number then 1 else 4 end as rank
      from names n join auditoriums a on a.ancine_id = n.number or a.id = n.own join own_cinemas o on o.id = a.cinema_id
        left join cinemas_found c on c.name = n.cinema
      where n.cinema = '' or (c.id = a.cinema_id and c.twins = 1)
    union all
    select n.auditorium, n.cinema, a.id, case when a.code = n.auditorium then 2 else 3 end
      from names n join cinemas_found c on c.name = n.cinema and c.twins = 1
        join auditoriums a on a.cinema_id = c.id and (a.code = n.auditorium or lower(a.name) = lower(n.auditorium))
  ), found as (
    select distinct on (auditorium, cinema) auditorium, cinema, id, count(*) over (partition by auditorium, cinema, rank) as twins
    from hits order by auditorium, cinema, rank
  )
  select n.auditorium, n.cinema, case when f.twins = 1 then f.id end as auditorium_id, p.column_name,
    case when p.column_name is null then null else format(p.problem, left(case p.column_name when 'cinema' then n.cinema
      else n.auditorium end, 60), coalesce(c.twins, f.twins)) end as reason
  from names n
    left join cinemas_found c on c.name = n.cinema
    left join found f using (auditorium, cinema),
    lateral (select * from (values
      (n.cinema <> '' and c.id is null, 'cinema', '%cinemaUnknown'),
      (c.twins > 1, 'cinema', '%2$s cinemas are called "%1$s": write ANCINE''s registration or the code'),
      (f.twins > 1, 'auditorium', '%2$s auditoriums of that cinema are called "%1$s": write the registration or the code'),
      (f.id is null and n.cinema = '' and n.own is null, 'auditorium',
       '"%1$s" is no registration: name its cinema too, or write ANCINE''s number or ours'),
      (f.id is null and n.cinema = '', 'auditorium', '%auditoriumUnknown'),
      (f.id is null, 'auditorium', 'that cinema has no auditorium "%1$s": write its registration, its code or its exact name'),
      (true, null, null)) as p (applies, column_name, problem) where p.applies limit 1) as p`;

/**
 * Makes the temporary table `named_auditoriums (auditorium, cinema, auditorium_id, column_name, reason)` out of the
 * columns `auditorium` and `cinema` of `staged`: a row for each pair of names ('' for no cinema) with the auditorium
 * that it means, or with the column at fault and why.
 */
export async function findAuditoriums({ client, exhibitorId }: TableWork): Promise<void> {
  const unknown =
    exhibitorId === null
      ? [
          'there is no cinema "%1$s": write ANCINE\'\'s registration, its code or its exact name',
          "there is no auditorium %1$s, neither in ANCINE''s register nor by our own number",
        ]
      : [NOT_YOURS, NOT_YOURS];
  const sql = FIND.replace('%cinemaUnknown', () => unknown[0] ?? '').replace(
    '%auditoriumUnknown',
    () => unknown[1] ?? '',
  );
  await client.query(sql);
  await client.query('analyze named_auditoriums');
}
