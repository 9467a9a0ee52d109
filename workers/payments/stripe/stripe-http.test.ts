/** One request and its end, against servers that behave as none should. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CERTIFICATE_PEM, SIGNING_KEY } from '../../../tests/providers/paypal/paypal-certificate.ts';
import { AttemptFailed, REQUESTS_MAX, StripeHttp } from './stripe-http.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<{ port: string; connections(): number }> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: String((server.address() as AddressInfo).port), connections: () => connections };
}

function ask(client: StripeHttp, port: string, timeoutMs: number): ReturnType<StripeHttp['makeRequest']> {
  return client.makeRequest('127.0.0.1', port, '/v1/x', 'GET', {}, '', 'http', timeoutMs);
}

/** Without a deadline of ours these would wait for ever: then they fail. */
const ENDS = { timeout: 60_000 };

const failsAs = (failure: string) => (error: unknown) =>
  error instanceof AttemptFailed && error.failure === failure && !('code' in error);

test('[SA36] requests one after the other go over one connection', async (t) => {
  const { port, connections } = await serve(t, (_request, response) => response.end('{"a":1}'));
  const client = new StripeHttp();
  for (let count = 0; count < 5; count++) {
    const answer = await ask(client, port, 10_000);
    assert.deepEqual([answer.getStatusCode(), await answer.toJSON()], [200, { a: 1 }]);
  }
  assert.equal(connections(), 1);
});

test('[SA29] an answer that drips ends at the deadline, like one that never begins', ENDS, async (t) => {
  const drips = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' });
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  });
  const silent = await serve(t, () => {});
  const client = new StripeHttp();
  await assert.rejects(ask(client, drips.port, 60), failsAs('timeout'));
  await assert.rejects(ask(client, silent.port, 60), failsAs('timeout'));
});

test('[SA37] there are 256 connections at most; beyond 512 requests under way, one is not sent at all', async (t) => {
  const { port, connections } = await serve(t, (_request, response) => response.end('{}'));
  const client = new StripeHttp();
  const waiting = Array.from({ length: REQUESTS_MAX }, () => ask(client, port, 60_000));
  await assert.rejects(ask(client, port, 60_000), failsAs('busy'));
  await Promise.all(waiting);
  assert.equal(connections(), 256);
  // The bound counts what is under way, not what was.
  assert.equal((await ask(client, port, 60_000)).getStatusCode(), 200);
});

test('[SA37] what waits for a connection waits within its deadline', ENDS, async (t) => {
  const { port } = await serve(t, () => {});
  const client = new StripeHttp();
  const results = await Promise.allSettled(Array.from({ length: REQUESTS_MAX }, () => ask(client, port, 200)));
  for (const result of results) assert.ok(result.status === 'rejected' && failsAs('timeout')(result.reason));
});

test('[SA7] a connection that is refused, or cut in the middle of an answer, is a broken one', async (t) => {
  const cut = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{', () => request.socket.resetAndDestroy());
  });
  const short = await serve(t, (request, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.write('{', () => request.socket.end());
  });
  const client = new StripeHttp();
  await assert.rejects(ask(client, cut.port, 10_000), failsAs('connection'));
  await assert.rejects(ask(client, short.port, 10_000), failsAs('connection'));
  await assert.rejects(ask(client, '1', 10_000), failsAs('connection'));
});

test('[SA7] an answer of more than 8 MiB is none; one that ends with its connection is one', async (t) => {
  const endless = await serve(t, (_request, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536, 0x20)));
    };
    response.on('drain', more);
    more();
  });
  const last = await serve(t, (_request, response) => {
    response.writeHead(200, { connection: 'close' });
    response.end('{"a":1}');
  });
  const client = new StripeHttp();
  await assert.rejects(ask(client, endless.port, 10_000), failsAs('answer'));
  assert.deepEqual(await (await ask(client, last.port, 10_000)).toJSON(), { a: 1 });
});

test('[SA7] what is no JSON object is no answer: the SDK would never settle its promise', async (t) => {
  const texts = ['', 'not JSON', '"a text"', '5', 'null', 'true'];
  const { port } = await serve(t, (_request, response) => response.end(texts.shift()));
  const client = new StripeHttp();
  for (const text of [...texts]) await assert.rejects((await ask(client, port, 10_000)).toJSON(), text);
});

test('[SA40] over TLS, a server that cannot prove who it is hears nothing', async (t) => {
  let heard = 0;
  const key = SIGNING_KEY.export({ type: 'pkcs8', format: 'pem' });
  const server = createSecureServer({ key, cert: CERTIFICATE_PEM }, (_request, response) => {
    heard++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const port = String((server.address() as AddressInfo).port);
  const call = new StripeHttp().makeRequest('127.0.0.1', port, '/v1/x', 'GET', {}, '', 'https', 10_000);
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof AttemptFailed && error.failure === 'connection');
    assert.match(String((error.cause as NodeJS.ErrnoException).code), /SELF_SIGNED|UNABLE_TO_VERIFY/);
    return true;
  });
  assert.equal(heard, 0);
});
