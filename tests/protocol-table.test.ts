/** The coders against the protocol's table, and against another implementation of msgpack. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { SEAT_COUNT_MAX } from '../actors/seat-map.ts';
import { OutcomeCode as ActorsOutcomeCode } from '../actors/seat-outcome.ts';
import { encodeClientFrame } from '../server/protocol/client-codec.ts';
import { type ClientRequest, decodeClientFrame } from '../server/protocol/client-messages.ts';
import { CloseCode } from '../server/protocol/close-code.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { SEAT_MAX } from '../server/protocol/limits.ts';
import { ClientOp, ServerOp } from '../server/protocol/opcodes.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { MESSAGE_TABLE } from '../server/protocol/schema.ts';
import { decodeServerFrame } from '../server/protocol/server-frame.ts';
import type { ServerMessage } from '../server/protocol/server-messages.ts';
import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, SUBPROTOCOL } from '../server/protocol/version.ts';
import { CloseCode as SocketCloseCode } from '../server/socket/socket-port.ts';
import { plainValue, type Sample, sampleMessage, seededRandom, wrongValues } from './support/message-samples.ts';

const packr = new Packr({ useRecords: false, int64AsType: 'number' });
const SEED = Number(process.env['POLTRONA_TEST_SEED'] ?? 20261123);
const clientShapes = MESSAGE_TABLE.filter(({ from }) => from === 'client');
const serverShapes = MESSAGE_TABLE.filter(({ from }) => from === 'server');

/**
 * Of each version's table. A change of the table needs a new version, an entry here and one in docs/protocol.md; except for an
 * optional field at the end of a message or tuple, which nobody has to know (version 1 has got `seatMap` so, and then what a
 * shop needs: category, fee, expected total, the order that waits).
 */
const TABLE_HASHES: Readonly<Record<number, string>> = { 1: '38680dc8fdcb6bdf' };

test('the message table has not moved without the version', () => {
  const hash = createHash('sha256').update(JSON.stringify(MESSAGE_TABLE)).digest('hex').slice(0, 16);
  assert.equal(hash, TABLE_HASHES[PROTOCOL_VERSION], 'raise PROTOCOL_VERSION and write down what changed');
});

test('the subprotocol names the version, and the oldest version is not newer', () => {
  assert.equal(SUBPROTOCOL, `poltrona.${PROTOCOL_VERSION}`);
  assert.ok(PROTOCOL_VERSION_MIN <= PROTOCOL_VERSION);
});

test('the table has every opcode', () => {
  const { bad: _, ...sent } = ClientOp;
  assert.deepEqual(new Set(clientShapes.map(({ op }) => op)), new Set<number>(Object.values(sent)));
  assert.deepEqual(new Set(serverShapes.map(({ op }) => op)), new Set<number>(Object.values(ServerOp)));
});

test('the protocol’s copies agree with their originals', () => {
  assert.deepEqual(OutcomeCode, ActorsOutcomeCode);
  assert.deepEqual(CloseCode, SocketCloseCode);
  assert.equal(SEAT_MAX, SEAT_COUNT_MAX - 1);
});

test('every client message that the table allows is decoded, and encoded as another implementation does', () => {
  const random = seededRandom(SEED);
  for (const shape of clientShapes) {
    for (let round = 0; round < 200; round++) {
      const sample = sampleMessage(shape, random);
      const about = `seed ${SEED}, ${shape.name} ${round}: ${JSON.stringify(sample)}`;
      const decoded = decodeClientFrame(packr.pack([sample]));
      assert.ok(decoded.ok, about);
      assert.equal(decoded.messages[0]?.op, shape.op, about);
      const encoded = encodeClientFrame(decoded.messages as ClientRequest[]);
      assert.deepEqual(packr.unpack(encoded), [sample], about);
      assert.deepEqual(decodeClientFrame(encoded), decoded, about);
    }
  }
});

test('a wrong field is "badRequest" in a command, and refuses the frame anywhere else', () => {
  for (const shape of clientShapes) {
    const isCommand = shape.fields[0]?.name === 'requestId';
    for (const [i, field] of shape.fields.entries()) {
      for (const [name, wrong] of wrongValues(field.type)) {
        const message = [shape.op, ...shape.fields.map((each, j) => (i === j ? wrong : plainValue(each)))];
        const ping = [ClientOp.ping, 1];
        const decoded = decodeClientFrame(packr.pack([message, ping]));
        const about = `${shape.name}.${field.name}: ${name}`;
        if (!decoded.ok) {
          const isNeverRight = /nested|map or an extension/.test(decoded.text);
          const mayRefuse = !isCommand || field.name === 'requestId' || isNeverRight;
          assert.ok(mayRefuse, `${about} refused the frame: ${decoded.text}`);
          continue;
        }
        assert.ok(isCommand, `${about} passed as ${JSON.stringify(decoded.messages[0])}`);
        const requestId = plainValue(shape.fields[0]!);
        assert.deepEqual(
          decoded.messages,
          [
            { op: ClientOp.bad, requestId },
            { op: ClientOp.ping, nonce: 1 },
          ],
          about,
        );
      }
    }
  }
});

