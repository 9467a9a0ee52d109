/**
 * The stand-in keeps PayPal's shapes: every kind of answer, and every request the SDK makes, is laid against PayPal's API
 * descriptions. Where they are absent, a list of fields kept by hand is what remains to compare with.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiDescription } from './api-description.ts';
import { brl, type Exchange, openFixture, orderRequest, WHOLE } from './fixture.ts';

const description = ApiDescription.load();
const skip = description === null ? 'PayPal\u2019s API descriptions are not beside the project' : false;

/** Where PayPal itself answers what its descriptions do not list; each seen in its guides. */
const UNLISTED: readonly (readonly [path: RegExp, issue: string])[] = [
  [/\/authorize$/, 'INSTRUMENT_DECLINED'],
  [/\/reauthorize$/, 'REAUTHORIZATION_TOO_SOON'],
];

test('[SP1] every answer and every request keeps the shape of PayPal\u2019s API descriptions', { skip }, async (t) => {
  const exchanges = await everything(t);
  assert.ok(description !== null);
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { request, answer } of exchanges) {
    const { method, path, text } = request;
    const body = String(answer.body);
    if (UNLISTED.some(([where, issue]) => where.test(path) && body.includes(`"issue":"${issue}"`))) continue;
    const ofAnswer = description.faultsOfAnswer(method, path, answer.status, body);
    if (ofAnswer === null) continue;
    const name = `${method} ${path.replace(/\/(?=[^/]*\d)[A-Z0-9-]{15,}/g, '/:id')} ${answer.status}`;
    seen.add(name);
    // A request that was refused may be wrong: that is why.
    const ofRequest = answer.status < 300 ? description.faultsOfRequest(method, path, text) : [];
    faults.push(...[...ofAnswer, ...(ofRequest ?? [])].map((fault) => `${name}: ${fault}`));
  }
  assert.deepEqual(faults, []);
  assert.deepEqual([...seen].sort(), [
    'GET /v1/notifications/webhooks 200',
    'GET /v1/notifications/webhooks-events 200',
    'GET /v1/notifications/webhooks-events/:id 200',
    'GET /v2/checkout/orders/:id 200',
    'GET /v2/checkout/orders/NOBODY 404',
    'GET /v2/payments/authorizations/:id 200',
    'GET /v2/payments/authorizations/NOBODY 404',
    'GET /v2/payments/captures/:id 200',
    'GET /v2/payments/refunds/:id 200',
    'POST /v1/notifications/verify-webhook-signature 200',
    'POST /v1/notifications/webhooks-events/:id/resend 202',
    'POST /v2/checkout/orders 200',
    'POST /v2/checkout/orders 201',
    'POST /v2/checkout/orders 400',
    'POST /v2/checkout/orders 401',
    'POST /v2/checkout/orders 422',
    'POST /v2/checkout/orders/:id/authorize 201',
    'POST /v2/checkout/orders/:id/authorize 422',
    'POST /v2/payments/authorizations/:id/capture 201',
    'POST /v2/payments/authorizations/:id/capture 422',
    'POST /v2/payments/authorizations/:id/reauthorize 201',
    'POST /v2/payments/authorizations/:id/reauthorize 422',
    'POST /v2/payments/authorizations/:id/void 200',
    'POST /v2/payments/authorizations/:id/void 204',
    'POST /v2/payments/authorizations/:id/void 422',
    'POST /v2/payments/captures/:id/refund 201',
    'POST /v2/payments/captures/:id/refund 422',
  ]);
});

test('[SP1] a broken answer or request is noticed', { skip }, () => {
  assert.ok(description !== null);
  const path = '/v2/payments/captures/3C679366HH908993F';
  const capture = { id: '1', status: 'COMPLETED', amount: { currency_code: 'BRL', value: '64.00' } };
  const faults = (changed: object) =>
    description.faultsOfAnswer('GET', path, 200, JSON.stringify({ ...capture, ...changed }))?.join('\n') ?? '';
  assert.equal(faults({}), '');
  assert.match(faults({ status: 'DONE' }), /allowed values/);
  assert.match(faults({ amount: { value: '64.00' } }), /currency_code/);
  assert.match(faults({ amount: { currency_code: 'BRL', value: 64 } }), /string/);
  assert.match(faults({ create_time: 'yesterday' }), /pattern/);
  assert.match(faults({ capture_status: 'COMPLETED' }), /unevaluated/);
  assert.deepEqual(description.faultsOfAnswer('GET', path, 201, '{}'), [
    'GET /v2/payments/captures/{capture_id} never answers 201',
  ]);
  assert.notDeepEqual(description.faultsOfRequest('POST', '/v2/checkout/orders', '{"intent":"AUTHORIZE"}'), []);
  assert.equal(description.faultsOfAnswer('GET', '/v2/nowhere', 200, '{}'), null);
});

