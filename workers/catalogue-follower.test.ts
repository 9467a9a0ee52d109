/** The follower against a real PostgreSQL: what is committed is told, once, whoever commits it in whatever order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttingProxy } from '../tests/support/cutting-proxy.ts';
import { Followed } from '../tests/support/followed.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { addScreenings } from '../tests/support/screenings.ts';

const HOUR_MS = 3_600_000;
const WANTED = { rows: 4, columns: 5 };

test('[CF1] everything is read once, in pages: cinemas, auditoriums, films, then screenings that are not long past', async (t) => {
  const database = await testDatabase(t);
  const past = await addScreenings(database, { ...WANTED, count: 3, startsAtMs: Date.now() - 2_000 * HOUR_MS });
  const ids = await addScreenings(database, { ...WANTED, count: 1_201, startsAtMs: Date.now() - HOUR_MS });
  const followed = Followed.start(t, database);
  await followed.follower.firstRead;
  assert.deepEqual(
    [...followed.screenings.keys()].sort((a, b) => a - b),
    ids,
  );
  assert.ok(past.every((id) => !followed.screenings.has(id)));
  const pages = followed.said.flatMap((change) => (change.kind === 'rows' ? [change.rows] : []));
  assert.ok(pages.every(({ screenings }) => screenings.length <= 500));
  const order = pages.map((rows) => Object.entries(rows).find(([, list]) => list.length > 0)?.[0]);
  assert.deepEqual([...new Set(order)], ['cinemas', 'auditoriums', 'films', 'screenings']);
  const row = followed.screenings.get(ids[0] ?? 0);
  assert.deepEqual(
    [row?.offsetMinutes, row?.seatCount, row?.sold, row?.priceFromCents, row?.status, row?.isPrivate],
    [-180, 20, 0, 3_000, 'scheduled', false],
  );
});

test('[CF2] a commit is told at once, by a notice: what changed, and nothing else', async (t) => {
  const database = await testDatabase(t);
  const [first = 0, second = 0] = await addScreenings(database, { ...WANTED, count: 3 });
  const followed = Followed.start(t, database);
  await followed.follower.firstRead;
  const client = await connected(t, database, 'app');
  await client.query(
    `update screenings set sales_until = starts_at, seat_prices = '{"1": 2500, "2": 9000}' where id = $1`,
    [second],
  );
  await followed.until(() => followed.told.get(second) === 2);
  assert.equal(followed.told.get(first), 1);
  const row = followed.screenings.get(second);
  assert.deepEqual([row?.priceFromCents, row?.salesUntilMs], [2_500, row?.startsAtMs]);
  await client.query(`update films set title = 'Outro'`);
  await followed.until(() => [...followed.films.values()].some(({ title }) => title === 'Outro'));
  assert.equal(followed.told.get(second), 2);
  const [added = 0] = await addScreenings(database, { ...WANTED, count: 1, startsAtMs: Date.now() - 2_000 * HOUR_MS });
  await followed.until(() => followed.told.get(added) === 1);
});

test('[CF3] whoever began earlier and commits later is not overlooked, and nothing is told twice meanwhile', async (t) => {
  const database = await testDatabase(t);
  const [slow = 0, quick = 0, last = 0] = await addScreenings(database, { ...WANTED, count: 3 });
  const early = await connected(t, database, 'app');
  await early.query('begin');
  await early.query('update screenings set price_cents = 1 where id = $1', [slow]);
  const followed = Followed.start(t, database);
  await followed.follower.firstRead;
  assert.equal(followed.screenings.get(slow)?.priceFromCents, 3_000);
  const late = await connected(t, database, 'app');
  for (const price of [2, 3]) {
    await late.query('update screenings set price_cents = $1 where id = $2', [price, quick]);
    await followed.until(() => followed.screenings.get(quick)?.priceFromCents === price);
  }
  await late.query('update screenings set price_cents = 4 where id = $1', [last]);
  await followed.until(() => followed.screenings.get(last)?.priceFromCents === 4);
  assert.deepEqual(
    [slow, quick, last].map((id) => followed.told.get(id)),
    [1, 3, 2],
  );
  await early.query('commit');
  await followed.until(() => followed.screenings.get(slow)?.priceFromCents === 1);
  assert.deepEqual(
    [slow, quick, last].map((id) => followed.told.get(id)),
    [2, 3, 2],
  );
});

test('[CF4] what was committed while the connection was lost is told, without reading everything again', async (t) => {
  const database = await testDatabase(t);
  const [kept = 0, changed = 0] = await addScreenings(database, { ...WANTED, count: 2 });
  const proxy = await CuttingProxy.start(t, database);
  const followed = Followed.start(t, proxy.config);
  await followed.follower.firstRead;
  const client = await connected(t, database, 'app');
  for (let round = 1; round <= 3; round++) {
    proxy.cutNow();
    await client.query('update screenings set price_cents = $1 where id = $2', [round, changed]);
    await followed.until(() => followed.screenings.get(changed)?.priceFromCents === round);
  }
  assert.deepEqual([followed.told.get(kept), followed.told.get(changed), followed.readings], [1, 4, 1]);
});

test('[CF5] without any notice it looks by itself, and it reads everything again now and then', async (t) => {
  const database = await testDatabase(t);
  const [id = 0] = await addScreenings(database, { ...WANTED, count: 1 });
  const followed = Followed.start(t, database, { lookMs: 5, readAllMs: 50 });
  await followed.until(() => followed.readings >= 2);
  const owner = await connected(t, database, 'migrator');
  await owner.query('alter table screenings disable trigger screenings_tell');
  await owner.query('update screenings set price_cents = 7 where id = $1', [id]);
  await followed.until(() => followed.screenings.get(id)?.priceFromCents === 7);
});

test('[CF6] unsold seats are counted round and round, page by page', async (t) => {
  const database = await testDatabase(t);
  const ids = await addScreenings(database, { ...WANTED, count: 600 });
  const followed = Followed.start(t, database, { lookMs: 5 });
  await followed.until(() => followed.left.size === 600);
  assert.deepEqual(new Set(followed.left.values()), new Set([20]));
  const client = await connected(t, database, 'shard');
  const sold = ids.at(-1) ?? 0;
  await client.query(`insert into orders values ('o', $1, 'b', 'captured', 0, now(), now())`, [sold]);
  await client.query(
    `insert into tickets select n::text, n::text, $1, n, 'o', 'b', 1, 0,
       case when n < 5 then 'live' when n < 7 then 'used' else 'cancelled' end, now(), now() from generate_series(1, 9) as n`,
    [sold],
  );
  await followed.until(() => followed.left.get(sold) === 14);
});
