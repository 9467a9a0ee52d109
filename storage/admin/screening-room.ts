/**
 * Whether a screening can move to where somebody wants it. PostgreSQL computes the instant from the cinema's own zone, and looks
 * for who has the auditorium then: the film and the cleaning after it. Under `lockProgramme`, because two that look at once
 * would both see the room free. (New screenings are judged by the import's rules: storage/screening-rows.ts.)
 */
import type pg from 'pg';
import { CLEANING_MINUTES_MIN, lockProgramme } from '../screening-plan.ts';
import { instantText, wallText } from './answer-sql.ts';

/** An import holds the programme for seconds; nobody waits for it longer than this with his connection in hand. */
const LOCK_MS = 3_000;

export interface Room {
  readonly auditorium: string;
  /** It and its cinema. */
  readonly isWorking: boolean;
  readonly timeZone: string;
  readonly startsAt: string;
  readonly startsLocal: string;
  /** The clocks are put forward over it: there is no such time that day. */
  readonly isSkipped: boolean;
  /** The clocks are put back over it: there are two such times that day. */
  readonly isTwice: boolean;
  readonly isPast: boolean;
  /** Sales would end before they begin: their end moves along, their begin does not. */
  readonly isWindowShut: boolean;
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
    await lockProgramme(client);
  } catch (cause) {
    if ((cause as { code?: string }).code === '55P03') return false;
    throw cause;
  }
  await client.query('set local lock_timeout = default');
  return true;
}

// No film lasts for twelve hours: with that limit the index on (auditorium, start) finds the neighbours.
const ROOM = `select json_build_object('auditorium', a.name, 'isWorking', a.status = 'active' and c.status = 'active',
    'timeZone', c.time_zone, 'startsAt', ${instantText('t.starts_at')}, 'startsLocal', ${wallText('$2::timestamp')},
    'isSkipped', t.starts_at at time zone c.time_zone <> $2::timestamp,
    'isTwice', exists (select from unnest(array[-120, -60, -30, 30, 60, 120]) as shift
      where (t.starts_at + make_interval(mins => shift)) at time zone c.time_zone = $2::timestamp),
    'isPast', t.starts_at <= to_timestamp($3::float8 / 1000),
    'isWindowShut', coalesce(moved.sales_from >= moved.sales_until + (t.starts_at - moved.starts_at), false),
    'occupant', (select json_build_object('id', s.id, 'title', shown.title, 'startsLocal', ${wallText('s.starts_local')})
      from screenings s join films shown on shown.id = s.film_id
      where s.auditorium_id = a.id and s.status <> 'cancelled' and s.id <> moved.id
        and s.starts_at > t.starts_at - interval '12 hours'
        and s.starts_at < t.starts_at + (f.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute'
        and s.starts_at + (shown.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute' > t.starts_at
      order by s.starts_at limit 1)) as room
  from screenings moved
    join films f on f.id = moved.film_id
    join auditoriums a on a.id = moved.auditorium_id
    join cinemas c on c.id = a.cinema_id,
    lateral (select $2::timestamp at time zone c.time_zone) as t (starts_at)
  where moved.id = $1`;

/** `startsLocal`: "2026-12-24T20:30". @throws when there is no such screening. */
export async function roomFor(
  client: pg.ClientBase,
  screening: number,
  startsLocal: string,
  nowMs: number,
): Promise<Room> {
  const { rows } = await client.query<{ room: Room }>({
    name: 'admin-room',
    text: ROOM,
    values: [screening, startsLocal, nowMs],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`screening ${screening} is gone`);
  return row.room;
}
