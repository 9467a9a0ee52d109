/** The ticket types as the migrations bring them, and where a type is to be had. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { isOffered, listTicketTypes } from './ticket-types.ts';

test('[SE19] active types in the order of their position, factors as numbers', async (t) => {
  const database = await testDatabase(t);
  const client = await connected(t, database, 'app');
  await client.query(`update ticket_types set status = 'withdrawn' where code = 'courtesy'`);
  const pool = createPool(database, 'reader', 'test', 1);
  t.after(() => pool.end());
  const types = await listTicketTypes(pool);
  assert.deepEqual(
    types.map(({ code }) => code),
    [
      'full',
      'half-student',
      'half-disability',
      'half-disability-companion',
      'half-youth',
      'half-senior',
      'promotional',
    ],
  );
  assert.deepEqual(
    [types[1]?.priceFactor, types[1]?.countsInQuota, types[5]?.engineType, types[5]?.countsInQuota],
    [0.5, true, 3, false],
  );
});

test('[SE19] a type of a state or a city is to be had there, and nowhere else', () => {
  const cases = [
    ['BR', null, null, true],
    ['SP', 'SP', null, true],
    ['SP', 'RJ', null, false],
    ['SP', null, 'Campinas', false],
    ['SP/Campinas', 'SP', 'Campinas', true],
    ['SP/Campinas', 'SP', 'Santos', false],
    ['SP/Campinas', 'SP', null, false],
  ] as const;
  for (const [jurisdiction, state, city, offered] of cases)
    assert.equal(isOffered(jurisdiction, state, city), offered, `${jurisdiction} in ${city}/${state}`);
});
