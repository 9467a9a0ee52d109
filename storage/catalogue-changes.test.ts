/** What a connection knows of an earlier one's reading, and what it does when it breaks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { addScreenings } from '../tests/support/screenings.ts';
import { CatalogueConnection } from './catalogue-changes.ts';
import type { CatalogueRows } from './catalogue-rows.ts';

async function screeningsOf(pages: AsyncGenerator<CatalogueRows>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { screenings } of pages) ids.push(...screenings.map(({ id }) => id));
  return ids;
}

test('[CF8] a connection goes on where another one was; of a database that was restored to an older state it knows nothing', async (t) => {
  const database = await testDatabase(t);
  const [first = 0, second = 0] = await addScreenings(database, { count: 2, rows: 1, columns: 2 });
  const open = async (seen: string | null): Promise<CatalogueConnection> => {
    const connection = await CatalogueConnection.open(database, seen, () => {});
    t.after(() => connection.close());
    return connection;
  };
  const one = await open(null);
  assert.equal(one.hasSeen, false);
  assert.throws(() => one.changes(), /has not been read yet/);
  assert.deepEqual(await screeningsOf(one.all()), [first, second]);
  const { seen } = one;
  const client = await connected(t, database, 'app');
  await client.query('update screenings set price_cents = 1 where id = $1', [second]);
  const other = await open(seen);
  assert.deepEqual(
    [other.hasSeen, await screeningsOf(other.changes()), await screeningsOf(other.changes())],
    [true, [second], []],
  );
  assert.equal((await open('4000000000:4000000000:')).hasSeen, false);
});

test('[CF4] a reading that breaks off is begun anew: what it had not told yet is told then', async (t) => {
  const database = await testDatabase(t);
  await addScreenings(database, { count: 700, rows: 1, columns: 2 });
  const connection = await CatalogueConnection.open(database, null, () => {});
  const pages = connection.all();
  while (((await pages.next()).value as CatalogueRows).screenings.length === 0);
  connection.close();
  await assert.rejects(pages.next(), /the connection to the catalogue broke/);
  assert.equal(connection.hasSeen, false);
});
