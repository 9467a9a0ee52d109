import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answers, commands, deltas, screenings, snapshots } from '../../tests/support/bus-messages.ts';
import { SeatReplica } from '../seat-replica.ts';
import { answerItem, readAnswer, readAnswerHead } from './answer-codec.ts';
import {
  BATCH_HEAD,
  FORMAT,
  OWNER_HEAD,
  OwnerMessageKind,
  ownerHead,
  readMessage,
  readOwnerMessage,
  writeBatch,
} from './bus-codec.ts';
import { commandItem, type Item, ItemKind, readCommand, readCommandHead } from './command-codec.ts';
import {
  deltaFields,
  goneFields,
  readClaim,
  readDeltaFields,
  readGoneFields,
  readSnapshotFields,
  snapshotFields,
} from './seat-codec.ts';

const SEED = { seed: 3_002 };
const bytesOf = (message: unknown): Buffer => Buffer.from(JSON.stringify(message));
/** As it arrives. */
const travelled = (item: Item): Item => JSON.parse(JSON.stringify(item)) as Item;

function parts(head: Item, items: readonly Item[], bytesMax: number): { sent: Buffer[]; tooLarge: number[] } {
  const [sent, tooLarge]: [Buffer[], number[]] = [[], []];
  writeBatch(
    head,
    items,
    bytesMax,
    (payload) => sent.push(Buffer.from(payload)),
    (at) => tooLarge.push(at),
  );
  return { sent, tooLarge };
}

test('[NB1] every command arrives as it was sent', () => {
  fc.assert(
    fc.property(commands, screenings, fc.nat(), (command, screening, deadlineMs) => {
      const [, item] = readMessage(parts([FORMAT], [commandItem(9, deadlineMs, screening, command)], 1e6).sent[0]!)!;
      assert.deepEqual(readCommandHead(item as Item), { id: 9, deadlineMs, screening });
      assert.deepEqual(readCommand(item as Item), command);
    }),
    SEED,
  );
});

test('[NB1] every answer arrives as it was given', () => {
  fc.assert(
    fc.property(answers, fc.nat(), (answer, version) => {
      const item = travelled(answerItem(9, version, 1_800_000_000_000, answer));
      assert.deepEqual(readAnswerHead(item), { id: 9, version, nowMs: 1_800_000_000_000 });
      assert.deepEqual(readAnswer(item), answer);
    }),
    SEED,
  );
});

test('[NB1] snapshots and deltas arrive as they were told, seat by seat', () => {
  const head = ownerHead('near-abc123', 12.9, OwnerMessageKind.snapshot);
  fc.assert(
    fc.property(snapshots, deltas, (snapshot, delta) => {
      const message = readOwnerMessage(bytesOf([...head, ...snapshotFields(3, snapshot)]))!;
      assert.deepEqual([message.node, message.clockMs], ['near-abc123', 12]);
      assert.deepEqual(readClaim(message.fields), { claim: 3, screening: snapshot.screening });
      assert.deepEqual(readSnapshotFields(message.fields), snapshot);
      assert.deepEqual(readDeltaFields(travelled([...head, ...deltaFields(3, delta)])), delta);
    }),
    SEED,
  );
});

test('[NB1] the largest auditorium fits into a fiftieth of the smallest message that a server is set up for', () => {
  const status = new Uint8Array(4_096).fill(3);
  const replica = new SeatReplica({ screening: 7, seatMap: 1, epoch: 1, version: 1, salesOpen: true, status });
  assert.ok(bytesOf(snapshotFields(1, replica)).length < 1_500);
});

test('[NB1] fields that a newer build appends are left alone', () => {
  fc.assert(
    fc.property(commands, answers, fc.array(fc.jsonValue()), (command, answer, further) => {
      const item = [...travelled(commandItem(9, 5, 7, command)), ...further];
      // What is optional and absent at the end may not be taken for what was appended: it is written as null.
      assert.deepEqual(readCommand(item), command);
      assert.deepEqual(readAnswer([...travelled(answerItem(9, 1, 5, answer)), ...further]), answer);
    }),
    SEED,
  );
});

test('[GI5] a question of an older build, which names no payer, is asked for what the buyer pays for himself', () => {
  const item = [ItemKind.mine, 9, 5, 7, '', 'ana'];
  const query = { kind: 'mine', requestId: '', buyer: 'ana', payer: 'ana', atMs: 0 };
  assert.deepEqual([readCommand(item), readCommand([...item, null])], [query, query]);
  assert.deepEqual(readCommand([...item, 'bia']), { ...query, payer: 'bia' });
  for (const bad of [7, '', {}]) assert.equal(readCommand([...item, bad]), null);
});

