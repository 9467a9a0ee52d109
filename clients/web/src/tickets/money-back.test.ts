import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderPayment } from '../../../sdk/api/payment-api.ts';
import { moneyEn } from '../words/money.en.ts';
import { moneyPt } from '../words/money.pt-br.ts';
import { moneyAskAgainMs, moneyBackOf } from './money-back.ts';

const payment = (refundedCents: number, refundPendingCents: number) =>
  ({ refundedCents, refundPendingCents, currency: 'BRL' }) as OrderPayment;

test('[WY5] after a cancellation the page says what was sent back and what is on its way', () => {
  assert.equal(moneyBackOf(null), null);
  assert.equal(moneyBackOf(payment(0, 0)), null);
  assert.deepEqual(moneyBackOf(payment(3_200, 6_400)), { doneCents: 3_200, pendingCents: 6_400, currency: 'BRL' });
  assert.match(moneyPt.pending('R$ 64,00'), /R\$ 64,00/);
  assert.doesNotMatch(moneyPt.pending('R$ 64,00'), /devolvemos|foi devolvid/i, 'it is not there yet');
  assert.match(moneyEn.done('R$32.00'), /R\$32\.00/);
});

test('[WY5] it asks again while money is on its way, and a few times when none is seen yet', () => {
  assert.equal(moneyAskAgainMs(moneyBackOf(payment(3_200, 0)), 1), null);
  assert.equal(moneyAskAgainMs(moneyBackOf(payment(0, 3_200)), 9), 30_000);
  assert.ok((moneyAskAgainMs(null, 1) ?? 0) > 0);
  assert.equal(moneyAskAgainMs(null, 4), null);
});
