/** What the administration writes to screenings, in the transaction of the request. Seats and layouts are the actors' business. */
import type pg from 'pg';
import { wallText } from './answer-sql.ts';
import type { ScreeningStatus } from './screening-list.ts';

/** What the clock of the auditorium's cinema shows at these instants: "2026-12-24T20:30:00"; null stays null. */
export async function wallTimesOf(
  client: pg.ClientBase,
  auditorium: number,
  instants: readonly (string | null)[],
): Promise<(string | null)[]> {
  const { rows } = await client.query<{ wall: string | null }>(
    `select ${wallText('i.at at time zone c.time_zone')} as wall
     from unnest($2::timestamptz[]) with ordinality as i (at, place), auditoriums a join cinemas c on c.id = a.cinema_id
     where a.id = $1 order by i.place`,
    [auditorium, instants],
  );
  return rows.map(({ wall }) => wall);
}

/** Null when there is no such auditorium. */
export async function ownerOfAuditorium(
  client: pg.ClientBase,
  auditorium: number,
): Promise<{ readonly exhibitorId: number | null; readonly cinemaId: number } | null> {
  const { rows } = await client.query<{ exhibitorId: number | null; cinemaId: number }>(
    `select c.exhibitor_id::float8 as "exhibitorId", c.id::float8 as "cinemaId"
     from auditoriums a join cinemas c on c.id = a.cinema_id where a.id = $1`,
    [auditorium],
  );
  return rows[0] ?? null;
}

/**
 * Another start, in the zone that the cinema has now. The end of sales moves along, because it is about the start; their
 * begin stays, because it was announced. The first start is kept, so that the file that still tells it is understood.
 */
export async function moveScreening(client: pg.ClientBase, screening: number, startsLocal: string): Promise<void> {
  await client.query({
    name: 'admin-screening-move',
    text: `update screenings s set starts_at = t.starts_at, starts_local = $2, time_zone = c.time_zone,
        announced_at = nullif(coalesce(s.announced_at, s.starts_at), t.starts_at),
        sales_until = s.sales_until + (t.starts_at - s.starts_at), updated_at = now()
      from auditoriums a join cinemas c on c.id = a.cinema_id, lateral (select $2::timestamp at time zone c.time_zone) as t (starts_at)
      where s.id = $1 and a.id = s.auditorium_id`,
    values: [screening, startsLocal],
  });
}

/** Never while an actor is asked: its own batch may be waiting for the row. */
export async function setStatus(client: pg.ClientBase, screening: number, status: ScreeningStatus): Promise<void> {
  await client.query({
    name: 'admin-screening-status',
    text: 'update screenings set status = $2, updated_at = now() where id = $1 and status <> $2',
    values: [screening, status],
  });
}

/** One request at a time changes a screening by hand: false when another one is at it. Until the transaction ends. */
export async function lockScreening(client: pg.ClientBase, screening: number): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_xact_lock(4243, $1) as free', [
    screening % 2_147_483_647,
  ]);
  return rows[0]?.free === true;
}
