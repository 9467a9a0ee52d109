/** The contract about hostile bytes: whatever comes, the connection ends soon and the server lives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContractServer, type MakeServer, startContractServer } from './contract-server.ts';
import { frame, handshake, Opcode, RawConnection, RawWebSocket } from './raw-websocket.ts';

const JUNK: readonly (readonly [string, Buffer])[] = [
  ['reserved bit 1 (compression that nobody agreed on)', frame('a', Opcode.binary, { reserved: 4 })],
  ['reserved bits 2 and 3', frame('a', Opcode.binary, { reserved: 3 })],
  ['unknown data opcode 3', frame('a', 3)],
  ['unknown control opcode 11', frame('a', 11)],
  ['a continuation of nothing', frame('a', Opcode.continuation)],
  ['a fragmented ping', frame('a', Opcode.ping, { fin: false })],
  ['a ping of 126 bytes', frame('p'.repeat(126), Opcode.ping)],
  ['a length of 2^63 - 1', Buffer.concat([Buffer.from('82ff7fffffffffffffff00000000', 'hex'), Buffer.alloc(100)])],
  ['a length of 2^64 - 1', Buffer.concat([Buffer.from('82ffffffffffffffffff00000000', 'hex'), Buffer.alloc(100)])],
  ['a length of 4 GiB', Buffer.concat([Buffer.from('82ff000000010000000000000000', 'hex'), Buffer.alloc(100)])],
  ['text that is not UTF-8', frame(Buffer.from([0xff, 0xfe]), Opcode.text)],
  ['a close frame with half a code', frame(Buffer.from([3]), Opcode.close)],
  ['a close frame with a forbidden code', frame(Buffer.from([0x03, 0xed]), Opcode.close)],
];

/** Every message of a living server comes back. */
async function assertAlive(port: number): Promise<void> {
  const client = await RawWebSocket.open(port);
  client.send('alive?');
  assert.equal((await client.next())?.payload.toString(), 'alive?');
  client.connection.socket.destroy();
  await client.connection.closed;
}

/** A small generator of our own, so that a seed gives the same bytes everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function allClosed({ heard }: ContractServer): Promise<void> {
  while (heard.count('close') < heard.count('open')) await heard.next('close');
}

export function junkContract(make: MakeServer): void {
  for (const [name, bytes] of JUNK) {
    test(`junk: ${name} ends the connection at once`, async (t) => {
      const server = await startContractServer(t, make);
      const client = await RawWebSocket.open(server.port);
      const startMs = performance.now();
      client.connection.socket.write(bytes);
      await server.heard.next('close');
      client.connection.socket.end();
      await client.connection.closed;
      assert.ok(performance.now() - startMs < 1_000);
      assert.equal(server.heard.count('message'), 0);
      await assertAlive(server.port);
    });
  }

  // uWebSockets.js takes the first four bytes for a mask: the gateway gets bytes that mean nothing, and refuses them.
  test('junk: an unmasked frame is never taken for what it says', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.connection.socket.write(frame('sell everything', Opcode.binary, { masked: false }));
    client.connection.socket.end(frame('sell everything', Opcode.binary, { masked: false }));
    await heard.next('close');
    for (const { bytes } of heard.all) assert.ok(!bytes?.includes('everything'));
    await assertAlive(port);
  });

  test('junk: random bytes after the handshake', async (t) => {
    const seed = 20_261_123;
    t.diagnostic(`seed ${seed}`);
    const random = randomNumbers(seed);
    const server = await startContractServer(t, make, { frameBytesMax: 2_000 });
    for (let i = 0; i < 100; i++) {
      const client = await RawWebSocket.open(server.port);
      const bytes = Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.floor(random() * 256)),
      );
      client.connection.socket.end(bytes);
      await client.connection.closed;
    }
    await allClosed(server);
    await assertAlive(server.port);
  });

  test('junk: random bytes, and a handshake cut at any place, on the port', async (t) => {
    const seed = 7;
    t.diagnostic(`seed ${seed}`);
    const random = randomNumbers(seed);
    const { port } = await startContractServer(t, make);
    const whole = handshake('/ws');
    for (let i = 0; i < 100; i++) {
      const client = await RawConnection.open(port);
      const noise = Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)));
      client.socket.end(i % 2 === 0 ? noise : whole.slice(0, Math.floor(random() * whole.length)));
      await client.closed;
    }
    await assertAlive(port);
  });

  // uWebSockets.js takes it for the next fragment. What the gateway gets means nothing, and is refused there.
  test('junk: a new message inside a fragmented one ends the connection, or becomes one message', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    const client = await RawWebSocket.open(port);
    client.send('a', Opcode.binary, false);
    client.send('b', Opcode.binary);
    client.connection.socket.end();
    await heard.next('close');
    assert.ok(heard.count('message') <= 1);
    await assertAlive(port);
  });

  test('headers and frames that arrive byte by byte', async (t) => {
    const { port } = await startContractServer(t, make);
    const client = await RawConnection.open(port);
    client.socket.setNoDelay(true);
    const write = (bytes: Uint8Array | string): Promise<void> =>
      new Promise((resolve) => client.socket.write(bytes, () => setImmediate(resolve)));
    const text = handshake('/ws');
    // uWebSockets.js refuses a request line that comes in two pieces.
    const lineEnd = text.indexOf('\r\n') + 2;
    await write(text.slice(0, lineEnd));
    for (const character of text.slice(lineEnd)) await write(character);
    assert.equal((await client.answer(true))?.status, 101);
    for (const byte of frame('slowly', Opcode.binary)) await write(Uint8Array.of(byte));
    const echoed = await client.take((bytes) => (bytes.length < 8 ? null : { found: bytes, usedBytes: 8 }));
    assert.equal(echoed?.subarray(2, 8).toString(), 'slowly');
    client.socket.destroy();
  });

  test('junk: a handshake that announces a body is refused', async (t) => {
    const { port, heard } = await startContractServer(t, make);
    for (const headers of [{ 'Content-Length': '3' }, { 'Transfer-Encoding': 'chunked' }] as Record<string, string>[]) {
      const client = await RawConnection.open(port);
      client.socket.write(handshake('/ws', headers));
      assert.equal((await client.answer())?.status, 400);
      await client.closed;
    }
    assert.equal(heard.count('open'), 0);
  });
}
