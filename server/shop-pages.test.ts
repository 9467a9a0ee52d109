/** The one HTML page: which addresses have it, its nonce, and the rules that browsers get with it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../storage/package-root.ts';
import type { PaymentScripts } from './payment-policy.ts';
import { ShopPages } from './shop-pages.ts';

const INDEX = `<!doctype html><meta name="document" content="%DOCUMENT%"><link rel="stylesheet" href="styles-AAAAAAAA.css">
<poltrona-shop ngcspnonce="%NONCE%"></poltrona-shop>
<link rel="modulepreload" href="chunk-AAAAAAAA.js"><script src="main-AAAAAAAA.js" type="module" nonce="%NONCE%"></script>
`;

function served(
  t: TestContext,
  publicUrl = 'http://127.0.0.1:8080',
  files: Readonly<Record<string, string>> = { 'index.html': INDEX },
  scripts?: PaymentScripts,
) {
  const folder = mkdtempSync(join(tmpdir(), 'poltrona-shop-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ 'sw.js': 'worker', 'main-AAAAAAAA.js': 'main', ...files }))
    writeFileSync(join(folder, name), text);
  const shop = new ShopPages(folder, publicUrl, scripts);
  return (path: string, accept = 'text/html,*/*;q=0.8') => {
    const {
      status,
      headers = {},
      body,
    } = shop.answer({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      remoteAddress: '127.0.0.1',
      header: (name) => (name === 'accept' ? accept : undefined),
      body: new Uint8Array(0),
    });
    return { status, headers, text: body === undefined ? '' : Buffer.from(body).toString() };
  };
}

/** Every address that the shop's routes name, with something in the place of what varies. */
function routes(): readonly string[] {
  const below = (file: string): readonly string[] =>
    [...readFileSync(`${packageRoot()}/clients/web/src/${file}`, 'utf8').matchAll(/\bpath: '([^'*]*)'/g)].map(
      ([, path = '']) => path.replace(/:\w+/g, '123'),
    );
  const account = below('account/account-routes.ts').map((path) => (path === '' ? 'account' : `account/${path}`));
  return [...below('routes.ts'), ...account].map((path) => `/${path}`);
}

test('[WD4] every address of the shop’s routes is a page', (t) => {
  const answer = served(t);
  assert.ok(routes().length >= 12);
  for (const path of routes()) {
    // Also for whoever does not say what he wants: a link preview, a check of the balancer.
    for (const accept of ['text/html', '*/*']) assert.equal(answer(path, accept).status, 200, path);
  }
});

test('[WD4] an address that is none: 404, with the shop’s own page for a browser, a short text for everything else', (t) => {
  const answer = served(t);
  for (const path of [
    '/nothing',
    '/index.html',
    '/films',
    '/screenings/1/2/3',
    '/account/x',
    '/staff',
    '//',
    '/favicon.ico',
  ]) {
    const page = answer(path);
    assert.equal(page.status, 404, path);
    assert.match(page.text, /<poltrona-shop/);
    const other = answer(path, '*/*');
    assert.deepEqual([other.status, other.text], [404, 'not found\n'], path);
  }
  assert.equal(answer('/%2e%2e/package.json', '*/*').status, 404);
});

test('[WD5] each answer has a nonce of 128 bits of its own: on its scripts, its preloads, its styles, in its policy', (t) => {
  const answer = served(t);
  const nonces = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const { headers, text } = answer('/');
    const nonce = /script-src 'nonce-([\w-]{22})' 'strict-dynamic';/.exec(
      headers['content-security-policy'] ?? '',
    )?.[1];
    assert.ok(nonce);
    nonces.add(nonce);
    assert.doesNotMatch(text, /%NONCE%/);
    const marked = [`<script src="main-AAAAAAAA.js" type="module" nonce="${nonce}"`, `ngcspnonce="${nonce}"`];
    for (const mark of [...marked, `rel="modulepreload" nonce="${nonce}"`]) assert.ok(text.includes(mark), mark);
  }
  assert.equal(nonces.size, 50);
});

