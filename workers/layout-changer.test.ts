import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import { inTransaction } from '../storage/in-transaction.ts';
import { countLayoutsWanted, type LayoutChange, wantLayoutChanges } from '../storage/layout-changes.ts';
import { sellTickets, twoExhibitors } from '../tests/support/two-exhibitors.ts';
import { LayoutChanger } from './layout-changer.ts';

const NOW = Date.parse('2099-01-01T00:00Z');
const DONE: Answer = { code: 0, kind: 'done' };
const refusal = (code: number): Answer => ({ code, seats: [] }) as unknown as Answer;

async function hall(t: Parameters<typeof twoExhibitors>[0], screenings: number) {
  const { pool, shard } = await twoExhibitors(t);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select 1, 1, 1, t, t, 'UTC', 100, 1 from generate_series(1, $1) as i, lateral (select timestamp '2099-01-02' + i * interval '1 day') as x (t)`,
    [screenings],
  );
  await pool.query(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash) values (1, 2, 'imported', 9, '{}', 'c')`,
  );
  await pool.query('update auditoriums set seat_map_id = 3 where id = 1');
  await inTransaction(pool, (client) => wantLayoutChanges(client, [1], NOW));
  return { pool, shard };
}

test('[LC5] every change that is wanted is asked for once in a run, and its answer written down', async (t) => {
  const { pool, shard } = await hall(t, 40);
  await sellTickets(shard, 7, 1);
  const asked: LayoutChange[] = [];
  const attempts = new Set<number>();
  const changer = new LayoutChanger({
    pool,
    nowMs: () => NOW,
    ask: async (change, attempt) => {
      asked.push(change);
      attempts.add(attempt);
      if (change.screening === 7) return refusal(OutcomeCode.screeningHasSales);
      return change.screening === 9 ? refusal(OutcomeCode.unavailable) : DONE;
    },
  });
  assert.deepEqual(await changer.run(new AbortController().signal), { done: 38, conflicts: 1, left: 1 });
  assert.deepEqual(
    asked.map(({ screening }) => screening).sort((one, other) => one - other),
    Array.from({ length: 40 }, (_, at) => at + 1),
  );
  assert.deepEqual([[...attempts], asked[0]], [[NOW], { screening: asked[0]?.screening, seatMap: 3, halfQuota: 4 }]);
  const { rows } = await pool.query(
    `select screening::int, state, reason from seat_map_changes where state <> 'done' order by 1`,
  );
  assert.deepEqual(rows, [
    { screening: 7, state: 'conflict', reason: 'screeningHasSales' },
    { screening: 9, state: 'wanted', reason: null },
  ]);
});

test('[LC6] an answer that never came leaves the change wanted; the next run asks again', async (t) => {
  const { pool } = await hall(t, 3);
  const signal = new AbortController().signal;
  const nobody = new LayoutChanger({
    pool,
    nowMs: () => NOW,
    ask: () => Promise.reject(new Error('the bus is closed')),
  });
  await assert.rejects(nobody.run(signal), /the bus is closed/);
  assert.equal(await countLayoutsWanted(pool), 3);
  const somebody = new LayoutChanger({ pool, nowMs: () => NOW, ask: async () => DONE });
  assert.deepEqual(await somebody.run(signal), { done: 3, conflicts: 0, left: 0 });
  assert.deepEqual(await somebody.run(signal), { done: 0, conflicts: 0, left: 0 });
});

test('[LC6] a run that is to stop ends between two batches', async (t) => {
  const { pool } = await hall(t, 40);
  const stop = new AbortController();
  const changer = new LayoutChanger({
    pool,
    nowMs: () => NOW,
    ask: async () => {
      stop.abort();
      return DONE;
    },
  });
  assert.deepEqual(await changer.run(stop.signal), { done: 16, conflicts: 0, left: 24 });
});
