/** A payment over HTTP, as its buyer sees it; orders, seats and books are real, the providers are in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaidOrdersStage, STRIPE } from '../../tests/support/paid-orders-stage.ts';
import type { PaypalConfig } from './payment-config.ts';
import { paymentMethods } from './payment-methods.ts';
import { isUncharged, viewStateOf } from './payment-view.ts';

test('[PE10] the methods that are on, in their order, with public keys and no secret', async (t) => {
  const paypal: PaypalConfig = {
    ...({
      clientId: 'c',
      clientSecret: 'topsecret',
      webhookId: 'w',
      environment: 'sandbox',
      apiUrl: 'https://x',
    } as const),
    scriptUrl: 'https://www.paypal.com/sdk/js',
  };
  const all = paymentMethods({ stripe: STRIPE, paypal, sandboxPayments: true });
  assert.deepEqual(all, [
    { method: 'stripe', publishableKey: 'pk_x', script: STRIPE.scriptUrl, release: 'endive' },
    { method: 'paypal', clientId: 'c', script: 'https://www.paypal.com/sdk/js', currency: 'BRL' },
    { method: 'sandbox' },
  ]);
  assert.doesNotMatch(JSON.stringify(all), /secret|sk_x|whsec/);
  assert.deepEqual(paymentMethods({ stripe: null, paypal: null, sandboxPayments: false }), []);
  const stage = await PaidOrdersStage.create(t);
  const { status, json } = await stage.orders.ask('GET', '/api/payment-methods');
  assert.deepEqual([status, json.methods.length], [200, 1]);
});

test('[PE11] how a payment stands: what is to be paid, what the buyer has to do, and in the end that it is sold', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const look = async () => (await stage.orders.ask('GET', '/api/orders/o1/payment', { cookie: ana.cookie })).json;
  await stage.begins(ana, 'o1', [9, 2], { token: 'challenge' });
  const view = await look();
  assert.deepEqual(
    [view.state, view.provider, view.amountCents, view.currency, view.action],
    ['action', 'stripe', 6_000, 'BRL', { kind: 'stripe', clientSecret: 'pi_o1_secret' }],
  );
  assert.ok(view.secondsLeft > 200 && view.secondsLeft < 360, String(view.secondsLeft));
  const { film, cinema, auditorium, seats } = view.screening;
  assert.deepEqual([film, cinema, auditorium, [...seats].sort()], ['A Volta', 'Cine Meu', 'Sala 1', ['A3', 'B2']]);
  assert.doesNotMatch(JSON.stringify(view), new RegExp(`${ana.payer}|${ana.cpf}|ana@example|challenge`));
  stage.stripe.passChallenge('o1');
  await stage.desk.run('o1', 'webhook', { look: true });
  const sold = await look();
  assert.deepEqual([sold.state, sold.action, sold.secondsLeft, sold.refundedCents], ['sold', null, null, 0]);
});

test('[PE11] what was given back is told with how much of it has been sent', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-0'] } });
  const refunds = async (): Promise<number[]> => {
    const { json } = await stage.orders.ask('GET', '/api/orders/o1/payment', { cookie: ana.cookie });
    return [json.refundedCents, json.refundPendingCents];
  };
  assert.deepEqual(await refunds(), [0, 3_000]);
  await stage.desk.run('o1', 'sweep');
  assert.deepEqual(await refunds(), [3_000, 0]);
});

test('[PE12] whose order it is not hears that there is none, and its token opens it', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const bia = await stage.orders.guest('11144477735', 'bia@example.com');
  await stage.begins(ana, 'o1', [0]);
  for (const method of ['GET', 'POST'] as const) {
    const asked = { cookie: bia.cookie, ...(method === 'POST' ? { body: { provider: 'stripe' } } : {}) };
    assert.equal((await stage.orders.ask(method, '/api/orders/o1/payment', asked)).status, 404);
  }
  assert.equal((await stage.orders.ask('POST', '/api/orders/o1/payment/cancel', { body: {} })).status, 404);
  const { json } = await stage.orders.ask('GET', '/api/orders/o1', { cookie: ana.cookie });
  const opened = await stage.orders.askWith(json.order.access, 'GET', '/api/orders/o1/payment');
  assert.equal(opened.status, 200);
});

test('[PE13] a phone pays what a kiosk has chosen: begun, authorised, sold and taken, once', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.orders.pays(ana, { order: 'o1', seats: [4, 5] });
  const asked = (key: string, provider = 'stripe') =>
    stage.orders.ask('POST', '/api/orders/o1/payment', {
      cookie: ana.cookie,
      key,
      body: { provider, token: 'ctoken_ok' },
    });
  const open = (await stage.orders.ask('GET', '/api/orders/o1/payment', { cookie: ana.cookie })).json;
  assert.deepEqual([open.state, open.provider, open.screening.seats], ['open', null, ['A5', 'A6']]);
  const off = await asked('key-number-0', 'sandbox');
  assert.deepEqual([off.status, off.json.code], [409, 'method-off']);
  const [first, again, other] = [await asked('key-number-1'), await asked('key-number-1'), await asked('key-number-2')];
  for (const { status, json } of [first, again, other]) assert.deepEqual([status, json.state], [200, 'sold']);
  assert.deepEqual(
    stage.stripe.asked.filter((line) => /^(create|authorise|capture)/.test(line)),
    ['create o1', 'authorise o1', 'capture o1'],
  );
});

test('[PE13] a card that is refused on the phone gives the seats back to choosing; nothing is charged', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.orders.pays(ana, { order: 'o1', seats: [4] });
  const body = { provider: 'stripe', token: 'declined' };
  const { status, json } = await stage.orders.ask('POST', '/api/orders/o1/payment', { cookie: ana.cookie, body });
  assert.deepEqual([status, json.state], [200, 'declined']);
  const late = await stage.orders.ask('POST', '/api/orders/o1/payment', { cookie: ana.cookie, body });
  assert.deepEqual([late.status, late.json.code], [409, 'not-open']);
  assert.equal(stage.stripe.of('o1').capturedCents, 0);
});

test('[PE14] a payment that is given up is cancelled at the provider, and the seats are chosen again; too late, it is sold', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const givesUp = async (order: string) =>
    stage.orders.ask('POST', `/api/orders/${order}/payment/cancel`, { cookie: ana.cookie, body: {} });
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  const given = await givesUp('o1');
  assert.deepEqual([given.status, given.json.state, stage.stripe.of('o1').is], [200, 'declined', 'cancelled']);
  assert.deepEqual((await givesUp('o1')).json.state, 'declined');
  await stage.begins(ana, 'o2', [3], { token: 'challenge' });
  stage.stripe.passChallenge('o2');
  assert.equal((await givesUp('o2')).json.state, 'sold');
  assert.equal((await stage.books('o2')).payment.phase, 'captured');
});

test('[PE15] where the provider does not answer nobody is told anything else, and nothing is done twice', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.orders.pays(ana, { order: 'o1', seats: [0] });
  stage.stripe.isAway = true;
  const asked = () =>
    stage.orders.ask('POST', '/api/orders/o1/payment', {
      ...{ cookie: ana.cookie, key: 'the-same-key', body: { provider: 'stripe', token: 'ok' } },
    });
  const away = await asked();
  assert.deepEqual([away.status, away.json.code], [503, 'provider-away']);
  stage.stripe.isAway = false;
  const { status, json } = await asked();
  assert.deepEqual([status, json.state], [200, 'sold'], JSON.stringify(json));
});

test('[PE40] no answer with a buyer’s secret is remembered: the same key hears how it stands now', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.orders.pays(ana, { order: 'o1', seats: [0] });
  const says = async () =>
    (
      await stage.orders.ask('POST', '/api/orders/o1/payment', {
        ...{ cookie: ana.cookie, key: 'the-same-key', body: { provider: 'stripe', token: 'challenge' } },
      })
    ).json;
  const remembered = async () => (await stage.orders.seats.rows('select from idempotency_keys')).length;
  const before = await remembered();
  const asked = await says();
  assert.deepEqual([asked.state, asked.action.clientSecret], ['action', 'pi_o1_secret']);
  stage.stripe.passChallenge('o1');
  await stage.desk.run('o1', 'webhook', { look: true });
  const sold = await says();
  assert.deepEqual([sold.state, sold.action], ['sold', null]);
  assert.equal(await remembered(), before);
});

test('[PE43] looking, paying and giving up are bounded for each order, before its provider is asked', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  const says = (method: string, path: string, body?: object) =>
    stage.orders.ask(method, `/api/orders/o1/payment${path}`, {
      ...{ cookie: ana.cookie, ...(body === undefined ? {} : { body }) },
    });
  assert.equal((await says('GET', '')).json.state, 'action');
  const used = (kind: string, count: number) =>
    stage.orders.seats.rows('update attempt_counts set count = $2 where name like $1', [`${kind} %`, count]);
  await used('look at payment', 400);
  const before = stage.stripe.asked.length;
  const looked = await says('GET', '');
  assert.deepEqual([looked.status, looked.json.code], [429, 'too-many-attempts']);
  assert.equal((await says('POST', '/cancel', { x: 1 })).status, 400);
  const bad = await says('POST', '', { provider: 'paypal', token: null });
  assert.equal(bad.json.code, 'method-off');
  await used('pay order', 30);
  for (const [path, body] of [
    ['', { provider: 'stripe', token: 'ok' }],
    ['/cancel', {}],
  ] as const)
    assert.equal((await says('POST', path, body)).status, 429);
  assert.equal(stage.stripe.asked.length, before, 'nobody was asked');
});

test('[PE46] what was taken for an order that came to nothing is never told as "nothing was charged"', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  const says = (method: string, path = '', body?: object) =>
    stage.orders.ask(method, `/api/orders/o1/payment${path}`, {
      ...{ cookie: ana.cookie, ...(body === undefined ? {} : { body }) },
    });
  assert.equal((await says('POST', '/cancel', {})).json.state, 'declined');
  const pay = { provider: 'stripe', token: 'ok' };
  assert.match((await says('POST', '', pay)).json.error, /Nothing was charged\./);
  // As it is when a capture shows up late.
  await stage.orders.seats.rows(`update payments set phase = 'captured', captured_cents = 3000, capture_id = 'ch_1'`);
  const { json } = await says('GET');
  assert.deepEqual([json.state, json.refundPendingCents], ['ended', 3_000]);
  const refused = await says('POST', '', pay);
  assert.equal(refused.json.code, 'not-open');
  assert.doesNotMatch(refused.json.error, /Nothing was charged/);
  const { payment } = await stage.books('o1');
  const late = { ...payment, phase: 'cancelled', capturedCents: 3_000 } as const;
  assert.equal(viewStateOf('created', late, false), 'ended');
  assert.equal(viewStateOf('refused', { ...late, capturedCents: 0 }, false), 'declined');
  assert.deepEqual(
    [null, late, { ...late, capturedCents: 0 }, { ...late, capturedCents: 0, isDoubtful: true }].map(isUncharged),
    [true, false, true, false],
  );
});

test('[PE47] a card’s payment begins only with a card: the first word stands, and without one nobody could ever pay', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.orders.pays(ana, { order: 'o1', seats: [0] });
  const pay = (body: object) =>
    stage.orders.ask('POST', '/api/orders/o1/payment', { cookie: ana.cookie, body: { provider: 'stripe', ...body } });
  assert.equal((await pay({})).status, 400);
  assert.equal((await pay({ token: 'ok' })).json.state, 'sold');
});
