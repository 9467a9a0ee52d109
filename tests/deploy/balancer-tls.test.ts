/** deploy/haproxy.cfg with a certificate: HTTPS and nothing else, WebSockets inside it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { deadline } from '../support/deadline.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { freePort } from '../support/nats.ts';
import { type StandInNode, startStandIn } from '../support/stand-in-node.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const skip = hasOpenssl ? false : 'openssl makes the certificate, and is not installed';

interface Stage {
  readonly node: StandInNode;
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly certificate: Buffer;
}

async function stage(t: TestContext): Promise<Stage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [key, certificate, both] = ['key.pem', 'certificate.pem', 'both.pem'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = spawnSync('openssl', [...words, ...names, '-keyout', key, '-out', certificate], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  writeFileSync(both, Buffer.concat([readFileSync(certificate), readFileSync(key)]), { mode: 0o600 });
  const node = await startStandIn(t, 'a');
  const tlsPort = await freePort();
  const haproxy = await startHaproxy(t, {
    nodes: [node.port],
    environment: { BALANCER_CERTIFICATE: both, BALANCER_LISTEN_TLS: `127.0.0.1:${tlsPort}` },
  });
  return { node, plainPort: haproxy.port, tlsPort, certificate: readFileSync(certificate) };
}

test('[D15] plain HTTP only says where HTTPS is, and nothing of it reaches a node', { skip }, async (t) => {
  const { node, plainPort } = await stage(t);
  const response = await fetch(`http://127.0.0.1:${plainPort}/a?b=c`, { redirect: 'manual' });
  assert.equal(response.status, 301);
  assert.equal(response.headers.get('location'), `https://127.0.0.1:${plainPort}/a?b=c`);
  assert.equal(response.headers.get('strict-transport-security'), null);
  assert.equal(node.requests.length, 0);
});

test('[D15] HTTPS is spoken, browsers are told to keep to it, and old versions of TLS are refused', {
  skip,
}, async (t) => {
  const { tlsPort, certificate: ca } = await stage(t);
  const get = (options: https.RequestOptions): Promise<unknown> =>
    once(https.get(`https://127.0.0.1:${tlsPort}/`, { ca, agent: false, ...options }), 'response');
  const [response] = (await get({})) as [import('node:http').IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['strict-transport-security'], 'max-age=31536000');
  await assert.rejects(get({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }));
});

test('[D15] a WebSocket inside TLS; its node sees the host and the address of the visitor', { skip }, async (t) => {
  const { node, tlsPort, certificate: ca } = await stage(t);
  const socket = new WebSocket(`wss://127.0.0.1:${tlsPort}/ws`, { ca, headers: { 'x-forwarded-for': '203.0.113.1' } });
  t.after(() => socket.terminate());
  await deadline(once(socket, 'open'), 5_000, () => 'no WebSocket');
  socket.send('?');
  const [bytes] = (await deadline(once(socket, 'message'), 5_000, () => 'no echo')) as [Buffer];
  assert.equal(bytes.toString(), 'a: ?');
  assert.equal(node.requests[0]?.headers.host, `127.0.0.1:${tlsPort}`);
  assert.equal(node.requests[0]?.headers['x-forwarded-for'], '127.0.0.1');
});

test('[D15] pages come over HTTP/2, WebSockets do not', { skip }, async (t) => {
  const { node, tlsPort, certificate: ca } = await stage(t);
  const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, { ca });
  t.after(() => session.destroy());
  const [settings] = (await deadline(once(session, 'remoteSettings'), 5_000, () => 'no HTTP/2')) as [
    { enableConnectProtocol?: boolean },
  ];
  // Without it a browser opens another connection for its WebSocket, with HTTP/1.1.
  assert.notEqual(settings.enableConnectProtocol, true);
  const stream = session.request({ ':path': '/page' });
  stream.resume();
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  assert.equal(headers[':status'], 200);
  assert.equal(node.requests[0]?.headers.host, `127.0.0.1:${tlsPort}`);
});
