/**
 * Real nodes behind the shipped HAProxy: buyers buy through it, nodes die and drain under them, and a visitor is counted by
 * the address that HAProxy saw. The nodes here know nothing of each other; what a cluster adds is tested elsewhere.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { deadline } from '../support/deadline.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { type History, TestClient } from '../support/test-client.ts';

interface Stage {
  readonly nodes: readonly [ServerProcess, ServerProcess];
  readonly haproxy: Haproxy;
  readonly screening: number;
}

async function stage(t: TestContext, environment: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const database = await testDatabase(t);
  const [screening] = await addScreenings(database, { count: 1, rows: 10, columns: 10 });
  const options = {
    database,
    environment: { POLTRONA_THREADS: '1', POLTRONA_TRUSTED_PROXIES: '127.0.0.1', ...environment },
  };
  const nodes = [await startServer(t, options), await startServer(t, options)] as const;
  const haproxy = await startHaproxy(t, { nodes: nodes.map(({ port }) => port) });
  return { nodes, haproxy, screening: screening! };
}

async function buyer(t: TestContext, { haproxy }: Stage, codes: number[] = []): Promise<TestClient> {
  const history: History = [];
  const onClosed = (code: number): void => void codes.push(code);
  const client = await TestClient.connect({ server: () => haproxy.webSocketUrl, history, onClosed });
  t.after(() => client.close());
  return client;
}

async function sell(client: TestClient, screening: number, seat: number): Promise<void> {
  const held = await client.command({ op: ClientOp.hold, screening, seats: [seat], hold: 0 });
  assert.equal(held.code, OutcomeCode.accepted);
}

/** Names of the nodes' processes that hold WebSockets, by HAProxy's count. */
async function sessions(haproxy: Haproxy): Promise<number[]> {
  return [...(await haproxy.nodes()).values()].map((node) => node.sessions);
}

test('[D14] a seat is held through the balancer, and both nodes have visitors', async (t) => {
  const all = await stage(t);
  const clients = [await buyer(t, all), await buyer(t, all)];
  assert.deepEqual(await sessions(all.haproxy), [1, 1]);
  for (const [seat, client] of clients.entries()) await sell(client, all.screening, seat);
});

test('[D14] a node is killed: its visitors are back at once, on the other one, with their session', async (t) => {
  const all = await stage(t);
  const codes: number[] = [];
  const clients = [await buyer(t, all, codes), await buyer(t, all, codes)];
  const buyers = clients.map((client) => client.buyer);
  const killedMs = performance.now();
  all.nodes[0].kill('SIGKILL');
  await all.nodes[0].exited;
  for (const [seat, client] of clients.entries()) await sell(client, all.screening, seat);
  t.diagnostic(`everybody was served again after ${Math.round(performance.now() - killedMs)} ms`);
  assert.deepEqual(codes, [1006]);
  assert.deepEqual(
    clients.map((client) => client.buyer),
    buyers,
  );
});

test('[D14] a node drains: each visitor hears its farewell through the balancer, and goes on elsewhere', async (t) => {
  const all = await stage(t);
  const codes: number[] = [];
  const clients: TestClient[] = [];
  for (let i = 0; i < 6; i++) clients.push(await buyer(t, all, codes));
  assert.deepEqual(await sessions(all.haproxy), [3, 3]);
  assert.deepEqual(await all.nodes[0].stop(), { code: 0, signal: null });
  for (const [seat, client] of clients.entries()) await sell(client, all.screening, seat);
  assert.deepEqual(codes, Array(3).fill(CloseCode.serviceRestart));
  assert.deepEqual((await sessions(all.haproxy)).at(1), 6);
});

test('[D10] a node\u2019s numbers stay inside, however the path is written', async (t) => {
  const { nodes, haproxy } = await stage(t);
  assert.match(await (await fetch(`http://127.0.0.1:${nodes[0].port}/metrics`)).text(), /^poltrona_connections 0$/m);
  for (const path of [
    '/metrics',
    '/metrics/',
    '//metrics',
    '/%6detrics',
    '/./metrics',
    '/x/%2e%2e/metrics',
    '/;/metrics',
  ]) {
    const response = await fetch(new URL(`${haproxy.url}${path}`));
    assert.equal(response.status, 404, path);
    assert.doesNotMatch(await response.text(), /poltrona_/);
  }
});

/** How a WebSocket from this address of the machine ends up: 'open', or the status of the refusal. */
async function attempt(
  t: TestContext,
  url: string,
  from: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const socket = new WebSocket(url, [SUBPROTOCOL], { localAddress: from, headers });
  t.after(() => socket.terminate());
  socket.on('error', () => {});
  const opened = once(socket, 'open').then(() => 'open');
  const refused = once(socket, 'unexpected-response').then(([, response]) => String(response.statusCode));
  return deadline(Promise.race([opened, refused]), 5_000, () => 'no answer');
}

// Other addresses of one's own to come from: only Linux has all of 127.0.0.0/8.
const skip = process.platform !== 'linux';

test('[D4] visitors are counted by the address that HAProxy saw; what they claim counts for nothing', {
  skip,
}, async (t) => {
  const { haproxy, nodes } = await stage(t, { POLTRONA_CONNECTIONS_PER_ADDRESS: '2' });
  const url = haproxy.webSocketUrl;
  // Two on each of the two nodes.
  for (let i = 0; i < 4; i++) assert.equal(await attempt(t, url, '127.0.0.2'), 'open');
  assert.equal(await attempt(t, url, '127.0.0.2'), '429');
  assert.equal(await attempt(t, url, '127.0.0.2', { 'x-forwarded-for': '203.0.113.1' }), '429');
  assert.equal(await attempt(t, url, '127.0.0.2', { 'x-forwarded-for': '203.0.113.1, 127.0.0.1' }), '429');
  assert.equal(await attempt(t, url, '127.0.0.3'), 'open');
  // Past the balancer: an untrusted neighbour is who it is.
  const direct = nodes[0].webSocketUrl;
  for (const [i, expected] of ['open', 'open', '429'].entries()) {
    assert.equal(await attempt(t, direct, '127.0.0.4', { 'x-forwarded-for': `203.0.113.${i}` }), expected);
  }
});

test('[G3] the page\u2019s own origin is known behind the balancer, any other is refused', async (t) => {
  const { haproxy } = await stage(t);
  const host = `127.0.0.1:${haproxy.port}`;
  assert.equal(await attempt(t, haproxy.webSocketUrl, '127.0.0.1', { origin: `http://${host}` }), 'open');
  // With TLS the page is https and the node does not know: the hosts are compared, not the schemes.
  assert.equal(await attempt(t, haproxy.webSocketUrl, '127.0.0.1', { origin: `https://${host}` }), 'open');
  assert.equal(await attempt(t, haproxy.webSocketUrl, '127.0.0.1', { origin: 'https://evil.example' }), '403');
});
