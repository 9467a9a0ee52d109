/** Junk, bombs, bad manners and floods against the running server, while others buy. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { Packr } from 'msgpackr';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { FRAME_BYTES_MAX, MESSAGES_PER_FRAME_MAX } from '../../server/protocol/limits.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { handshake, Opcode, RawConnection, type RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { until } from '../support/deadline.ts';
import { connected, testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { newRequestId, TestClient } from '../support/test-client.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { greeted, HELLO, opened } from './raw-session.ts';
import { scenario } from './rounds.ts';

const packr = new Packr({ useRecords: false });
const BURST = 2_000;
const CONNECTIONS_MAX = 96;
/** A turn of a busy event loop and two trips through the kernel. Alone it takes a millisecond. */
const CLOSED_MS_MAX = 1_500;

interface Attack {
  readonly name: string;
  /** Null: nothing is sent after the opening. */
  readonly send: ((socket: RawWebSocket) => void) | null;
  readonly code: number;
  readonly withoutHello?: true;
  /** It takes as long as a deadline of the server's. */
  readonly isSlow?: true;
}

test('junk, bombs, wrong types, bad manners and floods are closed with their code at once; nobody else notices, no seat changes', async (t) => {
  const { random } = scenario(t, 1);
  const database = await testDatabase(t);
  const [victim, ...screenings] = await addScreenings(database, { count: 60, rows: 20, columns: 20 });
  assert.ok(victim !== undefined);
  const server = await startServer(t, {
    database,
    environment: {
      POLTRONA_MESSAGES_PER_SECOND: String(BURST / 2),
      POLTRONA_CONNECTIONS_PER_ADDRESS: String(CONNECTIONS_MAX),
    },
  });
  const closed: number[] = [];
  const load = new Load({
    clients: 6,
    screenings,
    seatCount: 400,
    server: () => server.webSocketUrl,
    random,
    onClosed: (code) => closed.push(code),
  });
  t.after(() => load.abandon());
  await load.whenAccepted(50);
  const quiet = await TestClient.connect({
    server: () => server.webSocketUrl,
    history: load.history,
    onClosed: (code) => closed.push(code),
  });
  t.after(() => quiet.close());
  const held = await quiet.command({ op: ClientOp.hold, screening: victim, seats: [0, 1], hold: 0 });
  assert.equal(held.code, 0);

  let slowestMs = 0;
  let slowest = '';
  const carryOut = async (attack: Attack): Promise<void> => {
    const ms = await attackWith(server, attack);
    if (attack.isSlow === true || ms < slowestMs) return;
    slowestMs = ms;
    slowest = attack.name;
  };
  const list = attacks(victim);
  const slow = list.filter(({ isSlow }) => isSlow === true).map(carryOut);
  for (const attack of list.filter(({ isSlow }) => isSlow !== true)) await carryOut(attack);
  await Promise.all(slow);
  await refusedHandshakes(server);
  t.diagnostic(`${list.length} attacks; the slowest close, for ${slowest}, took ${slowestMs.toFixed(1)} ms`);
  assert.ok(slowestMs < CLOSED_MS_MAX);

  await load.whenAccepted(50);
  await load.stop();
  const reader = await connected(t, database, 'reader');
  const { rows } = await reader.query('select kind from journal where screening = $1 order by version', [victim]);
  assert.deepEqual(rows, [{ kind: 1 }, { kind: 4 }], 'an attack reached the seats');
  quiet.close();
  // 1006: how a client of ours leaves, seen from itself.
  assert.deepEqual(
    closed.filter((code) => code !== 1006),
    [],
    'an honest client was closed',
  );
  assert.deepEqual(
    // On a Node without a uWebSockets.js binary the server says so once.
    server.lines.filter(({ level, msg }) => level !== 'info' && !msg.includes('node:http and ws')),
    [],
    'attacks are no news for the log',
  );
  await everyPlaceIsFreeAgain(t, server);
  await checkBooks(t, database, { history: load.history });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

function attacks(screening: number): Attack[] {
  const bytes = (name: string, code: number, frame: Uint8Array): Attack => ({
    name,
    code,
    send: (socket) => socket.send(frame),
  });
  const refused = (name: string, frame: Uint8Array): Attack => bytes(name, CloseCode.protocolError, frame);
  const packed = (name: string, value: unknown): Attack => refused(name, packr.pack(value));
  const full = (...head: number[]): Uint8Array => {
    const frame = new Uint8Array(FRAME_BYTES_MAX).fill(0x91);
    frame.set(head);
    return frame;
  };
  const hold: ClientRequest = { op: ClientOp.hold, requestId: newRequestId(), screening, seats: [10, 11], hold: 0 };
  const sound = [ClientOp.hold, newRequestId(), screening, [12, 13], 0];
  const flood = encodeClientFrame(
    Array.from({ length: MESSAGES_PER_FRAME_MAX }, (_, nonce) => ({ op: ClientOp.ping, nonce })),
  );
  return [
    ...Array.from({ length: 20 }, (_, i) =>
      refused(`random bytes ${i}`, Buffer.concat([Buffer.from([0xc1]), randomBytes(200)])),
    ),
    refused('nothing', new Uint8Array(0)),
    refused('4 billion messages', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)),
    refused('4 billion fields', Uint8Array.of(0x91, 0xdd, 0xff, 0xff, 0xff, 0xff)),
    refused('a text of 4 GB', Uint8Array.of(0x91, 0x93, 2, 0xdb, 0xff, 0xff, 0xff, 0xff)),
    refused('a map of 4 billion', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)),
    refused('an extension of 4 GB', Uint8Array.of(0x91, 0xc9, 0xff, 0xff, 0xff, 0xff, 1)),
    refused('a frame full of nesting', full()),
    refused('a record definition', Uint8Array.of(0x91, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)),
    packed('65 messages', Array(MESSAGES_PER_FRAME_MAX + 1).fill([ClientOp.ping, 1])),
    packed('no messages', []),
    packed('an object', { op: ClientOp.hold }),
    packed('an unknown opcode', [[99, 1]]),
    packed('a message of the server', [[ServerOp.answer, newRequestId(), 0, 1]]),
    packed('a float for a screening', [[ClientOp.watch, 1.5, 0, 0]]),
    packed('a negative screening', [[ClientOp.watch, -1, 0, 0]]),
    packed('NaN', [[ClientOp.ping, Number.NaN]]),
    packed('a request id that is none', [[ClientOp.hold, '../../etc/passwd!', screening, [14], 0]]),
    packed('a short request id', [[ClientOp.hold, 'short', screening, [14], 0]]),
    // What is sound before and after it is not carried out either.
    packed('one wrong message among sound ones', [sound, [77], sound]),
    refused('junk after the message', Buffer.concat([packr.pack([sound]), Buffer.from([0xc0])])),
    { name: 'a second hello', code: CloseCode.protocolError, send: (socket) => socket.send(HELLO) },
    {
      name: 'a command before the hello',
      code: CloseCode.protocolError,
      withoutHello: true,
      send: (socket) => socket.send(encodeClientFrame([hold])),
    },
    { name: 'a text frame', code: CloseCode.textFrame, send: (socket) => socket.send('[[9,1]]', Opcode.text) },
    {
      name: 'a frame too long',
      code: CloseCode.messageTooBig,
      send: (socket) => socket.send(new Uint8Array(FRAME_BYTES_MAX + 1)),
    },
    {
      name: 'a flood',
      code: CloseCode.rateLimited,
      send: (socket) => {
        for (let frames = 0; frames <= BURST / MESSAGES_PER_FRAME_MAX + 10; frames++) socket.send(flood);
      },
    },
    { name: 'no hello', code: CloseCode.helloTimeout, withoutHello: true, isSlow: true, send: null },
    {
      name: 'half a frame and no hello',
      code: CloseCode.helloTimeout,
      withoutHello: true,
      isSlow: true,
      send: (socket) => socket.send(HELLO.subarray(0, 3), Opcode.binary, false),
    },
  ];
}

