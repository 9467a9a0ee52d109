/** PostgreSQL cannot be reached, and somebody wants to stop or to start the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { until } from '../support/deadline.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { launchServer, startServer } from '../support/server-process.ts';
import { type History, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';

/** A supervisor that waits for half a minute, as many do, must not have to kill it. */
const STOPPED_MS_MAX = 20_000;

test('[I2][I6] SIGTERM while PostgreSQL is away: the server says that it is not ready, ends by itself, and nothing is lost', async (t) => {
  const database = await testDatabase(t);
  const [screening] = await addScreenings(database, { count: 1, rows: 4, columns: 10 });
  assert.ok(screening !== undefined);
  const proxy = await CuttingProxy.start(t, database);
  let server = await startServer(t, { database: proxy.config });
  const closed: number[] = [];
  const history: History = [];
  const client = await TestClient.connect({
    server: () => server.webSocketUrl,
    history,
    onClosed: (code) => closed.push(code),
  });
  t.after(() => client.close());
  assert.equal((await client.command({ op: ClientOp.hold, screening, seats: [0], hold: 0 })).code, 0);
  proxy.refuseConnections();
  proxy.cutNow();
  const waiting = client.command({ op: ClientOp.hold, screening, seats: [1, 2], hold: 0 });
  waiting.catch(() => {});
  // A new connection each time: one of the two threads has a commit whose fate it does not know.
  const readyz = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${server.port}/readyz`, { headers: { connection: 'close' } })).text();
  await until(
    async () => (await readyz()) !== 'ready\n',
    10_000,
    () => 'it says that it is ready',
  );

  const startedMs = performance.now();
  server.kill('SIGTERM');
  assert.deepEqual(await server.exited, { code: 0, signal: null }, server.lastWords());
  const elapsedMs = performance.now() - startedMs;
  t.diagnostic(`stopped after ${Math.round(elapsedMs)} ms`);
  assert.ok(elapsedMs < STOPPED_MS_MAX);
  assert.equal(closed[0], CloseCode.serviceRestart);

  // And one that is to start in the outage says why it does not.
  const early = launchServer(t, { database: proxy.config });
  assert.equal((await early.exited).code, 1);
  assert.match(early.lines.find(({ level }) => level === 'fatal')?.msg ?? '', /could not start/);
  proxy.reset();
  server = await startServer(t, { database: proxy.config });
  assert.equal((await waiting).code, 0);
  await checkBooks(t, database, { history });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
