/**
 * With whom money is moved: the environment's variables of Stripe and PayPal. A provider is on when all that it needs is there, and
 * off when none of it is; half of it stops the start, because it would take money and not hear of it. What names an
 * account or opens one is never repeated in a message: those end up in logs.
 */

export interface StripeConfig {
  readonly secretKey: string;
  /** For the browser; no secret. */
  readonly publishableKey: string;
  /** Several while one takes the place of another: a webhook that is signed with any of them is believed. */
  readonly webhookSecrets: readonly string[];
  /** Null: Stripe's own; else a stand-in's. */
  readonly apiUrl: string | null;
  /** Stripe's script for the browser. */
  readonly scriptUrl: string;
  /** Of the script; it belongs to the version of the API that the server speaks. */
  readonly release: string;
}

export interface PaypalConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookId: string;
  readonly environment: 'live' | 'sandbox';
  readonly apiUrl: string;
  readonly scriptUrl: string;
}

export interface PaymentConfig {
  /** Null: nobody pays with it here. */
  readonly stripe: StripeConfig | null;
  readonly paypal: PaypalConfig | null;
}

export const paymentVariables = [
  {
    name: 'POLTRONA_TEST_MONEY',
    default: 'off',
    meaning:
      '`on` lets a production server take the providers’ test keys, for staging: whoever pays there gets tickets and pays nothing. Live keys are refused then.',
  },
  {
    name: 'STRIPE_SECRET_KEY',
    default: '(none)',
    meaning:
      'Stripe’s secret or restricted key, a live one in production. With `STRIPE_PUBLISHABLE_KEY` and `STRIPE_WEBHOOK_SECRETS` it lets people pay by card; two of the three stop the start.',
  },
  { name: 'STRIPE_PUBLISHABLE_KEY', default: '(none)', meaning: 'The key of the same account and mode for browsers.' },
  {
    name: 'STRIPE_WEBHOOK_SECRETS',
    default: '(none)',
    meaning:
      'Signing secret of the webhook endpoint `PUBLIC_URL/api/webhooks/stripe`; several with commas while one takes the place of another.',
  },
  {
    name: 'STRIPE_API_URL',
    default: '(https://api.stripe.com)',
    meaning: 'For tests and development: a stand-in. Refused in production.',
  },
  {
    name: 'STRIPE_SCRIPT_URL',
    default: '(https://js.stripe.com/endive/stripe.js)',
    meaning: 'Stripe’s script for the browser. In production only from js.stripe.com.',
  },
  {
    name: 'PAYPAL_CLIENT_ID',
    default: '(none)',
    meaning:
      'Of PayPal’s REST app. With `PAYPAL_CLIENT_SECRET` and `PAYPAL_WEBHOOK_ID` it lets people pay with PayPal; two of the three stop the start.',
  },
  { name: 'PAYPAL_CLIENT_SECRET', default: '(none)', meaning: 'The secret of the same app.' },
  {
    name: 'PAYPAL_WEBHOOK_ID',
    default: '(none)',
    meaning: 'Id of the webhook `PUBLIC_URL/api/webhooks/paypal`: what its signatures are checked with.',
  },
  {
    name: 'PAYPAL_ENVIRONMENT',
    default: 'sandbox, live in production',
    meaning:
      '`live` moves money, `sandbox` only looks like it, and is refused in production without `POLTRONA_TEST_MONEY=on`.',
  },
  {
    name: 'PAYPAL_API_URL',
    default: '(of `PAYPAL_ENVIRONMENT`)',
    meaning: 'For tests and development: a stand-in. Refused in production.',
  },
  {
    name: 'PAYPAL_SCRIPT_URL',
    default: '(https://www.paypal.com/sdk/js)',
    meaning: 'PayPal’s script for the browser, without its query. In production only from www.paypal.com.',
  },
] as const;

/** The script of the API version 2026-10-28.endive. */
const STRIPE_RELEASE = 'endive';
const STRIPE_API_HOSTS = ['api.stripe.com'];
const STRIPE_SCRIPT_HOSTS = ['js.stripe.com'];
const PAYPAL_API_URLS = { live: 'https://api-m.paypal.com', sandbox: 'https://api-m.sandbox.paypal.com' } as const;
const PAYPAL_SCRIPT_HOSTS = ['www.paypal.com'];
/** While one secret takes the place of another there are two; each costs every webhook a hash. */
const WEBHOOK_SECRETS_MAX = 4;

