/**
 * Gives working auditoriums the layout derived from their declared seats: those that have none yet, and those whose
 * declared numbers the register has just changed. A new layout is a new version, wanted for the screenings to come
 * (layout-changes.ts). An auditorium whose real plan was imported keeps that: a count is no reason to forget where seats are.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { copyRow, copyRows } from '../copy-rows.ts';
import { wantLayoutChanges } from '../layout-changes.ts';
import type { SeatLayout } from '../seat-layout.ts';
import { deriveLayout } from './derived-layout.ts';

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

/** What the new layouts are, and what they cause. */
export interface LayoutsStored {
  readonly seatMaps: number;
  readonly screeningsToChange: number;
  /** Of these, the ones with tickets sold or orders in payment. */
  readonly screeningsWithOrders: number;
}

const WANTING = `
  create temporary table wanting on commit drop as
    select a.id, s.line, a.seat_map_id, m.source, m.content_hash,
      coalesce(s.seats, 0) as seats, coalesce(s.wheelchair, 0) as wheelchair,
      coalesce(s.reduced_mobility, 0) as reduced_mobility, coalesce(s.obese, 0) as obese
    from staged s join auditoriums a on a.ancine_id = s.auditorium left join seat_maps m on m.id = a.seat_map_id
    where s.status = 'active'
      and (a.seat_map_id is null or exists (select from recounted r where r.auditorium = s.auditorium))`;

const KEEP_IMPORTED = `
  with kept as (
    delete from wanting where source is distinct from 'derived' and source is not null returning line, seats)
  insert into warned (line, column_name, kind, text)
  select line, 'assentos_sala', 'plan-kept',
    format('it now declares %s seats; the seat map that was imported for it is kept', seats) from kept`;

const STORE = `
  with made as (
    insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
    select w.id, 1 + coalesce((select max(version) from seat_maps m where m.auditorium_id = w.id), 0),
      'derived', w.seats, d.layout, d.content_hash
    from wanting w join derived d using (seats, wheelchair, reduced_mobility, obese)
    where w.content_hash is distinct from d.content_hash
    order by w.id
    returning id, auditorium_id
  ), had as (
    select id, seat_map_id from auditoriums where id in (select auditorium_id from made)
  )
  update auditoriums a set seat_map_id = made.id, updated_at = now() from made, had
  where a.id = made.auditorium_id and had.id = a.id
  returning a.id::float8 as id, had.seat_map_id is not null as "hadOne"`;

/**
 * After `mergeAuditoriums`, in its transaction. Imported plans that no longer agree with the register are warned about.
 * `onDerived` hears how much of the deriving is done, 0…1.
 */
export async function storeLayouts(
  client: pg.ClientBase,
  nowMs: number,
  onDerived: (share: number) => void,
): Promise<LayoutsStored> {
  await client.query(`${WANTING}; ${KEEP_IMPORTED}`);
  const { rows } = await client.query<Wanting>(
    `select distinct seats, wheelchair, reduced_mobility as "reducedMobility", obese from wanting order by 1, 2, 3, 4`,
  );
  if (rows.length === 0) return { seatMaps: 0, screeningsToChange: 0, screeningsWithOrders: 0 };
  // Rooms of one size share a layout; PostgreSQL reads and compresses its text once.
  await client.query(`create temporary table derived (seats integer, wheelchair integer, reduced_mobility integer,
    obese integer, content_hash text, layout jsonb) on commit drop`);
  await copyRows(client, 'pg_temp.derived', derivedRows(rows, onDerived));
  await client.query('analyze derived; analyze wanting');
  const { rows: stored } = await client.query<{ id: number; hadOne: boolean }>(STORE);
  const replaced = stored.filter(({ hadOne }) => hadOne).map(({ id }) => id);
  const wanted = await wantLayoutChanges(client, replaced, nowMs);
  return {
    seatMaps: stored.length,
    screeningsToChange: wanted.screenings,
    screeningsWithOrders: wanted.withOrders,
  };
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
