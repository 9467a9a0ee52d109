/**
 * The browser's half in a real browser, on a shop's page of another origin under a strict policy: script by nonce, no inline style,
 * no eval. The card is typed into the frame; the page, the shop's server and the record of requests never see it.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Visitor, visitor } from '../../support/browser.ts';
import { createIntent, type SdkStage, sdkStage } from './sdk-stage.ts';

interface PageStage extends SdkStage {
  readonly shop: string;
  readonly page: Page;
  readonly someone: Visitor;
  readonly type: (number: string, expiry?: string, cvc?: string) => Promise<void>;
}

const SCRIPT = `
  window.cardOf = async () => {
    const submitted = await elements.submit();
    if (submitted.error !== undefined) return submitted.error.code;
    return (await stripe.createConfirmationToken({ elements })).confirmationToken.id;
  };
  window.changes = [];
  const script = document.createElement('script');
  script.src = document.body.dataset.script;
  script.onload = () => {
    window.stripe = Stripe(document.body.dataset.key, { locale: 'pt-BR' });
    window.elements = stripe.elements({ mode: 'payment', amount: 6400, currency: 'brl', captureMethod: 'manual',
      allowedPaymentMethodTypes: ['card'], appearance: { variables: { colorPrimary: '#8a3ffc' } } });
    const element = elements.create('payment', { layout: 'tabs', wallets: { applePay: 'never' } });
    element.on('ready', () => document.body.dataset.ready = 'yes');
    element.on('change', ({ complete }) => changes.push(complete));
    element.mount('#card');
  };
  document.head.append(script);`;

async function pageStage(t: TestContext): Promise<PageStage> {
  const stage = await sdkStage(t);
  const { url, publishableKey } = stage.standIn;
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'nonce-n1' 'strict-dynamic'; style-src 'self'; img-src 'self'; connect-src 'self' ${url}; frame-src ${url}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types default`,
    });
    response.end(`<!doctype html><html lang="pt-BR"><title>Loja</title><body data-script="${url}/endive/stripe.js" data-key="${publishableKey}">
      <main><h1>Loja</h1><div id="card"></div></main>
      <script nonce="n1">trustedTypes.createPolicy('default', { createScriptURL: (url) => url });${SCRIPT}</script></body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const shop = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const someone = await visitor(t, { url: shop, expected: /favicon/ });
  await someone.page.goto('/');
  await someone.page.locator('body[data-ready=yes]').waitFor();
  const fields = someone.page.frameLocator('#card iframe');
  const type = async (number: string, expiry = '1234', cvc = '123'): Promise<void> => {
    await fields.getByLabel('Número do cartão').fill(number);
    await fields.getByLabel('Validade').fill(expiry);
    await fields.getByLabel('CVC').fill(cvc);
  };
  return { ...stage, shop, page: someone.page, someone, type };
}

const evaluate = async (page: Page, expression: string): Promise<string> => String(await page.evaluate(expression));

test('[SS30] a card typed into the frame reaches the page as a token, under a strict policy', async (t) => {
  const { standIn, stripe, page, someone, type } = await pageStage(t);
  assert.equal(await evaluate(page, 'cardOf()'), 'incomplete_number');
  await type('4242424242424241');
  assert.equal(await evaluate(page, 'cardOf()'), 'invalid_number');
  await type('4242424242424242', '0120');
  assert.equal(await evaluate(page, 'cardOf()'), 'invalid_expiry_year_past');
  await type('4242424242424242');
  assert.equal(await evaluate(page, 'changes.at(-1)'), 'true');
  const token = await evaluate(page, 'cardOf()');
  assert.match(token, /^ctoken_/);
  const intent = await createIntent(stripe);
  assert.equal(
    (await stripe.paymentIntents.confirm(intent.id, { confirmation_token: token, use_stripe_sdk: true })).status,
    'requires_capture',
  );
  assert.equal(JSON.stringify(standIn.requests).includes('42424242'), false, 'a card number is in the record');
  assert.equal(await evaluate(page, `document.querySelector('#card iframe').contentDocument`), 'null');
  assert.deepEqual(await someone.barriers(), []);
  await someone.picture('stripe-stand-in-card');
});

test('[SS31] the bank asks in an overlay: authorised the payment goes on, refused it is told why', async (t) => {
  const { standIn, stripe, page, type } = await pageStage(t);
  const overlay = page.frameLocator('iframe[title="3-D Secure"]');
  for (const [button, ended] of [
    ['Autorizar', 'requires_capture'],
    ['Recusar', 'payment_intent_authentication_failure'],
  ] as const) {
    await type('4000002500003155');
    const intent = await createIntent(stripe);
    await stripe.paymentIntents.confirm(intent.id, {
      confirmation_token: await evaluate(page, 'cardOf()'),
      use_stripe_sdk: true,
    });
    const answer = evaluate(
      page,
      `stripe.handleNextAction({ clientSecret: '${intent.client_secret}' }).then(({ paymentIntent, error }) => paymentIntent?.status ?? error.code)`,
    );
    await overlay.getByRole('button', { name: button }).click();
    assert.equal(await answer, ended);
    assert.equal(await page.locator('iframe[title="3-D Secure"]').count(), 0);
  }
  assert.equal(standIn.eventsOf('payment_intent.payment_failed').length, 1);
});

test('[SS32] a bank with a page of its own sends the buyer back with the outcome in the address', async (t) => {
  const { standIn, stripe, shop, page, type } = await pageStage(t);
  standIn.challengeBy = 'redirect';
  for (const [button, outcome] of [
    ['Autorizar', 'succeeded'],
    ['Recusar', 'failed'],
  ] as const) {
    await page.goto('/');
    await page.locator('body[data-ready=yes]').waitFor();
    await type('4000000000003220');
    const { id, client_secret: secret } = await createIntent(stripe);
    await stripe.paymentIntents.confirm(id, {
      confirmation_token: await evaluate(page, 'cardOf()'),
      return_url: `${shop}/back?order=o1`,
    });
    await page.evaluate(`void stripe.handleNextAction({ clientSecret: '${secret}' })`);
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL(/redirect_status=\w/);
    const back = new URL(page.url());
    assert.deepEqual(Object.fromEntries(back.searchParams), {
      order: 'o1',
      payment_intent: id,
      payment_intent_client_secret: secret,
      redirect_status: outcome,
    });
  }
});

test('[SS33] confirmPayment pays in the page, and Stripe.js refuses what this release no longer takes', async (t) => {
  const { stripe, page, type } = await pageStage(t);
  const paid = await stripe.paymentIntents.create({ amount: 4_990, currency: 'brl' });
  const confirm = (): Promise<string> =>
    evaluate(
      page,
      `stripe.confirmPayment({ elements, clientSecret: '${paid.client_secret}', confirmParams: { return_url: location.href }, redirect: 'if_required' })
        .then(({ paymentIntent, error }) => paymentIntent?.status ?? error.decline_code)`,
    );
  await type('4000000000009995');
  assert.equal(await confirm(), 'insufficient_funds');
  await type('4242424242424242');
  assert.equal(await confirm(), 'succeeded');
  const refusal = await evaluate(
    page,
    `(() => { try { stripe.elements({ mode: 'payment', amount: 1, currency: 'brl', paymentMethodTypes: ['card'] }); } catch (error) { return error.name; } })()`,
  );
  assert.equal(refusal, 'IntegrationError');
});
