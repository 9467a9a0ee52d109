/** The HTTP half of the contract: bodies bounded, ambiguous requests refused, answers given once or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MakeServer, startContractServer } from './contract-server.ts';
import { RawConnection } from './raw-websocket.ts';

import type { HttpResponse } from './socket-port.ts';
import { type UploadHead, UploadRoom } from './upload-room.ts';

async function ask(port: number, request: string): Promise<RawConnection> {
  const client = await RawConnection.open(port);
  client.socket.write(request);
  return client;
}

function post(path: string, body: string, headers = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['two Content-Lengths that differ', 'Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc'],
  ['two Content-Lengths that agree', 'Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc'],
  ['a Content-Length that is a list', 'Content-Length: 3, 3\r\n\r\nabc'],
  ['a negative Content-Length', 'Content-Length: -3\r\n\r\nabc'],
  ['a Content-Length with a sign', 'Content-Length: +3\r\n\r\nabc'],
  ['a Content-Length that is no number', 'Content-Length: 3x\r\n\r\nabc'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['an unknown Transfer-Encoding', 'Transfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['Transfer-Encoding and Content-Length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
];

export function httpContract(make: MakeServer): void {
  test('HTTP: GET, HEAD, POST and an answer without a body', async (t) => {
    const { port } = await startContractServer(t, make);
    const got = await (await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).answer();
    assert.equal(got?.status, 200);
    assert.equal(got?.body, 'hello');
    assert.match(got?.headers ?? '', /^content-type: text\/plain\r?$/im);
    const head = await ask(port, 'HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const headed = await head.answer(true);
    assert.equal(headed?.status, 200);
    assert.match(headed?.headers ?? '', /^content-length: 5\r?$/im);
    const posted = await (await ask(port, post('/body?a=b%20c', 'seat', 'User-Agent: test\r\n'))).answer();
    assert.deepEqual(JSON.parse(posted?.body ?? ''), {
      method: 'POST',
      bytes: 4,
      text: 'seat',
      remoteAddress: '127.0.0.1',
      a: 'b c',
      agent: 'test',
    });
    const empty = await (await ask(port, 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n')).answer();
    assert.equal(empty?.status, 204);
    assert.doesNotMatch(empty?.headers ?? '', /content-length/i);
    assert.equal((await (await ask(port, 'GET /no HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.status, 404);
  });

  test('HTTP: requests that follow on one connection are answered in their order', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal((await client.answer())?.body, 'hello');
    assert.equal((await client.answer(true))?.status, 200);
    client.socket.write(post('/body', 'x'));
    assert.equal((JSON.parse((await client.answer())?.body ?? '{}') as { bytes: number }).bytes, 1);
  });

  test('HTTP: the body of a GET is read and left out', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await ask(port, 'GET /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
    assert.equal((JSON.parse((await client.answer())?.body ?? '{}') as { bytes: number }).bytes, 0);
  });

  test('HTTP: a body in many pieces, up to the bound', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await ask(port, `POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n`);
    client.socket.setNoDelay(true);
    for (let i = 0; i < 100; i++) {
      await new Promise<void>((resolve) => client.socket.write('x'.repeat(100), () => resolve()));
    }
    assert.equal((JSON.parse((await client.answer())?.body ?? '{}') as { bytes: number }).bytes, 10_000);
  });

  test('HTTP: a body above the bound is 413', async (t) => {
    const { port } = await startContractServer(t, make);
    const one = await ask(port, post('/body', 'x'.repeat(10_001)));
    assert.equal((await one.answer())?.status, 413);
    const many = await ask(port, post('/body', 'x'.repeat(900_000)));
    assert.equal((await many.answer())?.status, 413);
    const endless = await ask(port, 'POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n');
    assert.equal((await endless.answer())?.status, 413);
    await endless.closed;
  });

  test('[AP10] HTTP: long bodies where they are allowed, and only as many at once as there is room for', async (t) => {
    const room = new UploadRoom(50_000);
    const uploads = { bytesMax: ({ path }: UploadHead) => (path === '/body' ? 40_000 : 0), senderOf: () => 'a', room };
    const { port } = await startContractServer(t, make, { uploads });
    const one = await ask(port, post('/body', 'x'.repeat(40_000)));
    assert.equal((JSON.parse((await one.answer())?.body ?? '{}') as { bytes: number }).bytes, 40_000);
    const tooLong = await ask(port, post('/body', 'x'.repeat(40_001)));
    assert.equal((await tooLong.answer())?.status, 413);
    const elsewhere = await ask(port, post('/hello', 'x'.repeat(20_000)));
    assert.equal((await elsewhere.answer())?.status, 413);
    // One that does not end, and one more than fits beside it.
    const slow = await ask(port, `POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\nx`);
    // Taken when its header was read: another request on another connection is read after it.
    assert.equal((await (await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.status, 200);
    const second = await ask(port, post('/body', 'x'.repeat(20_000)));
    assert.equal((await second.answer())?.status, 503);
    slow.socket.write('x'.repeat(39_999));
    assert.equal((await slow.answer())?.status, 200);
    const third = await ask(port, post('/body', 'x'.repeat(20_000)));
    assert.equal((await third.answer())?.status, 200);
  });

  for (const [name, rest] of AMBIGUOUS) {
    test(`HTTP: ${name} is 400, and nothing behind it is heard`, async (t) => {
      let served = 0;
      const http = (): HttpResponse => {
        served++;
        return { status: 200 };
      };
      const { port } = await startContractServer(t, make, { http });
      const request = `POST /body HTTP/1.1\r\nHost: a\r\n${rest}`;
      const client = await ask(port, request);
      assert.equal((await client.answer())?.status, 400);
      await client.closed;
      const smuggler = await ask(port, `${request}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
      const answer = await smuggler.answer();
      assert.ok(answer === null || answer.status === 400, 'refused, or cut off at once');
      await smuggler.closed;
      assert.equal(served, 0);
    });
  }

  test('HTTP: a peer that goes away while the handler works is no harm', async (t) => {
    const waiting: (() => void)[] = [];
    let arrived = (): void => {};
    const http = async ({ path }: { path: string }): Promise<HttpResponse> => {
      if (path === '/hello') return { status: 200, body: 'hello' };
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        arrived();
      });
      return { status: 200, body: 'late' };
    };
    const { port, heard } = await startContractServer(t, make, { http });
    for (const end of ['reset', 'close'] as const) {
      const hasArrived = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const client = await ask(port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      await hasArrived;
      if (end === 'reset') client.socket.resetAndDestroy();
      else client.socket.destroy();
      await client.closed;
      // One round trip later the server has seen it go.
      assert.equal((await (await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.body, 'hello');
      for (const resolve of waiting.splice(0)) resolve();
    }
    assert.equal((await (await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.body, 'hello');
    assert.equal(heard.count('error'), 0);
  });

  test('HTTP: a peer that goes away in the middle of its body is no harm', async (t) => {
    let served = 0;
    const http = (): HttpResponse => {
      served++;
      return { status: 200, body: 'hello' };
    };
    const { port } = await startContractServer(t, make, { http });
    for (let i = 0; i < 10; i++) {
      const client = await ask(port, 'POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
      if (i % 2 === 0) client.socket.resetAndDestroy();
      else client.socket.end();
      await client.closed;
    }
    assert.equal((await (await ask(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.body, 'hello');
    assert.equal(served, 1);
  });

  test('HTTP: a handler that fails is 500, told to onError, and costs nobody else', async (t) => {
    const http = ({ path }: { path: string }): HttpResponse | Promise<HttpResponse> => {
      if (path === '/throws') throw new Error('thrown');
      if (path === '/rejects') return Promise.reject(new Error('rejected'));
      if (path === '/splits') return { status: 200, headers: { location: 'x\r\nset-cookie: a=b' } };
      if (path === '/frames') return { status: 200, headers: { 'Content-Length': '3' }, body: 'abcdef' };
      return { status: 200, body: 'hello' };
    };
    const { port, heard } = await startContractServer(t, make, { http });
    for (const path of ['/throws', '/rejects', '/splits', '/frames']) {
      const answer = await (await ask(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)).answer();
      assert.equal(answer?.status, 500, path);
      assert.doesNotMatch(answer?.headers ?? '', /set-cookie/);
      assert.ok((await heard.next('error')).error instanceof Error);
    }
    assert.equal((await (await ask(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.body, 'hello');
  });

  test('HTTP: a long answer arrives whole, text and bytes', async (t) => {
    const text = 'é'.repeat(2_000_000);
    const http = ({ path }: { path: string }): HttpResponse => ({
      status: 200,
      body: path === '/text' ? text : new Uint8Array(4_000_000).fill(65),
    });
    const { port } = await startContractServer(t, make, { http });
    assert.equal((await (await ask(port, 'GET /text HTTP/1.1\r\nHost: a\r\n\r\n')).answer())?.body, text);
    const bytes = await (await ask(port, 'GET /bytes HTTP/1.1\r\nHost: a\r\n\r\n')).answer();
    assert.equal(bytes?.body, 'A'.repeat(4_000_000));
  });

  test('HTTP: an answer under way is finished when the server closes', async (t) => {
    let release = (): void => {};
    let arrived = (): void => {};
    const hasArrived = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const http = async (): Promise<HttpResponse> => {
      await new Promise<void>((resolve) => {
        release = resolve;
        arrived();
      });
      return { status: 200, body: 'just in time' };
    };
    const { server, port } = await startContractServer(t, make, { http });
    const client = await ask(port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await hasArrived;
    const closed = server.close(1001, 'bye');
    release();
    assert.equal((await client.answer())?.body, 'just in time');
    await closed;
  });
}
