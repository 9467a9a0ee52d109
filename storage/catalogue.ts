/**
 * What the engine reads of the catalogue: a screening with its seat map, on what terms it is sold, and the list of what is on. Keeping
 * the catalogue is the importers' business.
 *
 * A seat map never changes once it is stored (a new layout is a new row), so one object per thread serves every
 * screening that uses it. The cache holds them weakly: a map lives as long as a loaded screening does, and
 * nobody has to guess a size.
 */
import type pg from 'pg';
import type { SeatMap } from '../actors/seat-map.ts';
import { type SeatLayout, seatMapFromLayout } from './seat-layout.ts';

/** A screening as lists show it. */
export interface ScreeningSummary {
  readonly id: number;
  readonly title: string;
  readonly minutes: number;
  readonly rating: string;
  readonly cinema: string;
  readonly city: string | null;
  readonly state: string | null;
  readonly auditorium: string;
  readonly startsAtMs: number;
  /** The wall clock of the cinema: "2026-11-23T20:30:00". */
  readonly startsLocal: string;
  readonly timeZone: string;
  readonly projection: string;
  readonly language: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly halfQuota: number;
  readonly halfPolicy: 'limit' | 'exceed';
  readonly seatMapId: number;
  readonly seatCount: number;
  readonly status: ScreeningStatus;
  /** Seats can be taken from here on and before there, ms since 1970; null: from the beginning, and until a while after the start. */
  readonly salesFromMs: number | null;
  readonly salesUntilMs: number | null;
  /** Of ANCINE's reports: A regular, B before the release, C festival, D private. */
  readonly modality: 'A' | 'B' | 'C' | 'D';
  /** Full price in cents by seat kind (the number as text), of the kinds that do not cost `priceCents`; null: all cost that. */
  readonly seatPrices: Readonly<Record<string, number>> | null;
}

export type ScreeningStatus = 'scheduled' | 'closed' | 'cancelled';

export interface ScreeningRecord extends ScreeningSummary {
  readonly seatMap: SeatMap;
}

interface ScreeningRow
  extends Omit<ScreeningSummary, 'id' | 'seatMapId' | 'startsAtMs' | 'salesFromMs' | 'salesUntilMs'> {
  /** bigint columns come as text from node-postgres. */
  readonly id: string;
  readonly seatMapId: string;
  readonly startsAtMs: string;
  readonly salesFromMs: string | null;
  readonly salesUntilMs: string | null;
}

const SELECT_SCREENING = `select s.id, f.title, f.minutes, f.rating, c.name as cinema, c.city, c.state, a.name as auditorium,
    (extract(epoch from s.starts_at) * 1000)::bigint as "startsAtMs",
    to_char(s.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as "startsLocal", s.time_zone as "timeZone",
    s.projection, s.language, s.price_cents as "priceCents", s.currency,
    s.half_quota as "halfQuota", s.half_policy as "halfPolicy",
    s.seat_map_id as "seatMapId", m.seat_count as "seatCount", s.status, s.modality, s.seat_prices as "seatPrices",
    (extract(epoch from s.sales_from) * 1000)::bigint as "salesFromMs",
    (extract(epoch from s.sales_until) * 1000)::bigint as "salesUntilMs"
  from screenings s
    join films f on f.id = s.film_id
    join auditoriums a on a.id = s.auditorium_id
    join cinemas c on c.id = a.cinema_id
    join seat_maps m on m.id = s.seat_map_id`;

