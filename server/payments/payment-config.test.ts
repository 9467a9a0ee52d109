/** The environment's variables of the providers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, readConfig } from '../config.ts';

const STRIPE = {
  STRIPE_SECRET_KEY: 'sk_test_topsecret',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_open',
  STRIPE_WEBHOOK_SECRETS: 'whsec_first000, whsec_second00',
};
const PAYPAL = { PAYPAL_CLIENT_ID: 'client', PAYPAL_CLIENT_SECRET: 'topsecret', PAYPAL_WEBHOOK_ID: 'WH-1' };
/** A live key of Stripe’s; PayPal has an environment of its own. */
const LIVE = { ...STRIPE, STRIPE_SECRET_KEY: 'rk_live_topsecret', STRIPE_PUBLISHABLE_KEY: 'pk_live_open' };
const PRODUCTION = { NODE_ENV: 'production', PUBLIC_URL: 'https://ingressos.example' };

function refused(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (cause) {
    assert.ok(cause instanceof ConfigurationError);
    return cause.message;
  }
  return assert.fail(`${JSON.stringify(environment)} is taken`);
}

test('[PE1] a provider is on when all that it needs is there, and off when nothing is', () => {
  const { stripe, paypal } = readConfig({ ...STRIPE, ...PAYPAL });
  assert.deepEqual(stripe, {
    secretKey: 'sk_test_topsecret',
    publishableKey: 'pk_test_open',
    webhookSecrets: ['whsec_first000', 'whsec_second00'],
    apiUrl: null,
    scriptUrl: 'https://js.stripe.com/endive/stripe.js',
    release: 'endive',
  });
  assert.deepEqual(paypal, {
    ...{ clientId: 'client', clientSecret: 'topsecret', webhookId: 'WH-1', environment: 'sandbox' },
    apiUrl: 'https://api-m.sandbox.paypal.com',
    scriptUrl: 'https://www.paypal.com/sdk/js',
  });
  const none = readConfig({});
  assert.deepEqual([none.stripe, none.paypal], [null, null]);
});

test('[PE1] half a configuration stops the start, and no message repeats what opens an account', () => {
  for (const provider of [STRIPE, PAYPAL]) {
    for (const missing of Object.keys(provider)) {
      const message = refused({ ...provider, [missing]: ' ' });
      assert.match(message, new RegExp(missing));
      assert.doesNotMatch(message, /topsecret|whsec_/);
    }
  }
  assert.match(refused({ STRIPE_API_URL: 'http://127.0.0.1:1' }), /STRIPE_SECRET_KEY/);
  assert.match(refused({ PAYPAL_ENVIRONMENT: 'live' }), /PAYPAL_CLIENT_ID/);
});

const WRONG: readonly (readonly [name: string, value: string])[] = [
  ['STRIPE_SECRET_KEY', 'pk_test_topsecret'],
  ['STRIPE_SECRET_KEY', 'sk_live_topsecret'],
  ['STRIPE_PUBLISHABLE_KEY', 'sk_test_topsecret'],
  ['STRIPE_WEBHOOK_SECRETS', 'topsecret'],
  ['STRIPE_WEBHOOK_SECRETS', ','],
  ['STRIPE_API_URL', 'ftp://topsecret'],
  ['STRIPE_API_URL', 'http://user:topsecret@host'],
  ['PAYPAL_ENVIRONMENT', 'production'],
  ['PAYPAL_SCRIPT_URL', 'paypal'],
];
for (const [name, value] of WRONG) {
  test(`[PE1] ${name} is refused when it is "${value}"`, () => {
    const message = refused({ ...STRIPE, ...PAYPAL, [name]: value });
    assert.match(message, new RegExp(name));
    assert.doesNotMatch(message, /topsecret/);
  });
}

