import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { sellTickets, twoExhibitors } from '../tests/support/two-exhibitors.ts';
import { inTransaction } from './in-transaction.ts';
import {
  countLayoutsWanted,
  dropLayoutChanges,
  type LayoutChange,
  listLayoutConflicts,
  nextLayoutChanges,
  settleLayoutChanges,
  wantLayoutChanges,
} from './layout-changes.ts';

const NOW = Date.parse('2099-01-01T00:00Z');
const ALL = { exhibitorId: null, cinemaIds: null, after: 0, limit: 10 };

/** Auditorium 1 has four screenings to come with the map 1, and the map 3 (9 seats) now. */
async function changed(t: TestContext): Promise<{ pool: pg.Pool; shard: pg.Pool }> {
  const { pool, shard } = await twoExhibitors(t);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select 1, 1, 1, t, t, 'UTC', 100, 1 from generate_series(timestamp '2099-01-02 20:00', '2099-01-05 20:00', '1 day') as t`,
  );
  await pool.query(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash) values (1, 2, 'imported', 9, '{}', 'c')`,
  );
  await pool.query('update auditoriums set seat_map_id = 3 where id = 1');
  return { pool, shard };
}

const states = async (pool: pg.Pool): Promise<unknown[]> =>
  (await pool.query('select screening::int, state, reason from seat_map_changes order by 1')).rows;

test('[LC1] a change is given to one asker at a time, the oldest first; each names the map and the quota of its seats', async (t) => {
  const { pool } = await changed(t);
  await inTransaction(pool, (client) => wantLayoutChanges(client, [1], NOW));
  await inTransaction(pool, async (client) => {
    const first = await nextLayoutChanges(client, 2, []);
    assert.deepEqual(
      first,
      [1, 2].map((screening) => ({ screening, seatMap: 3, halfQuota: 4 })),
    );
    const second = await inTransaction(pool, (other) => nextLayoutChanges(other, 9, [3]));
    assert.deepEqual(
      second.map(({ screening }) => screening),
      [4],
    );
  });
  assert.equal(await countLayoutsWanted(pool), 4);
});

test('[LC2] done, refused because of sales, and not done because of a hold', async (t) => {
  const { pool, shard } = await changed(t);
  await inTransaction(pool, (client) => wantLayoutChanges(client, [1], NOW));
  await sellTickets(shard, 2, 3);
  await sellTickets(shard, 4, 0);
  const answer = (screening: number, refused: string | null) => ({ screening, seatMap: 3, halfQuota: 4, refused });
  const told = await inTransaction(pool, (client) =>
    settleLayoutChanges(client, [
      answer(1, null),
      ...[2, 3, 4].map((screening) => answer(screening, 'screeningHasSales')),
    ]),
  );
  assert.deepEqual(told, { done: 1, conflicts: 2 });
  assert.deepEqual(await states(pool), [
    { screening: 1, state: 'done', reason: null },
    { screening: 2, state: 'conflict', reason: 'screeningHasSales' },
    { screening: 3, state: 'wanted', reason: 'screeningHasSales' },
    { screening: 4, state: 'conflict', reason: 'screeningHasSales' },
  ]);
});

test('[LC3] what has begun or was cancelled is not asked for any more', async (t) => {
  const { pool } = await changed(t);
  await inTransaction(pool, (client) => wantLayoutChanges(client, [1], NOW));
  await pool.query(`update screenings set status = 'cancelled' where id = 4`);
  assert.equal(await dropLayoutChanges(pool, Date.parse('2099-01-02T20:00Z')), 2);
  assert.deepEqual(await states(pool), [
    { screening: 1, state: 'superseded', reason: 'begun' },
    { screening: 2, state: 'wanted', reason: null },
    { screening: 3, state: 'wanted', reason: null },
    { screening: 4, state: 'superseded', reason: 'cancelled' },
  ]);
});

test('[LC4] conflicts are listed with what stands against the change, by auditorium, and for a partner his own', async (t) => {
  const { pool, shard } = await changed(t);
  await inTransaction(pool, (client) => wantLayoutChanges(client, [1], NOW));
  await sellTickets(shard, 2, 3);
  await sellTickets(shard, 3, 1);
  const changes: LayoutChange[] = await inTransaction(pool, (client) => nextLayoutChanges(client, 9, []));
  await inTransaction(pool, (client) =>
    settleLayoutChanges(
      client,
      changes.slice(1, 3).map((change) => ({ ...change, refused: 'screeningHasSales' })),
    ),
  );
  const [conflict, ...more] = await listLayoutConflicts(pool, { ...ALL, auditorium: 1 });
  assert.deepEqual(conflict, {
    ...{ screening: 2, auditorium: { id: 1, name: 'Sala 1' }, cinema: { id: 1, name: 'Cine Um' }, film: 'Filme' },
    ...{
      startsLocal: '2099-01-03T20:00:00',
      startsAtMs: Date.parse('2099-01-03T20:00Z'),
      version: 1,
      wantedVersion: 2,
    },
    ...{ ticketsSold: 3, reason: 'screeningHasSales' },
  });
  assert.equal(more.length, 1);
  const of = async (query: Partial<Parameters<typeof listLayoutConflicts>[1]>): Promise<number[]> =>
    (await listLayoutConflicts(pool, { ...ALL, ...query })).map(({ screening }) => screening);
  assert.deepEqual(await of({}), [2, 3]);
  assert.deepEqual([await of({ after: 2 }), await of({ limit: 1 })], [[3], [2]]);
  assert.deepEqual(
    [await of({ auditorium: 2 }), await of({ exhibitorId: 2 }), await of({ cinemaIds: [2] })],
    [[], [], []],
  );
  assert.deepEqual(await of({ exhibitorId: 1, cinemaIds: [1] }), [2, 3]);
});
