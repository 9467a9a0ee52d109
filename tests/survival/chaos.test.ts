/** Everything at once and in any order: two servers on one database, each behind a line that is cut, killed and paused as a seed wills. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

interface Node {
  readonly proxy: CuttingProxy;
  server: ServerProcess;
}

test('[I1][I2][I3][I4][I6] two servers, killed, restarted, paused and cut off from PostgreSQL in any order: every promise is kept', async (t) => {
  const { random, rounds, enough } = scenario(t, 10);
  const database = await testDatabase(t);
  const screenings = await addScreenings(database, { count: enough(8), rows: 20, columns: 20 });
  const node = async (): Promise<Node> => {
    const proxy = await CuttingProxy.start(t, database);
    return { proxy, server: await startServer(t, { database: proxy.config }) };
  };
  const nodes = [await node(), await node()];
  const anywhere = (): string => random.pick(nodes).server.webSocketUrl;
  const load = new Load({ clients: 20, screenings, seatCount: 400, server: anywhere, random, patienceMs: 1_500 });
  const observer = new SeatObserver(screenings.slice(0, 3), anywhere);
  t.after(() => {
    load.abandon();
    observer.close();
    for (const { server } of nodes) server.kill('SIGCONT');
  });
  const disasters: Readonly<Record<string, (victim: Node) => Promise<void>>> = {
    killed: async (victim) => {
      victim.server.kill('SIGKILL');
      await victim.server.exited;
      victim.proxy.reset();
      victim.server = await startServer(t, { database: victim.proxy.config });
    },
    'stopped and started': async (victim) => {
      victim.proxy.reset();
      victim.server.kill('SIGCONT');
      await victim.server.stop();
      victim.server = await startServer(t, { database: victim.proxy.config });
    },
    'cut off at some byte': async (victim) => {
      victim.proxy.reset();
      if (random.chance(0.5)) victim.proxy.cutToServerAfter(random.below(8_000));
      else victim.proxy.cutToClientAfter(random.below(800));
    },
    paused: async (victim) => {
      victim.server.kill('SIGSTOP');
      load.cutAll();
    },
    'everybody is thrown out': async () => load.cutAll(),
  };
  const happened: string[] = [];
  for (let round = 0; round < rounds; round++) {
    await load.whenAccepted(10 + random.below(60));
    const [name, strike] = random.pick(Object.entries(disasters));
    const victim = random.pick(nodes);
    happened.push(name);
    // One of the two can always sell.
    heal(nodes.filter((other) => other !== victim));
    await strike(victim);
    // The wounds are dressed when the other one has sold for a while; sometimes the next disaster comes first.
    if (random.chance(0.3)) continue;
    await load.whenAccepted(5);
    heal(nodes);
  }
  heal(nodes);
  await load.whenAccepted(20);
  await load.stop();
  t.diagnostic(`${happened.join(', ')}: ${load.history.length} commands, ${load.accepted} accepted`);
  await checkBooks(t, database, { history: load.history, observers: [observer], severalServers: true });
  for (const { server } of nodes) assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

function heal(nodes: readonly Node[]): void {
  for (const { proxy, server } of nodes) {
    proxy.reset();
    server.kill('SIGCONT');
  }
}
