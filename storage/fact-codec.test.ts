/** Facts on their way into the journal and back, through PostgreSQL's own COPY. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { from as copyFrom } from 'pg-copy-streams';
import { InvariantViolation } from '../actors/assert.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { decodeFact, decodeRow, encodeRow, JOURNAL_COLUMNS, type JournalRow } from './fact-codec.ts';

const ID = '0123456789_-abcXYZ'.padEnd(36, 'z');
const AT_MS = 1_764_000_000_123;

/** At least one of each kind, with the fields at their edges. */
const FACTS: readonly Fact[] = [
  { kind: FactKind.ownerChanged, holdDeadlineMs: AT_MS },
  { kind: FactKind.salesOpened },
  { kind: FactKind.salesClosed },
  { kind: FactKind.held, hold: 1, buyer: ID, seats: [0], deadlineMs: AT_MS },
  { kind: FactKind.held, hold: 2_147_483_647, buyer: 'b', seats: [4095, 0, 17], deadlineMs: Number.MAX_SAFE_INTEGER },
  { kind: FactKind.extended, hold: 4, deadlineMs: 0 },
  { kind: FactKind.released, hold: 4, seats: [9, 10] },
  { kind: FactKind.expired, holds: [4] },
  { kind: FactKind.expired, holds: [4, 99, 2_147_483_648] },
  {
    kind: FactKind.paymentBegun,
    hold: 12,
    order: ID,
    payer: 'payer',
    lines: [
      { seat: 0, type: 1, priceCents: 0 },
      { seat: 4095, type: 5, priceCents: 2_147_483_647 },
    ],
    deadlineMs: AT_MS,
  },
  {
    kind: FactKind.paymentBegun,
    hold: 12,
    order: ID,
    payer: 'payer',
    lines: [
      { seat: 0, type: 2, priceCents: 1_600, category: 1 },
      { seat: 1, type: 1, priceCents: 3_200, category: 32_767, feeCents: 2_147_483_647 },
      { seat: 2, type: 1, priceCents: 3_200, feeCents: 0 },
    ],
    deadlineMs: AT_MS,
    contact: ID,
  },
  { kind: FactKind.paymentCancelled, order: ID, hold: 12, deadlineMs: null },
  { kind: FactKind.paymentCancelled, order: ID, hold: 12, deadlineMs: AT_MS },
  {
    kind: FactKind.sold,
    order: ID,
    hold: 12,
    tickets: [
      { seat: 0, ticket: ID, code: 'ABCDEFGH23' },
      { seat: 4095, ticket: `${ID}2`, code: 'Z' },
    ],
  },
  { kind: FactKind.ticketsCancelled, order: ID, tickets: [ID] },
  { kind: FactKind.ticketsRefunded, order: ID, tickets: [ID, `${ID}2`] },
  { kind: FactKind.checkedIn, ticket: ID, gate: 'Porta 1' },
  { kind: FactKind.blocked, seats: [3], reason: '' },
  { kind: FactKind.unblocked, seats: [3, 4], reason: 'consertada' },
  { kind: FactKind.mapChanged, from: 1, to: Number.MAX_SAFE_INTEGER, halfQuota: 0, blocked: [] },
  { kind: FactKind.mapChanged, from: 7, to: 7, halfQuota: 4096, blocked: [0, 4095] },
];

/** Texts that mean something to COPY, to JSON, to PostgreSQL or to UTF-8. */
const HOSTILE: readonly string[] = [
  '\\N',
  '\\.',
  '\n\\.\n',
  'tab\there',
  'line\nfeed',
  'carriage\rreturn\r\n',
  'back\\slash\\\\twice\\',
  '\\t\\n\\x41\\101',
  '"quotes" and \'others\'',
  '[],{}:null',
  '\u0000',
  'before\u0000after',
  '\u0001\u0008\u000b\u000c\u001f\u007f',
  '\u2028\u2029\ufeff',
  'Poltrona é açaí — “sessão”',
  '🎬🍿👩‍👩‍👧',
  '\ud800',
  'lone \udc00 surrogate',
  '$1 %s {0} %n',
  "'; drop table journal; --",
  ' ',
  'x'.repeat(20_000),
  '\\'.repeat(999),
];

const recordedAs = (fact: Fact, version: number): RecordedFact => ({
  version,
  epoch: version % 2 === 0 ? 1 : 2_147_483_647,
  atMs: AT_MS + version,
  requestId: version % 3 === 0 ? null : `${ID}.${version}`,
  fingerprint: version % 3 === 0 ? 0 : 4_294_967_295,
  fact,
});

/** Into the journal by COPY, and out again as recovery reads it. */
async function throughPostgres(t: TestContext, facts: readonly RecordedFact[]): Promise<RecordedFact[]> {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'shard');
  const stream = client.query(copyFrom(`copy journal (${JOURNAL_COLUMNS}) from stdin`));
  await new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(facts.map((fact) => encodeRow(1, fact)).join(''));
  });
  const { rows } = await client.query<JournalRow>(`select ${JOURNAL_COLUMNS} from journal order by version`);
  return rows.map(decodeRow);
}

test('[F1] every kind of fact comes back from the journal as it went in', async (t) => {
  assert.deepEqual(
    [...new Set(FACTS.map(({ kind }) => kind))].sort((a, b) => a - b),
    Object.values(FactKind),
    'a kind is missing here',
  );
  const facts = FACTS.map((fact, index) => recordedAs(fact, index + 1));
  assert.deepEqual(await throughPostgres(t, facts), facts);
});

