/**
 * What both adapters promise (socket-port.ts), as tests. `uws-adapter.test.ts` and `ws-adapter.test.ts` run all of them.
 * The clients are raw TCP connections where a well-behaved client could not ask the question.
 */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { suite, test } from 'node:test';
import { WebSocket } from 'ws';
import { type ContractSocket, type MakeServer, startContractServer } from './contract-server.ts';
import { httpContract } from './http-contract.ts';
import { junkContract } from './junk-contract.ts';
import { handshake, Opcode, RawConnection, RawWebSocket } from './raw-websocket.ts';
import { sharedPortContract } from './shared-port-contract.ts';
import { slowReaderContract } from './slow-reader-contract.ts';
import { CloseCode } from './socket-port.ts';

/** Everything. Slow tests (idle time, lingering) wait side by side. */
export function socketContract(adapter: 'uws' | 'ws', make: MakeServer): void {
  suite(`socket contract: ${adapter}`, { concurrency: true }, () => {
    webSocketContract(make);
    closingContract(make);
    slowReaderContract(make);
    junkContract(make);
    httpContract(make);
    sharedPortContract(adapter, make);
  });
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

  test('another WebSocket version is answered with 426 and the version we speak', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await RawConnection.open(port);
    client.socket.write(handshake('/ws', { 'Sec-WebSocket-Version': '12' }));
    const answer = await client.answer();
    assert.equal(answer?.status, 426);
    assert.match(answer?.headers ?? '', /^sec-websocket-version: 13\r?$/im);
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

  test('a client that answers pings stays; one that does not is closed after the idle time', async (t) => {
    const { port, heard, opened } = await startContractServer(t, make, { idleTimeoutSeconds: 8 });
    const startMs = performance.now();
    const silent = await RawWebSocket.open(port);
    const silentSocket = await opened();
    const living = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const livingSocket = await opened();
    // Frames of ours do not count: only the client can show that it lives.
    const sending = setInterval(() => silentSocket.send(Uint8Array.of(0)), 500);
    t.after(() => clearInterval(sending));
    const closed = await heard.next('close');
    assert.equal(closed.socket, silentSocket);
    assert.ok(performance.now() - startMs > 4_000, 'not before the idle time');
    await silent.connection.closed;
    assert.notEqual(livingSocket.send(Uint8Array.of(7)), 'dropped');
    await new Promise((resolve) => living.once('message', resolve));
    living.terminate();
  });
}

function closingContract(make: MakeServer): void {
  test('a message that is too big closes with 1009', async (t) => {
    const { port, heard } = await startContractServer(t, make, { frameBytesMax: 1_000 });
    const client = await RawWebSocket.open(port);
    client.send(Buffer.alloc(1_000));
    assert.equal((await client.next())?.payload.length, 1_000);
    client.send(Buffer.alloc(1_001));
    assert.equal(await client.closeCode(), CloseCode.messageTooBig);
    const closed = await heard.next('close');
    assert.equal(closed.code, CloseCode.messageTooBig);
    assert.equal(heard.count('message'), 1);
  });

  test('fragments that are too big together are too big', async (t) => {
    const { port, heard } = await startContractServer(t, make, { frameBytesMax: 1_000 });
    const client = await RawWebSocket.open(port);
    client.send(Buffer.alloc(600), Opcode.binary, false);
    client.send(Buffer.alloc(600), Opcode.continuation);
    assert.equal(await client.closeCode(), CloseCode.messageTooBig);
    assert.equal(heard.count('message'), 0);
  });

  test('one close for each open, whoever ends it, and never inside a call', async (t) => {
    let isInCall = false;
    let closesInCall = 0;
    const closed: ContractSocket[] = [];
    let told = (): void => {};
    const { port, opened } = await startContractServer(t, make, {
      on: {
        close: (socket) => {
          if (isInCall) closesInCall++;
          closed.push(socket);
          told();
        },
      },
    });
    const ends: ((client: RawWebSocket, socket: ContractSocket) => void)[] = [
      (client) => client.send(Buffer.from([0x03, 0xe8]), Opcode.close),
      (client) => client.connection.socket.resetAndDestroy(),
      (client) => client.connection.socket.end(),
      (_client, socket) => socket.close(CloseCode.protocolError, 'junk'),
      (client, socket) => {
        socket.close(CloseCode.protocolError, 'junk');
        client.connection.socket.resetAndDestroy();
      },
    ];
    const sockets: ContractSocket[] = [];
    for (const end of ends) {
      const client = await RawWebSocket.open(port);
      const socket = await opened();
      sockets.push(socket);
      const hasBeenTold = new Promise<void>((resolve) => {
        told = resolve;
      });
      isInCall = true;
      end(client, socket);
      isInCall = false;
      await hasBeenTold;
      client.connection.socket.destroy();
      await client.connection.closed;
    }
    assert.deepEqual(closed, sockets);
    assert.equal(closesInCall, 0);
  });

  test('the client’s close code and reason reach the gateway', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.send(Buffer.concat([Buffer.from([0x0f, 0xa7]), Buffer.from('enough')]), Opcode.close);
    const { code, reason } = await heard.next('close');
    assert.deepEqual({ code, reason }, { code: 4007, reason: 'enough' });
  });

  test('after close, every method is harmless', async (t) => {
    const { port, opened, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    const socket = await opened();
    socket.close(CloseCode.rateLimited, `too many ${'é'.repeat(200)}`);
    for (let i = 0; i < 3; i++) {
      assert.equal(socket.send(Uint8Array.of(1)), 'dropped');
      assert.equal(socket.bufferedBytes(), 0);
      socket.close(CloseCode.slowReader, 'again');
      await heard
        .next('close')
        .catch(() => {})
        .then(() => heard.add({ kind: 'close', socket }));
    }
    assert.equal(await client.closeCode(), CloseCode.rateLimited);
  });

  test('what the client sends after we closed is not heard', async (t) => {
    const { port, heard } = await startContractServer(t, make, {
      on: {
        message: (socket, bytes) => {
          heard.add({ kind: 'message', socket, bytes: Buffer.from(bytes) });
          socket.close(CloseCode.protocolError, 'one is enough');
        },
      },
    });
    const client = await RawWebSocket.open(port);
    client.connection.socket.cork();
    for (let i = 0; i < 20; i++) client.send(Uint8Array.of(i));
    client.connection.socket.uncork();
    assert.equal(await client.closeCode(), CloseCode.protocolError);
    await heard.next('close');
    assert.equal(heard.count('message'), 1);
  });

  test('closing the server tells every client why, and frees the port', async (t) => {
    const { server, port, heard } = await startContractServer(t, make);
    const clients = [await RawWebSocket.open(port), await RawWebSocket.open(port), await RawWebSocket.open(port)];
    const codes = Promise.all(clients.map((client) => client.closeCode()));
    await Promise.all([heard.next('open'), heard.next('open'), heard.next('open')]);
    for (const client of clients) client.connection.socket.once('end', () => client.connection.socket.end());
    await server.close(CloseCode.serviceRestart, 'restart');
    assert.deepEqual(await codes, [CloseCode.serviceRestart, CloseCode.serviceRestart, CloseCode.serviceRestart]);
    assert.equal(heard.count('close'), 3);
    await startContractServer(t, make, { port });
  });

  test('stopAccepting refuses new connections and keeps the old ones', async (t) => {
    const { server, port } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    server.stopAccepting();
    server.stopAccepting();
    await assert.rejects(RawConnection.open(port), { code: 'ECONNREFUSED' });
    client.send('still here');
    assert.equal((await client.next())?.payload.toString(), 'still here');
  });

  test('a port in use is an error that names it', async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    await assert.rejects(startContractServer(t, make, { port }), {
      message: `cannot listen on 127.0.0.1:${port}: the port is in use`,
    });
  });

  test('an address of another machine is an error that says so', async (t) => {
    await assert.rejects(startContractServer(t, make, { host: '192.0.2.1' }), {
      message: 'cannot listen on 192.0.2.1:0: the address is not one of this machine',
    });
  });

  test('an idle time that an adapter could not keep is refused', (t) => {
    for (const idleTimeoutSeconds of [0, 7, 961, Number.NaN]) {
      assert.rejects(() => startContractServer(t, make, { idleTimeoutSeconds }), RangeError);
    }
  });
}
