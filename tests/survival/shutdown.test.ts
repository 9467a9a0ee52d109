/** The server is asked to stop in the middle of a sale: by a supervisor, by Ctrl-C, and by somebody impatient. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { DatabaseConfig } from '../../storage/database.ts';
import { findEmbedded } from '../../storage/embedded-postgres.ts';
import { findPostmaster } from '../../storage/postmaster-pid.ts';
import { until } from '../support/deadline.ts';
import { connected, ownCluster, testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { type History, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';
import { serverFolder } from './folders.ts';
import { Load } from './load.ts';
import { opened } from './raw-session.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

const HALL = { count: 12, rows: 20, columns: 20 };
/** Answers under way take a commit; the sockets' farewell and the threads' end take some hundred milliseconds. */
const STOPPED_MS_MAX = 4_000;

for (const signal of ['SIGTERM', 'Ctrl-C'] as const) {
  test(`[I2] ${signal} under load: what was decided is answered, sockets close with 1012, PostgreSQL stops, the exit code is 0`, async (t) => {
    const { random } = scenario(t, 1);
    const folder = serverFolder(t);
    let server = await startServer(t, { folder });
    const database = findEmbedded(path.join(folder, 'postgres'));
    assert.ok(database !== null);
    const screenings = await addScreenings(database, HALL);
    const closed: number[] = [];
    const load = new Load({
      clients: 20,
      screenings,
      seatCount: 400,
      server: () => server.webSocketUrl,
      random,
      // Nobody leaves by himself.
      turns: Number.POSITIVE_INFINITY,
      onClosed: (code) => closed.push(code),
    });
    const observer = new SeatObserver(screenings.slice(0, 3), () => server.webSocketUrl);
    t.after(() => {
      load.abandon();
      observer.close();
    });
    await load.whenAccepted(300 + random.below(200));
    closed.length = 0;
    const startedMs = performance.now();
    if (signal === 'SIGTERM') server.kill('SIGTERM');
    else server.interruptGroup();
    // Somebody impatient.
    await server.whenLogged(({ msg }) => msg.startsWith('stopping'));
    server.kill('SIGTERM');
    server.kill('SIGINT');
    assert.deepEqual(await server.exited, { code: 0, signal: null }, server.lastWords());
    const elapsedMs = performance.now() - startedMs;
    const told = closed.filter((code) => code === CloseCode.serviceRestart).length;
    t.diagnostic(
      `stopped after ${Math.round(elapsedMs)} ms; ${told} sockets were told, closes: ${closed.slice(0, 40).join()}`,
    );
    assert.ok(elapsedMs < STOPPED_MS_MAX, `stopped only after ${elapsedMs} ms`);
    assert.ok(told >= 20);
    assert.equal(findPostmaster(path.join(folder, 'postgres', 'cluster')), null, 'PostgreSQL outlived its server');
    const unanswered = new Set(load.history.filter(({ answer }) => answer === null).map(({ requestId }) => requestId));

    server = await startServer(t, { folder });
    await load.whenAccepted(100);
    await load.stop();
    // What the clients had to repeat was not stored by the server that stopped: it would have been answered.
    const again = await connected(t, database, 'reader');
    const { rows } = await again.query<{ request_id: string; epoch: number }>(
      'select request_id, epoch, min(epoch) over () as first from journal where request_id is not null and epoch = (select min(epoch) from journal)',
    );
    const phantoms = rows.filter(({ request_id: id }) => unanswered.has(id));
    t.diagnostic(`${unanswered.size} commands had to be repeated; ${phantoms.length} of them had been stored`);
    assert.deepEqual(phantoms, []);
    await checkBooks(t, database, { history: load.history, observers: [observer] });
    await server.stop();
  });
}