test('a command with a field too few or too many is "badRequest"', () => {
  for (const shape of clientShapes) {
    const all = [shape.op, ...shape.fields.map(plainValue)];
    const needed = [shape.op, ...shape.fields.filter(({ isOptional }) => isOptional !== true).map(plainValue)];
    for (const wrong of [needed.slice(0, -1), [...all, 0]]) {
      const decoded = decodeClientFrame(packr.pack([wrong]));
      const isCommand = shape.fields[0]?.name === 'requestId';
      assert.equal(decoded.ok ? decoded.messages[0]?.op : 'refused', isCommand ? ClientOp.bad : 'refused', shape.name);
    }
  }
});

test('[MC4] a hold and a snapshot without the seat map are those of before', () => {
  const hold = { op: ClientOp.hold, requestId: 'request-0123456789', screening: 7, seats: [1], hold: 0 } as const;
  for (const request of [hold, { ...hold, seatMap: 9 }]) {
    const decoded = decodeClientFrame(encodeClientFrame([request]));
    assert.deepEqual(decoded.ok && decoded.messages, [request]);
  }
  const seats = [ServerOp.snapshot, 7, 1, 2, true, 1, Uint8Array.of(0)] as const;
  for (const [message, seatMap] of [
    [seats, 0],
    [[...seats, 9], 9],
  ] as const) {
    const decoded = decodeServerFrame(encodeFrame([message as ServerMessage]));
    const [snapshot] = decoded.ok ? decoded.messages : [];
    assert.equal(snapshot?.op === ServerOp.snapshot && snapshot.seatMap, seatMap);
  }
});

test('every server message that the table allows is encoded as another implementation reads it, and decoded', () => {
  const random = seededRandom(SEED);
  for (const shape of serverShapes) {
    for (let round = 0; round < 200; round++) {
      const sample = sampleMessage(shape, random);
      const about = `seed ${SEED}, ${shape.name} ${round}: ${JSON.stringify(sample)}`;
      const encoded = encodeFrame([sample as unknown as ServerMessage]);
      assert.deepEqual(plain(packr.unpack(encoded)), plain([sample]), about);
      const decoded = decodeServerFrame(encoded);
      assert.ok(decoded.ok, `${about}: ${decoded.ok ? '' : decoded.text}`);
      const [received] = decoded.messages;
      if (shape.name === 'snapshot' || shape.name === 'delta') continue; // seat-packing.test.ts
      assert.deepEqual(leavesOf(received), leavesOf(sample), about);
    }
  }
});

test('a client steps over messages and fields that a later server may add', () => {
  const later = [
    [199, 'what', [1, [2, [3]]]],
    [ServerOp.pong, 5, 'more', [1]],
    [ServerOp.notice, 23, 'a', null],
    [ServerOp.welcome, 1, 'b', 't', 'n', [1, 2, 3, 4, 5, 6, 7]],
  ];
  const decoded = decodeServerFrame(packr.pack(later));
  assert.ok(decoded.ok);
  assert.deepEqual(
    decoded.messages.map(({ op }) => op),
    [ServerOp.pong, ServerOp.notice, ServerOp.welcome],
  );
});

test('a server frame with a wrong field is refused, not guessed at', () => {
  for (const wrong of [
    [ServerOp.pong],
    [ServerOp.pong, 'x'],
    [ServerOp.snapshot, 1, 1, 1, true, 9, new Uint8Array(2)],
    [ServerOp.delta, 1, 1, 1, 2, true, new Uint8Array(3)],
    [ServerOp.answer, 'abcdefghijklmnop', 0, 1, 5, [1]].slice(0, 5),
    [ServerOp.mine, 1, [[1, [2], 3]], []],
    { 104: 1 },
    'no array',
  ]) {
    const decoded = decodeServerFrame(packr.pack([wrong]));
    assert.equal(decoded.ok, false, JSON.stringify(wrong));
  }
});

/** Bytes and Buffers alike. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part) => (part?.type === 'Buffer' ? Object.assign({}, part.data) : part)),
  );
}

/** All simple values in the order of the wire; what decoding adds for its reader's sake (`kind`) left out, 0/1 for booleans. */
function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return (value as Sample[]).flatMap(leavesOf);
  if (typeof value === 'boolean') return [Number(value)];
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([key, part]) => (key === 'kind' ? [] : leavesOf(part)));
}
