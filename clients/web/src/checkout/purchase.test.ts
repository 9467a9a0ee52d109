import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../../sdk/index.ts';
import type { BuyResult, MineResult } from '../../../sdk/results.ts';
import { filling, isUnderWay, next, type Purchase, type PurchaseState, pauseMs, remembered } from './purchase.ts';

const purchase: Purchase = {
  requestId: 'V1StGXR8_Z5jdHi6B-myTw',
  screening: 42,
  hold: 18,
  lines: [
    { seat: 2, type: 1, category: 1 },
    { seat: 3, type: 2, category: 5 },
  ],
  method: 'sandbox',
  detail: 'approved',
  expectedCents: 5_400,
};
const other: Purchase = { ...purchase, requestId: 'V2StGXR8_Z5jdHi6B-myTw' };
const { requestId } = purchase;

const ticket = (seat: number) => ({ ticket: `t${seat}`, code: 'ABCDEFGHJK', seat, type: 1, priceCents: 3_000 });
const sold: BuyResult = { is: 'accepted', requestId, version: 9, order: 'order-1', tickets: [ticket(2), ticket(3)] };
const refused = (code: number, more: object = {}): BuyResult => ({
  is: 'refused',
  requestId,
  code,
  seats: [],
  ...more,
});
const noAnswer = (mayHaveHappened: boolean): BuyResult => ({
  is: 'failed',
  requestId,
  reason: 'deadline',
  mayHaveHappened,
});
const mine = (hold: 'choosing' | 'paying' | null, bought: readonly number[] = []): MineResult => ({
  is: 'accepted',
  holds: hold === null ? [] : [{ hold: 18, seats: [2, 3], msLeft: 1, endsAtMs: 1, paying: hold === 'paying' }],
  orders: bought.length === 0 ? [] : [{ order: 'order-1', tickets: bought.map(ticket) }],
});
const mineFailed: MineResult = { is: 'failed', requestId: '', reason: 'deadline', mayHaveHappened: false };

const paying: PurchaseState = { is: 'paying', purchase, tries: 0 };
const identifying: PurchaseState = { is: 'identifying', purchase };
const unknown: PurchaseState = { is: 'unknown', purchase, tries: 0, maybe: true };
const authenticating: PurchaseState = { is: 'authenticating', purchase, order: 'order-1', by: 'sandbox' };
const checking = next(paying, { kind: 'answered', result: refused(OutcomeCode.holdUnknown) });

test('[WC1] while a purchase is under way a second tap begins nothing', () => {
  for (const state of [identifying, paying, unknown, checking, authenticating]) {
    assert.equal(isUnderWay(state), true);
    assert.equal(next(state, { kind: 'begin', purchase: other }), state);
    assert.equal(next(state, { kind: 'found', purchase: other }), state);
  }
  const sale: PurchaseState = { is: 'sold', order: 'order-1' };
  assert.equal(next(sale, { kind: 'begin', purchase: other }), sale);
});

test('[WC1] from the first tap to the ticket: told who, seats still mine, paid', () => {
  let state = next(filling, { kind: 'begin', purchase });
  assert.deepEqual(state, identifying);
  state = next(state, { kind: 'mine', result: mine('choosing') });
  assert.deepEqual(state, paying);
  state = next(state, { kind: 'answered', result: sold });
  assert.deepEqual(state, { is: 'sold', order: 'order-1' });
});

test('[WC2] nothing is sent for a person who is not known, and nothing is kept of it', () => {
  const state = next(identifying, { kind: 'not-identified', trouble: 'cpf' });
  assert.deepEqual(state, { is: 'filling', trouble: 'cpf' });
  assert.equal(remembered(identifying), null);
  for (const sent of [paying, unknown, checking, authenticating]) assert.equal(remembered(sent), purchase);
});

test('[WC3] what is found after a reload is asked again as it was', () => {
  const found = next(filling, { kind: 'found', purchase });
  assert.deepEqual(found, { is: 'paying', purchase, tries: 1 });
  // It may have arrived before the reload, whatever became of this time.
  const state = next(found, { kind: 'answered', result: noAnswer(false) });
  assert.deepEqual(state, { is: 'unknown', purchase, tries: 1, maybe: true });
});

