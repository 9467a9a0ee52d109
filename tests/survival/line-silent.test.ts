/** The line to PostgreSQL falls silent: no reset, no error, nothing. Deadlines must find it out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { CopyWriter } from '../../storage/copy-writer.ts';
import { clientConfig } from '../../storage/database.ts';
import { CommitUnknown } from '../../storage/fact-store.ts';
import { JournalBatch } from '../../storage/journal-batch.ts';
import { deadline, until } from '../support/deadline.ts';
import { entry } from '../support/journal-entries.ts';
import { connected, testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { type History, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SilentProxy } from './silent-proxy.ts';

/** Of the server: for a commit, and again for a query on a line that fell silent with it; and something for a busy machine. */
const SELLING_AGAIN_MS_MAX = 18_000;
/** Connecting and one commit are about ten packets of PostgreSQL's. */
const PACKETS = 14;

test('[I2][I6] under load every database line falls silent: given up after a deadline, made anew, and nothing answered is lost', async (t) => {
  const { random, rounds, enough } = scenario(t, 1);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: enough(12), rows: 20, columns: 20 });
  const proxy = await SilentProxy.start(t, database);
  const server = await startServer(t, { database: proxy.config });
  const load = new Load({ clients: 20, screenings, seatCount: 400, server: () => server.webSocketUrl, random });
  t.after(() => load.abandon());
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(50 + random.below(100));
    const startedMs = performance.now();
    proxy.silenceAll();
    await load.whenAccepted(50);
    const elapsedMs = performance.now() - startedMs;
    t.diagnostic(`round ${round}: selling again after ${Math.round(elapsedMs)} ms`);
    assert.ok(elapsedMs < SELLING_AGAIN_MS_MAX);
  }
  await load.stop();
  await checkBooks(t, database, { history: load.history });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('[I2] a commit on a line that falls silent at any packet, connecting included, ends as unknown, and is settled when new lines work', async (t) => {
  const database = await testDatabase(t);
  const settled = await Promise.all(
    Array.from({ length: PACKETS }, async (_, packets) => {
      const proxy = await SilentProxy.start(t, database);
      const writer = new CopyWriter(proxy.config, {
        name: `silent after ${packets}`,
        commitDeadlineMs: 500,
        reconnectPauseMaxMs: 50,
        onWarning: () => {},
      });
      t.after(() => writer.close());
      const batch = new JournalBatch([entry(packets + 1, 1, 2)]);
      proxy.silenceAfter(packets);
      const outcome = await deadline(
        writer.commit(batch).then(
          () => 'stored' as const,
          (cause: unknown) => cause,
        ),
        10_000,
        () => `silent after ${packets} packets: the commit never ends`,
      );
      proxy.heal();
      if (outcome === 'stored') return 'never silent';
      assert.ok(outcome instanceof CommitUnknown, String(outcome));
      return deadline(writer.readBack(batch), 10_000, () => `silent after ${packets} packets: it is never settled`);
    }),
  );
  t.diagnostic(`by packets: ${settled.join(', ')}`);
  assert.ok(settled.includes('absent') && settled.includes('stored') && settled.includes('never silent'));
});

test('[I1][I6] an owner that is cut off between its rows and its commit does not keep the next owner from selling', async (t) => {
  const database = await testDatabase(t);
  const [screening, other] = await addScreenings(database, { count: 2, rows: 4, columns: 10 });
  assert.ok(screening !== undefined && other !== undefined);
  const proxy = await SilentProxy.start(t, database);
  const first = await startServer(t, { database: proxy.config, environment: { POLTRONA_THREADS: '1' } });
  const second = await startServer(t, { database, environment: { POLTRONA_THREADS: '1' } });
  const history: History = [];
  let url = first.webSocketUrl;
  const ana = await TestClient.connect({ server: () => url, history });
  const bia = await TestClient.connect({ server: () => second.webSocketUrl, history });
  t.after(() => {
    ana.close();
    bia.close();
  });
  const held = await ana.command({ op: ClientOp.hold, screening, seats: [0], hold: 0 });
  assert.ok(held.body.kind === 'held');
  const { hold } = held.body;
  proxy.silenceBefore('commit');
  const purchase = ana.command({
    op: ClientOp.buy,
    screening,
    hold,
    seats: [[0, 1]],
    method: 'sandbox',
    detail: 'approved',
  });
  await until(
    () => proxy.silenced > 0,
    10_000,
    () => 'there was no commit',
  );
  // The first one is alone now, with a transaction open. The second one takes over.
  const startedMs = performance.now();
  const elsewhere = await bia.command({ op: ClientOp.hold, screening: other, seats: [0], hold: 0 });
  assert.equal(elsewhere.code, 0);
  assert.equal((await bia.command({ op: ClientOp.hold, screening, seats: [1], hold: 0 })).code, 0);
  const elapsedMs = performance.now() - startedMs;
  t.diagnostic(`the next owner sold after ${Math.round(elapsedMs)} ms`);
  assert.ok(elapsedMs < 10_000);
  // Who was with the first one goes to the second one, and gets the seat.
  url = second.webSocketUrl;
  ana.cut();
  assert.equal((await purchase).code, 0);
  proxy.heal();
  await checkBooks(t, database, { history, severalServers: true });
});

test('[I1][I6] an owner that is cut off half-way through a large COPY does not keep the next owner from selling', async (t) => {
  const database = await testDatabase(t);
  const [screening] = await addScreenings(database, { count: 1, rows: 4, columns: 10 });
  assert.ok(screening !== undefined);
  const server = await startServer(t, { database });
  const history: History = [];
  const client = await TestClient.connect({ server: () => server.webSocketUrl, history });
  t.after(() => client.close());
  const held = await client.command({ op: ClientOp.hold, screening, seats: [0], hold: 0 });
  // More rows than PostgreSQL keeps back before it puts them into the table; their keys are taken from then on.
  const stranger = new pg.Client(clientConfig(database, 'shard', 'poltrona writer stranger 0'));
  stranger.on('error', () => {});
  await stranger.connect();
  t.after(() => stranger.end().catch(() => {}));
  const copy = stranger.query(
    copyFrom('copy journal (screening, version, epoch, at_ms, kind, fingerprint) from stdin'),
  );
  copy.on('error', () => {});
  const rows = Array.from({ length: 3_000 }, (_, row) => `${screening}\t${held.version + row + 1}\t9\t0\t2\t0\n`);
  // As one piece: pg-copy-streams throws when a connection is taken from it while pieces wait for the socket.
  copy.write(rows.join(''));
  const reader = await connected(t, database, 'migrator');
  await until(
    async () => {
      const { rows } = await reader.query(
        `select from pg_locks join pg_stat_activity using (pid)
         where application_name = 'poltrona writer stranger 0' and mode = 'RowExclusiveLock' and relation::regclass::text like '%journal\\_%'`,
      );
      return rows.length > 0;
    },
    10_000,
    () => 'the stranger has not begun',
  );
  const startedMs = performance.now();
  assert.equal((await client.command({ op: ClientOp.hold, screening, seats: [1], hold: 0 })).code, 0);
  t.diagnostic(`sold after ${Math.round(performance.now() - startedMs)} ms`);
  await checkBooks(t, database, { history });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
