/** A PostgreSQL that lives and does not do as it is told: sessions ended, statements cancelled, rights taken away, no connection free, a table locked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { clientConfig, type DatabaseConfig } from '../../storage/database.ts';
import { until } from '../support/deadline.ts';
import { connected, ownCluster } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

/** All that the server may ever want at once (two threads, and the services of a node), and a few for the test itself. */
const CONNECTIONS_MAX = 60;
const WRITERS = `from pg_stat_activity where application_name like 'poltrona writer %' and application_name not like '% reads'`;

test('[I1][I2][I4][I6] sessions ended, commits cancelled, rights revoked, no connection free, a table locked, under load: nothing answered is lost', async (t) => {
  const { random, rounds, enough } = scenario(t, 2);
  const embedded = await ownCluster(t, { settings: { max_connections: String(CONNECTIONS_MAX) } });
  const server = await startServer(t, { database: embedded.config });
  const screenings = await addScreenings(embedded.config, { count: enough(12), rows: 20, columns: 20 });
  const load = new Load({ clients: 20, screenings, seatCount: 400, server: () => server.webSocketUrl, random });
  const observer = new SeatObserver(screenings.slice(0, 3), () => server.webSocketUrl);
  t.after(() => {
    load.abandon();
    observer.close();
  });
  const owner = await connected(t, embedded.config, 'migrator');
  const superuser = await connected(t, { ...embedded.superuser, database: embedded.config.database }, 'migrator');
  const troubles: Readonly<Record<string, () => Promise<void>>> = {
    'all sessions are ended': async () => {
      await superuser.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'poltrona %'`,
      );
    },
    'commits are cancelled': async () => {
      for (let times = 0; times < 50; times++) await superuser.query(`select pg_cancel_backend(pid) ${WRITERS}`);
    },
    'the right to append is revoked': async () => {
      const from = server.said('PostgreSQL refused a batch').length;
      await owner.query('revoke insert on journal from poltrona_shard');
      await until(
        () => server.said('PostgreSQL refused a batch').length > from,
        10_000,
        () => 'nobody notices',
      );
      await owner.query('grant insert on journal to poltrona_shard');
    },
    'no connection is free': async () => {
      await superuser.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'poltrona %'`,
      );
      const hoard = await takeAll(embedded.config);
      await Promise.all(hoard.map((client) => client.end()));
    },
  };
  for (let round = 0; round < rounds; round++) {
    for (const [name, act] of Object.entries(troubles)) {
      await load.whenAccepted(20 + random.below(60));
      const startedMs = performance.now();
      await act();
      await load.whenAccepted(20);
      t.diagnostic(`round ${round}: ${name}; sold again after ${Math.round(performance.now() - startedMs)} ms`);
    }
  }
  // Longer than a commit may take: its fate is unknown, its backend is ended, and it is not there.
  const lockedMs = performance.now();
  await owner.query('begin');
  await owner.query('lock table journal in exclusive mode');
  const unknown = (): number => server.said('the fate of a commit is unknown').length;
  const before = unknown();
  await until(
    () => unknown() > before,
    10_000,
    () => 'a commit waits for ever',
  );
  await owner.query('rollback');
  await load.whenAccepted(20);
  t.diagnostic(
    `a table locked for longer than a commit may take; sold again after ${Math.round(performance.now() - lockedMs)} ms`,
  );
  await load.stop();
  assert.equal(server.hasExited, false);
  t.diagnostic(`${load.history.length} commands, ${load.accepted} accepted`);
  await checkBooks(t, embedded.config, { history: load.history, observers: [observer] });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('[I1][I2][I6] a database that has lost what was acknowledged is not sold on: the server says so and ends', async (t) => {
  const embedded = await ownCluster(t);
  const server = await startServer(t, { database: embedded.config });
  const screenings = await addScreenings(embedded.config, { count: 4, rows: 4, columns: 10 });
  const client = await TestClient.connect({ server: () => server.webSocketUrl, history: [] });
  t.after(() => client.close());
  for (const screening of screenings) {
    assert.equal((await client.command({ op: ClientOp.hold, screening, seats: [0], hold: 0 })).code, 0);
  }
  // What a fail-over to a standby that lagged behind looks like: the newest facts are gone, and so are the sessions.
  const superuser = await connected(t, { ...embedded.superuser, database: embedded.config.database }, 'migrator');
  await superuser.query('set session_replication_role = replica');
  await superuser.query('delete from journal where version = 2');
  await superuser.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'poltrona %'`,
  );
  const answers = screenings.map((screening) => client.command({ op: ClientOp.hold, screening, seats: [1], hold: 0 }));
  const sold = Promise.any(answers).then(
    () => 'sold on',
    () => 'nothing sold',
  );
  assert.deepEqual(await server.exited, { code: 1, signal: null });
  const fatal = server.lines.find(({ level }) => level === 'fatal');
  assert.match(JSON.stringify(fatal), /was acknowledged and is gone/);
  client.close();
  assert.equal(await sold, 'nothing sold');
});

/** Opens connections until PostgreSQL has none left for anybody else. */
async function takeAll(config: DatabaseConfig): Promise<pg.Client[]> {
  const hoard: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client(clientConfig(config, 'migrator', 'hoard'));
    client.on('error', () => {});
    try {
      await client.connect();
      hoard.push(client);
    } catch {
      return hoard;
    }
  }
}