test('[WC4] without an answer the same purchase is asked again, and again', () => {
  let state = next(paying, { kind: 'answered', result: noAnswer(true) });
  assert.deepEqual(state, unknown);
  state = next(state, { kind: 'again' });
  assert.deepEqual(state, { is: 'paying', purchase, tries: 1 });
  // Now not even sent; but the first time may have arrived.
  state = next(state, { kind: 'answered', result: noAnswer(false) });
  assert.deepEqual(state, { is: 'unknown', purchase, tries: 1, maybe: true });
  assert.ok(pauseMs(1) > pauseMs(0));
  assert.equal(pauseMs(50), 15_000);
});

test('[WC4] only what was certainly not sent can be given up', () => {
  assert.equal(next(unknown, { kind: 'put-aside' }), unknown);
  assert.equal(next(paying, { kind: 'put-aside' }), paying);
  const unsent = next(paying, { kind: 'answered', result: noAnswer(false) });
  assert.deepEqual(unsent, { ...unknown, maybe: false });
  assert.deepEqual(next(unsent, { kind: 'put-aside' }), filling);
});

test('[WC4] a server that is busy or cannot say is asked again, not called a refusal', () => {
  for (const code of [OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired]) {
    const state = next(paying, { kind: 'answered', result: refused(code) });
    assert.deepEqual(state, unknown, 'it may have got as far as the payment');
    assert.equal(next(state, { kind: 'put-aside' }), state);
  }
  const turnedAway = refused(OutcomeCode.rateLimited);
  assert.deepEqual(next(paying, { kind: 'answered', result: turnedAway }), { ...unknown, maybe: false });
  const again = next({ ...paying, tries: 1 }, { kind: 'answered', result: turnedAway });
  assert.deepEqual(again, { ...unknown, tries: 1 });
});

test('[WC5] a refusal that may be the echo of a sale is compared with what is mine', () => {
  for (const code of [
    OutcomeCode.holdUnknown,
    OutcomeCode.orderState,
    OutcomeCode.requestIdReused,
    OutcomeCode.failed,
  ]) {
    const state = next(paying, { kind: 'answered', result: refused(code) });
    assert.equal(state.is, 'checking');
    assert.deepEqual(next(state, { kind: 'mine', result: mine(null, [2, 3]) }), { is: 'sold', order: 'order-1' });
  }
  assert.deepEqual(next(checking, { kind: 'mine', result: mine(null) }), {
    ...{ is: 'refused', purchase, code: OutcomeCode.holdExpired, seats: [] },
  });
  // Half of the seats in an order are not this purchase.
  assert.equal(next(checking, { kind: 'mine', result: mine(null, [2]) }).is, 'refused');
  assert.equal(next(checking, { kind: 'mine', result: mineFailed }).is, 'checking');
});

test('[WC6] seats that are no longer mine are not paid for; those in another payment are waited for', () => {
  assert.deepEqual(next(identifying, { kind: 'mine', result: mine(null) }), {
    ...{ is: 'refused', purchase, code: OutcomeCode.holdExpired, seats: [] },
  });
  assert.deepEqual(next(identifying, { kind: 'mine', result: mine(null, [2, 3]) }), { is: 'sold', order: 'order-1' });
  assert.deepEqual(next(identifying, { kind: 'mine', result: mineFailed }), { is: 'filling', trouble: 'unreachable' });
  const waiting = next(identifying, { kind: 'mine', result: mine('paying') });
  assert.equal(waiting.is, 'checking');
  assert.equal(remembered(waiting), null, 'this purchase was not sent');
  assert.equal(next(waiting, { kind: 'mine', result: mine('paying') }).is, 'checking');
  assert.deepEqual(next(waiting, { kind: 'mine', result: mine('choosing') }), filling);
  assert.deepEqual(next(waiting, { kind: 'mine', result: mine(null, [2, 3]) }), { is: 'sold', order: 'order-1' });
});