test('[I2] while it drains, /readyz says 503, what is under way is waited for and answered, and then the sockets close with 1012', async (t) => {
  const embedded = await ownCluster(t);
  const server = await startServer(t, { database: embedded.config });
  const [screening] = await addScreenings(embedded.config, HALL);
  assert.ok(screening !== undefined);
  const closed: number[] = [];
  const history: History = [];
  let port = server.port;
  const client = await TestClient.connect({
    server: () => `ws://127.0.0.1:${port}/ws`,
    history,
    onClosed: (code) => closed.push(code),
  });
  t.after(() => client.close());
  assert.equal((await client.command({ op: ClientOp.hold, screening, seats: [0], hold: 0 })).code, 0);
  assert.deepEqual(await readyz(port), { status: 200, body: 'ready\n' });

  // PostgreSQL stands still, and a command with it.
  const writers = await journalWriters(t, embedded.superuser);
  for (const pid of writers) process.kill(pid, 'SIGSTOP');
  const waiting = client.command({ op: ClientOp.hold, screening, seats: [1, 2], hold: 0 });
  // The same connection, after the command: when the pong is here, the command is under way.
  await client.ping();
  server.kill('SIGTERM');
  await until(
    async () => (await readyz(port)).status === 503,
    5_000,
    () => '/readyz does not say 503',
  );
  // Both threads: new connections are spread over them.
  for (let times = 0; times < 8; times++) assert.deepEqual(await readyz(port), { status: 503, body: 'draining\n' });
  await assert.rejects(opened(server), /503/, 'a new visitor was let in');
  // Who is still connected is told to come again, and nothing of it is stored.
  const late = client.command({ op: ClientOp.hold, screening, seats: [5], hold: 0 });
  late.catch(() => {});
  await client.ping();
  assert.equal(server.hasExited, false);
  assert.deepEqual(closed, []);
  for (const pid of writers) process.kill(pid, 'SIGCONT');
  assert.equal((await waiting).code, OutcomeCode.accepted);
  assert.equal(history[1]?.sent, 1, 'the answer came over another connection');
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  assert.deepEqual(closed.slice(0, 1), [CloseCode.serviceRestart]);
  port = 1;
  client.close();
  await checkBooks(t, embedded.config, { history });
});

test('a stop writes snapshots, and the next start begins with them', async (t) => {
  const database = await testDatabase(t);
  const [screening] = await addScreenings(database, HALL);
  assert.ok(screening !== undefined);
  let server = await startServer(t, { database });
  const history: History = [];
  const client = await TestClient.connect({ server: () => server.webSocketUrl, history });
  t.after(() => client.close());
  const kept = await client.command({ op: ClientOp.hold, screening, seats: [9, 10], hold: 0 });
  assert.ok(kept.body.kind === 'held');
  // Enough facts that a snapshot is worth its row.
  for (let pairs = 0; pairs < 520; pairs++) {
    const held = await client.command({ op: ClientOp.hold, screening, seats: [pairs % 8], hold: 0 });
    assert.ok(held.body.kind === 'held');
    await client.command({ op: ClientOp.release, screening, hold: held.body.hold, seats: [] });
  }
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  const shard = await connected(t, database, 'shard');
  const { rows } = await shard.query<{ version: number; last: number; state: string }>(
    'select s.version, (select max(version) from journal where screening = $1) as last, state from snapshots s where screening = $1',
    [screening],
  );
  assert.equal(rows[0]?.version, rows[0]?.last, 'the snapshot of the stop does not hold everything');
  await checkBooks(t, database, { history });

  server = await startServer(t, { database });
  await client.whenWelcome();
  assert.equal((await client.command({ op: ClientOp.extend, screening, hold: kept.body.hold })).code, 0);
  await server.stop();
  // A snapshot that says something else than the journal, to see which of them is read. (At the same version: newer ones only replace it when there is much new.)
  const lie = JSON.stringify({ ...JSON.parse(rows[0]?.state ?? '{}'), salesOpen: false });
  await shard.query('update snapshots set state = $2 where screening = $1', [screening, lie]);
  server = await startServer(t, { database });
  await client.whenWelcome();
  const refused = await client.command({ op: ClientOp.hold, screening, seats: [20], hold: 0 });
  assert.equal(refused.code, OutcomeCode.salesClosed, 'the snapshot was not used');
});

async function readyz(port: number): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.text() };
}

/** The backends that write the journal. */
async function journalWriters(t: TestContext, superuser: DatabaseConfig): Promise<number[]> {
  const client = await connected(t, superuser, 'migrator');
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name like 'poltrona writer %' and application_name not like '% reads'`,
  );
  assert.ok(rows.length > 0, 'no journal writer is connected');
  return rows.map(({ pid }) => pid);
}
