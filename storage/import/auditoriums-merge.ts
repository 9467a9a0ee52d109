/**
 * The register, staged in a temporary table, against the catalogue: all rows at once, in SQL, inside the caller's
 * transaction. Rows are written only where something differs, so that an import of what is there already touches no
 * row, no `updated_at` and no id.
 *
 * What the file repeats (the cinema's columns in each of its rows) is taken from the first row that has it; rows that
 * disagree are warned about. What the register does not have any more is left alone: closing is said, not implied.
 */
import type pg from 'pg';
import { copyRow } from '../copy-rows.ts';
import type { ImportWarning, SkippedRow, Tally } from './import-report.ts';
import type { RegisterRow } from './register-row.ts';

export const STAGED = `pg_temp.staged (line, auditorium, name, status, seats, wheelchair, reduced_mobility, obese,
  cinema, cinema_name, address, district, city, state, postal_code, time_zone, cinema_status,
  exhibitor, exhibitor_name, cnpj, group_name, exhibitor_status)`;

const CREATE_STAGED = `create temporary table staged (
  line integer, auditorium bigint, name text, status text,
  seats integer, wheelchair integer, reduced_mobility integer, obese integer,
  cinema bigint, cinema_name text, address text, district text, city text, state text, postal_code text, time_zone text,
  cinema_status text,
  exhibitor bigint, exhibitor_name text, cnpj text, group_name text, exhibitor_status text
) on commit drop`;

const CINEMA = 'exhibitor, cinema_name, address, district, city, state, postal_code, time_zone, cinema_status';
const EXHIBITOR = 'exhibitor_name, cnpj, group_name, exhibitor_status';

export async function createStaged(client: pg.ClientBase): Promise<void> {
  await client.query(CREATE_STAGED);
}

/** A row as `STAGED` wants it, in COPY text. */
export function stagedRow({ line, auditorium, cinema, exhibitor }: RegisterRow): string {
  return copyRow([
    line,
    auditorium.ancineId,
    auditorium.name,
    auditorium.status,
    auditorium.seats,
    auditorium.wheelchair,
    auditorium.reducedMobility,
    auditorium.obese,
    cinema.ancineId,
    cinema.name,
    cinema.address,
    cinema.district,
    cinema.city,
    cinema.state,
    cinema.postalCode,
    cinema.timeZone,
    cinema.status,
    exhibitor.ancineId,
    exhibitor.name,
    exhibitor.cnpj,
    exhibitor.groupName,
    exhibitor.status,
  ]);
}

/** Takes repeated auditoriums out of the staged rows: the first line counts. */
export async function dropRepeated(client: pg.ClientBase): Promise<SkippedRow[]> {
  await client.query('create index on staged (auditorium); create index on staged (cinema); analyze staged');
  const { rows } = await client.query<{ line: number; auditorium: string; first: number }>(
    `delete from staged using (
       select line, min(line) over (partition by auditorium) as first from staged
     ) as seen
     where seen.line = staged.line and seen.first < staged.line
     returning staged.line, staged.auditorium, seen.first`,
  );
  return rows
    .map(({ line, auditorium, first }) => ({
      line,
      column: 'REGISTRO_SALA',
      reason: `${auditorium} is also in line ${first}, which counts`,
    }))
    .sort((one, other) => one.line - other.line);
}

/** One row for each cinema and each exhibitor of the file; resolves with the rows that disagree with it. */
export async function gatherCinemas(client: pg.ClientBase): Promise<ImportWarning[]> {
  await client.query(`
    create temporary table file_cinemas on commit drop as
      select distinct on (cinema) cinema, line, ${CINEMA} from staged order by cinema, line;
    create temporary table file_exhibitors on commit drop as
      select distinct on (exhibitor) exhibitor, line, ${EXHIBITOR} from staged order by exhibitor, line;
    create unique index on file_cinemas (cinema);
    create unique index on file_exhibitors (exhibitor);
    analyze file_cinemas, file_exhibitors`);
  const { rows } = await client.query<{ line: number; what: string; id: string; first: number }>(
    `select s.line, 'REGISTRO_COMPLEXO' as what, s.cinema as id, f.line as first
       from staged s join file_cinemas f using (cinema)
       where (${columns('s', CINEMA)}) is distinct from (${columns('f', CINEMA)})
     union all
     select s.line, 'REGISTRO_EXIBIDOR', s.exhibitor, f.line
       from staged s join file_exhibitors f using (exhibitor)
       where (${columns('s', EXHIBITOR)}) is distinct from (${columns('f', EXHIBITOR)})
     order by 1, 2`,
  );
  return rows.map(({ line, what, id, first }) => ({
    line,
    column: what,
    kind: 'disagrees',
    text: `it describes ${id} otherwise than line ${first}, which counts`,
  }));
}

/** Writes the exhibitors, then the cinemas. Which ones changed is kept for `countRows`. */
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
  // Before anything is written: whose declared numbers are new, and so want a new layout.
  await client.query(`
    create temporary table recounted on commit drop as
      select s.auditorium from staged s join auditoriums a on a.ancine_id = s.auditorium
      where (a.seats_declared, a.wheelchair_declared, a.reduced_mobility_declared, a.obese_declared)
        is distinct from (s.seats, s.wheelchair, s.reduced_mobility, s.obese)`);
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

/** What became of the staged rows, and how many auditoriums of the register the file does not have. */
export async function countRows(
  client: pg.ClientBase,
): Promise<{ created: number; updated: number; unchanged: number; notInFile: number }> {
  const { rows } = await client.query<{ state: 'created' | 'updated' | 'unchanged' | 'notInFile'; count: number }>(
    `select state, count(*)::int as count from (
       select case
         when exists (select from changed where what = 'new auditorium' and id = s.auditorium) then 'created'
         when exists (select from changed where what = 'auditorium' and id = s.auditorium)
           or exists (select from changed where what = 'cinema' and id = s.cinema)
           or exists (select from changed where what = 'exhibitor' and id = s.exhibitor) then 'updated'
         else 'unchanged' end as state
       from staged s
       union all
       select 'notInFile' from auditoriums a
       where a.ancine_id is not null and not exists (select from staged s where s.auditorium = a.ancine_id)
     ) as rows group by state`,
  );
  const counts = { created: 0, updated: 0, unchanged: 0, notInFile: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
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