export interface PaymentConfigPorts {
  /** A variable without blanks around it; undefined where it is empty. */
  text(name: string): string | undefined;
  /** 'on' or 'off', of which the first is what an unset variable means. @throws when it is something else */
  oneOf(name: string, fallback: 'off', allowed: readonly ['off', 'on']): 'off' | 'on';
  readonly production: boolean;
  readonly sandboxPayments: boolean;
  readonly publicUrl: string;
  /** Makes the error of a wrong configuration. */
  error(sentence: string): Error;
}

/** @throws what `error` makes */
export function readPaymentConfig(ports: PaymentConfigPorts): PaymentConfig {
  const isTest = ports.oneOf('POLTRONA_TEST_MONEY', 'off', ['off', 'on']) === 'on';
  const config = { stripe: readStripe(ports), paypal: readPaypal(ports, isTest) };
  const { stripe, paypal } = config;
  if (stripe !== null) checkMoney(ports, isTest, modeOf(stripe.secretKey) === 'live', STRIPE_MONEY);
  if (paypal !== null) checkMoney(ports, isTest, paypal.environment === 'live', PAYPAL_MONEY);
  return config;
}

/** What a provider's money is told by, and the addresses that may be a stand-in's. */
interface MoneyVariables {
  readonly mode: string;
  readonly live: string;
  readonly addresses: readonly (readonly [name: string, hosts: readonly string[]])[];
}

const STRIPE_MONEY: MoneyVariables = {
  mode: 'STRIPE_SECRET_KEY',
  live: 'a live key (sk_live_ or rk_live_)',
  addresses: [
    ['STRIPE_API_URL', STRIPE_API_HOSTS],
    ['STRIPE_SCRIPT_URL', STRIPE_SCRIPT_HOSTS],
  ],
};
const PAYPAL_MONEY: MoneyVariables = {
  mode: 'PAYPAL_ENVIRONMENT',
  live: 'live',
  addresses: [
    ['PAYPAL_API_URL', [new URL(PAYPAL_API_URLS.live).host]],
    ['PAYPAL_SCRIPT_URL', PAYPAL_SCRIPT_HOSTS],
  ],
};

/**
 * Real money and what only looks like it are never taken side by side: with test keys, or in the sandbox, anybody gets tickets for
 * nothing; and live keys are shown to nobody but the provider.
 */
function checkMoney(ports: PaymentConfigPorts, isTest: boolean, isLive: boolean, variables: MoneyVariables): void {
  const { production, sandboxPayments, publicUrl, error } = ports;
  const { mode, live, addresses } = variables;
  if (production && !isLive && !isTest) {
    throw error(
      `${mode} must be ${live} in production, or nobody pays anything; POLTRONA_TEST_MONEY=on is for staging.`,
    );
  }
  if ((isLive || production) && !publicUrl.startsWith('https://')) {
    throw error('PUBLIC_URL must begin with https:// where people pay: the providers send buyers and webhooks there.');
  }
  if (!isLive) return;
  if (isTest) {
    throw error(`POLTRONA_TEST_MONEY=on does not go with real money: ${mode} is ${live}.`);
  }
  if (sandboxPayments) {
    throw error(`POLTRONA_SANDBOX_PAYMENTS must be off where ${mode} is ${live}: the sandbox gives tickets away.`);
  }
  for (const [name, hosts] of addresses) addressOf({ ...ports, production: true }, name, hosts, 'with real money');
}

