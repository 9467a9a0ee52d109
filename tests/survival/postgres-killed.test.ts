/** PostgreSQL is killed, crashes, or is restarted while everybody buys. The server stays up and goes on by itself. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { findEmbedded } from '../../storage/embedded-postgres.ts';
import { findPostmaster } from '../../storage/postmaster-pid.ts';
import { until } from '../support/deadline.ts';
import { connected, ownCluster } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { serverFolder } from './folders.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

const HALL = { rows: 20, columns: 20 };
const SEATS = HALL.rows * HALL.columns;

test('[I1][I2][I4][I6] kill -9 of PostgreSQL, of one of its processes, and fast restarts under load: the server goes on by itself', async (t) => {
  const { random, rounds, enough } = scenario(t, 3);
  const embedded = await ownCluster(t);
  const server = await startServer(t, { database: embedded.config });
  const screenings = await addScreenings(embedded.config, { ...HALL, count: enough(12) });
  const { load, observer } = startLoad(t, screenings, () => server.webSocketUrl, random);
  const disasters = ['the postmaster is killed', 'its journal writer is killed', 'a fast restart'] as const;
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(50 + random.below(200));
    const disaster = disasters[round % disasters.length]!;
    const startedMs = performance.now();
    if (disaster === 'the postmaster is killed') {
      const { pid } = embedded;
      process.kill(pid, 'SIGKILL');
      await until(
        () => embedded.pid !== pid && embedded.pid !== 0,
        15_000,
        () => 'PostgreSQL is not started again',
      );
    } else if (disaster === 'a fast restart') {
      await embedded.restart();
    } else {
      await killJournalWriter(t, embedded.superuser);
    }
    await load.whenAccepted(20);
    t.diagnostic(`round ${round}: ${disaster}; sold again after ${Math.round(performance.now() - startedMs)} ms`);
  }
  await load.stop();
  assert.equal(server.hasExited, false);
  t.diagnostic(`${load.history.length} commands, ${load.accepted} accepted`);
  await checkBooks(t, embedded.config, { history: load.history, observers: [observer] });
  // It speaks for all threads, also for those that had nothing to write yet.
  await until(
    async () => (await readyz(server.port)) === 200,
    5_000,
    () => `not ready: ${server.lastWords()}`,
  );
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('[I1][I2][I4] kill -9 of the embedded PostgreSQL under load, then of the server and of both at once', async (t) => {
  const { random, rounds, enough } = scenario(t, 2);
  const folder = serverFolder(t);
  let server = await startServer(t, { folder });
  const database = findEmbedded(path.join(folder, 'postgres'));
  assert.ok(database !== null);
  const screenings = await addScreenings(database, { ...HALL, count: enough(12) });
  const { load, observer } = startLoad(t, screenings, () => server.webSocketUrl, random);
  const postmaster = (): number => findPostmaster(path.join(folder, 'postgres', 'cluster'))?.identity.pid ?? 0;
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(50 + random.below(200));
    const startedMs = performance.now();
    process.kill(postmaster(), 'SIGKILL');
    await server.whenLogged(({ msg }) => msg === 'embedded PostgreSQL is back');
    await load.whenAccepted(20);
    t.diagnostic(`round ${round}: PostgreSQL killed; sold again after ${Math.round(performance.now() - startedMs)} ms`);

    await load.whenAccepted(random.below(200));
    const bothMs = performance.now();
    const first = random.chance(0.5);
    if (first) process.kill(postmaster(), 'SIGKILL');
    server.kill('SIGKILL');
    if (!first) process.kill(postmaster(), 'SIGKILL');
    await server.exited;
    server = await startServer(t, { folder });
    await load.whenAccepted(20);
    t.diagnostic(`round ${round}: both killed; sold again after ${Math.round(performance.now() - bothMs)} ms`);
  }
  await load.stop();
  await checkBooks(t, database, { history: load.history, observers: [observer] });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.equal(postmaster(), 0, 'the embedded PostgreSQL outlived its server');
});

function startLoad(
  t: TestContext,
  screenings: readonly number[],
  server: () => string,
  random: ReturnType<typeof scenario>['random'],
): { load: Load; observer: SeatObserver } {
  const load = new Load({ clients: 20, screenings, seatCount: SEATS, server, random });
  const observer = new SeatObserver(screenings.slice(0, 3), server);
  t.after(() => {
    load.abandon();
    observer.close();
  });
  return { load, observer };
}

/** One of the backends that write the journal, in the middle of its work: PostgreSQL then throws all sessions out and recovers. */
async function killJournalWriter(t: TestContext, superuser: Parameters<typeof connected>[1]): Promise<void> {
  const client = await connected(t, superuser, 'migrator');
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name like 'poltrona writer %' and application_name not like '% reads'`,
  );
  assert.ok(rows.length > 0, 'no journal writer is connected');
  process.kill(rows[0]!.pid, 'SIGKILL');
}

async function readyz(port: number): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
}