test('[WC7] the bank’s question keeps the purchase; its answer asks the same again', () => {
  const state = next(paying, {
    kind: 'answered',
    result: refused(OutcomeCode.authenticationNeeded, { order: 'order-1' }),
  });
  assert.deepEqual(state, authenticating);
  assert.equal(remembered(state), purchase);
  assert.deepEqual(next(state, { kind: 'challenged' }), { is: 'paying', purchase, tries: 1 });
});

test('[WC7] a declined card leaves the seats and the way to another card', () => {
  const state = next(paying, { kind: 'answered', result: refused(OutcomeCode.paymentDeclined) });
  assert.deepEqual(state, { is: 'declined', purchase });
  assert.equal(remembered(state), null);
  assert.deepEqual(next(state, { kind: 'begin', purchase: other }), { is: 'identifying', purchase: other });
});

const needed = refused(OutcomeCode.authenticationNeeded, { order: 'order-1' });

test('[WC21] who asks the buyer is known by the way he pays: the bank through Stripe, PayPal, or this page', () => {
  for (const [method, by] of [
    ['stripe', 'stripe'],
    ['paypal', 'paypal'],
    ['sandbox', 'sandbox'],
    ['phone', 'sandbox'],
  ] as const) {
    const state = next({ ...paying, purchase: { ...purchase, method } }, { kind: 'answered', result: needed });
    assert.equal(state.is === 'authenticating' && state.by, by);
  }
});

test('[WC22] given up while the bank asks: the same is asked once more, and ends as the server says', () => {
  const gaveUp = next(authenticating, { kind: 'given-up' });
  assert.deepEqual(gaveUp, { is: 'paying', purchase, tries: 1, isGivenUp: true });
  assert.equal(remembered(gaveUp), purchase);
  const answered = (result: BuyResult) => next(gaveUp, { kind: 'answered', result });
  assert.deepEqual(answered(refused(OutcomeCode.paymentDeclined)), filling, 'no bank has declined it');
  assert.deepEqual(answered(sold), { is: 'sold', order: 'order-1' }, 'it was paid a moment before');
  assert.deepEqual(answered(needed), authenticating);
  // And over a line that breaks.
  const lost = answered(noAnswer(false));
  assert.deepEqual(lost, { is: 'unknown', purchase, tries: 1, maybe: true, isGivenUp: true });
  assert.deepEqual(next(lost, { kind: 'again' }), { is: 'paying', purchase, tries: 2, isGivenUp: true });
  assert.equal(next(paying, { kind: 'given-up' }), paying, 'nothing is asked of the buyer');
});

test('[WC23] a code that this page does not know may hide a sale, and so may any refusal of what was asked before', () => {
  const unheard = next(paying, { kind: 'answered', result: refused(250) });
  assert.equal(unheard.is, 'checking');
  assert.deepEqual(next(unheard, { kind: 'mine', result: mine(null, [2, 3]) }), { is: 'sold', order: 'order-1' });
  const again = next({ ...paying, tries: 1 }, { kind: 'answered', result: refused(OutcomeCode.salesClosed) });
  assert.equal(again.is, 'checking');
  assert.deepEqual(next(again, { kind: 'mine', result: mine('choosing') }), {
    ...{ is: 'refused', purchase, code: OutcomeCode.salesClosed, seats: [] },
  });
});

test('[WC23] seats that are gone are never called kept: without hold and order it is the time that was up', () => {
  for (const code of [OutcomeCode.failed, OutcomeCode.requestIdReused, OutcomeCode.linesMismatch, 250]) {
    const state = next(paying, { kind: 'answered', result: refused(code) });
    assert.deepEqual(next(state, { kind: 'mine', result: mine(null) }), {
      ...{ is: 'refused', purchase, code: OutcomeCode.holdExpired, seats: [] },
    });
    assert.equal(next(state, { kind: 'mine', result: mine('paying') }).is, 'checking', 'it is still being paid');
  }
});
