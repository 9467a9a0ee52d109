/** What is to be had for a screening, and the fee of who shows it, as the catalogue has them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { addScreenings } from '../tests/support/screenings.ts';
import { createPool } from './database.ts';
import { packageRoot } from './package-root.ts';
import { loadTicketOffer } from './ticket-offer.ts';

test('[PC7] active types of the cinema’s place, and the exhibitor’s fee; for shards and for the API', async (t) => {
  const database = await testDatabase(t);
  const client = await connected(t, database, 'app');
  const [screening = 0] = await addScreenings(database, { count: 1, rows: 2, columns: 2 });
  await client.query(`insert into ticket_types
      (code, name, name_en, jurisdiction, engine_type, counts_in_quota, price_factor, scb_code, position)
    values ('sp', 'SP', 'SP', 'SP', 3, false, 0.3333, 2, 20), ('rj', 'RJ', 'RJ', 'RJ', 3, false, 0.5, 2, 21)`);
  await client.query(`update ticket_types set status = 'withdrawn' where code = 'courtesy'`);
  const pool = createPool(database, 'shard', 'test', 1);
  t.after(() => pool.end());
  const none = await loadTicketOffer(pool, screening);
  assert.deepEqual(none?.fee, { bps: 0, cents: 0 });
  await client.query(`with e as (
      insert into exhibitors (name, service_fee_bps, service_fee_cents) values ('Rede', 500, 150) returning id)
    update cinemas set exhibitor_id = e.id, state = 'SP', city = 'Campinas' from e`);
  const offer = await loadTicketOffer(pool, screening);
  assert.deepEqual(offer?.fee, { bps: 500, cents: 150 });
  const codes = offer?.ticketTypes.map(({ code }) => code) ?? [];
  assert.deepEqual(
    ['full', 'sp', 'rj', 'courtesy'].map((code) => codes.includes(code)),
    [true, true, false, false],
  );
  assert.equal(offer?.ticketTypes.find(({ code }) => code === 'sp')?.priceFactor, 0.3333);
  const api = createPool(database, 'app', 'test', 1);
  t.after(() => api.end());
  assert.deepEqual(await loadTicketOffer(api, screening), offer);
  for (const unknown of [screening + 999, Number.NaN, 0.5]) assert.equal(await loadTicketOffer(pool, unknown), null);
});

test('[PC7] what a fee may not be, the catalogue does not take', async (t) => {
  const client = await connected(t, await testDatabase(t), 'app');
  for (const [bps, cents] of [
    [-1, 0],
    [10_001, 0],
    [0, -1],
    [0, 100_001],
  ]) {
    const added = client.query(
      'insert into exhibitors (name, service_fee_bps, service_fee_cents) values ($1, $2, $3)',
      ['Rede', bps, cents],
    );
    await assert.rejects(added, /check constraint/);
  }
});

test('[PC10] a ticket’s fee is never negative, and the migration that says so looks at no ticket of before', async (t) => {
  const client = await connected(t, await testDatabase(t), 'migrator');
  const { rows } = await client.query<{ validated: boolean; rule: string }>(
    `select convalidated as validated, pg_get_constraintdef(oid) as rule from pg_constraint
      where conrelid = 'tickets'::regclass and contype = 'c' and conname = 'tickets_fee_cents_check'`,
  );
  assert.deepEqual(rows, [{ validated: false, rule: 'CHECK ((fee_cents >= 0)) NOT VALID' }]);
});

test('[PC10] migrations that need the lock of a table in use give up after five seconds, before they ask for it', () => {
  for (const name of ['1764000000007_purchase', '1764000000009_confirmations']) {
    const sql = readFileSync(`${packageRoot()}/storage/migrations/${name}.sql`, 'utf8').replaceAll(/^--.*$/gm, '');
    assert.match(sql.trimStart(), /^set local lock_timeout = '5s';/, name);
  }
});
