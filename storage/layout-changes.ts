/**
 * New layouts and the screenings that were announced with the old one. A sold seat is an index into a seat map, so that
 * a screening's map is changed by its actor alone, which knows at that moment whether a seat is sold or held. An import
 * only writes down here what is wanted, in its own transaction; a job asks the actors (workers/layout-changer.ts), and
 * what they refuse stays in the list of conflicts.
 *
 * One screening wants at most one layout: a newer one supersedes what was wanted before, and what was refused.
 */
import type pg from 'pg';
import { addJob } from './jobs.ts';
import { HALF_QUOTA, lockProgramme } from './screening-plan.ts';

/** The job that carries the changes out. One waits at a time: it takes all that are wanted. */
export const LAYOUT_JOB = 'change-layouts';

/** What an import causes. */
export interface LayoutsWanted {
  /** Screenings that are to get the new layout. */
  readonly screenings: number;
  /** Of these, the ones that have orders now, and so will probably keep the one they have. */
  readonly withOrders: number;
}

/** Somebody has bought, or is paying. (Holds are the actor's secret, and over in minutes.) */
const HAS_ORDERS = `exists (select from orders o where o.screening = s.id
  and o.state in ('created', 'authorised', 'sold', 'captured'))`;

/**
 * After the seat map of `auditoriums` was changed: wants it for their screenings to come, and the job that brings it.
 * Screenings whose layout has the same content keep the one they have.
 */
export async function wantLayoutChanges(
  client: pg.ClientBase,
  auditoriums: readonly number[],
  nowMs: number,
): Promise<LayoutsWanted> {
  if (auditoriums.length === 0) return { screenings: 0, withOrders: 0 };
  // Whoever makes a screening meanwhile would give it the old map, and nobody would notice.
  await lockProgramme(client);
  await client.query(
    `update seat_map_changes c set state = 'superseded', updated_at = now()
     from screenings s join auditoriums a on a.id = s.auditorium_id
     where s.id = c.screening and c.state in ('wanted', 'conflict') and c.seat_map_id <> a.seat_map_id and a.id = any ($1)`,
    [auditoriums],
  );
  const { rows } = await client.query<{ screenings: number; withOrders: number }>(
    `with wanted as (
       insert into seat_map_changes (screening, seat_map_id)
       select s.id, a.seat_map_id
       from auditoriums a
         join seat_maps n on n.id = a.seat_map_id
         join screenings s on s.auditorium_id = a.id and s.seat_map_id <> a.seat_map_id
         join seat_maps m on m.id = s.seat_map_id
       where a.id = any ($1) and m.content_hash <> n.content_hash and s.status <> 'cancelled' and s.starts_at > $2
       on conflict (screening, seat_map_id) do update set state = 'wanted', reason = null, updated_at = now()
       returning screening)
     select count(*)::int as screenings, count(*) filter (where ${HAS_ORDERS})::int as "withOrders"
     from wanted w join screenings s on s.id = w.screening`,
    [auditoriums, new Date(nowMs)],
  );
  const wanted = rows[0] ?? { screenings: 0, withOrders: 0 };
  if (wanted.screenings > 0) await addJob(client, LAYOUT_JOB, {}, { key: LAYOUT_JOB });
  return wanted;
}

/** One change to ask an actor for. */
export interface LayoutChange {
  readonly screening: number;
  readonly seatMap: number;
  /** Half-price tickets inside the quota, with that many seats. */
  readonly halfQuota: number;
}

/**
 * The changes that have waited longest, at most `limit`, without those of the screenings `asked`. Locked until the
 * transaction ends, and passed over where another node has locked them: nobody asks twice at a time.
 */
export async function nextLayoutChanges(
  client: pg.ClientBase,
  limit: number,
  asked: readonly number[],
): Promise<LayoutChange[]> {
  const { rows } = await client.query<LayoutChange>(
    `select c.screening::float8 as screening, c.seat_map_id::float8 as "seatMap", ${HALF_QUOTA} as "halfQuota"
     from seat_map_changes c join seat_maps m on m.id = c.seat_map_id
     where c.state = 'wanted' and c.screening <> all ($2::bigint[])
     order by c.created_at, c.screening limit $1
     for update of c skip locked`,
    [limit, asked],
  );
  return rows;
}

