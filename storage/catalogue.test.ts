import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { addScreenings, addSeatMap, rectangle } from '../tests/support/screenings.ts';
import { listScreenings, loadSaleTerms, loadScreening, loadSeatMap, loadSeatMapFor } from './catalogue.ts';
import { createPool, type DatabaseConfig } from './database.ts';

function poolOf(t: TestContext, config: DatabaseConfig) {
  const pool = createPool(config, 'shard', 'catalogue test', 2);
  t.after(() => pool.end());
  return pool;
}

test('a screening is loaded with everything the engine needs, and null when there is none', async (t) => {
  const config = await testDatabase(t);
  const startsAtMs = Date.UTC(2026, 10, 23, 23, 30);
  const [id] = await addScreenings(config, { count: 1, rows: 2, columns: 3, startsAtMs });
  const pool = poolOf(t, config);
  const record = (await loadScreening(pool, id ?? 0)) ?? assert.fail('not found');
  const { seatMap, ...summary } = record;
  assert.deepEqual(summary, {
    id,
    title: 'Filme de teste',
    minutes: 100,
    rating: 'L',
    cinema: 'Cine Teste',
    city: null,
    state: null,
    auditorium: 'Sala 1',
    startsAtMs,
    startsLocal: '2026-11-23T20:30:00',
    timeZone: 'America/Sao_Paulo',
    projection: '2D',
    language: 'dub',
    priceCents: 3000,
    currency: 'BRL',
    halfQuota: 2,
    halfPolicy: 'limit',
    seatMapId: seatMap.id,
    seatCount: 6,
    status: 'scheduled',
    salesFromMs: null,
    salesUntilMs: null,
    modality: 'A',
    seatPrices: null,
  });
  assert.deepEqual(seatMap.seatLabels, ['A1', 'A2', 'A3', 'B1', 'B2', 'B3']);
  assert.equal(await loadScreening(pool, 999_999), null);
  assert.equal(await loadScreening(pool, Number.NaN), null);
});

test('screenings that use one seat map share one object, also when they are loaded at once', async (t) => {
  const config = await testDatabase(t);
  const ids = await addScreenings(config, { count: 3, rows: 2, columns: 3 });
  const pool = poolOf(t, config);
  const maps = await Promise.all(ids.map(async (id) => (await loadScreening(pool, id))?.seatMap));
  assert.equal(new Set(maps).size, 1);
  await assert.rejects(loadSeatMap(pool, 999_999), /does not exist/);
});

test('the list goes by start, page by page, without a gap or a repetition', async (t) => {
  const config = await testDatabase(t);
  const startsAtMs = Date.UTC(2026, 10, 23);
  const ids = await addScreenings(config, { count: 7, rows: 1, columns: 1, startsAtMs });
  const pool = poolOf(t, config);
  const hours = (n: number) => startsAtMs + n * 3_600_000;
  const found: number[] = [];
  for (let afterId = 0; ; afterId = found.at(-1) ?? 0) {
    const page = await listScreenings(pool, { fromMs: hours(1), toMs: hours(6), afterId, limit: 2 });
    if (page.length === 0) break;
    found.push(...page.map(({ id }) => id));
  }
  assert.deepEqual(found, ids.slice(1, 6));
});

test('[SW6] the window of the sales, the state and the prices of the kinds are read, alone and with all the rest', async (t) => {
  const config = await testDatabase(t);
  const [id = 0, other = 0] = await addScreenings(config, {
    count: 2,
    rows: 1,
    columns: 1,
    startsAtMs: 1_800_000_000_000,
  });
  const app = await connected(t, config, 'app');
  await app.query(
    `update screenings set sales_from = to_timestamp(1799000000.5), sales_until = to_timestamp(1800000001), status = 'closed',
       modality = 'B', seat_prices = '{"1": 8000, "3": 1500}' where id = $1`,
    [id],
  );
  const pool = poolOf(t, config);
  const record = await loadScreening(pool, id);
  const window = { salesFromMs: 1_799_000_000_500, salesUntilMs: 1_800_000_001_000, status: 'closed' };
  const { salesFromMs, salesUntilMs, status, modality, seatPrices } = record ?? assert.fail('not found');
  assert.deepEqual({ salesFromMs, salesUntilMs, status }, window);
  assert.deepEqual([modality, seatPrices], ['B', { 1: 8000, 3: 1500 }]);
  const common = { halfQuota: 0, halfPolicy: 'limit', startsAtMs: 1_800_000_000_000 };
  const theirs = {
    ...common,
    startsAtMs: 1_800_003_600_000,
    status: 'scheduled',
    salesFromMs: null,
    salesUntilMs: null,
  };
  const terms = await loadSaleTerms(pool, [id, other, 999_999, Number.NaN]);
  assert.deepEqual(Object.fromEntries(terms), { [id]: { ...common, ...window }, [other]: theirs });
});

test('[MC9] a layout fits the screenings of its own auditorium', async (t) => {
  const config = await testDatabase(t);
  const [here = 0] = await addScreenings(config, { count: 1, rows: 1, columns: 1 });
  const [there = 0] = await addScreenings(config, { count: 1, rows: 1, columns: 1 });
  const seatMap = await addSeatMap(config, here, rectangle(2, 2));
  const pool = poolOf(t, config);
  assert.equal((await loadSeatMapFor(pool, here, seatMap))?.seatCount, 4);
  assert.equal(await loadSeatMapFor(pool, there, seatMap), null);
  assert.equal(await loadSeatMapFor(pool, here, 999_999), null);
  assert.equal(await loadSeatMapFor(pool, 999_999, seatMap), null);
});
