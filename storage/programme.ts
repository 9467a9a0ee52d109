/**
 * Makes a day's programme for the working auditoriums: invented films, at the hours and prices of Brazilian cinemas.
 * For load tests, demonstrations and for trying things out; a real chain brings its own programme.
 *
 * It only announces screenings. How many people come is told by `demandOf`, and it is for a load test to send them
 * through the door: tickets are made by the screening's actor and by nobody else.
 */
import type pg from 'pg';
import { demandOf } from './demand.ts';
import { inTransaction } from './in-transaction.ts';
import { INVENTED_FILMS, isDate, planDay } from './programme-slots.ts';
import { addFilms, lockProgramme, type PlanResult, storePlan } from './screening-plan.ts';

export { demandOf };

export interface ProgrammeWanted {
  /** "2026-11-23": the day in each cinema's own zone. */
  readonly date: string;
  readonly seed: number;
  /** At most this many auditoriums, those with the lowest ids. Default: all. */
  readonly auditoriumsMax?: number;
  /** Do everything but keep it. */
  readonly dryRun?: boolean;
  /** Also tell how many people each screening of the plan would draw. */
  readonly withDemand?: boolean;
}

/** A screening and the people it draws. */
export interface ScreeningDemand {
  readonly screening: number;
  readonly seats: number;
  readonly demand: number;
}

export interface ProgrammeReport extends PlanResult {
  readonly date: string;
  readonly seed: number;
  readonly dryRun: boolean;
  readonly auditoriums: number;
  readonly planned: number;
  readonly filmsAdded: number;
  readonly demand: readonly ScreeningDemand[] | null;
  readonly elapsedMs: number;
}

/**
 * Generates and stores the programme. `pool` has the app role. Repeated with the same seed it adds nothing.
 * @throws RangeError when the date is none.
 */
export async function generateProgramme(pool: pg.Pool, wanted: ProgrammeWanted): Promise<ProgrammeReport> {
  const { date, seed, dryRun = false, withDemand = false } = wanted;
  if (!isDate(date)) throw new RangeError(`"${date}" is no date; write one like 2026-11-23`);
  const startedMs = performance.now();
  const report = await inTransaction(
    pool,
    async (client) => {
      await lockProgramme(client);
      const { rows } = await client.query<{ id: string }>(
        `select a.id from auditoriums a join cinemas c on c.id = a.cinema_id
         where a.status = 'active' and c.status = 'active' and a.seat_map_id is not null
         order by a.id limit $1`,
        [wanted.auditoriumsMax ?? null],
      );
      const plan = rows.flatMap(({ id }) => planDay(seed, date, Number(id)));
      const filmsAdded = await addFilms(client, INVENTED_FILMS);
      const result = await storePlan(client, plan);
      const demand = withDemand ? await demandOfPlan(client, seed) : null;
      return { date, seed, dryRun, auditoriums: rows.length, planned: plan.length, filmsAdded, ...result, demand };
    },
    !dryRun,
  );
  return { ...report, elapsedMs: Math.round(performance.now() - startedMs) };
}

/** The plan's screenings, those that were there already too; overlapping ones are not screenings. */
async function demandOfPlan(client: pg.ClientBase, seed: number): Promise<ScreeningDemand[]> {
  const { rows } = await client.query<{ id: string; seats: number }>(
    `select s.id, m.seat_count as seats
     from placed p join screenings s on s.auditorium_id = p.auditorium and s.starts_at = p.starts_at
       join seat_maps m on m.id = s.seat_map_id
     order by s.id`,
  );
  return rows.map(({ id, seats }) => ({
    screening: Number(id),
    seats,
    demand: demandOf(seed, Number(id), seats),
  }));
}
