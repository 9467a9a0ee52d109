/** Cinemas with their auditoriums, price tables, and layouts that could not change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';

test('[AD29] cinemas with their auditoriums, price tables with their rules, and layouts that could not change', async (t) => {
  const stage = await AdminStage.create(t);
  const { cinema, auditorium, exhibitor, seatMap } = stage.mine;
  const screening = await stage.screening(stage.mine);
  const { cinemas } = await stage.does(stage.partner, 'GET', '/api/admin/cinemas?q=MEU&city=sao%20paulo');
  assert.deepEqual(
    [cinemas.length, cinemas[0].exhibitor, cinemas[0].auditoriums],
    [1, { id: exhibitor, name: 'Cinemas Meus' }, 1],
  );
  const { cinema: shown } = await stage.does(stage.partner, 'GET', `/api/admin/cinemas/${cinema}`);
  assert.deepEqual(shown.auditoriums, [
    {
      id: auditorium,
      code: null,
      ancineId: null,
      name: 'Sala 1',
      status: 'active',
      seatMap,
      seatCount: 16,
      layouts: 1,
      screenings: 1,
    },
  ]);
  const table = await stage.id(
    `insert into price_tables (exhibitor_id, cinema_id, code, name, content_hash, valid_from) values ($1, $2, 'main', 'Main', 'x', '2026-01-01') returning id`,
    [exhibitor, cinema],
  );
  await stage.rows(
    `insert into price_rules (price_table_id, position, weekdays, from_time, projection, seat_kind, price_cents)
     values ($1, 1, 127, '00:00', null, null, 2500), ($1, 2, 96, '18:00', '3D', 1, 8000)`,
    [table],
  );
  const { priceTable } = await stage.does(stage.partner, 'GET', `/api/admin/price-tables/${table}`);
  assert.deepEqual([priceTable.validFrom, priceTable.validUntil, priceTable.cinema.id], ['2026-01-01', null, cinema]);
  assert.deepEqual(priceTable.rules, [
    {
      position: 1,
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      from: '00:00:00',
      until: '24:00:00',
      projection: null,
      seatKind: null,
      priceCents: 2500,
    },
    {
      position: 2,
      weekdays: [6, 7],
      from: '18:00:00',
      until: '24:00:00',
      projection: '3D',
      seatKind: 1,
      priceCents: 8000,
    },
  ]);
  const { priceTables } = await stage.does(stage.partner, 'GET', '/api/admin/price-tables');
  assert.deepEqual([priceTables.length, priceTables[0].rules], [1, 2]);
  await stage.rows(
    `insert into seat_map_changes (screening, seat_map_id, state, reason) values ($1, $2, 'conflict', 'screeningHasSales')`,
    [screening, seatMap],
  );
  const { conflicts } = await stage.does(stage.partner, 'GET', `/api/admin/layout-conflicts?auditorium=${auditorium}`);
  assert.deepEqual(
    conflicts.map((one: Record<string, unknown>) => [one['screening'], one['reason'], one['version']]),
    [[screening, 'screeningHasSales', 1]],
  );
});
