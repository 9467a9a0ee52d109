/** What the phone shows of a payment that a kiosk has begun. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { BuyerAction, OrderPayment, OrderPaymentState } from '../../../sdk/api/payment-api.ts';
import { payEn } from '../words/pay.en.ts';
import { payPt } from '../words/pay.pt-br.ts';
import { isUnsure, payAskAgainMs, payTroubleOf, payViewOf } from './pay-view.ts';

function payment(state: OrderPaymentState, more: Partial<OrderPayment> = {}): OrderPayment {
  return {
    ...{ order: 'o1', state, provider: null, amountCents: 6_400, currency: 'BRL', secondsLeft: 300, methods: [] },
    ...{ action: null, refundedCents: 0, refundPendingCents: 0 },
    screening: {
      ...{ id: 7, film: 'Central do Brasil', cinema: 'Cine Um', auditorium: 'Sala 2' },
      ...{ startsLocal: '2026-12-24T20:30:00', seats: ['F11', 'F12'] },
    },
    ...more,
  };
}

const view = (one: OrderPayment) => payViewOf(one, 'known', false);
const stripe: BuyerAction = { kind: 'stripe', clientSecret: 'x' };
const paypal: BuyerAction = { kind: 'paypal', order: 'P1', approveUrl: null };

test('[WY1] the phone shows how the order stands: to be paid, asked about, being paid, done, declined, over', () => {
  assert.equal(view(payment('open')), 'form');
  assert.equal(view(payment('action', { action: stripe })), 'question');
  assert.equal(view(payment('action', { action: paypal })), 'paypal');
  assert.equal(view(payment('paying')), 'paying');
  assert.equal(view(payment('sold')), 'sold');
  assert.equal(view(payment('declined')), 'declined');
  assert.equal(view(payment('ended')), 'ended');
});

test('[WY1] a payment on its way is no form that could be sent once more', () => {
  assert.equal(payViewOf(payment('open'), 'known', true), 'paying');
  assert.equal(payViewOf(payment('action', { action: stripe }), 'known', true), 'paying');
  assert.equal(payViewOf(payment('sold'), 'known', true), 'sold');
});

test('[WY2] "nothing was charged" is not said of an order from which money goes back', () => {
  assert.equal(view(payment('ended', { refundPendingCents: 6_400 })), 'back');
  assert.equal(view(payment('ended', { refundedCents: 6_400 })), 'back');
  assert.doesNotMatch(payPt.back('R$ 64,00'), /nada foi cobrado/i);
  assert.match(payPt.declined, /nada foi cobrado/i);
  assert.match(payEn.ended, /nothing was charged/i);
});

test('[WY3] without an answer what is known stays; a code that opens nothing says so', () => {
  assert.equal(payViewOf(null, 'asking', false), 'loading');
  assert.equal(payViewOf(null, 'missing', false), 'missing');
  assert.equal(payViewOf(null, 'unreachable', false), 'unreachable');
  assert.equal(payViewOf(payment('open'), 'unreachable', false), 'form');
});

test('[WY61] a code that opens nothing here says nothing of the money but that it is not taken twice: it may have been paid', () => {
  for (const words of [payPt, payEn]) {
    assert.doesNotMatch(words.missing, /nada foi cobrado|nothing was charged/i);
    assert.match(words.missing, /totem.*e-mail.*nada é cobrado duas vezes|kiosk.*e-mail.*nothing is charged twice/i);
  }
});

test('[WY63] after too many declined payments: nothing was charged by this try, the seats stay, later or another way', () => {
  assert.match(payPt.troubles['too-many-declined'], /nada foi cobrado.*guardadas.*mais tarde.*outra forma/i);
  assert.match(payEn.troubles['too-many-declined'], /nothing was charged.*still held.*later.*another way/i);
});

test('[WY3] the phone goes on asking while something may change, and no longer', () => {
  assert.ok((payAskAgainMs('paying', 0) ?? 0) < (payAskAgainMs('paying', 5) ?? 0));
  for (const over of ['sold', 'declined', 'ended', 'back', 'missing'] as const)
    assert.equal(payAskAgainMs(over, 1), null, over);
});

test('[WY4] what paying came to: where nobody knows, it is asked before anything is sent again', () => {
  const problem = (status: number, code: string) => new ApiProblem(status, code, '', [], null);
  assert.equal(payTroubleOf(new ApiUnreachable()), 'unreachable');
  assert.equal(payTroubleOf(problem(503, 'provider-away')), 'provider-away');
  assert.equal(payTroubleOf(problem(429, 'too-many-attempts')), 'too-many-attempts');
  assert.equal(payTroubleOf(problem(429, 'too-many-declined')), 'too-many-declined');
  assert.equal(payTroubleOf(problem(409, 'other-method')), 'other-method');
  assert.equal(payTroubleOf(problem(409, 'not-open')), null);
  assert.equal(payTroubleOf(problem(400, 'invalid')), 'server');
  assert.deepEqual((['unreachable', 'provider-away', 'server', null] as const).map(isUnsure), [
    true,
    true,
    false,
    false,
  ]);
  for (const words of [payPt, payEn])
    for (const trouble of ['unreachable', 'provider-away'] as const)
      assert.doesNotMatch(words.troubles[trouble], /nada foi cobrado|nothing was charged/i, 'nobody knows');
});