test('[SP1] the fields the shop reads are there, described or not', async (t) => {
  const needed: readonly (readonly [path: RegExp, fields: readonly string[]])[] = [
    [/^POST .*orders\/\w+\/authorize$/, ['id', 'status', 'purchase_units', 'payer', 'links']],
    [/^GET .*orders\/\w+$/, ['id', 'status', 'intent', 'purchase_units', 'create_time', 'links']],
    [/^GET .*authorizations\/\w+$/, ['id', 'status', 'amount', 'expiration_time', 'custom_id', 'create_time']],
    [
      /^GET .*captures\/\w+$/,
      ['id', 'status', 'amount', 'final_capture', 'custom_id', 'create_time', 'supplementary_data'],
    ],
    [/^GET .*refunds\/\w+$/, ['id', 'status', 'amount', 'seller_payable_breakdown', 'create_time']],
    [/^GET .*disputes\/[\w-]+$/, ['dispute_id', 'status', 'reason', 'dispute_amount', 'disputed_transactions']],
  ];
  const exchanges = await everything(t);
  for (const [pattern, fields] of needed) {
    const bodies = exchanges
      .filter(({ request, answer }) => answer.status < 300 && pattern.test(`${request.method} ${request.path}`))
      .map(({ answer }) => JSON.parse(String(answer.body)) as object);
    assert.ok(bodies.length > 0, String(pattern));
    for (const body of bodies)
      assert.deepEqual(
        fields.filter((field) => !(field in body)),
        [],
        String(pattern),
      );
  }
});

