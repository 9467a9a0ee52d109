/**
 * What deploy/haproxy.cfg lets through to a node, byte for byte: a recorder stands where uWebSockets.js would, which
 * takes a good deal that two parsers could read differently.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RawConnection } from '../../server/socket/raw-websocket.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';

interface Recorder {
  readonly haproxy: Haproxy;
  /** Everything that reached the node, health checks left out. */
  text(): string;
}

async function recorder(t: TestContext, environment: Readonly<Record<string, string>> = {}): Promise<Recorder> {
  let recorded = '';
  const server = createServer((socket) => {
    socket.setEncoding('latin1').on('error', () => {});
    socket.on('data', (text: string) => {
      if (!text.startsWith('GET /readyz ')) recorded += text;
      if (text.includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const haproxy = await startHaproxy(t, { nodes: [(server.address() as AddressInfo).port], environment });
  t.after(async () => {
    await haproxy.stop();
    server.close();
  });
  return { haproxy, text: () => recorded };
}

/** Writes it on a connection of its own; the status of the answer, and whether the connection was ended after it. */
async function send({ port }: Haproxy, text: string): Promise<number | undefined> {
  const client = await RawConnection.open(port);
  client.socket.write(Buffer.from(text, 'latin1'));
  const status = (await client.answer())?.status;
  client.socket.destroy();
  await client.closed;
  return status;
}

const post = (headers: readonly string[], body: string): string =>
  ['POST /api/x HTTP/1.1', 'Host: poltrona', ...headers, '', body].join('\r\n');
/** What an attacker would like to be read as a request of somebody else. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: poltrona\r\n\r\n';

/** The first three are what uWebSockets.js takes. */
const REFUSED: readonly (readonly [what: string, text: string])[] = [
  [
    'two different Content-Lengths',
    post(['Content-Length: 5', `Content-Length: ${5 + SMUGGLED.length}`], `hello${SMUGGLED}`),
  ],
  ['an unknown transfer coding', post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${SMUGGLED}`)],
  ['a malformed last chunk', post(['Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\nX${SMUGGLED}`)],
  ['a malformed chunk size', post(['Transfer-Encoding: chunked'], `5z\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)],
  ['a chunk without its end', post(['Transfer-Encoding: chunked'], `5\r\nhelloXX0\r\n\r\n${SMUGGLED}`)],
  ['a Content-Length with a sign', post(['Content-Length: +5'], `hello${SMUGGLED}`)],
  ['a Content-Length in hexadecimal', post(['Content-Length: 0x5'], `hello${SMUGGLED}`)],
  ['a Content-Length that overflows', post(['Content-Length: 18446744073709551621'], `hello${SMUGGLED}`)],
  ['two transfer codings in the wrong order', post(['Transfer-Encoding: chunked, gzip'], `0\r\n\r\n${SMUGGLED}`)],
  ['a space before the colon', post(['Content-Length : 5'], `hello${SMUGGLED}`)],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: poltrona\r\nX: a\u0000b\r\n\r\n'],
  ['a bare CR in a header', `GET / HTTP/1.1\r\nHost: poltrona\r\nX: a\rb\r\n\r\n`],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: poltrona\r\n: x\r\n\r\n'],
  ['a header of 17 KB', `GET / HTTP/1.1\r\nHost: poltrona\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`],
  ['150 headers', `GET / HTTP/1.1\r\nHost: poltrona\r\n${'X: a\r\n'.repeat(150)}\r\n`],
  ['a control character in the path', 'GET /a\u0001b HTTP/1.1\r\nHost: poltrona\r\n\r\n'],
  ['what is not HTTP', 'sell everything\r\n\r\n'],
];

for (const [what, text] of REFUSED) {
  test(`[D3] ${what}: 400, and nothing of it reaches a node`, async (t) => {
    const node = await recorder(t);
    assert.equal(await send(node.haproxy, text), 400);
    assert.equal(node.text(), '');
  });
}

test('[D3] a body that turns bad on its way is cut off: the node never sees its end', async (t) => {
  const node = await recorder(t);
  const client = await RawConnection.open(node.haproxy.port);
  client.socket.write(post(['Transfer-Encoding: chunked'], '5\r\nhello\r\n'));
  // The node has the header and the first chunk, and answers them already.
  assert.equal((await client.answer())?.status, 200);
  client.socket.write(`0\r\nX${SMUGGLED}`);
  await client.closed;
  assert.doesNotMatch(node.text(), /smuggled|\r\n0\r\n/);
});

test('[D3] a length said twice is said once, a length beside chunks not at all', async (t) => {
  const node = await recorder(t);
  assert.equal(await send(node.haproxy, post(['Content-Length: 5', 'Content-Length: 5'], 'hello')), 200);
  assert.equal([...node.text().matchAll(/^content-length: /gim)].length, 1);
  const both = await recorder(t);
  const chunked = post(['Content-Length: 3', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n');
  assert.equal(await send(both.haproxy, chunked), 200);
  assert.doesNotMatch(both.text(), /content-length/i);
  assert.equal([...both.text().matchAll(/^transfer-encoding: chunked\r$/gim)].length, 1);
});

test('[D4] the client\u2019s address is what HAProxy saw, whatever the client says of itself', async (t) => {
  const node = await recorder(t);
  const forged = [
    'X-Forwarded-For: 203.0.113.1',
    'x-forwarded-for: 203.0.113.2',
    'X-Real-IP: 203.0.113.3',
    'Forwarded: for=203.0.113.4',
  ];
  assert.equal(await send(node.haproxy, `GET / HTTP/1.1\r\nHost: poltrona\r\n${forged.join('\r\n')}\r\n\r\n`), 200);
  assert.doesNotMatch(node.text(), /203\.0\.113/);
  assert.deepEqual(node.text().match(/^(x-forwarded-for|x-real-ip|forwarded): .*$/gim), ['x-forwarded-for: 127.0.0.1']);
  // The origin check compares with the host that the visitor typed.
  assert.match(node.text(), /^host: poltrona\r$/im);
});

test('[D10] /metrics is not for the public, in any spelling that a node would understand', async (t) => {
  const node = await recorder(t);
  for (const path of [
    '/metrics',
    '/metrics/',
    '/metrics?x=1',
    '/METRICS',
    'http://poltrona/metrics',
    '/metrics/../metrics',
  ]) {
    assert.equal(await send(node.haproxy, `GET ${path} HTTP/1.1\r\nHost: poltrona\r\n\r\n`), 404, path);
  }
  assert.equal(node.text(), '');
});

test('[D10] one address alone does not fill the table of connections', async (t) => {
  const { haproxy } = await recorder(t, { BALANCER_CONNECTIONS_PER_ADDRESS: '3' });
  const clients: RawConnection[] = [];
  for (let i = 0; i < 3; i++) clients.push(await RawConnection.open(haproxy.port));
  const request = 'GET / HTTP/1.1\r\nHost: poltrona\r\n\r\n';
  clients[2]!.socket.write(request);
  assert.equal((await clients[2]!.answer())?.status, 200);
  // Reset before or after the connection is there: both are a refusal.
  const refused = await RawConnection.open(haproxy.port).catch(() => null);
  await refused?.closed;
  assert.equal(refused?.received.length ?? 0, 0);
  clients[0]!.socket.destroy();
  await clients[0]!.closed;
  // HAProxy counts it out in its own time.
  for (let status: number | undefined; status !== 200; ) {
    const next = await RawConnection.open(haproxy.port).catch(() => null);
    if (next === null) continue;
    next.socket.write(request);
    status = (await next.answer())?.status;
    next.socket.destroy();
    await next.closed;
  }
  for (const client of clients) client.socket.destroy();
});

test('[D10] its own numbers are told on another port only', async (t) => {
  const { haproxy } = await recorder(t);
  const metrics = await (await fetch(`${haproxy.statusUrl}/metrics`)).text();
  assert.match(metrics, /^haproxy_server_status\{proxy="nodes",server="n0",state="UP"\} 1$/m);
  assert.match(await (await fetch(`${haproxy.statusUrl}/`)).text(), /Statistics Report/);
});
