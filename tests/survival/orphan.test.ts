/** What a killed server leaves behind in its folder, and two servers that want the same folder. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { findEmbedded } from '../../storage/embedded-postgres.ts';
import { findPostmaster } from '../../storage/postmaster-pid.ts';
import { addScreenings } from '../support/screenings.ts';
import { launchServer, startServer } from '../support/server-process.ts';
import { type History, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';
import { serverFolder } from './folders.ts';

test('[I2][I4] the PostgreSQL of a killed server is adopted, with everything that was answered; a second server in the folder is told so', async (t) => {
  const folder = serverFolder(t);
  const cluster = path.join(folder, 'postgres', 'cluster');
  let server = await startServer(t, { folder });
  const database = findEmbedded(path.join(folder, 'postgres'));
  assert.ok(database !== null);
  const [screening] = await addScreenings(database, { count: 1, rows: 4, columns: 10 });
  assert.ok(screening !== undefined);
  const history: History = [];
  const client = await TestClient.connect({ server: () => server.webSocketUrl, history });
  t.after(() => client.close());
  const held = await client.command({ op: ClientOp.hold, screening, seats: [3, 4], hold: 0 });
  assert.ok(held.body.kind === 'held');
  const { hold } = held.body;

  const second = launchServer(t, { folder });
  assert.deepEqual(await second.exited, { code: 1, signal: null });
  const [said] = second.lines.filter(({ level }) => level === 'fatal');
  assert.match(said?.msg ?? '', new RegExp(`another Poltrona process \\(${server.pid}, since .*\\) uses this folder`));

  const postmaster = findPostmaster(cluster)?.identity.pid;
  server.kill('SIGKILL');
  await server.exited;
  assert.equal(findPostmaster(cluster)?.identity.pid, postmaster, 'it did not outlive its server');
  server = await startServer(t, { folder });
  const [adopting] = server.said('adopting the PostgreSQL of a killed server');
  assert.equal(adopting?.['postmaster'], postmaster);
  assert.equal(findPostmaster(cluster)?.identity.pid, postmaster);
  await client.whenWelcome();
  const sold = await client.command({
    op: ClientOp.buy,
    screening,
    hold,
    seats: [
      [3, 1],
      [4, 2],
    ],
    method: 'sandbox',
    detail: 'approved',
  });
  assert.equal(sold.body.kind, 'sold');
  const mine = await client.mine(screening);
  assert.ok('orders' in mine && sold.body.kind === 'sold');
  assert.deepEqual(mine.orders, [{ order: sold.body.order, tickets: sold.body.tickets }]);
  await checkBooks(t, database, { history });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.equal(findPostmaster(cluster), null, 'an adopted PostgreSQL is stopped like one of our own');
});

test('a stop in the middle of the start leaves nothing running', async (t) => {
  const folder = serverFolder(t);
  const server = launchServer(t, { folder });
  // Before PostgreSQL is there.
  const started = performance.now();
  while (findPostmaster(path.join(folder, 'postgres', 'cluster')) === null) {
    assert.ok(performance.now() - started < 20_000, 'PostgreSQL is not started');
    await new Promise((resolve) => setImmediate(resolve));
  }
  server.kill('SIGTERM');
  const { signal } = await server.exited;
  assert.equal(signal, null, 'it was ended by the signal, without tidying up');
  assert.equal(findPostmaster(path.join(folder, 'postgres', 'cluster')), null, 'PostgreSQL is left running');
});
