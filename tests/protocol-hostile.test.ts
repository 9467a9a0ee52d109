/** Bytes from somebody who means harm, or from a broken radio: refused in no time, without an exception and without memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { encodeClientFrame } from '../server/protocol/client-codec.ts';
import { type ClientRequest, decodeClientFrame } from '../server/protocol/client-messages.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { FRAME_BYTES_MAX, MESSAGES_PER_FRAME_MAX } from '../server/protocol/limits.ts';
import { ClientOp } from '../server/protocol/opcodes.ts';
import { MESSAGE_TABLE } from '../server/protocol/schema.ts';
import { decodeServerFrame } from '../server/protocol/server-frame.ts';
import type { ServerMessage } from '../server/protocol/server-messages.ts';
import { below, sampleMessage, seededRandom } from './support/message-samples.ts';

const packr = new Packr({ useRecords: false });
const SEED = Number(process.env['POLTRONA_TEST_SEED'] ?? 20261123);
const MUTANTS = 20_000;

function clientFrames(random: () => number, rounds: number): Uint8Array[] {
  const shapes = MESSAGE_TABLE.filter(({ from }) => from === 'client');
  return Array.from({ length: rounds }).flatMap(() =>
    shapes.map((shape) => packr.pack([sampleMessage(shape, random), [ClientOp.ping, below(300, random)]])),
  );
}

function serverFrames(random: () => number, rounds: number): Uint8Array[] {
  const shapes = MESSAGE_TABLE.filter(({ from }) => from === 'server');
  return Array.from({ length: rounds }).flatMap(() =>
    shapes.map((shape) => encodeFrame([sampleMessage(shape, random) as unknown as ServerMessage, [105, 1]])),
  );
}

test('every beginning of every valid frame is refused', () => {
  const random = seededRandom(SEED);
  for (const frame of clientFrames(random, 3)) {
    for (let length = 0; length < frame.length; length++) {
      assert.equal(
        decodeClientFrame(frame.subarray(0, length)).ok,
        false,
        `seed ${SEED}: ${hex(frame)} cut at ${length}`,
      );
    }
  }
  for (const frame of serverFrames(random, 3)) {
    for (let length = 0; length < frame.length; length++) {
      assert.equal(
        decodeServerFrame(frame.subarray(0, length)).ok,
        false,
        `seed ${SEED}: ${hex(frame)} cut at ${length}`,
      );
    }
  }
});

test('a byte after the last message refuses the frame', () => {
  for (const frame of clientFrames(seededRandom(SEED), 1)) {
    assert.equal(decodeClientFrame(Uint8Array.of(...frame, 0)).ok, false, hex(frame));
  }
});

test(`${MUTANTS} damaged client frames: none throws, and what passes is a frame of the table`, () => {
  const random = seededRandom(SEED);
  const frames = clientFrames(random, 10);
  let passed = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const mutant = damage(frames[below(frames.length, random)]!, random);
    const decoded = decodeClientFrame(mutant);
    if (!decoded.ok) continue;
    passed++;
    const sound = decoded.messages.filter((message) => message.op !== ClientOp.bad) as ClientRequest[];
    if (sound.length === 0) continue;
    const again = decodeClientFrame(encodeClientFrame(sound));
    assert.deepEqual(again, { ok: true, messages: sound }, `seed ${SEED}, mutant ${i}: ${hex(mutant)}`);
  }
  // Damage inside a text or a number is often another valid frame: the test would be blind if none were.
  assert.ok(passed > MUTANTS / 100, `only ${passed} passed`);
});

test(`${MUTANTS} damaged server frames: none throws`, () => {
  const random = seededRandom(SEED);
  const frames = serverFrames(random, 10);
  for (let i = 0; i < MUTANTS; i++) decodeServerFrame(damage(frames[below(frames.length, random)]!, random));
});

test('bombs are refused in less than 5 ms and leave no memory behind', () => {
  const full = (head: number[], filler: number) => {
    const frame = new Uint8Array(FRAME_BYTES_MAX).fill(filler);
    frame.set(head);
    return frame;
  };
  const requestId = [0xb0, ...Buffer.from('abcdefghijklmnop')];
  const bombs: [string, Uint8Array][] = [
    ['4 billion messages', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['4 billion fields', Uint8Array.of(0x91, 0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['4 billion seats', Uint8Array.of(0x91, 0x95, 4, ...requestId, 1, 0xdd, 0xff, 0xff, 0xff, 0xff, 0)],
    ['16,000 seats that are there', full([0x91, 0x95, 4, ...requestId, 1, 0xdc, 0x3f, 0x00], 1)],
    ['nested as deep as the frame is long', full([0x91], 0x91)],
    ['wide and nested', full([0xdc, 0, 64], 0x9f)],
    ['a text of 4 GB', Uint8Array.of(0x91, 0x93, 1, 0xdb, 0xff, 0xff, 0xff, 0xff)],
    ['a request id of 4 GB', Uint8Array.of(0x91, 0x95, 4, 0xdb, 0xff, 0xff, 0xff, 0xff, 1, 0x90, 0)],
    ['bytes of 4 GB', Uint8Array.of(0x91, 0x93, 1, 0xc6, 0xff, 0xff, 0xff, 0xff)],
    ['a map of 4 billion', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ['an extension of 4 GB', Uint8Array.of(0x91, 0xc9, 0xff, 0xff, 0xff, 0xff, 1)],
    ['a record definition', Uint8Array.of(0x91, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)],
    ['the byte that msgpack never uses', full([0x91], 0xc1)],
    ['nothing', new Uint8Array(0)],
    ['no message', Uint8Array.of(0x90)],
    ['65 messages', packr.pack(Array(MESSAGES_PER_FRAME_MAX + 1).fill([9, 1]))],
    ['a frame too long', new Uint8Array(FRAME_BYTES_MAX + 1)],
    ['random bytes', full([], 0xdb)],
  ];
  const refuseAll = () => {
    for (const [name, frame] of bombs) {
      for (const decode of [decodeClientFrame, decodeServerFrame]) {
        const began = performance.now();
        const decoded = decode(frame);
        const ms = performance.now() - began;
        if (decode === decodeClientFrame) {
          const isRefused = !decoded.ok || decoded.messages.every(({ op }) => op === ClientOp.bad);
          assert.ok(isRefused, name);
        }
        slowest.set(name, Math.min(slowest.get(name) ?? Number.POSITIVE_INFINITY, ms));
      }
    }
  };
  // The quicker of many runs: the machine may be busy with something else, the code may not.
  const slowest = new Map<string, number>();
  for (let i = 0; i < 20; i++) refuseAll();
  const before = process.memoryUsage();
  for (let i = 0; i < 300; i++) refuseAll();
  const after = process.memoryUsage();
  for (const [name, ms] of slowest) assert.ok(ms < 5, `${name}: ${ms} ms`);
  assert.ok(after.heapUsed - before.heapUsed < 32e6, `heap grew by ${after.heapUsed - before.heapUsed} bytes`);
  assert.ok(after.arrayBuffers - before.arrayBuffers < 8e6, 'array buffers grew');
});

test('the bytes are borrowed: changing them afterwards changes no message', () => {
  const frame = packr.pack([
    [4, 'abcdefghijklmnopqrstuv', 7, [1, 2], 0],
    [1, null, 'sessão'],
  ]);
  const decoded = decodeClientFrame(frame);
  const before = structuredClone(decoded);
  frame.fill(0xff);
  assert.deepEqual(decoded, before);
});

function damage(frame: Uint8Array, random: () => number): Uint8Array {
  let bytes = Uint8Array.from(frame);
  for (let hits = 1 + below(3, random); hits > 0; hits--) {
    const at = below(bytes.length, random);
    switch (below(5, random)) {
      case 0:
        bytes[at] = below(256, random);
        break;
      case 1:
        bytes[at]! ^= 1 << below(8, random);
        break;
      case 2:
        bytes = bytes.slice(0, Math.max(1, at));
        break;
      case 3:
        bytes = Uint8Array.of(...bytes.subarray(0, at), below(256, random), ...bytes.subarray(at));
        break;
      default:
        bytes = Uint8Array.of(
          ...bytes.subarray(0, at),
          ...bytes.subarray(Math.min(bytes.length, at + 1 + below(4, random))),
          0xc0,
        );
    }
  }
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
