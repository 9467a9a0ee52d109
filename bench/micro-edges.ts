/** The steps at the edges of a thread: bytes to commands, answers to bytes, facts to rows. */
import type { RecordedFact } from '../actors/seat-fact.ts';
import { answerMessage } from '../server/answer-message.ts';
import { decodeClientFrame } from '../server/protocol/client-messages.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import type { ServerMessage } from '../server/protocol/server-messages.ts';
import { writeRow } from '../storage/fact-codec.ts';
import { RowWriter } from '../storage/row-writer.ts';
import { CommandFrames } from './command-frames.ts';
import { idSource } from './micro-actor.ts';
import { type MicroResult, measure } from './micro-measure.ts';

const OPS = 4096;
const HEADER_BYTES = 6;

/** Yields name and figure. */
export function* microEdges(seconds: number): Generator<readonly [string, MicroResult]> {
  const nextId = idSource('benchmicroedges0');

  const frames = Array.from({ length: OPS }, (_, index) => {
    const frame = new CommandFrames('benchmicroedges0', 1, 1);
    frame.hold(index, 1000 + index, index % 200);
    return Uint8Array.from(frame.take().subarray(HEADER_BYTES));
  });
  yield [
    'codec: decode a frame of one hold',
    measure(seconds, OPS, () => {
      let sum = 0;
      for (const frame of frames) {
        const decoded = decodeClientFrame(frame);
        if (decoded.ok) sum += decoded.messages.length;
      }
      return sum;
    }),
  ];

  const ids = Array.from({ length: OPS }, nextId);
  const answer = (index: number): ServerMessage =>
    answerMessage(
      ids[index]!,
      { code: 0, kind: 'hold', hold: index + 2, seats: [index % 200], deadlineMs: 480_000 },
      index + 2,
      0,
      1,
    );
  for (const together of [1, 64]) {
    yield [
      `codec: encode answers, ${together} to a frame`,
      measure(seconds, OPS, () => {
        let bytes = 0;
        for (let first = 0; first < OPS; first += together) {
          const messages: ServerMessage[] = [];
          for (let index = first; index < first + together; index++) messages.push(answer(index));
          bytes += encodeFrame(messages).length;
        }
        return bytes;
      }),
    ];
  }

  const facts = ids.map(
    (requestId, index): RecordedFact => ({
      version: index + 2,
      epoch: 7,
      atMs: 1_764_000_000_000 + index,
      requestId,
      fingerprint: 2_345_678_901,
      fact: {
        kind: 4,
        hold: index + 2,
        buyer: 'bench-micro-buyer-001',
        seats: [index % 200],
        deadlineMs: 1_764_000_480_000,
      },
    }),
  );
  const row = new RowWriter();
  yield [
    `journal: write rows, ${OPS} to a batch`,
    measure(seconds, OPS, () => {
      row.reset();
      for (const fact of facts) writeRow(row, 1234, fact);
      return row.taken().length;
    }),
  ];
}
