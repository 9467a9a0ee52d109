/** The line between the server and PostgreSQL is cut under load, at any byte in either direction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { until } from '../support/deadline.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

test('[I1][I2][I4][I6] the database line cut at random bytes, dozens of times under load: nothing answered is lost, nothing is done twice', async (t) => {
  const { random, rounds, enough } = scenario(t, 30);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: enough(40), rows: 20, columns: 20 });
  const proxy = await CuttingProxy.start(t, database);
  const server = await startServer(t, { database: proxy.config });
  const load = new Load({ clients: 20, screenings, seatCount: 400, server: () => server.webSocketUrl, random });
  const observer = new SeatObserver(screenings.slice(0, 4), () => server.webSocketUrl);
  t.after(() => {
    load.abandon();
    observer.close();
  });
  let slowestMs = 0;
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(5 + random.below(40));
    const towardsServer = random.chance(0.5);
    // Commits of a few rows: some hundred bytes there, some dozens back.
    const bytes = random.below(towardsServer ? 6_000 : 600);
    proxy.reset();
    if (towardsServer) proxy.cutToServerAfter(bytes);
    else proxy.cutToClientAfter(bytes);
    await until(
      () => (towardsServer ? proxy.toServerBytes : proxy.toClientBytes) > bytes,
      10_000,
      () => 'no byte passes the line',
    );
    const cutMs = performance.now();
    proxy.reset();
    await load.whenAccepted(1);
    slowestMs = Math.max(slowestMs, performance.now() - cutMs);
  }
  await load.stop();
  assert.equal(server.hasExited, false);
  const unknown = server.said('the fate of a commit is unknown').length;
  t.diagnostic(
    `${load.history.length} commands, ${load.accepted} accepted; ${unknown} commits of unknown fate; ` +
      `selling again at the latest ${Math.round(slowestMs)} ms after a cut`,
  );
  assert.ok(unknown > 0, 'no cut ever met a commit: the test does not test');
  await checkBooks(t, database, { history: load.history, observers: [observer] });
});