test('[NB2] a kind that is unknown here is not read, but its asker is known', () => {
  const item = [99, 9, 5, 7, 'request', 'ana', 'whatever'];
  assert.deepEqual([readCommandHead(item), readCommand(item)], [{ id: 9, deadlineMs: 5, screening: 7 }, null]);
  assert.deepEqual([readAnswerHead([9, 1, 5, 99])?.id, readAnswer([9, 1, 5, 99])], [9, null]);
  assert.equal(readAnswer([9, 1, 5, 0, 9_999]), null, 'a refusal that is unknown here');
  assert.equal(readGoneFields([1, 'n', 5, OwnerMessageKind.gone, ...goneFields(1, 7, 9_999 as never)]), 21);
});

/** Values that have been mistaken for others before. */
const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    -1,
    0.5,
    1e300,
    2 ** 53,
    '',
    '\u0000',
    ' ',
    'x'.repeat(5_000),
    [],
    [[]],
    {},
    { length: 1 },
    null,
    true,
  ),
);

test('[NB2] a command with one spoilt field is read as one with right types, or not at all', () => {
  fc.assert(
    fc.property(commands, fc.nat(10), junk, (command, at, value) => {
      const item = [...travelled(commandItem(9, 5, 7, command))];
      item[Math.min(at, item.length - 1)] = value;
      readCommandHead(item);
      const read = readCommand(travelled(item));
      // What was read can be written and read again: so it has the types of a command.
      if (read !== null) assert.deepEqual(readCommand(travelled(commandItem(9, 5, 7, read as never))), read);
    }),
    { ...SEED, numRuns: 2_000 },
  );
});

test('[NB2] so is an answer', () => {
  fc.assert(
    fc.property(answers, fc.nat(8), junk, (answer, at, value) => {
      const item = [...travelled(answerItem(9, 1, 5, answer))];
      item[Math.min(at, item.length - 1)] = value;
      readAnswerHead(item);
      const read = readAnswer(travelled(item));
      if (read !== null) assert.deepEqual(readAnswer(travelled(answerItem(9, 1, 5, read))), read);
    }),
    { ...SEED, numRuns: 2_000 },
  );
});

test('[NB2] what followers hear is read with right types, or not at all', () => {
  const head = ownerHead('near-abc123', 12, OwnerMessageKind.snapshot);
  fc.assert(
    fc.property(snapshots, deltas, fc.nat(7), junk, (snapshot, delta, at, value) => {
      for (const fields of [snapshotFields(3, snapshot), deltaFields(3, delta)]) {
        const spoilt = [...head, ...fields];
        spoilt[OWNER_HEAD + Math.min(at, fields.length - 1)] = value;
        readClaim(spoilt);
        const taken = readSnapshotFields(spoilt);
        if (taken !== null) assert.ok(taken.status.length <= 4_096 && taken.status.every((one) => one <= 3));
        const told = readDeltaFields(spoilt);
        if (told !== null) assert.ok(told.changes.every((change) => Number.isInteger(change) && change >> 2 < 4_096));
      }
    }),
    SEED,
  );
});

test('[NB2] ids have nothing in them that the database refuses', () => {
  const command = { kind: 'hold', requestId: 'request', buyer: 'ana', atMs: 0, seats: [1] } as const;
  for (const strange of ['\u0000', 'a b', 'é', '\ud800', '"', 'x'.repeat(129)]) {
    const read = readCommand(travelled(commandItem(9, 5, 7, { ...command, requestId: strange })));
    assert.equal(read !== null, strange === '"', JSON.stringify(strange));
  }
  assert.equal(readCommand(travelled(commandItem(9, 5, 7, { ...command, requestId: '' }))), null);
});

test('[NB2] a purchase that names one ticket twice would stop the actor: it is not read', () => {
  const tickets = [1, 2].map((seat) => ({ seat, ticket: 'same', code: 'CODE' }));
  const item = commandItem(9, 5, 7, { kind: 'confirm', requestId: 'r', buyer: 'ana', atMs: 0, order: 'o', tickets });
  assert.equal(readCommand(travelled(item)), null);
});

test('[NB2] whatever the bytes are, reading them does not fail', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const message = readMessage(bytes);
        assert.ok(message === null || message[0] === FORMAT);
        readOwnerMessage(bytes);
      },
    ),
    { ...SEED, numRuns: 1_000 },
  );
  assert.equal(readMessage(bytesOf([FORMAT + 1, []])), null, 'another format');
});

test('[NB9] a batch is split where it does not fit, in order, and what alone does not fit is named', () => {
  const items = fc.array(
    fc.string({ maxLength: 300 }).map((text) => [1, text]),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(items, fc.integer({ min: 20, max: 2_000 }), (list, bytesMax) => {
      const { sent, tooLarge } = parts([FORMAT], list, bytesMax);
      assert.ok(sent.every(({ length }) => length <= bytesMax));
      const arrived = sent.flatMap((payload) => readMessage(payload)!.slice(BATCH_HEAD));
      assert.deepEqual(
        arrived,
        list.filter((_, at) => !tooLarge.includes(at)),
      );
      for (const at of tooLarge) assert.ok(bytesOf([FORMAT, list[at]]).length > bytesMax);
    }),
    SEED,
  );
});
