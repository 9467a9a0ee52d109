import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { decodeClientFrame } from '../server/protocol/client-messages.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { AnswerReader } from './answer-reader.ts';
import { CommandFrames, clientFrame, requestIdOf, sequenceAt } from './command-frames.ts';

const PREFIX = 'abcdefghijklmnop';

/** Payloads of the client frames in `bytes`, with their headers checked. */
function payloads(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    assert.equal(bytes[at], 0x82, 'a whole binary message');
    const short = bytes[at + 1]! & 127;
    assert.ok((bytes[at + 1]! & 128) !== 0, 'a client masks');
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    assert.ok(short !== 126 || length >= 126, 'the shortest form of the length');
    const key = at + (short === 126 ? 4 : 2);
    assert.equal(bytes.readUInt32BE(key), 0);
    found.push(bytes.subarray(key + 4, key + 4 + length));
    at = key + 4 + length;
  }
  return found;
}

test('frames written by hand are what the server decodes, one command or many to a frame', () => {
  for (const perFrame of [1, 2, 3, 15, 16, 64]) {
    const frames = new CommandFrames(PREFIX, perFrame, 2);
    const wanted: unknown[] = [];
    for (let i = 0; i < 100; i++) {
      const sequence = i * 97_003_007;
      const requestId = requestIdOf(PREFIX, sequence);
      const screening = [1, 127, 128, 255, 256, 65_535, 65_536, 4_000_000][i % 8]!;
      if (i % 3 === 0) {
        frames.release(sequence, screening, i * 40_000 + 1);
        wanted.push({ op: 5, requestId, screening, hold: i * 40_000 + 1, seats: [] });
      } else {
        frames.hold(sequence, screening, i * 40);
        wanted.push({ op: 4, requestId, screening, seats: [i * 40], hold: 0 });
      }
    }
    const decoded = payloads(frames.take()).map(decodeClientFrame);
    assert.equal(decoded.length, Math.ceil(100 / perFrame));
    const messages = decoded.flatMap((result) => (result.ok ? result.messages : assert.fail(result.text)));
    assert.deepEqual(messages, wanted);
    assert.ok(frames.isEmpty);
  }
});

test('a request id gives its sequence back, and is never the same twice', () => {
  const ids = new Set<string>();
  for (const sequence of [0, 1, 63, 64, 4095, 4096, 0xffffff, 0x1000000, 2 ** 31, 2 ** 36 - 1]) {
    const id = requestIdOf(PREFIX, sequence);
    assert.match(id, /^[0-9A-Za-z_-]{22}$/);
    assert.equal(sequenceAt(Buffer.from(id), 0), sequence % 2 ** 24);
    ids.add(id);
  }
  assert.equal(ids.size, 10);
});

test("answers written by the server's codec, and by another one, are read; other messages are stepped over", () => {
  const id = requestIdOf(PREFIX, 4711);
  const messages = [
    [102, 12, 1, 99, true, 200, Buffer.alloc(50)],
    [104, id, 0, 70_000, 300, [17], 479_999],
    [107, 4002, 'x'.repeat(300)],
    [104, id, 0, 5, 4_000_000_000, [1, 2, 300]],
    [104, id, 57, 9, [17]],
    [104, id, 20, 0, []],
  ] as const;
  const packr = new Packr({ useRecords: false });
  for (const frame of [encodeFrame(messages as never), packr.pack(messages)]) {
    const heard: unknown[] = [];
    const reader = new AnswerReader({
      answer: (sequence, code, version, hold) => heard.push([sequence, code, version, hold]),
      other: (op) => heard.push(op),
    });
    reader.read(Buffer.concat([Buffer.alloc(3), frame]), 3, 3 + frame.length);
    assert.deepEqual(heard, [
      102,
      [4711, 0, 70_000, 300],
      107,
      [4711, 0, 5, 4_000_000_000],
      [4711, 57, 9, 0],
      [4711, 20, 0, 0],
    ]);
    assert.throws(() => reader.read(frame, 0, frame.length - 1), /ended after/);
  }
});

test('a frame of any payload has the shortest header', () => {
  for (const length of [0, 125, 126, 65_535]) {
    const [payload] = payloads(clientFrame(Buffer.alloc(length, 7)));
    assert.equal(payload?.length, length);
  }
});