/** The screening `id`; null when there is none. Any role may ask. */
export async function loadScreening(pool: pg.Pool, id: number): Promise<ScreeningRecord | null> {
  if (!Number.isSafeInteger(id)) return null;
  const { rows } = await pool.query<ScreeningRow>({
    name: 'catalogue-screening',
    text: `${SELECT_SCREENING} where s.id = $1`,
    values: [id],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const summary = summaryOf(row);
  return { ...summary, seatMap: await loadSeatMap(pool, summary.seatMapId) };
}

export interface ScreeningQuery {
  /** Screenings that start at or after this instant, ms since 1970… */
  readonly fromMs: number;
  /** …and before this one. */
  readonly toMs: number;
  /** Go on after this screening, the last one of the page before; 0 for the first page. */
  readonly afterId: number;
  readonly limit: number;
  /** Only of this film (id). */
  readonly film?: number;
  /** Only in this cinema (id). */
  readonly cinema?: number;
  /** Only on this day of the cinema's calendar, "2026-12-24". */
  readonly date?: string;
}

/** What is on, by start and id: a page of at most `limit`. */
export async function listScreenings(pool: pg.Pool, query: ScreeningQuery): Promise<ScreeningSummary[]> {
  const { fromMs, toMs, afterId, limit, film = null, cinema = null, date = null } = query;
  const { rows } = await pool.query<ScreeningRow>({
    name: afterId === 0 ? 'catalogue-list' : 'catalogue-list-after',
    text: `${SELECT_SCREENING}
      where s.starts_at >= to_timestamp($1::float8 / 1000) and s.starts_at < to_timestamp($2::float8 / 1000)
        and ($4::bigint is null or s.film_id = $4) and ($5::bigint is null or a.cinema_id = $5)
        and ($6::date is null or s.starts_local::date = $6)
      ${afterId === 0 ? '' : 'and (s.starts_at, s.id) > (select starts_at, id from screenings where id = $7)'}
      order by s.starts_at, s.id limit $3`,
    values: [fromMs, toMs, limit, film, cinema, date, ...(afterId === 0 ? [] : [afterId])],
  });
  return rows.map(summaryOf);
}

/** What an actor has to know of a screening's row to sell it; all of it may change while sales go on. */
export type SaleTerms = Pick<
  ScreeningSummary,
  'halfQuota' | 'halfPolicy' | 'status' | 'startsAtMs' | 'salesFromMs' | 'salesUntilMs'
>;

/** The terms of those of `ids` that exist. */
export async function loadSaleTerms(pool: pg.Pool, ids: readonly number[]): Promise<Map<number, SaleTerms>> {
  const { rows } = await pool.query<Pick<ScreeningRow, 'id' | keyof SaleTerms>>({
    name: 'catalogue-sale-terms',
    text: `select s.id, s.half_quota as "halfQuota", s.half_policy as "halfPolicy", s.status,
        (extract(epoch from s.starts_at) * 1000)::bigint as "startsAtMs",
        (extract(epoch from s.sales_from) * 1000)::bigint as "salesFromMs",
        (extract(epoch from s.sales_until) * 1000)::bigint as "salesUntilMs"
      from screenings s where s.id = any ($1::bigint[])`,
    values: [ids.filter((id) => Number.isSafeInteger(id))],
  });
  return new Map(
    rows.map(({ id, halfQuota, halfPolicy, status, startsAtMs, salesFromMs, salesUntilMs }) => [
      Number(id),
      {
        halfQuota,
        halfPolicy,
        status,
        startsAtMs: Number(startsAtMs),
        salesFromMs: numberOrNull(salesFromMs),
        salesUntilMs: numberOrNull(salesUntilMs),
      },
    ]),
  );
}

const seatMaps = new Map<number, WeakRef<SeatMap>>();
const forgotten = new FinalizationRegistry<number>((id) => {
  if (seatMaps.get(id)?.deref() === undefined) seatMaps.delete(id);
});

/**
 * The seat map `id`, if it is one of the auditorium of `screening`; else null. Rejects while somebody else is changing the
 * screening's row: then its layout cannot be changed either.
 */
export async function loadSeatMapFor(pool: pg.Pool, screening: number, id: number): Promise<SeatMap | null> {
  const { rowCount } = await pool.query({
    name: 'catalogue-seat-map-fits',
    text: `select from screenings s join seat_maps m on m.auditorium_id = s.auditorium_id where s.id = $1 and m.id = $2
      for no key update of s nowait`,
    values: [screening, id],
  });
  return rowCount === 1 ? loadSeatMap(pool, id) : null;
}

/**
 * The seat map `id`: the same object for the same id, as long as anybody on this thread holds it.
 * @throws when there is none.
 */
export async function loadSeatMap(pool: pg.Pool | pg.ClientBase, id: number): Promise<SeatMap> {
  const held = seatMaps.get(id)?.deref();
  if (held !== undefined) return held;
  const { rows } = await pool.query<{ layout: SeatLayout }>({
    name: 'catalogue-seat-map',
    text: 'select layout from seat_maps where id = $1',
    values: [id],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`seat map ${id} does not exist`);
  // Somebody else may have loaded it while we waited: one object only.
  const meanwhile = seatMaps.get(id)?.deref();
  if (meanwhile !== undefined) return meanwhile;
  const map = seatMapFromLayout(id, row.layout);
  seatMaps.set(id, new WeakRef(map));
  forgotten.register(map, id);
  return map;
}

function summaryOf(row: ScreeningRow): ScreeningSummary {
  return {
    ...row,
    id: Number(row.id),
    seatMapId: Number(row.seatMapId),
    startsAtMs: Number(row.startsAtMs),
    salesFromMs: numberOrNull(row.salesFromMs),
    salesUntilMs: numberOrNull(row.salesUntilMs),
  };
}

function numberOrNull(value: string | null): number | null {
  return value === null ? null : Number(value);
}
