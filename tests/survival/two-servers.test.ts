/**
 * Two servers on one database, each of which believes that it owns every screening: what a network split, a paused
 * virtual machine or a careless operator makes. Only one of them can commit at a time; both must get their turn.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

test('[I1][I2][I4][I6] two servers that both own everything sell no seat twice, and both go on selling', async (t) => {
  const { random, rounds, enough } = scenario(t, 1);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: enough(4), rows: 20, columns: 20 });
  const servers = await Promise.all([startServer(t, { database }), startServer(t, { database })]);
  const urls = servers.map((server) => server.webSocketUrl);
  const load = new Load({
    clients: 20,
    screenings,
    seatCount: 400,
    // Now and then somebody comes back to the other one, with a command that the first one may have stored.
    server: (client) => urls[random.chance(0.2) ? random.below(2) : client % 2]!,
    random,
  });
  const observers = urls.map((url) => new SeatObserver(screenings, () => url));
  t.after(() => {
    load.abandon();
    for (const observer of observers) observer.close();
  });
  const soldBy = (url: string): number =>
    load.history.filter(({ answer, answeredBy }) => answer?.code === 0 && answeredBy === url).length;
  const startedMs = performance.now();
  for (let round = 1; round <= rounds; round++) {
    await until(
      () => urls.every((url) => soldBy(url) >= 60 * round),
      30_000,
      () => `accepted by each: ${urls.map(soldBy).join(' and ')}`,
    );
  }
  const elapsedMs = performance.now() - startedMs;
  await load.stop();
  const fenced = servers.map((server) => server.said('an actor ended: fenced').length);
  t.diagnostic(
    `accepted by each: ${urls.map(soldBy).join(' and ')} in ${Math.round(elapsedMs)} ms; fenced: ${fenced.join(' and ')} times`,
  );
  await checkBooks(t, database, { history: load.history, observers, severalServers: true });
  assert.ok(
    fenced.some((times) => times > 0),
    'neither ever lost a screening: the test does not test',
  );
  for (const server of servers) assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('[I1][I2][I6] a server that stands still in the middle of its work while another one sells, and then wakes up, sells nothing twice', async (t) => {
  const { random, rounds, enough } = scenario(t, 3);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: enough(4), rows: 20, columns: 20 });
  const [sleeper, other] = await Promise.all([startServer(t, { database }), startServer(t, { database })]);
  assert.ok(sleeper !== undefined && other !== undefined);
  const servers = [sleeper, other];
  let awake = servers;
  const load = new Load({
    clients: 16,
    screenings,
    seatCount: 400,
    server: () => random.pick(awake).webSocketUrl,
    random,
    patienceMs: 1_500,
  });
  const observers = servers.map((server) => new SeatObserver(screenings, () => server.webSocketUrl));
  t.after(() => {
    sleeper.kill('SIGCONT');
    load.abandon();
    for (const observer of observers) observer.close();
  });
  const acceptedBy = (url: string): number =>
    load.history.filter((entry) => entry.answer?.code === 0 && entry.answeredBy === url).length;
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(20 + random.below(60));
    // Like a virtual machine that is being moved: its sockets stay open, its clock jumps, and it believes what it believed.
    sleeper.kill('SIGSTOP');
    awake = [other];
    // Those who were with it lose patience.
    load.cutAll();
    const before = acceptedBy(other.webSocketUrl);
    await until(
      () => acceptedBy(other.webSocketUrl) > before + 60,
      20_000,
      () => 'the other one does not sell',
    );
    sleeper.kill('SIGCONT');
    awake = servers;
  }
  await load.stop();
  t.diagnostic(`accepted by each: ${servers.map((server) => acceptedBy(server.webSocketUrl)).join(' and ')}`);
  await checkBooks(t, database, { history: load.history, observers, severalServers: true });
  for (const server of servers) assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
