/**
 * The register, staged, against the catalogue: all rows at once, in SQL, in the transaction of the import. Rows are written only where something differs, so that an import of what is there already touches no
 * row, no `updated_at` and no id.
 *
 * What the file repeats (the cinema's columns in each of its rows) is taken from the first row that has it; rows that
 * disagree are warned about. What the register does not have any more is left alone: closing is said, not implied.
 */
import type pg from 'pg';
import type { TableWork } from './table-kind.ts';

/** How many rows of a kind were new, and how many changed. */
export interface Tally {
  readonly created: number;
  readonly updated: number;
}

const CINEMA = 'exhibitor, cinema_name, address, district, city, state, postal_code, time_zone, cinema_status';
const EXHIBITOR = 'exhibitor_name, cnpj, group_name, exhibitor_status';

/** Of an auditorium that the file has several times the first line counts. */
export async function rejectRepeated({ client, dropRejected }: TableWork): Promise<void> {
  await client.query(
    `insert into rejected (line, column_name, reason)
     select line, 'registro_sala', format('%s is also in line %s, which counts', auditorium, first)
     from (select line, auditorium, min(line) over (partition by auditorium) as first from staged) as seen
     where first < line`,
  );
  await dropRejected();
  await client.query('create index on staged (auditorium); create index on staged (cinema); analyze staged');
}

/** One row for each cinema and each exhibitor of the file; who disagrees with it is warned. */
export async function gatherCinemas(client: pg.ClientBase): Promise<void> {
  await client.query(`
    create temporary table file_cinemas on commit drop as
      select distinct on (cinema) cinema, line, ${CINEMA} from staged order by cinema, line;
    create temporary table file_exhibitors on commit drop as
      select distinct on (exhibitor) exhibitor, line, ${EXHIBITOR} from staged order by exhibitor, line;
    create unique index on file_cinemas (cinema);
    create unique index on file_exhibitors (exhibitor);
    analyze file_cinemas, file_exhibitors`);
  await client.query(
    `insert into warned (line, column_name, kind, text)
     select line, column_name, 'disagrees', format('it describes %s otherwise than line %s, which counts', id, first)
     from (
       select s.line, 'registro_complexo' as column_name, s.cinema as id, f.line as first
         from staged s join file_cinemas f using (cinema)
         where (${columns('s', CINEMA)}) is distinct from (${columns('f', CINEMA)})
       union all
       select s.line, 'registro_exibidor', s.exhibitor, f.line
         from staged s join file_exhibitors f using (exhibitor)
         where (${columns('s', EXHIBITOR)}) is distinct from (${columns('f', EXHIBITOR)})
     ) as odd`,
  );
}

/** Before the merge: auditoriums that are active and will not be, with what is announced in them. */
export async function warnOfClosing(client: pg.ClientBase, nowMs: number): Promise<void> {
  await client.query(
    `insert into warned (line, column_name, kind, text)
     select s.line, case when s.status <> 'active' then 'situacao_sala' else 'situacao_complexo' end, 'closed-with-screenings',
       format('it is %s now, and %s announced: cancel them, or have them elsewhere',
         case when 'closed' in (s.status, f.cinema_status) then 'closed' else 'not in use' end,
         case count(*) when 1 then '1 screening is' else count(*) || ' screenings are' end)
     from staged s join file_cinemas f using (cinema)
       join auditoriums a on a.ancine_id = s.auditorium join cinemas c on c.id = a.cinema_id
       join screenings e on e.auditorium_id = a.id and e.starts_at > $1 and e.status <> 'cancelled'
     where a.status = 'active' and c.status = 'active' and (s.status <> 'active' or f.cinema_status <> 'active')
     group by s.line, s.status, f.cinema_status`,
    [new Date(nowMs)],
  );
}

