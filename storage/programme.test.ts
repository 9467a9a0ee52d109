import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { fixture } from '../tests/support/fixtures.ts';
import { testDatabase } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { importAuditoriums } from './import/import-auditoriums.ts';
import { inTransaction } from './in-transaction.ts';
import { demandOf, generateProgramme } from './programme.ts';
import type { PlannedScreening } from './programme-slots.ts';
import { addFilms, storePlan } from './screening-plan.ts';

/** The fixture's six working auditoriums. */
async function chain(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'programme test', 3);
  t.after(() => pool.end());
  await importAuditoriums(pool, fixture('register.csv'), { who: 'tester', dryRun: false });
  return pool;
}

const OVERLAPPING = `
  select s.id from screenings s join films f on f.id = s.film_id join screenings o
    on o.auditorium_id = s.auditorium_id and o.id <> s.id
    and o.starts_at >= s.starts_at and o.starts_at < s.starts_at + (f.minutes + 15) * interval '1 minute'`;
const DISAGREEING = 'select from screenings where starts_local <> starts_at at time zone time_zone';

test('a programme for every working auditorium, in its own time; again, and nothing is added', async (t) => {
  const pool = await chain(t);
  const first = await generateProgramme(pool, { date: '2026-11-28', seed: 5 });
  assert.equal(first.auditoriums, 6);
  assert.deepEqual([first.created, first.existing, first.overlapping], [first.planned, 0, 0]);
  assert.equal((await pool.query(OVERLAPPING)).rowCount, 0);
  assert.equal((await pool.query(DISAGREEING)).rowCount, 0);
  const { rows } = await pool.query(
    `select s.time_zone, min(to_char(starts_local, 'HH24:MI')) as first, min(starts_at at time zone 'UTC' - starts_local)::text as behind
     from screenings s where starts_local::date = '2026-11-28' group by 1 order by 1`,
  );
  assert.deepEqual(
    rows.map(({ time_zone, behind }) => [time_zone, behind]),
    [
      ['America/Eirunepe', '05:00:00'],
      ['America/Sao_Paulo', '03:00:00'],
    ],
  );
  const again = await generateProgramme(pool, { date: '2026-11-28', seed: 5 });
  assert.deepEqual([again.created, again.existing], [0, first.planned]);
  const fewer = await generateProgramme(pool, { date: '2026-11-29', seed: 5, auditoriumsMax: 2 });
  assert.equal(fewer.auditoriums, 2);
});

test('another programme for the same day fills only what is free', async (t) => {
  const pool = await chain(t);
  await generateProgramme(pool, { date: '2026-11-28', seed: 5 });
  const other = await generateProgramme(pool, { date: '2026-11-28', seed: 6 });
  assert.ok(other.overlapping > 0);
  assert.equal(other.created + other.existing + other.overlapping, other.planned);
  assert.equal((await pool.query(OVERLAPPING)).rowCount, 0);
});

test('two programmes at once do not overlap either', async (t) => {
  const pool = await chain(t);
  await Promise.all([5, 6].map((seed) => generateProgramme(pool, { date: '2026-11-28', seed })));
  assert.equal((await pool.query(OVERLAPPING)).rowCount, 0);
});

test('half-price tickets are at least 40 % of the seats: fractions go up', async (t) => {
  const pool = await chain(t);
  await generateProgramme(pool, { date: '2026-11-28', seed: 5 });
  const { rows } = await pool.query<{ seats: number; quota: number }>(
    `select distinct m.seat_count as seats, s.half_quota as quota from screenings s join seat_maps m on m.id = s.seat_map_id order by 1`,
  );
  assert.deepEqual(
    rows.map(({ seats, quota }) => [seats, quota]),
    [
      [3, 2],
      [67, 27],
      [81, 33],
      [98, 40],
      [120, 48],
      [175, 70],
    ],
  );
});

