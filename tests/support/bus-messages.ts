/** Arbitrary commands, answers and seats, as the types allow them, for property tests of whoever writes and reads them. */
import fc from 'fast-check';
import { TicketType } from '../../actors/seat-command.ts';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import type { TravellingMessage } from '../../workers/cluster/command-codec.ts';
import type { SeatDelta, SeatSnapshot } from '../../workers/seat-replica.ts';

/** Objects as everybody writes them: fast-check would make some without a prototype. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
const seat = fc.nat(4_095);
const seats = fc.array(seat, { maxLength: 12 });
const whole = fc.oneof(fc.nat(5_000), fc.nat(Number.MAX_SAFE_INTEGER));
const id = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const text = fc
  .string({ maxLength: 40, unit: 'grapheme' })
  .filter((one) => !/\p{Cc}/u.test(one) && one.length <= 1_024);
const clock = fc.oneof(fc.nat(2 ** 31), fc.double({ min: 0, max: 2e12, noNaN: true }).map(Math.abs));
const price = fc.nat(2 ** 31 - 1);
const type = fc.constantFrom(...Object.values(TicketType));
const category = fc.integer({ min: 1, max: 32_767 });
/** With and without what came later. */
const priced = { seat, type, priceCents: price };
const line = fc.oneof(
  record(priced),
  record({ ...priced, category }),
  record({ ...priced, feeCents: price }),
  record({ ...priced, category, feeCents: price }),
);
const base = { requestId: id, buyer: id, atMs: fc.constant(0) };
const map = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const kindOf = <Kind extends string>(...kinds: Kind[]): fc.Arbitrary<Kind> => fc.constantFrom(...kinds);

/** Every kind that travels between nodes. */
export const commands = fc.oneof(
  record({ kind: kindOf('hold'), ...base, seats }),
  record({ kind: kindOf('hold'), ...base, seats, hold: whole }),
  record({ kind: kindOf('hold'), ...base, seats, seatMap: map }),
  record({ kind: kindOf('hold'), ...base, seats, hold: whole, seatMap: map }),
  record({ kind: kindOf('best-available'), ...base, count: fc.nat(64), accessible: fc.boolean() }),
  record({ kind: kindOf('release'), ...base, hold: whole }),
  record({ kind: kindOf('release'), ...base, hold: whole, seats }),
  record({ kind: kindOf('extend'), ...base, hold: whole }),
  record({
    kind: kindOf('begin-payment'),
    ...base,
    hold: whole,
    order: id,
    payer: id,
    lines: fc.array(record({ seat, type, priceCents: price }), { maxLength: 8 }),
  }),
  record({
    kind: kindOf('begin-payment'),
    ...base,
    hold: whole,
    order: id,
    payer: id,
    lines: fc.array(record({ seat, type, priceCents: price }), { maxLength: 8 }),
    seatMap: map,
  }),
  record({
    kind: kindOf('begin-payment'),
    ...base,
    hold: whole,
    order: id,
    payer: id,
    lines: fc.array(line, { maxLength: 8 }),
    contact: id,
    expectedCents: whole,
  }),
  record({
    kind: kindOf('begin-payment'),
    ...base,
    hold: whole,
    order: id,
    payer: id,
    lines: fc.array(line, { maxLength: 8 }),
    seatMap: map,
    onlyAgain: fc.constant(true as const),
  }),
  record({
    kind: kindOf('confirm'),
    ...base,
    order: id,
    tickets: fc.uniqueArray(record({ seat, ticket: id, code: id }), {
      maxLength: 8,
      selector: ({ ticket }) => ticket,
    }),
  }),
  record({ kind: kindOf('cancel-payment'), ...base, order: id, keepHold: fc.boolean() }),
  record({ kind: kindOf('cancel', 'refund'), ...base, order: id }),
  record({ kind: kindOf('cancel', 'refund'), ...base, order: id, tickets: fc.array(id), byStaff: fc.boolean() }),
  record({ kind: kindOf('check-in'), ...base, ticket: id, gate: text }),
  record({ kind: kindOf('block', 'unblock'), ...base, seats, reason: text }),
  record({ kind: kindOf('block', 'unblock'), ...base, seats, reason: text, seatMap: map }),
  record({ kind: kindOf('change-map'), ...base, seatMap: map, halfQuota: fc.nat(4_096), map: fc.constant(null) }),
  record({ kind: kindOf('open-sales', 'close-sales'), ...base }),
  record({ kind: kindOf('mine'), ...base, requestId: fc.constant(''), payer: id }),
) as fc.Arbitrary<TravellingMessage>;

const accepted = { code: fc.constant(0 as const) };
const named = { ticket: id, code: id, ...priced };
const tickets = fc.array(
  fc.oneof(record(named), record({ ...named, category }), record({ ...named, feeCents: price })),
  {
    maxLength: 6,
  },
);
const refusals = Object.values(OutcomeCode).filter((code) => code !== OutcomeCode.accepted);
const refused = { code: fc.constantFrom(...refusals) };

export const answers = fc.oneof(
  record(refused),
  record({ ...refused, seats }),
  record({ ...refused, atMs: clock }),
  record({ ...refused, seats, atMs: clock }),
  record({ ...accepted, kind: kindOf('hold'), hold: whole, seats, deadlineMs: clock }),
  record({ ...accepted, kind: kindOf('released'), hold: whole, seats }),
  record({ ...accepted, kind: kindOf('payment'), order: id, hold: whole, amountCents: whole, deadlineMs: clock }),
  record({ ...accepted, kind: kindOf('sold'), order: id, tickets }),
  record({ ...accepted, kind: kindOf('voided'), order: id, tickets: fc.array(id) }),
  record({ ...accepted, kind: kindOf('checked-in'), ticket: id, seat }),
  record({ ...accepted, kind: kindOf('done') }),
  record({
    ...accepted,
    kind: kindOf('mine'),
    holds: fc.array(record({ hold: whole, seats, deadlineMs: clock, paying: fc.boolean() }), { maxLength: 4 }),
    orders: fc.array(record({ order: id, tickets }), { maxLength: 4 }),
  }),
) as fc.Arbitrary<Answer>;

export const screenings = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const epochs = fc.nat(2 ** 31 - 1);

export const snapshots: fc.Arbitrary<SeatSnapshot> = record({
  screening: screenings,
  seatMap: map,
  epoch: epochs,
  version: epochs,
  salesOpen: fc.boolean(),
  status: fc.array(fc.nat(3), { minLength: 1, maxLength: 4_096, size: 'max' }).map((status) => Uint8Array.from(status)),
});

export const deltas: fc.Arbitrary<SeatDelta> = record({
  screening: screenings,
  epoch: epochs,
  fromVersion: fc.nat(1_000_000),
  version: fc.integer({ min: 1_000_000, max: 2_000_000 }),
  salesOpen: fc.boolean(),
  changes: fc.array(fc.nat(4_096 * 4 - 1), { maxLength: 40 }),
});