/** How long it took until the close frame was here, milliseconds. */
async function attackWith(server: ServerProcess, attack: Attack): Promise<number> {
  const socket = attack.withoutHello === true ? await opened(server) : await greeted(server);
  const startedMs = performance.now();
  attack.send?.(socket);
  const code = await socket.closeCode();
  const elapsedMs = performance.now() - startedMs;
  socket.connection.socket.destroy();
  assert.equal(code, attack.code, attack.name);
  return elapsedMs;
}

async function refusedHandshakes(server: ServerProcess): Promise<void> {
  const status = async (headers: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const connection = await RawConnection.open(server.port);
    connection.socket.write(handshake('/ws', headers));
    const answer = await connection.answer();
    connection.socket.destroy();
    return answer?.status;
  };
  const host = `127.0.0.1:${server.port}`;
  const offered = { Host: host, 'Sec-WebSocket-Protocol': SUBPROTOCOL };
  assert.equal(await status({ ...offered, Origin: 'https://cinema-gratis.example' }), 403);
  assert.equal(await status({ ...offered, Origin: `http://${host}.example` }), 403);
  assert.equal(await status({ ...offered, Origin: 'null' }), 403);
  assert.equal(await status({ ...offered, Origin: `http://${host}` }), 101);
  assert.equal(await status({ Host: host }), 400);
  assert.equal(await status({ Host: host, 'Sec-WebSocket-Protocol': 'poltrona.999' }), 400);
  assert.equal(await status({ ...offered, 'Sec-WebSocket-Version': '8' }), 426);
}

/** Nobody who was closed, however, is still counted: the address has all its connections again, and not one more. */
async function everyPlaceIsFreeAgain(t: TestContext, server: ServerProcess): Promise<void> {
  const sockets: RawWebSocket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.connection.socket.destroy();
  });
  // The last ones to leave may still be on their way out.
  await until(
    async () => {
      while (sockets.length < CONNECTIONS_MAX) {
        try {
          sockets.push(await opened(server));
        } catch {
          return false;
        }
      }
      return true;
    },
    10_000,
    () => `only ${sockets.length} of ${CONNECTIONS_MAX} connections were let in`,
  );
  await assert.rejects(opened(server), /429/);
}
