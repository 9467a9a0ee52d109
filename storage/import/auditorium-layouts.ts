/**
 * Gives working auditoriums the layout derived from their declared seats: those that have none yet, and those whose
 * declared numbers the register has just changed. A new layout is a new version; screenings keep the one they were
 * announced with. An auditorium whose real plan was imported keeps that: a count is no reason to forget where seats are.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { copyRow, copyRows } from '../copy-rows.ts';
import type { SeatLayout } from '../seat-layout.ts';
import { deriveLayout } from './derived-layout.ts';
import type { ImportWarning } from './import-report.ts';

/** Tells two layouts apart: SHA-256 of their JSON, hexadecimal. */
export function contentHash(layout: SeatLayout): string {
  return createHash('sha256').update(JSON.stringify(layout)).digest('hex');
}

interface Wanting {
  readonly seats: number;
  readonly wheelchair: number;
  readonly reducedMobility: number;
  readonly obese: number;
}

/**
 * After `mergeAuditoriums`, in its transaction. `warnings` tell of imported plans that no longer agree with the register.
 * `onDerived` hears how much of the deriving is done, 0…1.
 */
export async function storeLayouts(
  client: pg.ClientBase,
  onDerived: (share: number) => void,
): Promise<{ stored: number; warnings: ImportWarning[] }> {
  await client.query(`
    create temporary table wanting on commit drop as
      select a.id, s.line, a.seat_map_id, m.source, m.content_hash,
        coalesce(s.seats, 0) as seats, coalesce(s.wheelchair, 0) as wheelchair,
        coalesce(s.reduced_mobility, 0) as reduced_mobility, coalesce(s.obese, 0) as obese
      from staged s join auditoriums a on a.ancine_id = s.auditorium left join seat_maps m on m.id = a.seat_map_id
      where s.status = 'active'
        and (a.seat_map_id is null or exists (select from recounted r where r.auditorium = s.auditorium))`);
  const kept = await client.query<{ line: number; seats: number; source: string }>(
    `delete from wanting where source is distinct from 'derived' and source is not null returning line, seats, source`,
  );
  const { rows } = await client.query<Wanting>(
    `select distinct seats, wheelchair, reduced_mobility as "reducedMobility", obese from wanting order by 1, 2, 3, 4`,
  );
  if (rows.length === 0) return { stored: 0, warnings: kept.rows.map(keptWarning) };
  // Rooms of one size share a layout; PostgreSQL reads and compresses its text once.
  await client.query(`create temporary table derived (seats integer, wheelchair integer, reduced_mobility integer,
    obese integer, content_hash text, layout jsonb) on commit drop`);
  await copyRows(client, 'pg_temp.derived', derivedRows(rows, onDerived));
  await client.query('analyze derived; analyze wanting');
  const { rowCount } = await client.query(
    `with made as (
       insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       select w.id, 1 + coalesce((select max(version) from seat_maps m where m.auditorium_id = w.id), 0),
         'derived', w.seats, d.layout, d.content_hash
       from wanting w join derived d using (seats, wheelchair, reduced_mobility, obese)
       where w.content_hash is distinct from d.content_hash
       order by w.id
       returning id, auditorium_id)
     update auditoriums a set seat_map_id = made.id, updated_at = now() from made where a.id = made.auditorium_id`,
  );
  return { stored: rowCount ?? 0, warnings: kept.rows.map(keptWarning) };
}

function* derivedRows(rows: readonly Wanting[], onDerived: (share: number) => void): Generator<string> {
  for (const [index, numbers] of rows.entries()) {
    yield derivedRow(numbers);
    onDerived((index + 1) / rows.length);
  }
}

function derivedRow(numbers: Wanting): string {
  const layout = deriveLayout(numbers);
  const { seats, wheelchair, reducedMobility, obese } = numbers;
  return copyRow([seats, wheelchair, reducedMobility, obese, contentHash(layout), JSON.stringify(layout)]);
}

function keptWarning({ line, seats }: { line: number; seats: number }): ImportWarning {
  return {
    line,
    column: 'ASSENTOS_SALA',
    kind: 'plan-kept',
    text: `it now declares ${seats} seats; the seat map that was imported for it is kept`,
  };
}
