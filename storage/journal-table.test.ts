import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { connected, testDatabase } from '../tests/support/postgres.ts';

const INSERT = `insert into journal (screening, version, epoch, at_ms, kind, fingerprint) values ($1, $2, 1, 0, 2, 0)`;
const DENIED = { code: '42501' };

/** An auditorium with a seat map and a film; gives the ids that a screening needs. */
async function auditorium(client: pg.Client): Promise<{ auditorium: string; map: string; film: string }> {
  const { rows } = await client.query<{ auditorium: string; map: string; film: string }>(
    `with c as (insert into cinemas (name, time_zone) values ('Cine', 'America/Sao_Paulo') returning id),
      a as (insert into auditoriums (cinema_id, name) select id, 'Sala 1' from c returning id),
      f as (insert into films (title, minutes) values ('Filme', 100) returning id)
     select a.id as auditorium, f.id as film from a, f`,
  );
  const ids = rows[0] ?? assert.fail('no auditorium');
  const map = await client.query<{ id: string }>(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
     values ($1, 1, 'demo', 1, '{"rows":["A"],"seats":[[0,0,0,"A1"]]}', 'x') returning id`,
    [ids.auditorium],
  );
  return { ...ids, map: map.rows[0]?.id ?? assert.fail('no seat map') };
}

const NEW_SCREENINGS = `insert into screenings
    (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
  select $1, $2, $3, now() + n * interval '1 hour', now(), 'America/Sao_Paulo', 3000, 1
  from generate_series($4::int, $5::int) as n returning id`;

test('[I1] only the shard role appends to the journal, through the partitioned table', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await shard.query(INSERT, [1, 1]);
  const { rows } = await shard.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  // Before PostgreSQL 16 the login inherits what its roles may do, and cannot be kept from it.
  const inherits = (rows[0]?.version ?? 0) < 160_000;
  for (const role of ['app', 'reader', ...(inherits ? [] : (['migrator'] as const))] as const) {
    const client = await connected(t, config, role);
    await assert.rejects(client.query(INSERT, [1, 2]), DENIED, role);
    await assert.rejects(client.query(INSERT.replace('journal', 'journal_0'), [1, 2]), DENIED, `${role}, partition`);
  }
  await assert.rejects(shard.query(INSERT.replace('journal', 'journal_0'), [1, 2]), DENIED, 'shard, partition');
});

test('[I1] the second owner that appends the same version is refused', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await shard.query(INSERT, [1, 1]);
  await assert.rejects(shard.query(INSERT, [1, 1]), { code: '23505' });
});

test('[I1] nobody changes, deletes or truncates the journal, not even its owner or the superuser', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await shard.query(INSERT, [1, 1]);
  const clients = [
    shard,
    await connected(t, config, 'app'),
    await connected(t, config, 'reader'),
    await connected(t, config, 'migrator'),
    await connected(t, { ...config, user: 'postgres' }, 'migrator'),
  ];
  for (const client of clients) {
    for (const table of ['journal', 'journal_0']) {
      await assert.rejects(client.query(`update ${table} set epoch = 9`), DENIED);
      await assert.rejects(client.query(`delete from ${table}`), DENIED);
      await assert.rejects(client.query(`truncate ${table}`), DENIED);
    }
  }
  const { rows } = await shard.query('select epoch from journal');
  assert.deepEqual(rows, [{ epoch: 1 }]);
});

test('an owner who grants itself the right again still cannot change the journal', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await shard.query(INSERT, [1, 1]);
  const owner = await connected(t, config, 'migrator');
  await owner.query('grant all on journal, journal_0 to current_user');
  for (const table of ['journal', 'journal_0']) {
    await assert.rejects(owner.query(`update ${table} set epoch = 9`), /append-only: UPDATE refused/);
    await assert.rejects(owner.query(`delete from ${table}`), /append-only: DELETE refused/);
    await assert.rejects(owner.query(`truncate ${table}`), /append-only: TRUNCATE refused/);
  }
});

test('a screening beyond the last partition brings its own, also when two imports do so at once', async (t) => {
  const config = await testDatabase(t);
  const [one, other] = [await connected(t, config, 'app'), await connected(t, config, 'app')];
  const ids = await auditorium(one);
  const owner = await connected(t, config, 'migrator');
  await owner.query(`alter sequence screenings_id_seq restart with ${65_536 * 3 - 5}`);

  const values = [ids.auditorium, ids.map, ids.film];
  await one.query('begin');
  await one.query(NEW_SCREENINGS, [...values, 1, 20]);
  const waiting = other.query(NEW_SCREENINGS, [...values, 21, 40]);
  await untilWaiting(owner, 'advisory');
  await one.query('commit');
  await waiting;

  const { rows } = await owner.query<{ relname: string }>(
    `select relname from pg_class where relkind = 'r' and relname like 'journal\\_%' order by 1`,
  );
  assert.deepEqual(
    rows.map(({ relname }) => relname),
    ['journal_0', 'journal_2', 'journal_3'],
  );
  const shard = await connected(t, config, 'shard');
  for (const screening of [65_536 * 3 - 1, 65_536 * 3]) await shard.query(INSERT, [screening, 1]);
  await assert.rejects(shard.query(INSERT, [65_536 * 3, 1]), { code: '23505' });
  await assert.rejects(owner.query('truncate journal_3'), DENIED);
});

test('an import that makes a new partition does not stop the journal until it commits', async (t) => {
  const config = await testDatabase(t);
  const app = await connected(t, config, 'app');
  const ids = await auditorium(app);
  const owner = await connected(t, config, 'migrator');
  await owner.query('alter sequence screenings_id_seq restart with 65536');
  const shard = await connected(t, config, 'shard');
  await shard.query(`set lock_timeout = '2s'`);
  await app.query('begin');
  await app.query(NEW_SCREENINGS, [ids.auditorium, ids.map, ids.film, 1, 1]);
  await shard.query(INSERT, [1, 1]);
  await app.query('rollback');
  await assert.rejects(shard.query(INSERT, [65_536, 1]), { code: '23514' });
});

test('[I1] a seat has at most one live ticket, whatever the journal says', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await shard.query(`insert into orders values ('o', 1, 'b', 'sold', 1, now(), now())`);
  const ticket = (id: string, state: string) =>
    shard.query(`insert into tickets values ($1, $1, 1, 7, 'o', 'b', 1, 100, $2, now(), now())`, [id, state]);
  await ticket('t1', 'cancelled');
  await ticket('t2', 'used');
  await ticket('t3', 'refunded');
  await assert.rejects(ticket('t4', 'live'), { code: '23505' });
});

test('no role but the app reads or writes more of the catalogue than it needs', async (t) => {
  const config = await testDatabase(t);
  const shard = await connected(t, config, 'shard');
  await assert.rejects(shard.query(`insert into films (title, minutes) values ('x', 1)`), DENIED);
  const app = await connected(t, config, 'app');
  await assert.rejects(app.query(`insert into orders values ('o', 1, 'b', 'sold', 1, now(), now())`), DENIED);
  await assert.rejects(app.query('select ensure_journal_partition(1, 999999999)'), DENIED);
  const reader = await connected(t, config, 'reader');
  await assert.rejects(reader.query('select * from settings'), DENIED);
  await assert.rejects(reader.query('update shards set epoch = 0'), DENIED);
});

/** Resolves when some session waits for a lock of this kind: the order of the test, without a sleep. */
async function untilWaiting(client: pg.Client, locktype: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `select from pg_locks where not granted and locktype = $1 and database = (select oid from pg_database where datname = current_database())`,
      [locktype],
    );
    if ((rowCount ?? 0) > 0) return;
  }
}
