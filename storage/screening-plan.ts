/**
 * Planned screenings become screenings: instants are computed by PostgreSQL from the cinema's own zone, overlaps are
 * left out, all in one statement for any number of them, inside the caller's transaction.
 *
 * A plan is idempotent by (auditorium, start): what starts there already stays as it is, whatever it shows. The wall time
 * that is stored is computed back from the instant, so that the three (instant, zone, wall time) always agree, also when the
 * planned wall time does not exist that day because the clocks were put forward.
 */
import type pg from 'pg';
import { copyRow, copyRows } from './copy-rows.ts';
import type { Film, PlannedScreening } from './programme-slots.ts';

/** What became of a plan; the three add up to what was planned. */
export interface PlanResult {
  readonly created: number;
  /** They start there already. */
  readonly existing: number;
  /** Another screening is on in that auditorium at that time. */
  readonly overlapping: number;
}

/** Somebody must have left and the seats be clean before the next screening. Imports and screenings made by hand ask the same. */
export const CLEANING_MINUTES_MIN = 15;

/**
 * At least 40 % of the tickets are to be had at half price (Lei 12.933/2013). The law guarantees that share, so that
 * fractions go up: of 7 seats 3 and not 2. In whole numbers, because 0.4 × 35 is a little more than 14 in floating point.
 * SQL over a column `seat_count`.
 */
export const HALF_QUOTA = '(2 * seat_count + 4) / 5';

const PLACE = `
  create temporary table placed on commit drop as
  select p.auditorium, a.seat_map_id, m.seat_count, f.id as film_id, c.time_zone, p.projection, p.language, p.price_cents,
    t.starts_at, t.starts_at + (f.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute' as clean_at, null::text as state
  from planned p
    join auditoriums a on a.id = p.auditorium
    join cinemas c on c.id = a.cinema_id
    join seat_maps m on m.id = a.seat_map_id
    -- Two films may have one title: of them the first that is shown.
    cross join lateral (select id, minutes from films where title = p.film order by status <> 'active', id limit 1) as f,
    lateral (select (p.opening at time zone c.time_zone) + p.after_minutes * interval '1 minute') as t (starts_at)`;

// No film lasts for twelve hours: with that limit the index on (auditorium, start) finds the neighbours.
const JUDGE = `
  update placed p set state = case
    when exists (select from screenings s where s.auditorium_id = p.auditorium
      and s.starts_at = p.starts_at and s.status <> 'cancelled') then 'existing'
    when exists (select from screenings s join films f on f.id = s.film_id
      where s.auditorium_id = p.auditorium and s.status <> 'cancelled'
        and s.starts_at > p.starts_at - interval '12 hours' and s.starts_at < p.clean_at
        and s.starts_at + (f.minutes + ${CLEANING_MINUTES_MIN}) * interval '1 minute' > p.starts_at) then 'overlapping'
    else 'new' end`;

const INSERT = `
  insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, projection, language,
    price_cents, half_quota)
  select auditorium, seat_map_id, film_id, starts_at, starts_at at time zone time_zone, time_zone, projection, language,
    price_cents, ${HALF_QUOTA}
  from placed where state = 'new' order by starts_at, auditorium`;

/** Until the transaction ends. Two plans at once would each see the room free. */
export async function lockProgramme(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.programme'))`);
}

/** Adds the films whose title is not there yet; the others stay as they are. */
export async function addFilms(client: pg.ClientBase, films: readonly Film[]): Promise<number> {
  const { rowCount } = await client.query(
    `insert into films (title, minutes, rating)
     select * from unnest($1::text[], $2::int[], $3::text[]) as new (title, minutes, rating)
     where not exists (select from films f where f.title = new.title)`,
    [films.map(({ title }) => title), films.map(({ minutes }) => minutes), films.map(({ rating }) => rating)],
  );
  return rowCount ?? 0;
}

/**
 * Stores a plan. The films and auditoriums must exist, and each auditorium have a seat map. Once for a transaction,
 * under `lockProgramme`.
 */
export async function storePlan(client: pg.ClientBase, plan: readonly PlannedScreening[]): Promise<PlanResult> {
  await client.query(`create temporary table planned (auditorium bigint, film text, opening timestamp,
    after_minutes integer, price_cents integer, projection text, language text) on commit drop`);
  const target = 'pg_temp.planned (auditorium, film, opening, after_minutes, price_cents, projection, language)';
  await copyRows(client, target, pieces(plan));
  await client.query(`analyze planned; ${PLACE}; ${JUDGE}; ${INSERT}`);
  const { rows } = await client.query<{ created: number; existing: number; overlapping: number; placed: number }>(
    `select count(*) filter (where state = 'new')::int as created, count(*) filter (where state = 'existing')::int as existing,
       count(*) filter (where state = 'overlapping')::int as overlapping, count(*)::int as placed from placed`,
  );
  const { placed = 0, created = 0, existing = 0, overlapping = 0 } = rows[0] ?? {};
  if (placed !== plan.length) {
    throw new Error(
      `${plan.length - placed} of ${plan.length} planned screenings have no film, auditorium or seat map`,
    );
  }
  return { created, existing, overlapping };
}

const ROWS_PER_PIECE = 500;

function* pieces(plan: readonly PlannedScreening[]): Generator<string> {
  for (let from = 0; from < plan.length; from += ROWS_PER_PIECE) {
    yield plan
      .slice(from, from + ROWS_PER_PIECE)
      .map((screening) =>
        copyRow([
          screening.auditorium,
          screening.film,
          screening.opening,
          screening.afterMinutes,
          screening.priceCents,
          screening.projection,
          screening.language,
        ]),
      )
      .join('');
  }
}
