/**
 * Whether a screening can be where and when somebody wants it. PostgreSQL computes the instant from the cinema's own zone, and
 * looks for who has the auditorium then: the film and the cleaning after it. Under `lockProgramme`, because two that look at
 * once would both see the room free.
 */
import type pg from 'pg';
import { CLEANING_MINUTES_MIN } from '../screening-plan.ts';
import { instantText, wallText } from './answer-sql.ts';

/** An import holds the programme for seconds; nobody waits for it longer than this with his connection in hand. */
const LOCK_MS = 3_000;

export interface RoomWanted {
  readonly auditorium: number;
  readonly film: number;
  /** "2026-12-24T20:30:00" */
  readonly startsLocal: string;
  /** The one that moves, which is in nobody's way; null: a new one. */
  readonly screening: number | null;
  readonly nowMs: number;
}

export interface Room {
  readonly auditorium: { readonly id: number; readonly name: string; readonly status: string };
  readonly cinema: { readonly id: number; readonly name: string; readonly status: string; readonly timeZone: string };
  readonly exhibitorId: number | null;
  readonly seatMap: number | null;
  /** Null: there is no such film. */
  readonly film: { readonly id: number; readonly title: string; readonly status: string } | null;
  readonly startsAt: string;
  /** The clocks are put forward over it: there is no such time that day. */
  readonly isSkipped: boolean;
  /** The clocks are put back over it: there are two such times that day. */
  readonly isTwice: boolean;
  readonly isPast: boolean;
  /** Who has the auditorium at that time. */
  readonly occupant: { readonly id: number; readonly title: string; readonly startsLocal: string } | null;
}

/**
 * Until the transaction ends. False when somebody else has it for longer than a few seconds: the transaction must then be
 * rolled back.
 */
export async function lockProgrammeSoon(client: pg.ClientBase): Promise<boolean> {
  await client.query(`set local lock_timeout = ${LOCK_MS}`);
  try {
    await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.programme'))`);
  } catch (cause) {
    if ((cause as { code?: string }).code === '55P03') return false;
    throw cause;
  }
  await client.query('set local lock_timeout = default');
  return true;
}

// No film lasts for twelve hours: with that limit the index on (auditorium, start) finds the neighbours.
const ROOM = `select json_build_object(
    'auditorium', json_build_object('id', a.id, 'name', a.name, 'status', a.status),
    'cinema', json_build_object('id', c.id, 'name', c.name, 'status', c.status, 'timeZone', c.time_zone),
    'exhibitorId', c.exhibitor_id, 'seatMap', a.seat_map_id,
    'film', case when f.id is not null then json_build_object('id', f.id, 'title', f.title, 'status', f.status) end,
    'startsAt', ${instantText('t.starts_at')},
    'isSkipped', t.starts_at at time zone c.time_zone <> $3::timestamp,
    'isTwice', exists (select from unnest(array[-120, -60, -30, 30, 60, 120]) as shift
      where (t.starts_at + make_interval(mins => shift)) at time zone c.time_zone = $3::timestamp),
    'isPast', t.starts_at <= to_timestamp($5::float8 / 1000),
    'occupant', (select json_build_object('id', s.id, 'title', shown.title, 'startsLocal', ${wallText('s.starts_local')})
      from screenings s join films shown on shown.id = s.film_id
      where s.auditorium_id = a.id and s.status <> 'cancelled' and s.id is distinct from $4::bigint
        and s.starts_at > t.starts_at - interval '12 hours'
        and s.starts_at < t.starts_at + (f.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute'
        and s.starts_at + (shown.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute' > t.starts_at
      order by s.starts_at limit 1)) as room
  from auditoriums a
    join cinemas c on c.id = a.cinema_id
    left join films f on f.id = $2,
    lateral (select $3::timestamp at time zone c.time_zone) as t (starts_at)
  where a.id = $1`;

/** Null when there is no such auditorium. */
export async function roomFor(client: pg.ClientBase, wanted: RoomWanted): Promise<Room | null> {
  const { rows } = await client.query<{ room: Room }>({
    name: 'admin-room',
    text: ROOM,
    values: [wanted.auditorium, wanted.film, wanted.startsLocal, wanted.screening, wanted.nowMs],
  });
  return rows[0]?.room ?? null;
}
