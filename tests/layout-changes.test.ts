/** A new layout on its whole way: an imported file, the job, the actors, the database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestIdOf } from '../server/staff-commands.ts';
import { seatmapsKind } from '../storage/import/seatmaps-kind.ts';
import { listLayoutConflicts } from '../storage/layout-changes.ts';
import { LayoutChanger } from '../workers/layout-changer.ts';
import { AdminStage } from './support/admin-stage.ts';
import { importText } from './support/two-exhibitors.ts';

/** Three rows of four: other seats stand at the old indexes. */
const layout = (auditorium: number): string =>
  JSON.stringify({
    auditorium: `#${auditorium}`,
    rows: ['X', 'Y', 'Z'],
    seats: [0, 1, 2].flatMap((row) =>
      [0, 1, 2, 3].map((column) => [row, column, 'regular', `${'XYZ'[row]}${column + 1}`]),
    ),
  });

test('[LC7] a new layout comes to the screenings without sales, and no sold or held seat moves', async (t) => {
  const stage = await AdminStage.create(t);
  const [untouched, sold, held] = [
    await stage.screening(stage.mine, 30),
    await stage.screening(stage.mine, 40),
    await stage.screening(stage.mine, 50),
  ];
  await stage.buys(sold, 'ana', 'o1', [0, 9]);
  const hold = await stage.holds(held, 'bia', [3]);
  const report = await importText(t, stage.app, seatmapsKind, layout(stage.mine.auditorium), { name: 'map.json' });
  assert.deepEqual([report.details['screeningsToChange'], report.details['screeningsWithOrders']], [3, 1]);
  const maps = (): Promise<{ map: number; quota: number }[]> =>
    stage.rows('select seat_map_id::int as map, half_quota as quota from screenings order by id');
  const [before] = await maps();
  assert.deepEqual(await maps(), [before, before, before]);

  const changer = new LayoutChanger({
    pool: stage.app,
    nowMs: Date.now,
    ask: async ({ screening, seatMap, halfQuota }, attempt) => {
      const requestId = requestIdOf('system', 'layout', screening, seatMap, attempt);
      return (await stage.ports.ask(screening, { kind: 'change-map', requestId, by: 'system', seatMap, halfQuota }))
        .outcome;
    },
  });
  const run = () => changer.run(new AbortController().signal);
  // Somebody is choosing seats in the third: it is asked again later.
  assert.deepEqual(await run(), { done: 1, conflicts: 1, left: 1 });
  const [{ map: latest } = assert.fail('no screening'), ...others] = await maps();
  assert.notEqual(latest, before?.map);
  assert.deepEqual([others, (await maps())[0]?.quota], [[before, before], 5]);
  const conflicts = await listLayoutConflicts(stage.app, { exhibitorId: null, cinemaIds: null, after: 0, limit: 9 });
  assert.deepEqual(
    conflicts.map(({ screening, ticketsSold, reason }) => [screening, ticketsSold, reason]),
    [[sold, 2, 'screeningHasSales']],
  );

  await stage.says(held, { kind: 'release', buyer: 'bia', hold });
  assert.deepEqual(await run(), { done: 1, conflicts: 0, left: 0 });
  assert.deepEqual(
    (await maps()).map(({ map }) => map),
    [latest, before?.map, latest],
  );
  // The seats of the new layout are sold from now on, and the sold ones are where they were.
  await stage.buys(untouched, 'caio', 'o2', [11]);
  const seats = await stage.rows<{ text: string }>(
    `select format('%s %s', t.screening, m.layout -> 'seats' -> t.seat ->> 3) as text
     from tickets t join screenings s on s.id = t.screening join seat_maps m on m.id = s.seat_map_id order by t.screening, t.seat`,
  );
  assert.deepEqual(
    seats.map(({ text }) => text),
    [`${untouched} Z4`, `${sold} A1`, `${sold} B2`],
  );
});
