/** The contract about readers that are slower than we write: bounded, closed with a code, told when there is room again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContractSocket, type MakeServer, startContractServer } from './contract-server.ts';
import { frame, Opcode, RawWebSocket } from './raw-websocket.ts';
import { CloseCode } from './socket-port.ts';

const FRAME = new Uint8Array(32_768).fill(7);
const BACKLOG_MAX = 262_144;

/** Sends until the adapter drops. What the kernel takes differs; what we keep must not. */
export function fillBacklog(socket: ContractSocket): { sent: number; queued: number; mostBuffered: number } {
  const counts = { sent: 0, queued: 0, mostBuffered: 0 };
  for (;;) {
    const result = socket.send(FRAME);
    if (result === 'dropped') return counts;
    counts[result]++;
    counts.mostBuffered = Math.max(counts.mostBuffered, socket.bufferedBytes());
    assert.ok(counts.sent + counts.queued < 10_000, 'a reader that does not read is never dropped');
  }
}

export function slowReaderContract(make: MakeServer): void {
  test('a client that never reads is closed as a slow reader, its backlog bounded', async (t) => {
    const { port, opened, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.connection.socket.pause();
    const socket = await opened();
    const { sent, queued, mostBuffered } = fillBacklog(socket);
    assert.ok(queued > 0);
    assert.ok(mostBuffered <= BACKLOG_MAX, `${mostBuffered} bytes were buffered`);
    assert.equal(heard.count('close'), 0, 'close comes after the call');
    const { code } = await heard.next('close');
    assert.equal(code, CloseCode.slowReader);
    // It wakes up in time: everything that was accepted arrives, and then the reason.
    client.connection.socket.resume();
    for (let i = 0; i < sent + queued; i++) assert.equal((await client.next())?.payload.length, FRAME.length);
    assert.equal(await client.closeCode(), CloseCode.slowReader);
    assert.equal(heard.count('close'), 1);
  });

  test('other clients do not notice a slow reader', async (t) => {
    const { port, opened } = await startContractServer(t, make);
    const slow = await RawWebSocket.open(port);
    slow.connection.socket.pause();
    const quick = await RawWebSocket.open(port);
    fillBacklog(await opened());
    quick.send('hello');
    assert.equal((await quick.next())?.payload.toString(), 'hello');
  });

  test('drain comes when the reader has caught up, and nothing was lost', async (t) => {
    const { port, opened, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.connection.socket.pause();
    const socket = await opened();
    let frames = 1;
    while (socket.send(FRAME) !== 'queued') frames++;
    assert.ok(socket.bufferedBytes() > 0);
    client.connection.socket.resume();
    for (let i = 0; i < frames; i++) assert.deepEqual((await client.next())?.payload.length, FRAME.length);
    do await heard.next('drain');
    while (socket.bufferedBytes() > 0);
    assert.equal(socket.send(FRAME), 'sent');
    assert.equal(heard.count('close'), 0);
  });

  test('with an empty backlog a frame above the bound is accepted', async (t) => {
    const { port, opened } = await startContractServer(t, make, { backlogBytesMax: 1_024 });
    const client = await RawWebSocket.open(port);
    const socket = await opened();
    assert.notEqual(socket.send(new Uint8Array(8_000_000)), 'dropped');
    assert.equal((await client.next())?.payload.length, 8_000_000);
  });

  test('a close waits for what was sent before it', async (t) => {
    const { port, opened } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.connection.socket.pause();
    const socket = await opened();
    let frames = 1;
    while (socket.send(FRAME) !== 'queued') frames++;
    socket.close(CloseCode.serviceRestart, 'restart');
    client.connection.socket.resume();
    for (let i = 0; i < frames; i++) assert.equal((await client.next())?.payload.length, FRAME.length);
    assert.equal(await client.closeCode(), CloseCode.serviceRestart);
  });

  test('a client that sends pings and never reads the answers is bounded too', async (t) => {
    const { port, opened } = await startContractServer(t, make, { backlogBytesMax: 65_536 });
    const client = await RawWebSocket.open(port);
    const socket = await opened();
    client.connection.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 500 }, () => frame('p'.repeat(125), Opcode.ping)));
    let mostBuffered = 0;
    for (let i = 0; i < 200; i++) {
      await new Promise<void>((resolve) => client.connection.socket.write(pings, () => resolve()));
      mostBuffered = Math.max(mostBuffered, socket.bufferedBytes());
    }
    assert.ok(mostBuffered <= 65_536 + 200, `${mostBuffered} bytes were buffered`);
  });
}
