/** What a sale carries beside its seats (ticket types, fees, whose order it is), and the total that the buyer was shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, begun, confirm, given, held, lines, RULES, type Stage, sold, T0 } from '../tests/support/screening.ts';
import { InvariantViolation } from './assert.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { BeginPaymentCommand, TicketLine } from './seat-command.ts';
import { FactKind } from './seat-fact.ts';
import { mineOf } from './seat-mine.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

/** 32.00 and a fee of 1.60; 16.00 without a fee; a courtesy. 49.60 in all. */
const LINES: readonly TicketLine[] = [
  { seat: 3, type: 1, priceCents: 3_200, category: 1, feeCents: 160 },
  { seat: 4, type: 2, priceCents: 1_600, category: 3 },
  { seat: 5, type: 4, priceCents: 0 },
];
const TOTAL = 4_960;
type Draft = Extract<ReturnType<typeof begin>, { kind: 'begin-payment' }>;
const priced = (more: Partial<BeginPaymentCommand> = {}): Draft => ({
  ...(begin('ana', 2, 'o1', LINES) as Draft),
  ...more,
});

function holding(): Stage {
  return given(held(2, 'ana', [3, 4, 5]));
}

test('[PC1] category and fee go from the line into the fact, the ticket, the answer, and what is mine', () => {
  const stage = holding();
  const fact = { ...begun(2, 'o1', 'ana', LINES), contact: 'account-1' };
  stage
    .when(priced({ contact: 'account-1' }))
    .accepts([fact])
    .happens();
  const sale = stage.when(confirm('ana', 'o1', [3, 4, 5])).accepts();
  const { outcome } = sale.decision;
  assert.ok(outcome.code === 0 && outcome.kind === 'sold');
  assert.deepEqual(
    outcome.tickets.map(({ code: _, ticket: __, ...line }) => line),
    LINES,
  );
  sale.happens();
  const mine = mineOf(stage.state, { kind: 'mine', requestId: '', buyer: 'ana', payer: 'ana', atMs: T0 });
  assert.deepEqual(mine.orders[0]?.tickets, outcome.tickets);
  stage.when(confirm('ana', 'o1', [3, 4, 5])).repeats(outcome);
});

test('[PC1] an order costs its prices and fees', () => {
  const amountCents = TOTAL;
  const payment = { code: 0, kind: 'payment', order: 'o1', hold: 2, deadlineMs: T0 + RULES.paymentTtlMs } as const;
  const stage = holding();
  stage
    .when(priced())
    .accepts(undefined, { ...payment, amountCents })
    .happens();
  stage.when({ ...priced(), requestId: 'again' }).repeats({ ...payment, amountCents });
  stage.given(sold(2, 'o1', [3, 4, 5]));
  stage.when({ ...priced(), requestId: 'later' }).repeats({ ...payment, amountCents });
});

test('[PC1] a fee or a category that no server sends stops the actor', () => {
  const stage = given(held(2, 'ana', [3]));
  for (const wrong of [
    ...[{ feeCents: -1 }, { feeCents: 0.5 }, { feeCents: Number.NaN }, { feeCents: 2 ** 53 }],
    ...[{ category: 0 }, { category: -1 }, { category: 1.5 }, { category: 32_768 }],
  ]) {
    const line = { seat: 3, type: 1, priceCents: 3_000, ...wrong } as const;
    assert.throws(() => stage.when(begin('ana', 2, 'o1', [line])), InvariantViolation, JSON.stringify(wrong));
  }
});

test('[PC2] a snapshot keeps what a sale carries; without any of it, it is the text of before', () => {
  for (const stage of [
    holding().given(begun(2, 'o1', 'ana', LINES)),
    holding().given(begun(2, 'o1', 'ana', LINES), sold(2, 'o1', [3, 4, 5])),
  ]) {
    const text = writeSnapshot(stage.state);
    const copy = readSnapshot(text, stage.state.map, stage.state.rules);
    assert.deepEqual([copy.holds, copy.tickets], [stage.state.holds, stage.state.tickets]);
    assert.equal(writeSnapshot(copy), text);
  }
  const before = given(held(2, 'ana', [3]), begun(2, 'o1', 'ana', lines([3]))).state;
  assert.match(writeSnapshot(before), /\["o1","ana",\[\[3,1,3000\]\]\]/);
  const soldBefore = given(held(2, 'ana', [3]), begun(2, 'o1', 'ana', lines([3])), sold(2, 'o1', [3])).state;
  assert.match(writeSnapshot(soldBefore), /3,1,3000,"live",null\]/);
});

