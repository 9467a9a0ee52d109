import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { claimKey, type KeptAnswer, keepAnswer } from './idempotency.ts';

const HASH = new Uint8Array(32).fill(1);
const ANSWER: KeptAnswer = { status: 201, headers: { location: '/api/x/7' }, body: Buffer.from('sealed') };

test('[ID1] an answer is there exactly when the transaction that kept it is', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'app');
  await client.query('begin');
  assert.deepEqual(await claimKey(client, 'user:1', 'key', HASH), { is: 'fresh' });
  await keepAnswer(client, 'user:1', 'key', HASH, ANSWER);
  await client.query('rollback');
  await client.query('begin');
  assert.deepEqual(await claimKey(client, 'user:1', 'key', HASH), { is: 'fresh' });
  await keepAnswer(client, 'user:1', 'key', HASH, ANSWER);
  await client.query('commit');
  await client.query('begin');
  assert.deepEqual(await claimKey(client, 'user:1', 'key', HASH), { is: 'answered', answer: ANSWER });
  assert.deepEqual(await claimKey(client, 'user:1', 'key', new Uint8Array(32)), { is: 'other-content' });
  assert.deepEqual(await claimKey(client, 'user:2', 'key', HASH), { is: 'fresh' });
  await client.query('commit');
});

test('[ID3] the key is locked by the transaction that has it, and free when it ends, however it ends', async (t) => {
  const config = await testDatabase(t);
  const [one, two] = [await connected(t, config, 'app'), await connected(t, config, 'accounts')];
  await one.query('begin');
  await two.query('begin');
  assert.deepEqual(await claimKey(one, 'user:1', 'key', HASH), { is: 'fresh' });
  assert.deepEqual(await claimKey(two, 'user:1', 'key', HASH), { is: 'running' });
  await one.query('rollback');
  assert.deepEqual(await claimKey(two, 'user:1', 'key', HASH), { is: 'fresh' });
  await two.query('rollback');
  await one.query('begin');
  await claimKey(one, 'user:1', 'key', HASH);
  await one.end();
  await two.query('begin');
  // The server notices a closed connection in its own time; this waits for it.
  await two.query('select pg_advisory_xact_lock(hashtextextended($1, 4242))', ['user:1\nkey']);
  assert.deepEqual(await claimKey(two, 'user:1', 'key', HASH), { is: 'fresh' });
});

test('[ID3] whoever had the key a moment ago is seen: the look comes after the lock', async (t) => {
  const config = await testDatabase(t);
  const [one, two] = [await connected(t, config, 'app'), await connected(t, config, 'app')];
  await two.query('begin');
  await two.query('select 1');
  await one.query('begin');
  await claimKey(one, 'user:1', 'key', HASH);
  await keepAnswer(one, 'user:1', 'key', HASH, ANSWER);
  await one.query('commit');
  assert.deepEqual((await claimKey(two, 'user:1', 'key', HASH)).is, 'answered');
});