/** What is no longer of use: the screening has begun, or was cancelled. Resolves with how many there were. */
export async function dropLayoutChanges(client: pg.ClientBase | pg.Pool, nowMs: number): Promise<number> {
  const { rowCount } = await client.query(
    `update seat_map_changes c set state = 'superseded', updated_at = now(),
       reason = case when s.status = 'cancelled' then 'cancelled' else 'begun' end
     from screenings s
     where s.id = c.screening and c.state = 'wanted' and (s.status = 'cancelled' or s.starts_at <= $1)`,
    [new Date(nowMs)],
  );
  return rowCount ?? 0;
}

/** How many changes nobody has answered yet. */
export async function countLayoutsWanted(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from seat_map_changes where state = 'wanted'`,
  );
  return rows[0]?.count ?? 0;
}

/** What an actor said: it is done, or refused for a reason (the outcome's name). */
export type LayoutAnswer = LayoutChange & { readonly refused: string | null };

/**
 * Writes the answers down. Refused because of seats that nobody has bought, only holds, a change stays wanted: the hold
 * is over in minutes. Resolves with the numbers of what was done and of what is in conflict now.
 */
export async function settleLayoutChanges(
  client: pg.ClientBase,
  answers: readonly LayoutAnswer[],
): Promise<{ done: number; conflicts: number }> {
  const { rows } = await client.query<{ done: number; conflicts: number }>(
    `with settled as (
       update seat_map_changes c set updated_at = now(), reason = a.refused, state = case
           when a.refused is null then 'done'
           when a.refused = 'screeningHasSales' and not ${HAS_ORDERS} then 'wanted'
           else 'conflict' end
       from unnest($1::bigint[], $2::bigint[], $3::text[]) as a (screening, seat_map, refused)
         join screenings s on s.id = a.screening
       where c.screening = a.screening and c.seat_map_id = a.seat_map
       returning c.state)
     select count(*) filter (where state = 'done')::int as done, count(*) filter (where state = 'conflict')::int as conflicts
     from settled`,
    [
      answers.map(({ screening }) => screening),
      answers.map(({ seatMap }) => seatMap),
      answers.map(({ refused }) => refused),
    ],
  );
  return rows[0] ?? { done: 0, conflicts: 0 };
}

/** A screening that keeps an old layout, because seats of it are sold. */
export interface LayoutConflict {
  readonly screening: number;
  readonly auditorium: { readonly id: number; readonly name: string };
  readonly cinema: { readonly id: number; readonly name: string };
  readonly film: string;
  /** The cinema's wall time: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  readonly startsAtMs: number;
  /** Versions of the auditorium's seat map: the one it has, and the one it was to get. */
  readonly version: number;
  readonly wantedVersion: number;
  readonly ticketsSold: number;
  /** The outcome's name. */
  readonly reason: string;
}

export interface ConflictQuery {
  readonly auditorium?: number;
  /** A partner's exhibitor, and of it some cinemas; null: all. */
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
  /** Go on after this screening; 0: from the first. */
  readonly after: number;
  readonly limit: number;
}

/** The conflicts of screenings to come, by screening. Any role of app and reader may ask. */
export async function listLayoutConflicts(
  pool: pg.Pool | pg.ClientBase,
  { auditorium, exhibitorId, cinemaIds, after, limit }: ConflictQuery,
): Promise<LayoutConflict[]> {
  const { rows } = await pool.query<LayoutConflict>({
    name: 'layout-conflicts',
    text: `select s.id::float8 as screening, json_build_object('id', a.id, 'name', a.name) as auditorium,
        json_build_object('id', c.id, 'name', c.name) as cinema, f.title as film,
        to_char(s.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as "startsLocal",
        (extract(epoch from s.starts_at) * 1000)::float8 as "startsAtMs", has.version, wants.version as "wantedVersion",
        (select count(*)::int from orders o join tickets t on t.order_id = o.id and t.state in ('live', 'used')
          where o.screening = s.id) as "ticketsSold", x.reason
      from seat_map_changes x
        join screenings s on s.id = x.screening
        join seat_maps has on has.id = s.seat_map_id
        join seat_maps wants on wants.id = x.seat_map_id
        join films f on f.id = s.film_id
        join auditoriums a on a.id = s.auditorium_id
        join cinemas c on c.id = a.cinema_id
      where x.state = 'conflict' and s.starts_at > now() and s.status <> 'cancelled' and s.id > $1
        and ($2::bigint is null or a.id = $2) and ($3::bigint is null or c.exhibitor_id = $3)
        and ($4::bigint[] is null or c.id = any ($4))
      order by s.id limit $5`,
    values: [after, auditorium ?? null, exhibitorId, cinemaIds, limit],
  });
  return rows;
}
