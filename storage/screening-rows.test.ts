import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { twoExhibitors } from '../tests/support/two-exhibitors.ts';
import { inTransaction } from './in-transaction.ts';
import { lockProgramme } from './screening-plan.ts';
import { createScreening, type NewScreening, type ScreeningMade } from './screening-rows.ts';

const NOW = Date.parse('2026-12-01T12:00Z');
const ALL = { exhibitorId: null, cinemaIds: null };
const EVENING = { auditorium: 1, film: 1, startsLocal: '2026-12-24T20:30', priceCents: 3000 };

function make(
  pool: pg.Pool,
  wanted: NewScreening,
  scope: Parameters<typeof createScreening>[2] = ALL,
): Promise<ScreeningMade> {
  return inTransaction(pool, async (client) => {
    await lockProgramme(client);
    return createScreening(client, wanted, scope, NOW);
  });
}

test('[SI16] a screening made by hand is one like those of a file', async (t) => {
  const { pool } = await twoExhibitors(t);
  assert.deepEqual(await make(pool, EVENING), { screening: 1, warnings: [] });
  const { rows } = await pool.query(
    `select auditorium_id, seat_map_id, film_id, starts_at, to_char(starts_local, 'HH24:MI') as local, time_zone, language, projection,
       modality, price_cents, half_quota, code from screenings`,
  );
  assert.deepEqual(rows, [
    {
      ...{
        auditorium_id: '1',
        seat_map_id: '1',
        film_id: '1',
        starts_at: new Date('2026-12-24T23:30Z'),
        local: '20:30',
      },
      ...{ time_zone: 'America/Sao_Paulo', language: 'dub', projection: '2D', modality: 'A', price_cents: 3000 },
      ...{ half_quota: 3, code: null },
    },
  ]);
});

test('[SI16] what a file may not do, a person may not do either', async (t) => {
  const { pool } = await twoExhibitors(t);
  await make(pool, { ...EVENING, code: 'X' });
  const faults = async (
    wanted: Partial<NewScreening>,
    scope = ALL as Parameters<typeof createScreening>[2],
  ): Promise<unknown> => {
    const made = await make(pool, { ...EVENING, ...wanted }, scope);
    return 'faults' in made ? made.faults.map(({ column, reason }) => `${column}: ${reason}`) : made;
  };
  assert.deepEqual(await faults({}), ['starts: screening 1 is there already']);
  assert.deepEqual(await faults({ code: 'X', startsLocal: '2026-12-26T20:30' }), [
    'starts: screening 1 is there already',
  ]);
  assert.deepEqual(await faults({ startsLocal: '2026-12-24T22:00' }), [
    'starts: Sala 1 is taken until 2026-12-24 22:25 by screening 1 ("Filme", 2026-12-24 20:30)',
  ]);
  assert.deepEqual(await faults({ startsLocal: '2026-11-24T20:30' }), ['starts: 2026-11-24 20:30 is in the past']);
  assert.deepEqual(await faults({ auditorium: 3, film: 9 }), [
    'auditorium: Sala 1 has no seat map yet: import one first',
    'film: there is no film "#9": import it first, or write its CPB or ROE',
  ]);
  assert.deepEqual(await faults({ startsLocal: '2026-12-25T20:30' }, { exhibitorId: 2, cinemaIds: null }), [
    'auditorium: it is not one of your cinemas',
  ]);
  assert.deepEqual(await faults({ startsLocal: '2026-12-25T20:30' }, { exhibitorId: 1, cinemaIds: [2] }), [
    'auditorium: it is not one of your cinemas',
  ]);
  const noPrice = await faults({ startsLocal: '2026-12-25T20:30', priceCents: null });
  assert.deepEqual(noPrice, [
    'price: it has no price: the file names none, and no price table of the cinema has one for 2026-12-25 20:30, 2D',
  ]);
  assert.equal((await pool.query('select from screenings')).rowCount, 1);
  assert.deepEqual(
    await make(pool, { ...EVENING, startsLocal: '2026-12-24T22:25' }, { exhibitorId: 1, cinemaIds: [1] }),
    {
      screening: 2,
      warnings: [],
    },
  );
});

test('[SI16] where a screening was cancelled a person can make a new one, with a code of its own', async (t) => {
  const { pool } = await twoExhibitors(t);
  await make(pool, EVENING);
  await make(pool, { ...EVENING, startsLocal: '2026-12-25T20:30', code: 'X' });
  await pool.query(`update screenings set status = 'cancelled'`);
  assert.deepEqual(await make(pool, EVENING), { screening: 3, warnings: [] });
  const again = { ...EVENING, startsLocal: '2026-12-25T20:30' };
  assert.deepEqual(await make(pool, { ...again, code: 'X' }), {
    faults: [{ column: 'code', reason: 'screening 2 was cancelled: a new one needs a code of its own' }],
  });
  assert.deepEqual(await make(pool, { ...again, code: 'Y' }), { screening: 4, warnings: [] });
});
