import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { fixture, temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { loadSeatMap } from '../catalogue.ts';
import { createPool } from '../database.ts';
import { importSeatMap, type SeatMapTarget } from './import-seat-map.ts';

const PLAN = fixture('seat-map.json');
const OPTIONS = { who: 'tester', dryRun: false };
const BY_NAME: SeatMapTarget = { by: 'name', name: 'Sala 7', cinema: 'Cine Exemplo', timeZone: 'America/Manaus' };

async function poolFor(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'seat map test', 3);
  t.after(() => pool.end());
  return pool;
}

async function versions(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select m.version, m.seat_count as seats, m.source, m.id = a.seat_map_id as current
     from seat_maps m join auditoriums a on a.id = m.auditorium_id order by m.id`,
  );
  return rows;
}

test('a seat map by name: cinema and auditorium are made when they are missing, and found when they are not', async (t) => {
  const pool = await poolFor(t);
  const first = await importSeatMap(pool, PLAN, BY_NAME, OPTIONS);
  assert.deepEqual(
    [first.created, first.updated, first.unchanged, first.version, first.seatCount, first.rowCount],
    [1, 0, 0, 1, 21, 3],
  );
  const again = await importSeatMap(pool, PLAN, { ...BY_NAME, name: 'SALA 7', cinema: 'cine exemplo' }, OPTIONS);
  assert.deepEqual([again.created, again.updated, again.unchanged, again.version], [0, 0, 1, 1]);
  assert.deepEqual(await versions(pool), [{ version: 1, seats: 21, source: 'imported', current: true }]);
  const { rows } = await pool.query('select name, time_zone from cinemas');
  assert.deepEqual(rows, [{ name: 'Cine Exemplo', time_zone: 'America/Manaus' }]);
  const map = await loadSeatMap(pool, 1);
  assert.deepEqual(map.seatLabels.slice(0, 3), ['A01', 'A02', 'A03']);
});

test('the same file again changes nothing; another one is the next version, and screenings keep theirs', async (t) => {
  const pool = await poolFor(t);
  const { auditorium } = await importSeatMap(pool, PLAN, BY_NAME, OPTIONS);
  await pool.query(`insert into films (title, minutes) values ('F', 90)`);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, a.seat_map_id, f.id, now(), now(), 'UTC', 100, 1 from auditoriums a, films f`,
  );
  const { rows: before } = await pool.query('select * from auditoriums');
  await importSeatMap(pool, PLAN, { by: 'number', number: auditorium }, OPTIONS);
  assert.deepEqual((await pool.query('select * from auditoriums')).rows, before);
  const other = temporaryFile(t, 'other.json', readFileSync(PLAN, 'utf8').replace('"Couple"', '"Regular"'));
  const second = await importSeatMap(pool, other, { by: 'number', number: auditorium }, OPTIONS);
  assert.deepEqual([second.updated, second.version], [1, 2]);
  assert.deepEqual(await versions(pool), [
    { version: 1, seats: 21, source: 'imported', current: false },
    { version: 2, seats: 21, source: 'imported', current: true },
  ]);
  const { rows } = await pool.query('select m.version from screenings s join seat_maps m on m.id = s.seat_map_id');
  assert.deepEqual(rows, [{ version: 1 }]);
  // The first file once more is older than what is there: it counts, but it is said.
  const back = await importSeatMap(pool, PLAN, BY_NAME, OPTIONS);
  assert.deepEqual([back.version, back.warnings[0]?.kind], [3, 'older-file']);
});

test("ANCINE's number comes before ours; a rehearsal keeps nothing", async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into cinemas (name, time_zone) values ('C', 'UTC')`);
  await pool.query(`insert into auditoriums (cinema_id, name, ancine_id) values (1, 'one', 2), (1, 'two', null)`);
  const target = { by: 'number', number: 2 } as const;
  assert.equal((await importSeatMap(pool, PLAN, target, { ...OPTIONS, dryRun: true })).auditoriumName, 'one');
  assert.deepEqual(await versions(pool), []);
  assert.equal((await importSeatMap(pool, PLAN, target, OPTIONS)).auditoriumName, 'one');
  assert.equal((await pool.query('select from imports')).rowCount, 1);
});

test('when it is not clear whose seat map it is, nothing is changed and the answer says what to do', async (t) => {
  const pool = await poolFor(t);
  const unclear = (target: SeatMapTarget, message: RegExp) =>
    assert.rejects(importSeatMap(pool, PLAN, target, OPTIONS), { name: 'TargetUnclear', message });
  await unclear({ by: 'number', number: 77 }, /there is no auditorium 77/);
  await unclear({ ...BY_NAME, timeZone: 'Mars/Olympus' }, /Mars\/Olympus is no time zone/);
  await pool.query(`insert into cinemas (name, time_zone) values ('Cine Exemplo', 'UTC'), ('CINE EXEMPLO', 'UTC')`);
  await unclear(BY_NAME, /2 cinemas are called Cine Exemplo/);
  await pool.query(`insert into auditoriums (cinema_id, name) values (1, 'Sala 7'), (2, 'Sala 7')`);
  await unclear(BY_NAME, /2 auditoriums are called Sala 7 .* choose one with --auditorium \(1, 2\)/);
  assert.deepEqual(await versions(pool), []);
});