function readStripe(ports: PaymentConfigPorts): StripeConfig | null {
  const needed = ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRETS'] as const;
  const rest = ['STRIPE_API_URL', 'STRIPE_SCRIPT_URL'] as const;
  const values = allOrNone(ports, needed, rest);
  const apiUrl = addressOf(ports, 'STRIPE_API_URL', STRIPE_API_HOSTS);
  const scriptUrl = addressOf(ports, 'STRIPE_SCRIPT_URL', STRIPE_SCRIPT_HOSTS);
  if (values === null) return null;
  const [secretKey = '', publishableKey = '', secrets = ''] = values;
  if (!/^(sk|rk)_/.test(secretKey)) throw ports.error('STRIPE_SECRET_KEY must begin with sk_ or rk_.');
  if (!/^pk_/.test(publishableKey)) throw ports.error('STRIPE_PUBLISHABLE_KEY must begin with pk_.');
  if (modeOf(secretKey) !== modeOf(publishableKey)) {
    throw ports.error(
      'STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of two modes: one is for tests, the other moves money.',
    );
  }
  const webhookSecrets = secrets
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  const areFit = webhookSecrets.length > 0 && webhookSecrets.every((secret) => /^whsec_\S+$/.test(secret));
  if (!areFit || webhookSecrets.length > WEBHOOK_SECRETS_MAX) {
    throw ports.error(
      `STRIPE_WEBHOOK_SECRETS must be one to ${WEBHOOK_SECRETS_MAX} secrets that begin with whsec_, separated by commas.`,
    );
  }
  return {
    ...{ secretKey, publishableKey, webhookSecrets, apiUrl },
    scriptUrl: scriptUrl ?? `https://js.stripe.com/${STRIPE_RELEASE}/stripe.js`,
    release: STRIPE_RELEASE,
  };
}

function readPaypal(ports: PaymentConfigPorts, isTest: boolean): PaypalConfig | null {
  const needed = ['PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_ID'] as const;
  const rest = ['PAYPAL_ENVIRONMENT', 'PAYPAL_API_URL', 'PAYPAL_SCRIPT_URL'] as const;
  const values = allOrNone(ports, needed, rest);
  const environment = ports.text('PAYPAL_ENVIRONMENT') ?? (ports.production && !isTest ? 'live' : 'sandbox');
  if (environment !== 'live' && environment !== 'sandbox') {
    throw ports.error(`PAYPAL_ENVIRONMENT=${environment} is not allowed: one of live, sandbox.`);
  }
  const official = PAYPAL_API_URLS[environment];
  const apiUrl = addressOf(ports, 'PAYPAL_API_URL', [new URL(official).host]);
  const others = Object.values(PAYPAL_API_URLS).filter((url) => url !== official);
  if (apiUrl !== null && others.includes(apiUrl as typeof official)) {
    throw ports.error(`PAYPAL_API_URL=${apiUrl} is not of PAYPAL_ENVIRONMENT=${environment}: that is ${official}.`);
  }
  const scriptUrl = addressOf(ports, 'PAYPAL_SCRIPT_URL', PAYPAL_SCRIPT_HOSTS);
  if (values === null) return null;
  const [clientId = '', clientSecret = '', webhookId = ''] = values;
  return {
    ...{ clientId, clientSecret, webhookId, environment },
    apiUrl: apiUrl ?? official,
    scriptUrl: scriptUrl ?? 'https://www.paypal.com/sdk/js',
  };
}

/** The values of `needed`; null when none of them is there. @throws when some are, or only what belongs to them. */
function allOrNone(
  ports: PaymentConfigPorts,
  needed: readonly string[],
  rest: readonly string[],
): readonly string[] | null {
  const values = needed.map((name) => ports.text(name));
  const missing = needed.filter((_name, index) => values[index] === undefined);
  // All of them are looked at, whatever the first one says.
  const others = rest.map((name) => ports.text(name));
  if (missing.length === 0) return values as string[];
  const there = [...needed, ...rest].find((_name, index) => [...values, ...others][index] !== undefined);
  if (there === undefined) return null;
  throw ports.error(`${there} is set and ${missing.join(', ')} is not: set all of ${needed.join(', ')}, or none.`);
}

/** Null where it is not set. Only the provider's own hosts in production, and only over TLS. */
function addressOf(
  { text, production, error }: PaymentConfigPorts,
  name: string,
  hosts: readonly string[],
  where = 'in production',
): string | null {
  const value = text(name);
  if (value === undefined) return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw error(`${name} must be an address such as http://127.0.0.1:12111, without user and password.`);
  }
  if (production && (url.protocol !== 'https:' || !hosts.includes(url.host))) {
    throw error(`${name}=${value} is not allowed ${where}: only https://${hosts.join(' and https://')}.`);
  }
  return value.replace(/\/+$/, '');
}

/** "test" or "live"; empty for a stand-in's key. */
function modeOf(key: string): string {
  return /^[a-z]+_(test|live)_/.exec(key)?.[1] ?? '';
}
