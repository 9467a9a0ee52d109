/** Cinemas with their auditoriums, and the price tables that their exhibitor has, as the administration sees them. */
import type pg from 'pg';
import { inScope, type Page, pageOf, patternOf, plainText, type Scope, scopeValues } from './answer-sql.ts';

export interface ListedCinema {
  readonly id: number;
  readonly code: string | null;
  readonly ancineId: number | null;
  readonly name: string;
  readonly address: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly timeZone: string;
  readonly phone: string | null;
  readonly status: string;
  readonly exhibitor: { readonly id: number; readonly name: string } | null;
  /** How many are working. */
  readonly auditoriums: number;
}

export interface ListedAuditorium {
  readonly id: number;
  readonly code: string | null;
  readonly ancineId: number | null;
  readonly name: string;
  readonly status: string;
  /** Null: it has no seat map yet. */
  readonly seatMap: number | null;
  readonly seatCount: number | null;
  /** Layouts that it has had. */
  readonly layouts: number;
  /** Screenings to come. */
  readonly screenings: number;
}

const CINEMA = `select json_build_object('id', c.id, 'code', c.code, 'ancineId', c.ancine_id, 'name', c.name, 'address', c.address,
    'city', c.city, 'state', c.state, 'timeZone', c.time_zone, 'phone', c.phone, 'status', c.status,
    'exhibitor', case when e.id is not null then json_build_object('id', e.id, 'name', e.name) end,
    'auditoriums', (select count(*) from auditoriums a where a.cinema_id = c.id and a.status = 'active')) as item
  from cinemas c left join exhibitors e on e.id = c.exhibitor_id`;

/** By name and id. */
export async function listCinemas(
  pool: pg.Pool,
  scope: Scope,
  wanted: {
    readonly q?: string | undefined;
    readonly city?: string | undefined;
    readonly after?: number | undefined;
    readonly limit: number;
  },
): Promise<Page<ListedCinema>> {
  const { rows } = await pool.query<{ item: ListedCinema }>(
    `${CINEMA} where ${inScope('c', 1)}
       and ($3::text is null or ${plainText("concat_ws(' ', c.name, c.city, c.district, c.code)")} like $3)
       and ($4::text is null or ${plainText('c.city')} like $4)
       and ($5::bigint is null or (c.name, c.id) > (select name, id from cinemas where id = $5))
     order by c.name, c.id limit $6`,
    [...scopeValues(scope), patternOf(wanted.q), patternOf(wanted.city), wanted.after ?? null, wanted.limit + 1],
  );
  return pageOf(rows, wanted.limit);
}

/** Null when there is none in the scope. */
export async function findCinema(pool: pg.Pool, scope: Scope, id: number): Promise<ListedCinema | null> {
  const { rows } = await pool.query<{ item: ListedCinema }>(`${CINEMA} where ${inScope('c', 1)} and c.id = $3`, [
    ...scopeValues(scope),
    id,
  ]);
  return rows[0]?.item ?? null;
}

/** All of a cinema, by name and id. */
export async function auditoriumsOf(pool: pg.Pool, cinema: number): Promise<ListedAuditorium[]> {
  const { rows } = await pool.query<{ item: ListedAuditorium }>(
    `select json_build_object('id', a.id, 'code', a.code, 'ancineId', a.ancine_id, 'name', a.name, 'status', a.status,
       'seatMap', a.seat_map_id, 'seatCount', m.seat_count,
       'layouts', (select count(*) from seat_maps v where v.auditorium_id = a.id),
       'screenings', (select count(*) from screenings s where s.auditorium_id = a.id and s.status <> 'cancelled' and s.starts_at > now()))
       as item
     from auditoriums a left join seat_maps m on m.id = a.seat_map_id
     where a.cinema_id = $1 order by a.name, a.id`,
    [cinema],
  );
  return rows.map(({ item }) => item);
}
