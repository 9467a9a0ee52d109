/** Somebody who asks and never reads: closed with a code, at a bounded cost, and nobody else notices. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { MESSAGES_PER_FRAME_MAX } from '../../server/protocol/limits.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { Opcode, RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { until } from '../support/deadline.ts';
import { testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';

const READERS = 24;
/** What the server keeps for one of them (its bound is 1 MiB), and what a library may hold beside it. */
const BYTES_PER_READER_MAX = 3 * 1_048_576;
/** What a server grows by anyway when it is busy for the first time. */
const BUSY_BYTES = 96 * 1_048_576;

test('[I2] clients that never read are closed with 4003, memory stays bounded, and the others go on buying', async (t) => {
  const { random } = scenario(t, 1);
  const database = await testDatabase(t);
  const hall = await addScreenings(database, { count: 4, rows: 20, columns: 20 });
  const [arena] = await addScreenings(database, { count: 1, rows: 64, columns: 64 });
  assert.ok(arena !== undefined);
  const server = await startServer(t, { database });
  const load = new Load({ clients: 8, screenings: hall, seatCount: 400, server: () => server.webSocketUrl, random });
  t.after(() => load.abandon());
  await load.whenAccepted(200);
  const quietBytes = await metric(server, 'resident_memory_bytes');

  const readers = await Promise.all(Array.from({ length: READERS }, () => deafReader(t, server, [arena, ...hall])));
  const { closed, mostBytes } = await flood(server, readers, arena);
  t.diagnostic(
    `${closed} of ${READERS} closed; memory ${megabytes(quietBytes)} before, ${megabytes(mostBytes)} at most, ` +
      `${megabytes(await metric(server, 'resident_memory_bytes'))} after`,
  );
  assert.equal(closed, READERS);
  assert.ok(mostBytes - quietBytes < READERS * BYTES_PER_READER_MAX + BUSY_BYTES);

  // Meanwhile, and still: everybody else.
  await load.whenAccepted(200);
  // Who wakes up in time is told why.
  const codes = await Promise.all(
    readers.map(async (reader) => {
      reader.connection.socket.resume();
      return reader.closeCode();
    }),
  );
  const told = codes.filter((code) => code === CloseCode.slowReader).length;
  t.diagnostic(`${told} of ${READERS} read the close code`);
  assert.ok(told > 0, `the close codes were ${codes.join()}`);
  for (const code of codes) assert.ok(code === CloseCode.slowReader || code === null, `closed with ${code}`);
  await load.stop();
  await checkBooks(t, database, { history: load.history });
});

/** Says hello, watches, and never reads a byte again. */
async function deafReader(t: TestContext, server: ServerProcess, screenings: readonly number[]): Promise<RawWebSocket> {
  const reader = await RawWebSocket.open(server.port, { 'Sec-WebSocket-Protocol': SUBPROTOCOL });
  t.after(() => reader.connection.socket.destroy());
  reader.connection.socket.pause();
  const watches = screenings.map(
    (screening): ClientRequest => ({ op: ClientOp.watch, screening, epoch: 0, version: 0 }),
  );
  reader.send(encodeClientFrame([{ op: ClientOp.hello, token: null, clientName: 'deaf' }, ...watches]), Opcode.binary);
  return reader;
}

/** They ask for the largest seat map over and over, until the server has had enough of each. */
async function flood(
  server: ServerProcess,
  readers: readonly RawWebSocket[],
  screening: number,
): Promise<{ closed: number; mostBytes: number }> {
  const question = encodeClientFrame(
    Array.from({ length: MESSAGES_PER_FRAME_MAX }, () => ({ op: ClientOp.watch, screening, epoch: 0, version: 0 })),
  );
  let closed = 0;
  let mostBytes = 0;
  await until(
    async () => {
      for (const reader of readers) if (reader.connection.socket.writable) reader.send(question);
      closed = await metric(server, 'slow_readers_closed_total');
      mostBytes = Math.max(mostBytes, await metric(server, 'resident_memory_bytes'));
      return closed >= readers.length;
    },
    30_000,
    () => `${closed} of ${readers.length} were closed`,
  );
  return { closed, mostBytes };
}

async function metric(server: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const value = new RegExp(`^poltrona_${name} (\\S+)$`, 'm').exec(text)?.[1];
  assert.ok(value !== undefined, `there is no metric ${name}`);
  return Number(value);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
