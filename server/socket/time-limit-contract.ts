/** The contract about waiting: every peer that lets us wait is waited for a bounded time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { type MakeServer, startContractServer } from './contract-server.ts';
import { frame, Opcode, RawConnection, RawWebSocket } from './raw-websocket.ts';
import { fillBacklog } from './slow-reader-contract.ts';

export function timeLimitContract(make: MakeServer): void {
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

  test('a slow reader that does not wake up is cut off', async (t) => {
    const { port, opened, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.connection.socket.pause();
    fillBacklog(await opened());
    await heard.next('close');
    // A connection that is gone answers what we write with a reset.
    const knocking = setInterval(() => client.connection.socket.write(frame('', Opcode.pong)), 100);
    t.after(() => clearInterval(knocking));
    await client.connection.closed;
    assert.equal(heard.count('message'), 0);
  });

  test('HTTP: a body that does not come is waited for a bounded time', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await RawConnection.open(port);
    client.socket.write('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
    assert.equal((await client.answer())?.status, 408);
    await client.closed;
  });
}
