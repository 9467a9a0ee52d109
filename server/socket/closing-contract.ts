/** The contract about ends: of a message that is too big, of a socket, of a server, of a hope for a port. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type ContractSocket, type MakeServer, startContractServer } from './contract-server.ts';
import { Opcode, RawConnection, RawWebSocket } from './raw-websocket.ts';
import { CloseCode } from './socket-port.ts';

export function closingContract(make: MakeServer): void {
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
    const useless = (): void => {
      assert.equal(socket.send(Uint8Array.of(1)), 'dropped');
      assert.equal(socket.bufferedBytes(), 0);
      socket.close(CloseCode.slowReader, 'again');
    };
    useless();
    assert.equal((await heard.next('close')).code, CloseCode.rateLimited);
    useless();
    assert.equal(await client.closeCode(), CloseCode.rateLimited);
    client.connection.socket.destroy();
    await client.connection.closed;
    useless();
    assert.equal(heard.count('close'), 1);
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

  test('an idle time that an adapter could not keep is refused', async (t) => {
    for (const idleTimeoutSeconds of [0, 7, 961, Number.NaN]) {
      await assert.rejects(() => startContractServer(t, make, { idleTimeoutSeconds }), RangeError);
    }
  });
}