test('[PC3] a new order at another total than the buyer was shown is refused, and nothing happens', () => {
  const stage = holding();
  for (const expectedCents of [0, TOTAL - 160, TOTAL - 1, TOTAL + 1]) {
    stage.when(priced({ expectedCents })).refuses(OutcomeCode.priceChanged);
  }
  stage.when(priced({ expectedCents: TOTAL })).accepts();
});

test('[PC3] [P6] the order that has begun is found whatever the prices are now, paying or sold', () => {
  const stage = holding().given(begun(2, 'o1', 'ana', LINES));
  const dearer = LINES.map((line) => ({ ...line, priceCents: line.priceCents + 500 }));
  const again = { ...priced({ expectedCents: TOTAL, lines: dearer }), requestId: 'again' };
  stage.when(again).repeats();
  stage.given(sold(2, 'o1', [3, 4, 5]));
  stage.when({ ...again, requestId: 'later' }).repeats();
});

test('[PC3] every other reason is told before the price', () => {
  const wrong = { expectedCents: 1 };
  const half = LINES.map((line) => ({ ...line, type: 2 as const }));
  const closed = holding().given({ kind: FactKind.salesClosed });
  closed.when(priced(wrong)).refuses(OutcomeCode.salesClosed);
  holding()
    .at(T0 + RULES.holdTtlMs)
    .when(priced(wrong))
    .refuses(OutcomeCode.holdExpired);
  holding()
    .when(priced({ ...wrong, lines: LINES.slice(1) }))
    .refuses(OutcomeCode.linesMismatch, [3]);
  const quota = given(held(2, 'bia', [8]), begun(2, 'o0', 'bia', lines([8], 2)), held(4, 'ana', [3, 4, 5]));
  quota.when(priced({ ...wrong, hold: 4, lines: half })).refuses(OutcomeCode.quotaExhausted, [3, 4, 5]);
});

test('[PC4] what is not to be had begins nothing, but an order that is there is found', () => {
  const again = { onlyAgain: true } as const;
  const stage = holding();
  stage.when(priced(again)).refuses(OutcomeCode.orderUnknown);
  stage.given(begun(2, 'o1', 'ana', LINES));
  stage.when({ ...priced(again), requestId: 'again' }).repeats();
  stage.given(sold(2, 'o1', [3, 4, 5]));
  stage.when({ ...priced(again), requestId: 'later' }).repeats();
});

test('[PC5] the same order with other categories is another wish', () => {
  const stage = holding().given(begun(2, 'o1', 'ana', LINES));
  const other = [LINES[0]!, { ...LINES[1]!, category: 5 }, LINES[2]!];
  const none = LINES.map(({ category: _, ...line }) => line);
  const check = (): void => {
    stage.when({ ...priced({ lines: other }), requestId: 'other' }).refuses(OutcomeCode.linesMismatch, [4]);
    stage.when({ ...priced({ lines: none }), requestId: 'none' }).refuses(OutcomeCode.linesMismatch, [3, 4]);
  };
  check();
  stage.given(sold(2, 'o1', [3, 4, 5]));
  check();
});

test('[PC5] [R6] a request id is used again for another category or total, not for another fee or contact', () => {
  const command = { requestId: 'request-1', atMs: T0, ...priced({ expectedCents: TOTAL }) } as BeginPaymentCommand;
  const same = (more: Partial<BeginPaymentCommand>): boolean =>
    fingerprintOf({ ...command, ...more }) === fingerprintOf(command);
  const withCategory = (category: number): TicketLine[] => [LINES[0]!, { ...LINES[1]!, category }, LINES[2]!];
  assert.deepEqual([same({ lines: withCategory(3) }), same({ lines: withCategory(4) })], [true, false]);
  assert.deepEqual([same({ expectedCents: TOTAL + 1 }), same({ contact: 'account-2' })], [false, true]);
  assert.ok(same({ lines: LINES.map((line) => ({ ...line, feeCents: 7, priceCents: 9 })) }));
});

test('[PC2] [R6] a command of before has the fingerprint of before', () => {
  // From a build that knew neither category nor total: old requests must not look like reused ones.
  const command: BeginPaymentCommand = {
    ...{ kind: 'begin-payment', requestId: 'request-1', buyer: 'ana', atMs: T0, hold: 2, order: 'o1', payer: 'ana' },
    lines: [{ seat: 3, type: 1, priceCents: 3_000 }],
  };
  assert.equal(fingerprintOf(command), 3_096_174_236);
});