/** The rules of an answer's policy by name. */
function policyOf(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const rules = (headers['content-security-policy'] ?? '').split('; ');
  return new Map(
    rules.map((rule) => {
      const [name = '', ...values] = rule.split(' ');
      return [name, values.join(' ')];
    }),
  );
}

test('[WD6] the page may load from its own server only, run nothing inline, be framed by nobody, and ask for no device', (t) => {
  const { headers } = served(t)('/tickets');
  const policy = policyOf(headers);
  assert.equal(policy.get('default-src'), "'none'");
  assert.equal(policy.get('connect-src'), "'self'");
  assert.equal(policy.get('frame-ancestors'), "'none'");
  assert.equal(policy.get('require-trusted-types-for'), "'script'");
  assert.doesNotMatch([...policy.values()].join(' '), /unsafe|\*/);
  assert.deepEqual(
    ['x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy'].map((name) => headers[name]),
    ['nosniff', 'no-referrer', 'same-origin'],
  );
  assert.match(headers['permissions-policy'] ?? '', /^screen-wake-lock=\(self\), camera=\(\), microphone=\(\)/);
});

test('[WD7] a page is asked for each time, yet the back button may find it alive', (t) => {
  const control = served(t)('/').headers['cache-control'] ?? '';
  assert.match(control, /no-cache/);
  assert.doesNotMatch(control, /no-store/);
});

test('[WD8] where visitors come by HTTPS, browsers are told to come no other way; elsewhere they are not', (t) => {
  for (const path of ['/', '/main-AAAAAAAA.js', '/nothing']) {
    assert.equal(served(t, 'https://a.example')(path).headers['strict-transport-security'], 'max-age=31536000', path);
    assert.equal(served(t)(path).headers['strict-transport-security'], undefined, path);
  }
});

test('[WD9] the service worker’s file is asked for each time and may load from here only', (t) => {
  const { headers, text } = served(t)('/sw.js', '*/*');
  assert.equal(text, 'worker');
  assert.equal(headers['cache-control'], 'no-cache');
  assert.equal(headers['content-security-policy'], "default-src 'none'; script-src 'self'; connect-src 'self'");
});

test('[WD10] without a build of the shop the server says what makes one', () => {
  const folder = join(tmpdir(), 'poltrona-no-such-folder');
  const shop = new ShopPages(folder, 'http://127.0.0.1');
  const { status, body } = shop.answer({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    remoteAddress: '',
    header: () => undefined,
    body: new Uint8Array(0),
  });
  assert.equal(status, 404);
  assert.match(String(body), /npm run build/);
});

test('[WD15] what is not there is not guessed at by a browser either', (t) => {
  for (const path of ['/main-BBBBBBBB.js', '/poster.png']) {
    const { status, headers } = served(t)(path, '*/*');
    assert.deepEqual([status, headers['x-content-type-options']], [404, 'nosniff'], path);
  }
  const unbuilt = served(t, 'http://127.0.0.1:8080', {})('/');
  assert.deepEqual([unbuilt.status, unbuilt.headers['x-content-type-options']], [404, 'nosniff']);
});

const PROVIDERS = { stripe: 'https://js.stripe.com/endive/stripe.js', paypal: 'https://www.paypal.com/sdk/js' };
const PAYMENT_PAGES = ['/screenings/123/checkout', '/pay/123'];
const CLUB = '/account/club';

function servedWith(t: TestContext, scripts: PaymentScripts) {
  return served(t, 'http://127.0.0.1:8080', { 'index.html': INDEX }, scripts);
}

