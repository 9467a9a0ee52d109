import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../../sdk/index.ts';
import { purchaseEn } from '../words/purchase.en.ts';
import { purchasePt } from '../words/purchase.pt-br.ts';
import { refusalOf } from './refusal.ts';

const NOTHING_CHARGED = { pt: /nada foi cobrado/i, en: /nothing was charged/i };
/** One that this page was not built with. */
const OF_TOMORROW = 99;

test('[WC12] each refusal says what happened, that nothing was charged, and what to do now', () => {
  const codes = Object.values(OutcomeCode).filter((code) => code !== OutcomeCode.accepted);
  for (const code of [...codes, OF_TOMORROW]) {
    const { name, ways } = refusalOf(code);
    assert.notEqual(ways.length, 0, `${code}`);
    for (const seats of [[], ['F12'], ['F11', 'F12', 'F13']]) {
      assert.match(purchasePt.refusals[name].text(seats), NOTHING_CHARGED.pt, `${code}`);
      assert.match(purchaseEn.refusals[name].text(seats), NOTHING_CHARGED.en, `${code}`);
    }
    for (const way of ways) assert.ok(way in purchasePt.ways && way in purchaseEn.ways);
  }
});

test('[WC12] what a refusal means for the seats and the purchase', () => {
  assert.deepEqual(refusalOf(OutcomeCode.priceChanged).ways[0], 'new-price');
  assert.deepEqual(refusalOf(OutcomeCode.quotaExhausted).ways[0], 'full-price');
  assert.equal(refusalOf(OutcomeCode.holdExpired).ways[0], 'take-again');
  assert.equal(refusalOf(OutcomeCode.holdExpired).isOver, true);
  assert.equal(refusalOf(OutcomeCode.paymentDeclined).isOver, false);
  assert.equal(refusalOf(OF_TOMORROW).name, 'outdated');
});

test('[WC12] the seats that are the reason are named', () => {
  assert.match(purchasePt.refusals.quota.text(['F12']), /poltrona F12/);
  assert.match(purchasePt.refusals['seats-gone'].text(['F11', 'F12']), /F11 e F12/);
  assert.match(purchaseEn.refusals['seats-gone'].text(['F11', 'F12']), /F11 and F12/);
});

test('[WY63] a card or PayPal that is not taken after many declines: try later or another way, and the seats stay', () => {
  for (const method of ['stripe', 'paypal']) {
    const refusal = refusalOf(OutcomeCode.paymentRefused, method);
    assert.deepEqual([refusal.name, refusal.ways[0], refusal.isOver], ['paused', 'other-way', false]);
  }
  assert.equal(refusalOf(OutcomeCode.paymentRefused, 'sandbox').name, 'method');
  assert.match(purchasePt.refusals.paused.text(), /nada foi cobrado.*continuam com você.*mais tarde.*outra forma/i);
  assert.match(purchaseEn.refusals.paused.text(), /nothing was charged.*still yours.*later.*another way/i);
});