test('[PE2] stand-ins are for tests: in production only the providers themselves, and only over TLS', () => {
  for (const name of ['STRIPE_API_URL', 'STRIPE_SCRIPT_URL', 'PAYPAL_API_URL', 'PAYPAL_SCRIPT_URL']) {
    const wrong = { ...STRIPE, ...PAYPAL, [name]: 'http://127.0.0.1:12111/' };
    assert.match(refused({ ...wrong, ...PRODUCTION }), new RegExp(`${name}.* not allowed in production`));
    const { stripe, paypal } = readConfig(wrong);
    assert.ok(JSON.stringify([stripe, paypal]).includes('"http://127.0.0.1:12111"'));
  }
  const official = { STRIPE_API_URL: 'https://api.stripe.com', PAYPAL_API_URL: 'https://api-m.paypal.com' };
  const { paypal, stripe } = readConfig({ ...LIVE, ...PAYPAL, ...PRODUCTION, ...official });
  assert.deepEqual([stripe?.apiUrl, paypal?.apiUrl], Object.values(official));
  assert.equal(readConfig({ ...PAYPAL, ...PRODUCTION }).paypal?.apiUrl, 'https://api-m.paypal.com');
  assert.match(refused({ ...PAYPAL, ...PRODUCTION, PUBLIC_URL: 'http://ingressos.example' }), /https/);
});

test('[PE44] in production only real money is taken, unless it is said to be a staging server’s', () => {
  assert.match(refused({ ...STRIPE, ...PRODUCTION }), /STRIPE_SECRET_KEY must be a live key/);
  assert.match(
    refused({ ...STRIPE, ...PRODUCTION, STRIPE_SECRET_KEY: 'sk_x', STRIPE_PUBLISHABLE_KEY: 'pk_x' }),
    /live/,
  );
  assert.match(refused({ ...PAYPAL, ...PRODUCTION, PAYPAL_ENVIRONMENT: 'sandbox' }), /PAYPAL_ENVIRONMENT must be live/);
  assert.ok(readConfig({ ...LIVE, ...PRODUCTION }).stripe);
  const staging = { ...PRODUCTION, POLTRONA_TEST_MONEY: 'on' };
  const { stripe, paypal } = readConfig({ ...STRIPE, ...PAYPAL, ...staging, POLTRONA_SANDBOX_PAYMENTS: 'on' });
  assert.deepEqual([stripe?.secretKey, paypal?.environment], ['sk_test_topsecret', 'sandbox']);
  assert.match(refused({ ...LIVE, ...staging }), /POLTRONA_TEST_MONEY=on does not go/);
  assert.match(refused({ ...PAYPAL, ...staging, PAYPAL_ENVIRONMENT: 'live' }), /POLTRONA_TEST_MONEY=on does not go/);
  assert.match(refused({ POLTRONA_TEST_MONEY: 'yes' }), /POLTRONA_TEST_MONEY/);
  // PayPal's environment and the API's address are of one kind.
  const sandbox = 'https://api-m.sandbox.paypal.com';
  assert.match(refused({ ...PAYPAL, ...PRODUCTION, PAYPAL_API_URL: sandbox }), /PAYPAL_API_URL/);
  assert.match(refused({ ...PAYPAL, PAYPAL_API_URL: 'https://api-m.paypal.com/' }), /PAYPAL_API_URL/);
  assert.ok(readConfig({ ...PAYPAL, ...staging, PAYPAL_API_URL: sandbox }).paypal);
});

test('[PE45] where real money is taken nobody pays with the sandbox, and no stand-in hears of a key, in production or not', () => {
  const real = { PUBLIC_URL: PRODUCTION.PUBLIC_URL, POLTRONA_SANDBOX_PAYMENTS: 'off' };
  for (const live of [LIVE, { ...PAYPAL, PAYPAL_ENVIRONMENT: 'live' }]) {
    const { stripe, paypal } = readConfig({ ...live, ...real });
    assert.ok(stripe ?? paypal);
    for (const place of [{}, { NODE_ENV: 'production' }]) {
      const on = { ...live, ...real, ...place, POLTRONA_SANDBOX_PAYMENTS: 'on' };
      assert.match(refused(on), /POLTRONA_SANDBOX_PAYMENTS must be off/);
    }
    assert.match(refused({ ...live, ...real, PUBLIC_URL: 'http://127.0.0.1:8080' }), /PUBLIC_URL/);
    const prefix = live === LIVE ? 'STRIPE' : 'PAYPAL';
    for (const name of [`${prefix}_API_URL`, `${prefix}_SCRIPT_URL`]) {
      const message = refused({ ...live, ...real, [name]: 'http://127.0.0.1:12111' });
      assert.match(message, new RegExp(`${name}.* not allowed with real money`));
      assert.doesNotMatch(message, /topsecret/);
    }
  }
});