test('[WD22] payment pages have a policy of their own, wide enough for the providers that are on and for nobody else', (t) => {
  const rulesOf = (scripts: PaymentScripts, path: string) => policyOf(servedWith(t, scripts)(path).headers);
  for (const path of PAYMENT_PAGES) {
    const both = rulesOf(PROVIDERS, path);
    assert.match(
      both.get('frame-src') ?? '',
      /^https:\/\/js\.stripe\.com https:\/\/\*\.js\.stripe\.com https:\/\/hooks\.stripe\.com/,
    );
    assert.match(both.get('frame-src') ?? '', /https:\/\/\*\.paypal\.com/);
    assert.match(both.get('connect-src') ?? '', /^'self' https:\/\/api\.stripe\.com https:\/\/\*\.paypal\.com/);
    assert.match(both.get('script-src') ?? '', /^'nonce-[\w-]{22}' 'strict-dynamic'$/);
    assert.equal(both.has('require-trusted-types-for'), false, 'their scripts know none');
    for (const name of ['default-src', 'frame-ancestors']) assert.equal(both.get(name), "'none'");
    const stripe = [...rulesOf({ ...PROVIDERS, paypal: null }, path).values()].join(' ');
    assert.doesNotMatch(stripe, /paypal|unsafe/);
    const paypal = [...rulesOf({ ...PROVIDERS, stripe: null }, path).values()].join(' ');
    assert.doesNotMatch(paypal, /stripe/);
  }
});

test('[WD22] a payment page lets PayPal’s window answer, names no address to the providers, and may ask for a wallet', (t) => {
  const { headers } = servedWith(t, PROVIDERS)('/pay/123');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin-allow-popups');
  assert.equal(headers['referrer-policy'], 'strict-origin');
  const permissions = headers['permissions-policy'] ?? '';
  assert.match(permissions, /payment=\(self "https:\/\/js\.stripe\.com" "https:\/\/www\.paypal\.com"\)/);
  assert.match(permissions, /camera=\(\)/);
});

test('[WD22] a stand-in’s script brings its own origin into the policy, and no provider’s', (t) => {
  const url = 'http://127.0.0.1:12111';
  const policy = policyOf(servedWith(t, { stripe: `${url}/v3/stripe.js`, paypal: null })('/pay/123').headers);
  assert.equal(policy.get('frame-src'), url);
  assert.equal(policy.get('connect-src'), `'self' ${url}`);
  assert.doesNotMatch([...policy.values()].join(' '), /stripe\.com/);
});

test('[WD23] every page says which kind of document it is; all but the payment pages keep the strict policy', (t) => {
  const answer = servedWith(t, PROVIDERS);
  for (const path of [...routes(), '/nothing']) {
    const { headers, text } = answer(path);
    const kind = path === CLUB ? 'membership' : PAYMENT_PAGES.includes(path) ? 'payment' : 'plain';
    assert.ok(text.includes(`<meta name="document" content="${kind}">`), path);
    assert.equal(policyOf(headers).has('require-trusted-types-for'), kind === 'plain', path);
    assert.equal(policyOf(headers).has('frame-src'), kind !== 'plain', path);
  }
});

test('[WD25] the club’s page allows Stripe and not PayPal; where only PayPal is on, it is as strict as any page', (t) => {
  const { headers } = servedWith(t, PROVIDERS)(CLUB);
  assert.match(policyOf(headers).get('frame-src') ?? '', /^https:\/\/js\.stripe\.com/);
  assert.doesNotMatch([...policyOf(headers).values()].join(' '), /paypal|unsafe/);
  assert.doesNotMatch(headers['permissions-policy'] ?? '', /paypal/);
  const without = servedWith(t, { ...PROVIDERS, stripe: null })(CLUB).headers;
  assert.equal(policyOf(without).get('require-trusted-types-for'), "'script'");
  assert.equal(policyOf(without).has('frame-src'), false);
});

test('[WD23] server and page call the same addresses payment pages', () => {
  const patternsOf = (file: string): string =>
    [...readFileSync(`${packageRoot()}/${file}`, 'utf8').matchAll(/(\w+_PAGES = \[.+\]);/g)]
      .map(([, list]) => list)
      .join();
  assert.match(patternsOf('server/shop-pages.ts'), /checkout.*,MEMBERSHIP_PAGES.*club/);
  assert.equal(patternsOf('server/shop-pages.ts'), patternsOf('clients/web/src/shell/payment-address.ts'));
});

test('[WD23] with the sandbox alone there is one kind of document, and it is strict', (t) => {
  const answer = served(t);
  for (const path of ['/', ...PAYMENT_PAGES, CLUB]) {
    const { headers, text } = answer(path);
    assert.ok(text.includes('content="one"'), path);
    assert.equal(policyOf(headers).get('require-trusted-types-for'), "'script'", path);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path);
  }
});
