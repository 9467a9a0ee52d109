import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentMethod } from '../../../sdk/api/payment-api.ts';
import { isTestCard, methodOf, payPalAddress, TEST_CARDS, waysOf } from './way.ts';

const stripe: PaymentMethod = {
  method: 'stripe',
  publishableKey: 'pk_test_1',
  script: 'https://js.stripe.com/endive/stripe.js',
  release: 'endive',
};
const paypal: PaymentMethod = {
  method: 'paypal',
  clientId: 'client/1',
  script: 'https://www.paypal.com/sdk/js',
  currency: 'BRL',
};

test('[WC25] what the server takes is offered in its order; the sandbox as a card for each end', () => {
  assert.deepEqual(waysOf([stripe, paypal]), ['stripe', 'paypal']);
  assert.deepEqual(waysOf([paypal, { method: 'sandbox' }]), ['paypal', ...TEST_CARDS]);
  assert.deepEqual(waysOf([{ method: 'sandbox' }]), TEST_CARDS);
  assert.deepEqual(waysOf([]), []);
  assert.equal(methodOf([stripe, paypal], 'paypal'), paypal);
  assert.equal(methodOf([stripe], 'paypal'), null);
  assert.deepEqual((['stripe', 'paypal', 'slow'] as const).map(isTestCard), [false, false, true]);
});

test('[WC25] PayPal’s script is asked for its button, in the shop’s currency and the page’s language', () => {
  const url = new URL(payPalAddress({ ...paypal, script: 'http://127.0.0.1:12112/sdk/js' }, 'pt-BR'));
  assert.equal(url.origin + url.pathname, 'http://127.0.0.1:12112/sdk/js');
  assert.deepEqual(
    ['client-id', 'currency', 'intent', 'components', 'locale'].map((name) => url.searchParams.get(name)),
    ['client/1', 'BRL', 'authorize', 'buttons', 'pt_BR'],
  );
});
