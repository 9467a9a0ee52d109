import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { SeatKind } from '../actors/seat-map.ts';
import { fixture } from '../tests/support/fixtures.ts';
import { testDatabase } from '../tests/support/postgres.ts';
import { listScreenings, loadScreening } from './catalogue.ts';
import { createPool } from './database.ts';
import { DEMO_CINEMAS, layoutFromDrawing } from './demo-halls.ts';
import { ensureDemoProgramme } from './demo-programme.ts';
import { importAuditoriums } from './import/import-auditoriums.ts';
import { SILENT_LOG } from './log.ts';
import { seatMapFromLayout } from './seat-layout.ts';

/** Half past midnight in São Paulo, and still the evening before in Manaus. */
const NOW = new Date('2026-11-23T03:30:00Z');
const DAY_MS = 86_400_000;

async function poolFor(t: TestContext, max = 2): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'demo test', max);
  t.after(() => pool.end());
  return pool;
}

async function count(pool: pg.Pool, table: string): Promise<number> {
  return (await pool.query(`select from ${table}`)).rowCount ?? 0;
}

test('an empty database gets two cinemas, four auditoriums, three films and three days of screenings, in local time', async (t) => {
  const pool = await poolFor(t);
  assert.equal(await ensureDemoProgramme(pool, SILENT_LOG, NOW), true);
  const tables = ['cinemas', 'auditoriums', 'films', 'seat_maps'];
  assert.deepEqual(await Promise.all(tables.map((table) => count(pool, table))), [2, 4, 3, 4]);
  const { rows } = await pool.query(
    `select time_zone as zone, starts_local::date::text as day, count(*)::int from screenings group by 1, 2 order by 1, 2`,
  );
  assert.deepEqual(
    rows.map(({ zone, day, count }) => `${zone} ${day} ${count}`),
    [
      // 03:30 UTC is the evening before in Manaus.
      ...['2026-11-22', '2026-11-23', '2026-11-24'].map((day) => `America/Manaus ${day} 8`),
      ...['2026-11-23', '2026-11-24', '2026-11-25'].map((day) => `America/Sao_Paulo ${day} 8`),
    ],
  );
  const [first] = await listScreenings(pool, {
    fromMs: NOW.getTime(),
    toMs: NOW.getTime() + DAY_MS,
    afterId: 0,
    limit: 1,
  });
  const screening = (await loadScreening(pool, first?.id ?? 0)) ?? assert.fail('nothing is on');
  assert.equal(screening.seatMap.seatCount, screening.seatCount);
});

test('again on the same day it adds nothing, on a later day the days that have come', async (t) => {
  const pool = await poolFor(t);
  await ensureDemoProgramme(pool, SILENT_LOG, NOW);
  assert.equal(await ensureDemoProgramme(pool, SILENT_LOG, NOW), false);
  assert.equal(await ensureDemoProgramme(pool, SILENT_LOG, new Date(NOW.getTime() + DAY_MS)), true);
  assert.deepEqual([await count(pool, 'screenings'), await count(pool, 'cinemas')], [4 * 4 * 4, 2]);
});

test('servers that start together load one demo between them', async (t) => {
  const pool = await poolFor(t, 4);
  const loaded = await Promise.all([1, 2, 3, 4].map(() => ensureDemoProgramme(pool, SILENT_LOG, NOW)));
  assert.deepEqual(loaded.sort(), [false, false, false, true]);
  assert.deepEqual([await count(pool, 'cinemas'), await count(pool, 'screenings')], [2, 48]);
});

test("somebody's own catalogue is never added to, whether it was there first or came later", async (t) => {
  const options = { who: 'tester', dryRun: false };
  const own = await poolFor(t);
  await importAuditoriums(own, fixture('register.csv'), options);
  assert.equal(await ensureDemoProgramme(own, SILENT_LOG, NOW), false);
  assert.equal(await count(own, 'screenings'), 0);
  const later = await poolFor(t);
  await ensureDemoProgramme(later, SILENT_LOG, NOW);
  await importAuditoriums(later, fixture('register.csv'), options);
  assert.equal(await ensureDemoProgramme(later, SILENT_LOG, new Date(NOW.getTime() + 7 * DAY_MS)), false);
});

test('the drawn auditoriums are seat maps: aisles, couples in pairs, companions beside wheelchairs, one of about 300', () => {
  const maps = DEMO_CINEMAS.flatMap(({ auditoriums }) => auditoriums).map(({ drawing }) =>
    seatMapFromLayout(1, layoutFromDrawing(drawing)),
  );
  assert.deepEqual(
    maps.map(({ seatCount }) => seatCount),
    [294, 48, 120, 82],
  );
  for (const map of maps) {
    const is = (seat: number, kind: SeatKind) => map.seatKind[seat] === kind;
    const beside = (seat: number, other: number) =>
      map.seatRow[seat] === map.seatRow[other] &&
      Math.abs((map.seatColumn[seat] ?? 0) - (map.seatColumn[other] ?? 0)) === 1;
    for (let seat = 0; seat < map.seatCount; seat++) {
      const partner = (kind: SeatKind) => [seat - 1, seat + 1].some((other) => is(other, kind) && beside(seat, other));
      if (is(seat, SeatKind.wheelchair)) assert.ok(partner(SeatKind.companion), map.seatLabels[seat]);
      if (is(seat, SeatKind.couple)) assert.ok(partner(SeatKind.couple), map.seatLabels[seat]);
    }
  }
  assert.throws(() => layoutFromDrawing(['.x']), /row A .* unknown sign "x"/);
});