test('nights in which the clocks change: minutes pass, nothing overlaps, the wall time is what the clock shows', async (t) => {
  const pool = await chain(t);
  // Brazil has had no such nights since 2019; in Chile the clocks change at midnight, as they did in Brazil.
  await pool.query(`update cinemas set time_zone = 'America/Santiago'`);
  const { rows: auditoriums } = await pool.query<{ id: string }>(
    `select id from auditoriums where ancine_id = 7000001`,
  );
  await inTransaction(pool, (client) => addFilms(client, [{ title: 'Curto', minutes: 30, rating: 'L' }]));
  const plan = (opening: string, ...after: number[]): Promise<unknown> => {
    const planned = after.map(
      (afterMinutes): PlannedScreening => ({
        ...{ auditorium: Number(auditoriums[0]?.id), film: 'Curto', opening, afterMinutes },
        ...{ priceCents: 1000, projection: '2D', language: 'dub' },
      }),
    );
    return inTransaction(pool, (client) => storePlan(client, planned));
  };
  const back = '2026-04-04 23:00'; // At midnight it is 23:00 once more.
  assert.deepEqual(await plan(back, 0, 60, 120), { created: 3, existing: 0, overlapping: 0 });
  assert.deepEqual(await plan('2026-09-05 23:30', 0, 60), { created: 2, existing: 0, overlapping: 0 });
  // The clock never shows 00:15 that night; it is taken for 01:15, and the screening of 01:30 is in the way.
  assert.deepEqual(await plan('2026-09-06 00:15', 0), { created: 0, existing: 0, overlapping: 1 });
  assert.deepEqual(await plan('2026-09-06 00:15', 240), { created: 1, existing: 0, overlapping: 0 });
  const { rows } = await pool.query(
    `select to_char(starts_at at time zone 'UTC', 'MM-DD HH24:MI') as utc, to_char(starts_local, 'MM-DD HH24:MI') as local from screenings order by starts_at`,
  );
  assert.deepEqual(
    rows.map(({ utc, local }) => `${utc} ${local}`),
    [
      // PostgreSQL takes a wall time that comes twice as the later one.
      '04-05 03:00 04-04 23:00',
      '04-05 04:00 04-05 00:00',
      '04-05 05:00 04-05 01:00',
      '09-06 03:30 09-05 23:30',
      '09-06 04:30 09-06 01:30',
      '09-06 08:15 09-06 05:15',
    ],
  );
  assert.equal((await pool.query(DISAGREEING)).rowCount, 0);
  await generateProgramme(pool, { date: '2026-04-04', seed: 3 });
  await generateProgramme(pool, { date: '2026-09-05', seed: 3 });
  assert.equal((await pool.query(DISAGREEING)).rowCount, 0);
  assert.equal((await pool.query(OVERLAPPING)).rowCount, 0);
});

test('demand comes with the ids that a load test needs, and makes no ticket', async (t) => {
  const pool = await chain(t);
  const { demand, planned } = await generateProgramme(pool, { date: '2026-11-28', seed: 5, withDemand: true });
  assert.equal(demand?.length, planned);
  for (const { screening, seats, demand: people } of demand ?? []) assert.equal(people, demandOf(5, screening, seats));
  assert.equal((await pool.query('select from tickets union all select from journal')).rowCount, 0);
});

test('a rehearsal keeps nothing; a date that is none is refused; a plan for an unknown film is an error', async (t) => {
  const pool = await chain(t);
  const rehearsed = await generateProgramme(pool, { date: '2026-11-28', seed: 5, dryRun: true });
  assert.ok(rehearsed.created > 0);
  assert.equal((await pool.query('select from screenings union all select from films')).rowCount, 0);
  await assert.rejects(generateProgramme(pool, { date: '2026-02-30', seed: 5 }), RangeError);
  const lost: PlannedScreening = {
    ...{ auditorium: 1, film: 'Nowhere', opening: '2026-11-28 20:00', afterMinutes: 0 },
    ...{ priceCents: 1, projection: '2D', language: 'dub' },
  };
  await assert.rejects(
    inTransaction(pool, (client) => storePlan(client, [lost])),
    /1 of 1 planned screenings/,
  );
});
