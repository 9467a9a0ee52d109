/**
 * What both adapters promise (socket-port.ts), as tests. `uws-adapter.test.ts` and `ws-adapter.test.ts` run all of them.
 * The clients are raw TCP connections where a well-behaved client could not ask the question.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { WebSocket } from 'ws';
import { closingContract } from './closing-contract.ts';
import { type MakeServer, startContractServer } from './contract-server.ts';
import { httpContract } from './http-contract.ts';
import { junkContract } from './junk-contract.ts';
import { handshake, Opcode, RawConnection, RawWebSocket } from './raw-websocket.ts';
import { sharedPortContract } from './shared-port-contract.ts';
import { slowReaderContract } from './slow-reader-contract.ts';
import { CloseCode } from './socket-port.ts';
import { timeLimitContract } from './time-limit-contract.ts';

export function socketContract(adapter: 'uws' | 'ws', make: MakeServer): void {
  suite(`socket contract: ${adapter}`, () => {
    webSocketContract(make);
    closingContract(make);
    slowReaderContract(make);
    junkContract(make);
    httpContract(make);
    sharedPortContract(adapter, make);
  });
  // These wait for time limits of several seconds, so they wait together.
  suite(`socket contract, time limits: ${adapter}`, { concurrency: true }, () => timeLimitContract(make));
}

function webSocketContract(make: MakeServer): void {
  test('a binary frame comes as it was sent, and goes back', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.send(Buffer.from([1, 2, 250, 0]));
    const message = await heard.next('message');
    assert.deepEqual(message.bytes, Buffer.from([1, 2, 250, 0]));
    assert.equal(message.isBinary, true);
    assert.deepEqual(await client.next(), { fin: true, opcode: Opcode.binary, payload: Buffer.from([1, 2, 250, 0]) });
  });

  test('a client of the ws library gets its frames in their order', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'poltrona.1');
    const received: number[] = [];
    await new Promise<void>((resolve, reject) => {
      client.on('error', reject);
      client.on('open', () => {
        for (let i = 0; i < 500; i++) client.send(Buffer.alloc(100, i % 256));
      });
      client.on('message', (bytes: Buffer) => {
        if (received.push(bytes[99]!) === 500) resolve();
      });
    });
    assert.deepEqual(
      received,
      Array.from({ length: 500 }, (_, i) => i % 256),
    );
    client.close();
  });

  test('a text frame is flagged', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.send('olá', Opcode.text);
    const { bytes, isBinary } = await heard.next('message');
    assert.equal(isBinary, false);
    assert.equal(bytes!.toString(), 'olá');
  });

  test('fragments come as one message, and a ping between them is answered', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.send('a', Opcode.binary, false);
    client.send('b', Opcode.continuation, false);
    client.send('now', Opcode.ping);
    assert.deepEqual(await client.next(), { fin: true, opcode: Opcode.pong, payload: Buffer.from('now') });
    client.send('c', Opcode.continuation);
    assert.equal((await heard.next('message')).bytes!.toString(), 'abc');
    assert.equal(heard.count('message'), 1);
  });

  test('the gateway sees path, query, Origin, address and what the client offers', async (t) => {
    const { port, opened } = await startContractServer(t, make);
    const headers = { Origin: 'https://cinema.example', 'Sec-WebSocket-Protocol': 'poltrona.9, poltrona.1' };
    const client = await RawWebSocket.open(port, headers, '/ws?from=kiosk');
    const { context, remoteAddress } = await opened();
    assert.deepEqual(context, {
      path: '/ws',
      query: 'from=kiosk',
      origin: 'https://cinema.example',
      protocols: ['poltrona.9', 'poltrona.1'],
    });
    assert.equal(remoteAddress, '127.0.0.1');
    assert.equal(client.protocol, 'poltrona.1');
    const plain = await RawWebSocket.open(port);
    assert.equal(plain.protocol, null);
    assert.deepEqual((await opened()).context, { path: '/ws', query: '', origin: undefined, protocols: [] });
  });

  test('IPv4 over an IPv6 socket is shown as IPv4', async (t) => {
    const { port, opened } = await startContractServer(t, make, { host: '::' });
    await RawWebSocket.open(port);
    assert.equal((await opened()).remoteAddress, '127.0.0.1');
  });

  test('a refused upgrade is an HTTP answer with the gateway’s status and text', async (t) => {
    const { port, heard } = await startContractServer(t, make, {
      on: { upgrade: () => ({ accept: false, status: 403, body: 'wrong origin' }) },
    });
    const client = await RawConnection.open(port);
    client.socket.write(handshake('/ws'));
    const answer = await client.answer();
    assert.equal(answer?.status, 403);
    assert.equal(answer?.body, 'wrong origin');
    await client.closed;
    assert.equal(heard.all.length, 0);
  });

  test('[D1] a header that comes several times is read as a whole, in order', async (t) => {
    const { port } = await startContractServer(t, make, {
      on: { upgrade: (request) => ({ accept: false, status: 403, body: request.header('x-forwarded-for') ?? 'none' }) },
    });
    const client = await RawConnection.open(port);
    const twice = 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 198.51.100.1, 10.0.0.1';
    client.socket.write(handshake('/ws').replace(/\r\n\r\n$/, `\r\n${twice}\r\n\r\n`));
    assert.equal((await client.answer())?.body, '192.0.2.1, 198.51.100.1, 10.0.0.1');
  });

  test('another WebSocket version is answered with 426 and the version we speak', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await RawConnection.open(port);
    client.socket.write(handshake('/ws', { 'Sec-WebSocket-Version': '12' }));
    const answer = await client.answer();
    assert.equal(answer?.status, 426);
    assert.match(answer?.headers ?? '', /^sec-websocket-version: 13\r?$/im);
  });

  test('a handshake with a malformed key is refused', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    for (const key of ['', 'short', 'x'.repeat(24), 'x'.repeat(300), '!'.repeat(22).concat('==')]) {
      const client = await RawConnection.open(port);
      client.socket.write(handshake('/ws', { 'Sec-WebSocket-Key': key }));
      const answer = await client.answer();
      assert.ok(answer !== null && answer.status >= 400, `${key} was answered with ${answer?.status}`);
    }
    assert.equal(heard.count('open'), 0);
  });

  test('an upgrade elsewhere is an ordinary request', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    for (const [path, status] of [
      ['/elsewhere', 404],
      ['/hello', 200],
    ] as const) {
      const client = await RawConnection.open(port);
      client.socket.write(handshake(path));
      assert.equal((await client.answer())?.status, status);
    }
    assert.equal(heard.count('open'), 0);
  });

  test('a gateway that throws at an upgrade costs that upgrade: 500', async (t) => {
    let isBroken = true;
    const { port, heard } = await startContractServer(t, make, {
      on: {
        upgrade: () => {
          if (isBroken) throw new Error('broken upgrade');
          return { accept: true, context: { path: '', query: '', origin: undefined, protocols: [] }, protocol: null };
        },
      },
    });
    const client = await RawConnection.open(port);
    client.socket.write(handshake('/ws'));
    assert.equal((await client.answer())?.status, 500);
    assert.match(String((await heard.next('error')).error), /broken upgrade/);
    isBroken = false;
    await RawWebSocket.open(port);
  });

  test('a handler that throws costs its own socket: 1011', async (t) => {
    const { port, heard } = await startContractServer(t, make, {
      on: {
        message: (socket, bytes) => {
          if (bytes[0] === 1) throw new Error('broken message');
          socket.send(Uint8Array.of(9));
        },
      },
    });
    const [unlucky, other] = [await RawWebSocket.open(port), await RawWebSocket.open(port)];
    unlucky.send(Uint8Array.of(1));
    assert.equal(await unlucky.closeCode(), CloseCode.internalError);
    assert.match(String((await heard.next('error')).error), /broken message/);
    other.send(Uint8Array.of(2));
    assert.deepEqual((await other.next())?.payload, Buffer.from([9]));
  });
}
