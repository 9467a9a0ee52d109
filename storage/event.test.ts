import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { EVENT_KINDS, eventOf } from './event.ts';

const version = fc.integer({ min: 1, max: 2_147_483_647 });
const atMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const id = fc.stringMatching(/^[0-9A-Za-z_-]{8,36}$/);
const seats = fc.uniqueArray(fc.integer({ min: 0, max: 4095 }), { minLength: 1, maxLength: 10 });
/** Objects as everybody makes them. */
const plain = <Value>(fields: { [Name in keyof Value]: fc.Arbitrary<Value[Name]> }): fc.Arbitrary<Value> =>
  fc.record<Value>(fields, { noNullPrototype: true });
/** Recognisable in any text. */
const code = fc.stringMatching(/^CODE[A-Z2-9]{8}$/);
const requestId = fc.stringMatching(/^REQ[0-9a-z]{20}$/);

const contact = fc.stringMatching(/^CONTACT[0-9a-z]{14}$/);
const line = { seat: fc.nat(4095), type: fc.constantFrom(1 as const, 2 as const, 5 as const), priceCents: fc.nat() };

const facts: Record<FactKind, fc.Arbitrary<Fact>> = {
  1: plain({ kind: fc.constant(1 as const), holdDeadlineMs: atMs }),
  2: fc.constant({ kind: 2 as const }),
  3: fc.constant({ kind: 3 as const }),
  4: plain({ kind: fc.constant(4 as const), hold: version, buyer: id, seats, deadlineMs: atMs }),
  5: plain({ kind: fc.constant(5 as const), hold: version, deadlineMs: atMs }),
  6: plain({ kind: fc.constant(6 as const), hold: version, seats }),
  7: plain({ kind: fc.constant(7 as const), holds: fc.array(version, { minLength: 1, maxLength: 5 }) }),
  8: plain({
    kind: fc.constant(8 as const),
    hold: version,
    order: id,
    payer: id,
    lines: fc.array(
      fc.oneof(plain(line), plain({ ...line, category: fc.integer({ min: 1, max: 32_767 }), feeCents: fc.nat() })),
      { minLength: 1, maxLength: 10 },
    ),
    deadlineMs: atMs,
    contact,
  }),
  9: plain({ kind: fc.constant(9 as const), order: id, hold: version, deadlineMs: fc.option(atMs, { nil: null }) }),
  10: plain({
    kind: fc.constant(10 as const),
    order: id,
    hold: version,
    tickets: fc.array(plain({ seat: fc.nat(4095), ticket: id, code }), { minLength: 1, maxLength: 10 }),
  }),
  11: plain({ kind: fc.constant(11 as const), order: id, tickets: fc.array(id, { minLength: 1, maxLength: 9 }) }),
  12: plain({ kind: fc.constant(12 as const), order: id, tickets: fc.array(id, { minLength: 1, maxLength: 9 }) }),
  13: plain({ kind: fc.constant(13 as const), ticket: id, gate: fc.string() }),
  14: plain({ kind: fc.constant(14 as const), seats, reason: fc.string() }),
  15: plain({ kind: fc.constant(15 as const), seats, reason: fc.string() }),
  16: plain({ kind: fc.constant(16 as const), from: version, to: version, halfQuota: fc.nat(4096), blocked: seats }),
};

const SEED = 20_261_124;

test('[EV8] [I8] an event of any fact has its fields by name, and neither request id, ticket code nor whose order it is', () => {
  for (const [name, number] of Object.entries(FactKind)) {
    const recorded: fc.Arbitrary<RecordedFact> = plain({
      version,
      epoch: version,
      atMs,
      requestId: fc.option(requestId),
      fingerprint: fc.nat(),
      fact: facts[number],
    });
    fc.assert(
      fc.property(recorded, version, (one, screening) => {
        const event = eventOf(screening, one);
        const text = JSON.stringify(event);
        assert.deepEqual(JSON.parse(text), event, 'it goes through JSON unchanged');
        assert.doesNotMatch(text, /CODE[A-Z2-9]{8}|REQ[0-9a-z]{20}|CONTACT[0-9a-z]{14}|"(code|requestId|fingerprint)"/);
        assert.deepEqual([event.screening, event.version, event.epoch], [screening, one.version, one.epoch]);
        assert.equal(Date.parse(event.at), one.atMs);
        assert.equal(event.kind.replaceAll('-', ''), name.toLowerCase());
        // Whatever else the fact says is there under its own name; the payer is the buyer.
        const { kind: _, ...rest } = one.fact;
        const expected: Record<string, unknown> = { ...rest };
        if ('payer' in rest) {
          expected['buyer'] = rest.payer;
          delete expected['payer'];
          // Whose order it is nobody downstream is told.
          delete expected['contact'];
        }
        if (one.fact.kind === FactKind.sold) {
          expected['tickets'] = one.fact.tickets.map(({ seat, ticket }) => ({ seat, ticket }));
        }
        const { screening: _s, version: _v, epoch: _e, at: _a, kind: _k, ...fields } = event;
        assert.deepEqual(fields, expected);
      }),
      { seed: SEED, numRuns: 100 },
    );
  }
});

test('[EV8] the names of the kinds are words of NATS subjects, and stay as they are', () => {
  assert.equal(
    EVENT_KINDS.join(' '),
    'owner-changed sales-opened sales-closed held extended released expired payment-begun payment-cancelled sold ' +
      'tickets-cancelled tickets-refunded checked-in blocked unblocked map-changed',
  );
});