/** Does once everything that has an answer of its own. */
async function everything(t: TestContext): Promise<Exchange[]> {
  const { paypal, orders, payments, clock, exchanges, create, authorize, capture } = await openFixture(t, {
    tokenSeconds: 10_000_000,
  });
  const tried = async (call: Promise<unknown>) => void (await call.catch(() => undefined));
  const id = await create({ order: 'A' });
  await create({ order: 'A' });
  await orders.createOrder({ body: orderRequest('W', '5.00'), paypalRequestId: 'W', prefer: WHOLE });
  for (const value of ['1.005', '0.00', 'five']) {
    await tried(orders.createOrder({ body: orderRequest('W', value), paypalRequestId: value }));
  }
  await tried(orders.createOrder({ body: orderRequest('W', '1.00') }));
  await orders.getOrder({ id });
  await tried(orders.getOrder({ id: 'NOBODY' }));
  await tried(orders.authorizeOrder({ id }));
  paypal.approve(id, { needsAction: true });
  await tried(orders.authorizeOrder({ id }));
  paypal.approve(id, { declines: true });
  await tried(orders.authorizeOrder({ id }));
  const authorizationId = await authorize(id);
  await tried(orders.authorizeOrder({ id }));
  await orders.getOrder({ id });
  await payments.getAuthorizedPayment({ authorizationId });
  await tried(payments.getAuthorizedPayment({ authorizationId: 'NOBODY' }));
  await tried(payments.reauthorizePayment({ authorizationId }));
  await tried(capture(authorizationId, { value: '200.00' }));
  const other = { currencyCode: 'USD', value: '1.00' };
  await tried(payments.captureAuthorizedPayment({ authorizationId, body: { amount: other } }));
  const none = { currencyCode: 'ZZZ', value: '1.00' };
  await tried(payments.captureAuthorizedPayment({ authorizationId, body: { amount: none } }));
  await tried(
    orders.createOrder({
      body: { ...orderRequest('W', '1.00'), purchaseUnits: [{ amount: none }] },
      paypalRequestId: 'n',
    }),
  );
  const { result: captured } = await payments.captureAuthorizedPayment({
    authorizationId,
    prefer: WHOLE,
    body: { finalCapture: true, invoiceId: 'A' },
  });
  const captureId = captured.id ?? '';
  await tried(capture(authorizationId));
  await tried(payments.voidPayment({ authorizationId }));
  await tried(payments.reauthorizePayment({ authorizationId }));
  await tried(payments.refundCapturedPayment({ captureId, body: { amount: brl('99.00') } }));
  await tried(payments.refundCapturedPayment({ captureId, body: { amount: other } }));
  await payments.refundCapturedPayment({
    captureId,
    prefer: WHOLE,
    body: { amount: brl('1.00'), customId: 'r-1', noteToPayer: 'Cadeira' },
  });
  paypal.nextRefunds('PENDING');
  const { result: refund } = await payments.refundCapturedPayment({ captureId, body: { amount: brl('2.00') } });
  await payments.getRefund({ refundId: refund.id ?? '' });
  await payments.getCapturedPayment({ captureId });
  paypal.settleRefund(refund.id ?? '', 'FAILED');
  await payments.refundCapturedPayment({ captureId });
  await tried(payments.refundCapturedPayment({ captureId }));
  await orders.getOrder({ id });

  const voided = await authorize(await create({ order: 'B' }));
  await payments.voidPayment({ authorizationId: voided });
  await tried(payments.voidPayment({ authorizationId: voided }));
  await tried(capture(voided));
  await payments.voidPayment({ authorizationId: await authorize(await create()), prefer: WHOLE });
  const lapsed = await authorize(await create());
  paypal.lapse(lapsed);
  await tried(capture(lapsed));
  await payments.getAuthorizedPayment({ authorizationId: lapsed });
  paypal.nextCaptures('PENDING', 'DECLINED');
  const waiting = await capture(await authorize(await create()));
  await tried(payments.refundCapturedPayment({ captureId: waiting }));
  const declined = await capture(await authorize(await create()));
  await tried(payments.refundCapturedPayment({ captureId: declined }));
  for (const each of [waiting, declined]) await payments.getCapturedPayment({ captureId: each });
  const disputed = await capture(await authorize(await create({ order: 'C' })));
  const dispute = paypal.openDispute(disputed);
  await tried(payments.refundCapturedPayment({ captureId: disputed, body: { amount: brl('1.00') } }));
  paypal.closeDispute(dispute.id, 'lost');
  await tried(payments.refundCapturedPayment({ captureId: disputed }));
  await payments.getCapturedPayment({ captureId: disputed });
  // The invoice is used up: neither another order's authorisation nor another capture may have it.
  const twin = await create({ order: 'C', requestId: 'C2' });
  await tried(authorize(twin));
  const stranger = await authorize(await create());
  await tried(payments.captureAuthorizedPayment({ authorizationId: stranger, body: { invoiceId: 'C' } }));
  await tried(orders.getOrder({ id }));

  const old = await authorize(await create());
  const late = await create();
  paypal.approve(late);
  clock.nowMs += 4 * 24 * 3600_000;
  await tried(orders.authorizeOrder({ id: late }));
  const { result: renewed } = await payments.reauthorizePayment({ authorizationId: old, prefer: WHOLE });
  await tried(payments.reauthorizePayment({ authorizationId: old }));
  await tried(payments.voidPayment({ authorizationId: renewed.id ?? '' }));
  await payments.getAuthorizedPayment({ authorizationId: renewed.id ?? '' });

  // What the SDK does not know.
  const token = exchanges
    .map(({ request }) => request.headers.authorization)
    .findLast((each) => each?.startsWith('Bearer '));
  const call = (method: string, path: string, body?: string) =>
    fetch(paypal.url + path, {
      method,
      headers: { authorization: token ?? '' },
      ...(body === undefined ? {} : { body }),
    });
  await call('GET', `/v1/customer/disputes/${dispute.id}`);
  await call('GET', '/v1/notifications/webhooks');
  await call('GET', '/v1/notifications/webhooks-events?page_size=300');
  await call('GET', `/v1/notifications/webhooks-events/${paypal.events[0]?.id}`);
  await call('POST', `/v1/notifications/webhooks-events/${paypal.events[0]?.id}/resend`, '{}');
  const claim = {
    auth_algo: 'SHA256withRSA',
    cert_url: paypal.certUrl,
    transmission_id: 'a-1',
    transmission_sig: 'c2ln',
    transmission_time: '2026-11-25T10:00:00Z',
    webhook_id: paypal.webhookId,
    webhook_event: {},
  };
  await call('POST', '/v1/notifications/verify-webhook-signature', JSON.stringify(claim));
  await fetch(`${paypal.url}/v2/checkout/orders`, { method: 'POST', body: '{}' });
  return exchanges;
}
