/** Screenings as the administration lists and shows them: facts of the catalogue, and what was sold by the tables. */
import type pg from 'pg';
import {
  inScope,
  instantText,
  type Page,
  pageOf,
  patternOf,
  plainText,
  type Scope,
  scopeValues,
  wallText,
} from './answer-sql.ts';

export type ScreeningStatus = 'scheduled' | 'closed' | 'cancelled';

export interface ListedScreening {
  readonly id: number;
  readonly code: string | null;
  readonly status: ScreeningStatus;
  readonly film: { readonly id: number; readonly title: string; readonly minutes: number; readonly rating: string };
  readonly cinema: {
    readonly id: number;
    readonly name: string;
    readonly city: string | null;
    readonly state: string | null;
    readonly timeZone: string;
  };
  readonly auditorium: { readonly id: number; readonly name: string };
  readonly startsAt: string;
  readonly startsLocal: string;
  readonly projection: string;
  readonly language: string;
  readonly modality: string;
  readonly priceCents: number;
  readonly seatPrices: Readonly<Record<string, number>> | null;
  readonly currency: string;
  readonly salesFrom: string | null;
  readonly salesUntil: string | null;
  readonly seatMap: number;
  readonly seatCount: number;
  readonly halfQuota: number;
  readonly sold: number;
  /** Not sold; held and blocked seats are among them. */
  readonly seatsLeft: number;
}

/** A screening and whose it is. */
export interface OwnedScreening extends ListedScreening {
  readonly exhibitorId: number | null;
}

const SOLD = `(select count(*) from tickets t where t.screening = s.id and t.state in ('live', 'used'))`;

const SCREENING = `select json_build_object('id', s.id, 'code', s.code, 'status', s.status,
    'film', json_build_object('id', f.id, 'title', f.title, 'minutes', f.minutes, 'rating', f.rating),
    'cinema', json_build_object('id', c.id, 'name', c.name, 'city', c.city, 'state', c.state, 'timeZone', s.time_zone),
    'auditorium', json_build_object('id', a.id, 'name', a.name),
    'startsAt', ${instantText('s.starts_at')}, 'startsLocal', ${wallText('s.starts_local')},
    'projection', s.projection, 'language', s.language, 'modality', s.modality,
    'priceCents', s.price_cents, 'seatPrices', s.seat_prices, 'currency', s.currency,
    'salesFrom', ${instantText('s.sales_from')}, 'salesUntil', ${instantText('s.sales_until')},
    'seatMap', s.seat_map_id, 'seatCount', m.seat_count, 'halfQuota', s.half_quota,
    'sold', sold.seats, 'seatsLeft', m.seat_count - sold.seats) as item, c.exhibitor_id as "exhibitorId"
  from screenings s
    join films f on f.id = s.film_id
    join auditoriums a on a.id = s.auditorium_id
    join cinemas c on c.id = a.cinema_id
    join seat_maps m on m.id = s.seat_map_id,
    lateral ${SOLD} as sold (seats)`;

export interface ScreeningsWanted {
  /** The day in each cinema's own zone, "2026-12-24". */
  readonly date?: string | undefined;
  /** Instants. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cinema?: number | undefined;
  readonly film?: number | undefined;
  readonly status?: ScreeningStatus | undefined;
  /** In the film's titles, or the cinema's name or city. */
  readonly q?: string | undefined;
  /** The last screening of the page before. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** By start and id. A day is looked for two days wide by the instant, so that the index on it serves. */
export async function listScreeningsOf(
  pool: pg.Pool,
  scope: Scope,
  wanted: ScreeningsWanted,
): Promise<Page<ListedScreening>> {
  const { rows } = await pool.query<{ item: ListedScreening }>(
    `${SCREENING}
     where ${inScope('c', 1)}
       and ($3::date is null or (s.starts_local::date = $3 and s.starts_at >= $3::timestamp at time zone 'UTC' - interval '1 day'
         and s.starts_at < $3::timestamp at time zone 'UTC' + interval '2 days'))
       and ($4::timestamptz is null or s.starts_at >= $4) and ($5::timestamptz is null or s.starts_at < $5)
       and ($6::bigint is null or c.id = $6) and ($7::bigint is null or f.id = $7) and ($8::text is null or s.status = $8)
       and ($9::text is null or ${plainText("concat_ws(' ', f.title, f.original_title, c.name, c.city)")} like $9)
       and ($10::bigint is null or (s.starts_at, s.id) > (select starts_at, id from screenings where id = $10))
     order by s.starts_at, s.id limit $11`,
    [
      ...scopeValues(scope),
      wanted.date ?? null,
      wanted.from ?? null,
      wanted.to ?? null,
      wanted.cinema ?? null,
      wanted.film ?? null,
      wanted.status ?? null,
      patternOf(wanted.q),
      wanted.after ?? null,
      wanted.limit + 1,
    ],
  );
  return pageOf(rows, wanted.limit);
}

/** Null when there is none. */
export async function findScreening(queryable: pg.Pool | pg.ClientBase, id: number): Promise<OwnedScreening | null> {
  const { rows } = await queryable.query<{ item: ListedScreening; exhibitorId: string | null }>({
    name: 'admin-screening',
    text: `${SCREENING} where s.id = $1`,
    values: [id],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return { ...row.item, exhibitorId: row.exhibitorId === null ? null : Number(row.exhibitorId) };
}