test('[PC2] a payment of before is written and read as before, byte for byte, and the new fields stand after the old', () => {
  const old = { kind: FactKind.paymentBegun, hold: 2, order: 'o', payer: 'p', deadlineMs: 5 } as const;
  const bodyOf = (fact: Fact): string | undefined => encodeRow(1, recordedAs(fact, 1)).trimEnd().split('\t')[7];
  const plain: Fact = { ...old, lines: [{ seat: 3, type: 1, priceCents: 3_200 }] };
  assert.equal(bodyOf(plain), '[2,"o","p",[[3,1,3200]],5]');
  assert.deepEqual(decodeFact(8, '[2,"o","p",[[3,1,3200]],5]'), plain);
  const priced: Fact = {
    ...{ ...old, contact: 'c' },
    lines: [
      { seat: 3, type: 2, priceCents: 1_600, category: 4 },
      { seat: 4, type: 2, priceCents: 1_600, category: 4, feeCents: 80 },
      { seat: 5, type: 2, priceCents: 1_600, feeCents: 80 },
    ],
  };
  assert.equal(bodyOf(priced), '[2,"o","p",[[3,2,1600,4],[4,2,1600,4,80],[5,2,1600,null,80]],5,"c"]');
});

test('[F2] free text comes back as it went in, whatever it would mean to COPY, JSON or PostgreSQL', async (t) => {
  const facts = HOSTILE.flatMap((text): Fact[] => [
    { kind: FactKind.checkedIn, ticket: ID, gate: text },
    { kind: FactKind.blocked, seats: [1], reason: text },
    { kind: FactKind.unblocked, seats: [1], reason: text },
  ]).map((fact, index) => recordedAs(fact, index + 1));
  assert.deepEqual(await throughPostgres(t, facts), facts);
});

test('[F2] and so does any text at all', async (t) => {
  const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { numRuns: 2_000, seed: 7 });
  const facts = texts.map((reason, index) => recordedAs({ kind: FactKind.blocked, seats: [1], reason }, index + 1));
  assert.deepEqual(await throughPostgres(t, facts), facts);
});

test('[F1] numbers are written in full, from none to the largest that is exact', () => {
  const numbers = [0, 9, 10, 99, 2_147_483_647, 2_147_483_648, 4_294_967_296, 999_999_999_999, 1_000_000_000_000];
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...numbers, Number.MAX_SAFE_INTEGER), fc.maxSafeNat()), (deadlineMs) => {
      const row = encodeRow(deadlineMs, recordedAs({ kind: FactKind.extended, hold: 1, deadlineMs }, 1));
      const [screening, , , , , , , body] = row.trimEnd().split('\t');
      assert.deepEqual([screening, body], [String(deadlineMs), `[1,${deadlineMs}]`]);
    }),
    { seed: 7 },
  );
});

test('[F3] what encodeRow would never write is not read', () => {
  const garbage: readonly (readonly [number, string | null])[] = [
    [FactKind.held, null],
    [FactKind.held, '{}'],
    [FactKind.held, '[]'],
    [FactKind.held, '[1,2,[3],4]'],
    [FactKind.held, '["1","ana",[3],4]'],
    [FactKind.held, '[1,"ana",3,4]'],
    [FactKind.held, '[1,"ana",["3"],4]'],
    [FactKind.held, '[1,"ana",[3],null]'],
    [FactKind.extended, '[1]'],
    [FactKind.released, '[1,{"0":2}]'],
    [FactKind.expired, '[1]'],
    [FactKind.paymentBegun, '[1,"o","p",[[0,1]],5]'],
    [FactKind.paymentBegun, '[1,"o","p",[0,1,2],5]'],
    [FactKind.paymentBegun, '[1,"o","p",[[0,1,2,"4"]],5]'],
    [FactKind.paymentBegun, '[1,"o","p",[[0,1,2,4,null]],5]'],
    [FactKind.paymentBegun, '[1,"o","p",[[0,1,2]],5,7]'],
    [FactKind.paymentCancelled, '["o",1]'],
    [FactKind.sold, '["o",1,[[0,"t"]]]'],
    [FactKind.ticketsCancelled, '["o",[1]]'],
    [FactKind.checkedIn, '["t"]'],
    [FactKind.blocked, '[[1]]'],
    [FactKind.ownerChanged, '["soon"]'],
  ];
  for (const [kind, body] of garbage) {
    assert.throws(() => decodeFact(kind, body), InvariantViolation, `kind ${kind}: ${body}`);
  }
});

test('[F3] a body that is no JSON is not read, and neither is a kind of a newer build, which is named', () => {
  assert.throws(() => decodeFact(FactKind.held, '[1,"ana",[3],'), InvariantViolation);
  assert.throws(() => decodeFact(99, '[1]'), /kind 99/);
});

test('[F4] what is no whole number does not become one on the way', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 1.5]) {
    const fact = recordedAs({ kind: FactKind.extended, hold: 1, deadlineMs: wrong }, 1);
    assert.throws(() => encodeRow(1, fact), InvariantViolation, `${wrong} was written as ${tryEncode(fact)}`);
  }
});

test('[F4] an id with characters beyond ASCII does not become another id', () => {
  for (const buyer of ['anŉ', 'an\u0100', 'aná', 'an\ud83c']) {
    const fact = recordedAs({ kind: FactKind.held, hold: 1, buyer, seats: [1], deadlineMs: 1 }, 1);
    assert.throws(() => encodeRow(1, fact), InvariantViolation, `${JSON.stringify(buyer)}: ${tryEncode(fact)}`);
  }
});

function tryEncode(fact: RecordedFact): string {
  try {
    return JSON.stringify(encodeRow(1, fact));
  } catch (cause) {
    return String(cause);
  }
}
