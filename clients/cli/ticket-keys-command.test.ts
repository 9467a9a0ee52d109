import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatabaseConfig } from '../../storage/database.ts';
import { ran } from '../../tests/support/heard-ports.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';

function environmentOf({ host, port, user, database }: DatabaseConfig, fill = 7): Record<string, string> {
  return {
    DATABASE_URL: `postgres://${user}@/${database}?host=${host}&port=${port}`,
    POLTRONA_SECRET_KEY: Buffer.alloc(32, fill).toString('base64'),
  };
}

test('[TQ14] the keys of tickets are listed and changed beside the database, with the reason on record', async (t) => {
  const config = await testDatabase(t);
  const environment = environmentOf(config);
  const empty = await ran(['ticket-keys', 'list'], { environment });
  assert.deepEqual([empty.code, empty.out], [0, ['no key: the first one is made when the first ticket is shown']]);
  assert.equal((await ran(['ticket-keys', 'rotate'], { environment })).code, 2, 'a reason is needed');
  const first = await ran(['ticket-keys', 'rotate', '--why', 'once a year', '--json'], { environment });
  assert.deepEqual([first.code, first.errors], [0, []]);
  const { key, withdrawn } = JSON.parse(first.out.join('')) as { key: Record<string, unknown>; withdrawn: number[] };
  assert.deepEqual([key['id'], key['state'], withdrawn], [1, 'signs', []]);
  assert.deepEqual(
    Object.keys(key).sort(),
    ['createdAt', 'id', 'publicKey', 'publishedUntil', 'retiredAt', 'signsFrom', 'state'],
    'nothing of the private half',
  );
  const second = await ran(['ticket-keys', 'rotate', '--why', 'to try'], { environment });
  assert.match(
    second.out.join(),
    /^key 2 is published, and signs from 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ; codes that were made before stay good$/,
  );
  const listed = await ran(['ticket-keys', 'list'], { environment });
  assert.equal(listed.out.length, 3);
  const client = await connected(t, config, 'migrator');
  const { rows } = await client.query('select who, action, target, why from staff_actions order by id');
  assert.deepEqual(rows, [
    { who: 'tester', action: 'ticket-key.rotate', target: 'ticket-key:1', why: 'once a year' },
    { who: 'tester', action: 'ticket-key.rotate', target: 'ticket-key:2', why: 'to try' },
  ]);
});

test('[TQ14] withdrawing keys that leaked is asked first, and another secret key changes nothing', async (t) => {
  const config = await testDatabase(t);
  const environment = environmentOf(config);
  await ran(['ticket-keys', 'rotate', '--why', 'the first'], { environment });
  const words = ['ticket-keys', 'rotate', '--leaked', '--why', 'a theft'];
  const alone = await ran(words, { environment });
  assert.deepEqual([alone.code, alone.out], [2, []]);
  assert.match(alone.errors.join('\n'), /will be refused at the gates.*\n.*say --yes/);
  const refused = await ran(words, { environment, isAskable: true, ask: () => Promise.resolve('n') });
  assert.deepEqual([refused.code, refused.out], [1, []]);
  const stranger = await ran([...words, '--yes'], { environment: environmentOf(config, 8) });
  assert.deepEqual([stranger.code, stranger.out], [2, []]);
  const done = await ran(words, { environment, isAskable: true, ask: () => Promise.resolve('y') });
  assert.equal(done.code, 0);
  assert.match(done.out.join(), /^key 2 signs within a minute; codes of key 1 are refused by gates/);
  const { keys } = JSON.parse((await ran(['ticket-keys', 'list', '--json'], { environment })).out.join('')) as {
    keys: { id: number; state: string }[];
  };
  assert.deepEqual(
    keys.map(({ id, state }) => [id, state]),
    [
      [1, 'withdrawn'],
      [2, 'signs'],
    ],
  );
});
