import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { connected, emptyDatabase, testDatabase } from '../tests/support/postgres.ts';
import { clientConfig, inDatabase } from './database.ts';
import { SILENT_LOG } from './log.ts';
import { DatabaseTooNew, migrate } from './migrate.ts';
import { RightsMissing, ROLES } from './roles.ts';

test('servers that start together on an empty database migrate it once, and all succeed', async (t) => {
  const config = await emptyDatabase(t);
  const ran = await Promise.all([1, 2, 3, 4].map(() => migrate(config, SILENT_LOG)));
  assert.equal(ran.filter((names) => names.length > 0).length, 1);
  assert.deepEqual(await migrate(config, SILENT_LOG), []);
});

test('databases of one PostgreSQL that are migrated together share the roles', async (t) => {
  const configs = await Promise.all([1, 2, 3].map(() => emptyDatabase(t)));
  await Promise.all(configs.map((config) => migrate(config, SILENT_LOG)));
  for (const config of configs) {
    const client = await connected(t, config, 'shard');
    const { rows } = await client.query('select current_user as role');
    assert.deepEqual(rows, [{ role: 'poltrona_shard' }]);
  }
});

test('a database that a newer build has prepared is refused, by the name of the unknown migration', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'migrator');
  await client.query(`insert into migrations (name, run_on) values ('9999999999999_from_the_future', now())`);
  await assert.rejects(migrate(config, SILENT_LOG), (error) => {
    assert.ok(error instanceof DatabaseTooNew);
    assert.match(error.message, /9999999999999_from_the_future/);
    return true;
  });
});

test('a login without the right to create roles is told the SQL that somebody else must run, and that SQL is enough', async (t) => {
  const config = await emptyDatabase(t);
  const login = `weak_${process.pid}`;
  const owner = await connected(t, config, 'migrator');
  await owner.query(`create role ${login} login`);
  t.after(async () => {
    const server = new pg.Client(
      clientConfig({ ...inDatabase(config, 'postgres'), user: 'postgres' }, 'migrator', 'test'),
    );
    await server.connect();
    await server.query(`drop role ${login}`);
    await server.end();
  });
  const weak = { ...config, user: login };
  for (let round = 0; ; round++) {
    const refused = await migrate(weak, SILENT_LOG).then(
      () => null,
      (cause: unknown) => cause,
    );
    if (refused === null) break;
    assert.ok(refused instanceof RightsMissing, String(refused));
    assert.ok(round < 2, `the SQL did not help: ${refused.message}`);
    const superuser = await connected(t, { ...config, user: 'postgres' }, 'migrator');
    await superuser.query(refused.message.slice(refused.message.indexOf('\n')));
  }
  const client = await connected(t, weak, 'migrator');
  for (const role of ROLES) await client.query(`set role ${role}`);
  await client.query('reset role');
});
