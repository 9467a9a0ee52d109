/** Which ways to pay are on, and for whom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodNamed } from './purchase-method.ts';

const ALL = { stripe: {}, paypal: {}, sandboxPayments: true };
const NONE = { stripe: null, paypal: null, sandboxPayments: false };
const NAMES = ['stripe', 'paypal', 'sandbox', 'phone', 'free'];

test('[K15] each way to pay is on where it is configured; another device may pay where any of them is', () => {
  for (const name of NAMES) assert.equal(methodNamed(name, ALL, true), name);
  assert.deepEqual(
    NAMES.map((name) => methodNamed(name, NONE, true)),
    [null, null, null, null, 'free'],
  );
  const onlyPayPal = { ...NONE, paypal: {} };
  assert.deepEqual(
    NAMES.map((name) => methodNamed(name, onlyPayPal, true)),
    [null, 'paypal', null, 'phone', 'free'],
  );
  for (const name of ['', 'Stripe', 'card', 'constructor', '__proto__'])
    assert.equal(methodNamed(name, ALL, true), null);
});

test('[K15] but for the sandbox, an order belongs to somebody who can be told of it', () => {
  assert.deepEqual(
    NAMES.map((name) => methodNamed(name, ALL, false)),
    [null, null, 'sandbox', null, null],
  );
});
