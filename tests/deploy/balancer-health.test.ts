/**
 * How deploy/haproxy.cfg treats nodes that are ready, not ready, dead or silent: the real HAProxy in front of stand-ins whose
 * state the test chooses.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { deadline, until } from '../support/deadline.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';
import { type StandInNode, startStandIn } from '../support/stand-in-node.ts';

/** Frozen nodes have to be found in less; see the comments in the file. */
const DOWN_MS = 3_200;

async function stage(t: TestContext): Promise<{ a: StandInNode; b: StandInNode; haproxy: Haproxy }> {
  const [a, b] = await Promise.all([startStandIn(t, 'a'), startStandIn(t, 'b')]);
  const haproxy = await startHaproxy(t, { nodes: [a.port, b.port] });
  return { a, b, haproxy };
}

/** Which node answers, or the status when it is an error. */
async function ask({ url }: Haproxy): Promise<string> {
  // A connection of its own, as each visitor has.
  const response = await fetch(url, { headers: { connection: 'close' } });
  return response.ok ? response.text() : String(response.status);
}

async function askTimes(haproxy: Haproxy, times: number): Promise<Set<string>> {
  const answers = new Set<string>();
  for (let i = 0; i < times; i++) answers.add(await ask(haproxy));
  return answers;
}

async function openSocket(t: TestContext, haproxy: Haproxy): Promise<WebSocket> {
  const socket = new WebSocket(haproxy.webSocketUrl);
  t.after(() => socket.terminate());
  await deadline(once(socket, 'open'), 5_000, () => 'no WebSocket');
  return socket;
}

async function echo(socket: WebSocket): Promise<string> {
  const heard = once(socket, 'message');
  socket.send('?');
  const [bytes] = (await deadline(heard, 5_000, () => 'no echo')) as [Buffer];
  return bytes.toString();
}

test('[D5] visitors are spread by how many a node has', async (t) => {
  const { a, b, haproxy } = await stage(t);
  for (let i = 0; i < 10; i++) await openSocket(t, haproxy);
  assert.equal(a.sockets.clients.size, 5);
  assert.equal(b.sockets.clients.size, 5);
  assert.deepEqual(await askTimes(haproxy, 4), new Set(['a', 'b']));
});

test('[D6] a node that is not ready gets no new visitors, keeps those it has, and is given some again', async (t) => {
  const { a, b, haproxy } = await stage(t);
  const sockets = [await openSocket(t, haproxy), await openSocket(t, haproxy)];
  a.ready = 503;
  await haproxy.whenNode('n0', 'NOLB');
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['b']));
  for (let i = 0; i < 4; i++) await openSocket(t, haproxy);
  assert.equal(b.sockets.clients.size, 5);
  // Much later it still serves whom it has.
  assert.deepEqual(new Set(await Promise.all(sockets.map(echo))), new Set(['a: ?', 'b: ?']));
  a.ready = 200;
  await haproxy.whenNode('n0', 'UP');
  await openSocket(t, haproxy);
  assert.equal(a.sockets.clients.size, 2);
});

test('[D6] when no node is ready nobody is cut off, and new visitors are told to come back', async (t) => {
  const { a, b, haproxy } = await stage(t);
  const sockets = [await openSocket(t, haproxy), await openSocket(t, haproxy)];
  a.ready = 503;
  b.ready = 503;
  await haproxy.whenNode('n0', 'NOLB');
  await haproxy.whenNode('n1', 'NOLB');
  const response = await fetch(haproxy.url);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '2');
  assert.match(await response.text(), /try again in a moment/);
  assert.deepEqual(new Set(await Promise.all(sockets.map(echo))), new Set(['a: ?', 'b: ?']));
});

test('[D7] a node that says nothing any more is down in time, and its visitors are let go', async (t) => {
  const { a, haproxy } = await stage(t);
  const sockets = [await openSocket(t, haproxy), await openSocket(t, haproxy)];
  const ofB = (await echo(sockets[0]!)).startsWith('b') ? sockets[0]! : sockets[1]!;
  const ofA = sockets.find((socket) => socket !== ofB)!;
  const startMs = performance.now();
  a.ready = null;
  a.status = null;
  await deadline(once(ofA, 'close'), 2 * DOWN_MS, () => 'the visitor of a frozen node stays');
  const tookMs = performance.now() - startMs;
  t.diagnostic(`found after ${Math.round(tookMs)} ms`);
  // The numbers in the file, and what a busy machine adds.
  assert.ok(tookMs < DOWN_MS + 1_500, `${tookMs} ms`);
  await haproxy.whenNode('n0', 'DOWN');
  assert.equal(await echo(ofB), 'b: ?');
  assert.deepEqual(await askTimes(haproxy, 4), new Set(['b']));
  a.ready = 200;
  a.status = 200;
  await haproxy.whenNode('n0', 'UP');
});

test('[D8] a killed node costs no new visitor anything, even before its death is known', async (t) => {
  const { a, b, haproxy } = await stage(t);
  const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(t, haproxy)));
  const closed = Promise.race(sockets.map((socket) => once(socket, 'close')));
  await a.stop();
  // At once: whoever was on it hears of it, and whoever comes gets the other one.
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['b']));
  await openSocket(t, haproxy);
  await deadline(closed, 1_000, () => 'nobody was told');
  await haproxy.whenNode('n0', 'DOWN');
  await until(
    () => b.sockets.clients.size === 3,
    2_000,
    () => `${b.sockets.clients.size} are left`,
  );
  await startStandIn(t, 'again', a.port);
  await haproxy.whenNode('n0', 'UP');
  assert.ok((await askTimes(haproxy, 6)).has('again'));
});

test('[D8] a node that has just begun to drain says 503, and the visitor gets the next one', async (t) => {
  const { a, b, haproxy } = await stage(t);
  // Not ready for new ones, but the health check does not know yet.
  a.status = 503;
  for (let i = 0; i < 6; i++) await openSocket(t, haproxy);
  assert.equal(b.sockets.clients.size, 6);
  assert.ok(a.requests.length > 0, 'the draining node was never tried: the test shows nothing');
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['b']));
});

test('[D8] what is not GET is sent to one node only', async (t) => {
  const { a, b, haproxy } = await stage(t);
  a.status = 503;
  b.status = 503;
  const response = await fetch(haproxy.url, { method: 'POST', body: 'once' });
  assert.equal(response.status, 503);
  assert.equal(a.requests.length + b.requests.length, 1);
});

test('[D9] nodes are changed by a reload, without an end for those who are connected', async (t) => {
  const { a, b, haproxy } = await stage(t);
  const sockets = [await openSocket(t, haproxy), await openSocket(t, haproxy)];
  const c = await startStandIn(t, 'c');
  await haproxy.reload([b.port, c.port]);
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['b', 'c']));
  assert.deepEqual(new Set(await Promise.all(sockets.map(echo))), new Set(['a: ?', 'b: ?']));
  assert.equal(a.sockets.clients.size, 1);
});

test('[D9] an operator takes a node out by hand: nobody new, nobody cut off', async (t) => {
  const { haproxy } = await stage(t);
  const sockets = [await openSocket(t, haproxy), await openSocket(t, haproxy)];
  assert.equal(await haproxy.command('set server nodes/n0 state drain'), '');
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['b']));
  assert.deepEqual(new Set(await Promise.all(sockets.map(echo))), new Set(['a: ?', 'b: ?']));
  await haproxy.command('set server nodes/n0 state ready');
  assert.deepEqual(await askTimes(haproxy, 6), new Set(['a', 'b']));
});
