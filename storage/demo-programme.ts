/**
 * Something to see at the first start: two cinemas, four auditoriums, three films that do not exist, and three days of
 * screenings. Only ever in a database that had nothing, or nothing but this: as soon as somebody brings a cinema of
 * their own, the demo is left as it is. Until then every start adds the days that have come meanwhile, so that
 * a visit after a week still shows something.
 */
import type pg from 'pg';
import { DEMO_CINEMAS, layoutFromDrawing } from './demo-halls.ts';
import { contentHash } from './import/auditorium-layouts.ts';
import { lockImports } from './import/import-history.ts';
import { inTransaction } from './in-transaction.ts';
import type { Log } from './log.ts';
import { clock, type Film, INVENTED_FILMS, type PlannedScreening, priceCentsOf, weekdayOf } from './programme-slots.ts';
import { addFilms, lockProgramme, storePlan } from './screening-plan.ts';

/** In `settings`: the ids of the demo's cinemas. */
const MARK = 'demo-cinemas';
const DAYS = 3;
/** Minutes of the day, cinema time; far enough apart for the longest of the films. */
const STARTS: readonly number[] = [14 * 60, 16 * 60 + 45, 19 * 60 + 30, 22 * 60 + 15];

interface DemoAuditorium {
  readonly id: number;
  readonly timeZone: string;
}

/**
 * Loads or extends the demo programme; resolves with whether anything was added. `pool` has the app role.
 * Servers that start together wait for each other here, and the later one finds nothing to do.
 */
export async function ensureDemoProgramme(pool: pg.Pool, log: Log, now: Date): Promise<boolean> {
  const created = await inTransaction(pool, async (client) => {
    await lockImports(client);
    await lockProgramme(client);
    const state = await lookAtCatalogue(client);
    if (state === 'foreign') return 0;
    if (state === 'empty') await addCinemas(client);
    const films = DEMO_FILMS;
    await addFilms(client, films);
    const plan = (await demoAuditoriums(client)).flatMap((auditorium, rank) => planDays(auditorium, rank, films, now));
    return (await storePlan(client, plan)).created;
  });
  if (created > 0)
    log.info({ screenings: created }, 'demo programme: screenings added for today and the next two days');
  return created > 0;
}

const DEMO_FILMS: readonly Film[] = INVENTED_FILMS.filter(({ minutes }) => minutes <= 112).slice(0, 3);

/** empty: nothing there. demo: our cinemas and no others. foreign: somebody's own. */
async function lookAtCatalogue(client: pg.ClientBase): Promise<'empty' | 'demo' | 'foreign'> {
  const { rows } = await client.query<{ isEmpty: boolean; isDemo: boolean }>(
    `select not exists (select from cinemas) and not exists (select from screenings) as "isEmpty",
       exists (select from settings where name = $1)
         and not exists (select from cinemas where id not in
           (select jsonb_array_elements_text(value::jsonb)::bigint from settings where name = $1)) as "isDemo"`,
    [MARK],
  );
  return rows[0]?.isEmpty === true ? 'empty' : rows[0]?.isDemo === true ? 'demo' : 'foreign';
}

async function addCinemas(client: pg.ClientBase): Promise<void> {
  const ids: number[] = [];
  for (const { name, city, state, timeZone, auditoriums } of DEMO_CINEMAS) {
    const { rows } = await client.query<{ id: string }>(
      'insert into cinemas (name, city, state, time_zone) values ($1, $2, $3, $4) returning id',
      [name, city, state, timeZone],
    );
    ids.push(Number(rows[0]?.id));
    for (const auditorium of auditoriums) {
      const layout = layoutFromDrawing(auditorium.drawing);
      await client.query(
        `with made as (insert into auditoriums (cinema_id, name) values ($1, $2) returning id)
         insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
         select id, 1, 'demo', $3, $4, $5 from made`,
        [rows[0]?.id, auditorium.name, layout.seats.length, JSON.stringify(layout), contentHash(layout)],
      );
    }
  }
  await client.query(
    `update auditoriums a set seat_map_id = m.id from seat_maps m
     where m.auditorium_id = a.id and m.source = 'demo' and a.seat_map_id is null`,
  );
  await client.query(
    'insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
    [MARK, JSON.stringify(ids)],
  );
}

async function demoAuditoriums(client: pg.ClientBase): Promise<DemoAuditorium[]> {
  const { rows } = await client.query<{ id: string; timeZone: string }>(
    `select a.id, c.time_zone as "timeZone" from auditoriums a join cinemas c on c.id = a.cinema_id
     where a.status = 'active' and c.status = 'active' and a.seat_map_id is not null order by a.id`,
  );
  return rows.map(({ id, timeZone }) => ({ id: Number(id), timeZone }));
}

/** The films change places from one start, and one auditorium, to the next. */
function planDays(auditorium: DemoAuditorium, rank: number, films: readonly Film[], now: Date): PlannedScreening[] {
  return Array.from({ length: DAYS }, (_, day) => dateIn(auditorium.timeZone, now, day)).flatMap((date) =>
    STARTS.map((minute, turn) => ({
      auditorium: auditorium.id,
      film: films[(turn + rank) % films.length]?.title ?? '',
      opening: `${date} ${clock(minute)}`,
      afterMinutes: 0,
      priceCents: priceCentsOf(weekdayOf(date), minute, '2D'),
      projection: '2D' as const,
      language: turn % 2 === 0 ? ('dub' as const) : ('leg' as const),
    })),
  );
}

/** The date in a time zone, so many days after `now`: "2026-11-23". */
function dateIn(timeZone: string, now: Date, daysAfter: number): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: 'numeric', day: 'numeric' });
  const part = (type: string) => Number(parts.formatToParts(now).find((found) => found.type === type)?.value);
  return new Date(Date.UTC(part('year'), part('month') - 1, part('day') + daysAfter)).toISOString().slice(0, 10);
}
