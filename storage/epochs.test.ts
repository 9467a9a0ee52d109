import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { allocateEpochs } from './epochs.ts';
import { installationSecret } from './secret.ts';

test('[I1] an epoch is given once: servers that take the same shards at once get different ones', async (t) => {
  const config = await testDatabase(t);
  const pool = createPool(config, 'shard', 'epochs test', 4);
  t.after(() => pool.end());
  const upwards = [...Array(256).keys()];
  const taken = await Promise.all(
    [upwards, upwards.toReversed(), upwards, upwards.toReversed()].map((shards) => allocateEpochs(pool, shards)),
  );
  for (const shard of upwards) {
    assert.deepEqual(taken.map((epochs) => epochs.get(shard)).sort(), [1, 2, 3, 4]);
  }
  assert.deepEqual(await allocateEpochs(pool, [3]), new Map([[3, 5]]));
  await assert.rejects(allocateEpochs(pool, [256]), /shard 256 does not exist/);
});

test('the installation secret is made once, whoever comes first', async (t) => {
  const config = await testDatabase(t);
  const pool = createPool(config, 'app', 'secret test', 4);
  t.after(() => pool.end());
  const secrets = await Promise.all([1, 2, 3, 4].map(() => installationSecret(pool)));
  assert.equal(new Set(secrets.map((secret) => secret.toString('hex'))).size, 1);
  assert.equal(secrets[0]?.length, 32);
  await pool.query(`update settings set value = 'abc'`);
  await assert.rejects(installationSecret(pool), /damaged/);
});