/** Writes the exhibitors, then the cinemas. Which ones changed is kept for `tellOutcomes`. */
export async function mergeCinemas(client: pg.ClientBase): Promise<{ exhibitors: Tally; cinemas: Tally }> {
  await client.query('create temporary table changed (what text, id bigint) on commit drop');
  const newExhibitors = await client.query(
    `insert into exhibitors (ancine_id, name, cnpj, group_name, status)
     select f.exhibitor, f.exhibitor_name, f.cnpj, f.group_name, f.exhibitor_status from file_exhibitors f
     where not exists (select from exhibitors e where e.ancine_id = f.exhibitor) order by f.exhibitor`,
  );
  const exhibitors = await changing(
    client,
    'exhibitor',
    `update exhibitors e
     set name = f.exhibitor_name, cnpj = f.cnpj, group_name = f.group_name, status = f.exhibitor_status, updated_at = now()
     from file_exhibitors f
     where e.ancine_id = f.exhibitor and (e.name, e.cnpj, e.group_name, e.status)
       is distinct from (f.exhibitor_name, f.cnpj, f.group_name, f.exhibitor_status)
     returning f.exhibitor`,
  );
  const newCinemas = await client.query(
    `insert into cinemas (ancine_id, exhibitor_id, name, address, district, city, state, postal_code, time_zone, status)
     select f.cinema, e.id, f.cinema_name, f.address, f.district, f.city, f.state, f.postal_code, f.time_zone, f.cinema_status
     from file_cinemas f join exhibitors e on e.ancine_id = f.exhibitor
     where not exists (select from cinemas c where c.ancine_id = f.cinema) order by f.cinema`,
  );
  // The zone follows the place. While the place stays, so does a zone that a person has set.
  const cinemas = await changing(
    client,
    'cinema',
    `update cinemas c
     set exhibitor_id = e.id, name = f.cinema_name, address = f.address, district = f.district, city = f.city,
       state = f.state, postal_code = f.postal_code, status = f.cinema_status, updated_at = now(),
       time_zone = case when (c.state, c.city) is distinct from (f.state, f.city) then f.time_zone else c.time_zone end
     from file_cinemas f join exhibitors e on e.ancine_id = f.exhibitor
     where c.ancine_id = f.cinema
       and (c.exhibitor_id, c.name, c.address, c.district, c.city, c.state, c.postal_code, c.status)
       is distinct from (e.id, f.cinema_name, f.address, f.district, f.city, f.state, f.postal_code, f.cinema_status)
     returning f.cinema`,
  );
  return {
    exhibitors: { created: newExhibitors.rowCount ?? 0, updated: exhibitors },
    cinemas: { created: newCinemas.rowCount ?? 0, updated: cinemas },
  };
}

/** Writes the auditoriums themselves; their seat maps come after (auditorium-layouts.ts). */
export async function mergeAuditoriums(client: pg.ClientBase): Promise<Tally> {
  // Before anything is written: whose declared numbers are new, and so want a new layout. They may have become so while the
  // auditorium was closed, and then its layout is looked at when it opens again.
  await client.query(`
    create temporary table recounted on commit drop as
      select s.auditorium from staged s join auditoriums a on a.ancine_id = s.auditorium
      where (a.seats_declared, a.wheelchair_declared, a.reduced_mobility_declared, a.obese_declared)
        is distinct from (s.seats, s.wheelchair, s.reduced_mobility, s.obese)
        or (a.status <> 'active' and s.status = 'active')`);
  const created = await client.query(
    `with made as (
       insert into auditoriums (ancine_id, cinema_id, name, seats_declared, wheelchair_declared,
         reduced_mobility_declared, obese_declared, status)
       select s.auditorium, c.id, s.name, s.seats, s.wheelchair, s.reduced_mobility, s.obese, s.status
       from staged s join cinemas c on c.ancine_id = s.cinema
       where not exists (select from auditoriums a where a.ancine_id = s.auditorium) order by s.line
       returning ancine_id)
     insert into changed select 'new auditorium', ancine_id from made`,
  );
  const updated = await changing(
    client,
    'auditorium',
    `update auditoriums a
     set cinema_id = c.id, name = s.name, seats_declared = s.seats, wheelchair_declared = s.wheelchair,
       reduced_mobility_declared = s.reduced_mobility, obese_declared = s.obese, status = s.status, updated_at = now()
     from staged s join cinemas c on c.ancine_id = s.cinema
     where a.ancine_id = s.auditorium
       and (a.cinema_id, a.name, a.seats_declared, a.wheelchair_declared, a.reduced_mobility_declared, a.obese_declared, a.status)
       is distinct from (c.id, s.name, s.seats, s.wheelchair, s.reduced_mobility, s.obese, s.status)
     returning s.auditorium`,
  );
  return { created: created.rowCount ?? 0, updated };
}

/** What became of each line: updated, when its auditorium was, or its cinema, or its exhibitor. */
export async function tellOutcomes(client: pg.ClientBase): Promise<void> {
  await client.query(
    `insert into outcomes (line, outcome)
     select line, outcome from (
       select s.line, case
         when exists (select from changed where what = 'new auditorium' and id = s.auditorium) then 'created'
         when exists (select from changed where what = 'auditorium' and id = s.auditorium)
           or exists (select from changed where what = 'cinema' and id = s.cinema)
           or exists (select from changed where what = 'exhibitor' and id = s.exhibitor) then 'updated' end as outcome
       from staged s) as told
     where outcome is not null`,
  );
}

/** How many auditoriums of the register the file does not have. They are left as they are. */
export async function countMissing(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from auditoriums a
     where a.ancine_id is not null and not exists (select from staged s where s.auditorium = a.ancine_id)`,
  );
  return rows[0]?.count ?? 0;
}

/** Runs an update that returns the ids it changed, and remembers them; resolves with their number. */
async function changing(client: pg.ClientBase, what: string, update: string): Promise<number> {
  const { rowCount } = await client.query(
    `with done (id) as (${update}) insert into changed select $1::text, id from done`,
    [what],
  );
  return rowCount ?? 0;
}

function columns(table: string, names: string): string {
  return names
    .split(', ')
    .map((name) => `${table}.${name}`)
    .join(', ');
}
