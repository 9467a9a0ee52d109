import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { clientConfig, createPool, parseDatabaseUrl } from './database.ts';
import { tlsOptions } from './database-tls.ts';

const PLAIN = { host: 'localhost', port: 5432, user: 'ana', password: null, database: 'poltrona', tls: null };

test('a URL becomes a plain record', () => {
  assert.deepEqual(parseDatabaseUrl('postgres://ana@localhost/poltrona'), PLAIN);
  assert.deepEqual(parseDatabaseUrl('postgresql://ana:s%2F%3A%40%20x@db.example:6000/p%C3%A3o'), {
    ...PLAIN,
    host: 'db.example',
    port: 6000,
    password: 's/:@ x',
    database: 'pão',
  });
  assert.deepEqual(parseDatabaseUrl('postgres://ana@[::1]:6000'), {
    ...PLAIN,
    host: '::1',
    port: 6000,
    database: 'ana',
  });
});

test('a Unix socket can be named in three ways', () => {
  const socket = { ...PLAIN, host: '/var/run/postgresql' };
  for (const url of [
    'postgres://ana@/poltrona?host=/var/run/postgresql',
    'postgres://ana@%2Fvar%2Frun%2Fpostgresql/poltrona',
    'postgres:///poltrona?host=/var/run/postgresql&user=ana',
  ]) {
    assert.deepEqual(parseDatabaseUrl(url), socket, url);
  }
  assert.equal(parseDatabaseUrl('postgres://ana@/poltrona?host=/s&sslmode=require').tls, null);
});

test('sslmode means what it means to libpq', () => {
  const tls = (query: string) => parseDatabaseUrl(`postgres://ana@db/poltrona?${query}`).tls;
  assert.equal(tls('sslmode=disable'), null);
  const verified = (query: string) => {
    const found = tls(query);
    return [found?.verifyAuthority, found?.verifyName];
  };
  assert.deepEqual(verified('sslmode=require'), [false, false]);
  assert.deepEqual(verified('sslmode=require&sslrootcert=system'), [true, false]);
  assert.deepEqual(verified('sslmode=verify-ca'), [true, false]);
  assert.deepEqual(verified('sslmode=verify-full'), [true, true]);
  assert.deepEqual(verified('ssl=true'), [true, true]);
  assert.throws(() => tls('sslmode=prefer'), /leaves open whether the connection is encrypted/);
  const full = tls('sslmode=verify-full') ?? assert.fail();
  assert.deepEqual(tlsOptions(full), { rejectUnauthorized: true });
});

test('what is not understood is refused, and the password is never shown', () => {
  assert.throws(() => parseDatabaseUrl('postgres://ana@db/x?pool_mode=transaction'), /"pool_mode" is not supported/);
  assert.throws(() => parseDatabaseUrl('postgres://ana@a,b/x'), /one host only/);
  for (const url of ['postgres://ana:secret@db:port/x', 'mysql://ana:secret@db/x', 'ana:secret']) {
    assert.throws(
      () => parseDatabaseUrl(url),
      (error: Error) => /must look like/.test(error.message) && !/secret/.test(`${error.message}${error.cause}`),
    );
  }
});

test('a config can be sent to a thread', () => {
  const config = parseDatabaseUrl('postgres://ana:x@db/poltrona?sslmode=verify-full');
  assert.deepEqual(structuredClone(config), config);
});

test('a connection takes its role, its schema and its time zone with the first packet', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'shard');
  const { rows } = await client.query(
    `select current_user as role, current_setting('search_path') as path, current_setting('TimeZone') as zone,
            current_setting('application_name') as name`,
  );
  assert.deepEqual(rows, [{ role: 'poltrona_shard', path: 'poltrona', zone: 'UTC', name: 'test' }]);
  assert.equal(clientConfig(config, 'migrator', 'x').options?.includes('role='), false);
});

test('an idle connection that breaks is reported and replaced, and ends nothing', async (t) => {
  const config = await testDatabase(t);
  const broken: Error[] = [];
  const pool = createPool(config, 'app', 'pool under test', 1, (error) => broken.push(error));
  t.after(() => pool.end());
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const removed = new Promise((resolve) => pool.once('remove', resolve));
  const superuser = await connected(t, { ...config, user: 'postgres' }, 'migrator');
  await superuser.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await removed;
  assert.equal(broken.length, 1);
  assert.equal((await pool.query('select 1')).rowCount, 1);
});
