/** What letters say of money: that it was sent, how long it takes by the means of payment, and what was not charged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refundMeans } from '../../storage/payments/refund-means.ts';
import { PaidOrdersStage } from '../../tests/support/paid-orders-stage.ts';
import { asText } from './letter-layout.ts';
import type { LetterFacts } from './wording.ts';
import { wordingEn } from './wording-en.ts';
import { wordingPt } from './wording-pt.ts';

const screening = {
  ...{ film: 'Ainda Estou Aqui', cinema: 'Cine Belas Artes', auditorium: 'Sala 2' },
  ...{ startsLocal: '2026-12-24T20:30:00', seats: ['F11', 'F12'] },
};
const refund = { cents: 6_400, currency: 'BRL' };
const both = (facts: LetterFacts): readonly [string, string] => [
  asText(wordingPt(facts, 'Ana', 'https://cinema.example')),
  asText(wordingEn(facts, 'Ana', 'https://cinema.example')),
];

test('[PE30] a refund’s letter says whether the money was sent, how much, and how long its means of payment takes', () => {
  const letter = (provider: 'stripe' | 'paypal' | 'sandbox' | null, isSent: boolean) =>
    both({ kind: 'order-refunded', screening, refund, means: { provider, isSent } });
  const [card, cardEn] = letter('stripe', true);
  assert.match(card, /já enviamos R\$ 64,00 de volta pelo mesmo meio de pagamento/);
  assert.match(card, /No cartão, o valor pode levar até duas faturas/);
  assert.match(cardEn, /sent R\$\s?64[.,]00 back the way you paid it[\s\S]*two statements/);
  const [soon] = letter('stripe', false);
  assert.match(soon, /devolvemos R\$ 64,00 pelo mesmo meio/);
  assert.doesNotMatch(soon, /já enviamos/);
  assert.match(letter('paypal', true)[0], /No PayPal, o valor volta para o saldo em até 5 dias úteis/);
  assert.match(letter('sandbox', true)[0], /Foi um pagamento de teste: nada foi cobrado/);
  assert.match(letter(null, false)[0], /No cartão, o valor pode levar até duas faturas/);
});

test('[PE31] who loses sold tickets for want of money hears what happened, that nothing was charged, and what to do', () => {
  const [pt, en] = both({ kind: 'tickets-voided', screening });
  assert.match(pt, /não valem mais na entrada[\s\S]*Nada foi cobrado\.[\s\S]*Compre de novo[\s\S]*Lugares: F11, F12/);
  assert.match(en, /no longer valid at the door[\s\S]*Nothing was charged\.[\s\S]*Buy again/);
});

test('[PE30] whether it was sent stands in the books: not before the provider has it, and nothing without books', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const means = (order: string) => refundMeans(stage.orders.accounts.pool, order);
  await stage.sells(ana, 'o1', [0, 1], { provider: 'paypal' });
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  assert.deepEqual(await means('o1'), { provider: 'paypal', isSent: false });
  stage.paypal.isAway = true;
  await stage.care.run('o1', 'sweep').catch(() => {});
  assert.deepEqual(await means('o1'), { provider: 'paypal', isSent: false });
  stage.paypal.isAway = false;
  await stage.orders.seats.rows('update payments set failures = 0');
  await stage.desk.run('o1', 'reconcile', { look: true });
  assert.deepEqual(await means('o1'), { provider: 'paypal', isSent: true });
  assert.deepEqual(await means('o9'), { provider: null, isSent: false });
});
