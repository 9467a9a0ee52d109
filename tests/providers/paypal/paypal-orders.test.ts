/** The life of an order, through PayPal's own SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFixture, orderRequest, refused, WHOLE } from './fixture.ts';

test('[SP2] an order is created, approved, authorised and captured, and the books say so', async (t) => {
  const { paypal, orders, payments, create } = await openFixture(t);
  const id = await create({ order: 'order-9' });
  const { result: created } = await orders.getOrder({ id });
  assert.equal(created.status, 'PAYER_ACTION_REQUIRED');
  assert.deepEqual(
    created.links?.map(({ rel }) => rel),
    ['self', 'payer-action'],
  );
  paypal.approve(id);
  assert.equal((await orders.getOrder({ id })).result.status, 'APPROVED');
  const { result: authorized } = await orders.authorizeOrder({
    id,
    prefer: WHOLE,
    paypalRequestId: 'order-9.authorise',
  });
  assert.equal(authorized.status, 'COMPLETED');
  const authorization = authorized.purchaseUnits?.[0]?.payments?.authorizations?.[0];
  assert.equal(authorization?.status, 'CREATED');
  assert.equal(authorization?.customId, 'order-9');
  assert.deepEqual(paypal.books(), { authorizedCents: 6400, capturedCents: 0, refundedCents: 0, feeCents: 0 });

  const { result: capture } = await payments.captureAuthorizedPayment({
    authorizationId: authorization?.id ?? '',
    prefer: WHOLE,
    body: { finalCapture: true, invoiceId: 'order-9' },
  });
  assert.equal(capture.status, 'COMPLETED');
  // 4.79 % of R$ 64.00 and R$ 0.60.
  assert.deepEqual(
    [capture.sellerReceivableBreakdown?.paypalFee?.value, capture.sellerReceivableBreakdown?.netAmount?.value],
    ['3.67', '60.33'],
  );
  assert.deepEqual(paypal.books('order-9'), {
    authorizedCents: 0,
    capturedCents: 6400,
    refundedCents: 0,
    feeCents: 367,
  });
  assert.deepEqual(
    paypal.events.map(({ event_type: type }) => type),
    ['CHECKOUT.ORDER.APPROVED', 'PAYMENT.AUTHORIZATION.CREATED', 'PAYMENT.CAPTURE.COMPLETED'],
  );
  const whole = (await orders.getOrder({ id })).result.purchaseUnits?.[0]?.payments;
  assert.deepEqual([whole?.authorizations?.[0]?.status, whole?.captures?.[0]?.id], ['CAPTURED', capture.id]);
});

test('[SP2] nothing is authorised before the buyer approved, and nothing twice', async (t) => {
  const { paypal, orders, create } = await openFixture(t);
  const id = await create();
  await refused(orders.authorizeOrder({ id }), 422, 'ORDER_NOT_APPROVED');
  paypal.approve(id);
  await orders.authorizeOrder({ id });
  await refused(orders.authorizeOrder({ id }), 422, 'ORDER_ALREADY_AUTHORIZED');
  assert.equal(paypal.state.authorizations.size, 1);
  assert.throws(() => paypal.approve(id), /no longer/);
  await refused(orders.getOrder({ id: 'NOBODY' }), 404, 'INVALID_RESOURCE_ID');
});

test('[SP2] a declined means of payment is told at authorisation, and mended by another approval', async (t) => {
  const { paypal, orders, create } = await openFixture(t);
  const id = await create();
  paypal.approve(id, { declines: true });
  const error = await refused(orders.authorizeOrder({ id, paypalRequestId: 'a' }), 422, 'INSTRUMENT_DECLINED');
  assert.match(String(error.body), /"rel":"redirect"/);
  await refused(orders.authorizeOrder({ id, paypalRequestId: 'a' }), 422, 'INSTRUMENT_DECLINED');
  assert.equal(paypal.books().authorizedCents, 0);
  paypal.approve(id);
  assert.equal((await orders.authorizeOrder({ id, paypalRequestId: 'a' })).result.status, 'COMPLETED');
});

test('[SP2] PayPal may want the buyer back once', async (t) => {
  const { paypal, orders, create } = await openFixture(t);
  const id = await create();
  paypal.approve(id, { needsAction: true });
  await refused(orders.authorizeOrder({ id }), 422, 'PAYER_ACTION_REQUIRED');
  assert.equal((await orders.getOrder({ id })).result.status, 'PAYER_ACTION_REQUIRED');
  paypal.approve(id);
  await orders.authorizeOrder({ id });
});

test('[SP2] an order is over three hours after its last step, and its page says so', async (t) => {
  const { paypal, orders, clock, create } = await openFixture(t);
  const [late, lateToAuthorize] = [await create(), await create()];
  paypal.approve(lateToAuthorize);
  clock.nowMs += 3 * 3600_000 + 1;
  assert.throws(() => paypal.approve(late), /no longer/);
  await refused(orders.authorizeOrder({ id: lateToAuthorize }), 422, 'ORDER_EXPIRED');
  const page = (await (await fetch(`${paypal.url}/checkoutnow/${late}/order`)).json()) as { status: string };
  assert.equal(page.status, 'EXPIRED');
  paypal.forget(late);
  await refused(orders.getOrder({ id: late }), 404, 'INVALID_RESOURCE_ID');
});

test('[SP2] an invoice already captured is not authorised again, one merely authorised is', async (t) => {
  const { paypal, orders, create, authorize, capture } = await openFixture(t);
  const first = await authorize(await create({ order: 'A', requestId: '1' }));
  const second = await create({ order: 'A', requestId: '2' });
  await authorize(await create({ order: 'A', requestId: '3' }));
  await capture(first);
  paypal.approve(second);
  await refused(orders.authorizeOrder({ id: second }), 422, 'DUPLICATE_INVOICE_ID');
});

test('[SP6] an amount is a text with at most two decimals, above zero, in a known currency', async (t) => {
  const { orders, paypal } = await openFixture(t);
  const wrong = [
    ['64.001', 'DECIMAL_PRECISION', 422],
    ['0.00', 'CANNOT_BE_ZERO_OR_NEGATIVE', 422],
    ['-1.00', 'CANNOT_BE_ZERO_OR_NEGATIVE', 422],
    ['64,00', 'INVALID_PARAMETER_SYNTAX', 400],
  ] as const;
  for (const [value, issue, status] of wrong) {
    await refused(orders.createOrder({ body: orderRequest('A', value), paypalRequestId: value }), status, issue);
  }
  await refused(orders.createOrder({ body: orderRequest('A', '64.00') }), 400, 'PAYPAL_REQUEST_ID_REQUIRED');
  const token = await tokenOf(paypal);
  const number = { intent: 'AUTHORIZE', purchase_units: [{ amount: { currency_code: 'BRL', value: 64 } }] };
  for (const [body, issue] of [
    [JSON.stringify(number), 'INVALID_PARAMETER_SYNTAX'],
    ['{"intent"', 'MALFORMED_REQUEST_JSON'],
    ['{"intent":"AUTHORIZE"}', 'MISSING_REQUIRED_PARAMETER'],
  ] as const) {
    const response = await fetch(`${paypal.url}/v2/checkout/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    const { details } = (await response.json()) as { details: { issue: string }[] };
    assert.deepEqual([response.status, details[0]?.issue], [400, issue]);
  }
  assert.equal(paypal.state.orders.size, 0);
});

test('[SP7] a call needs a token that lives: unknown, ended and revoked ones get 401', async (t) => {
  const { paypal, orders, clock, create } = await openFixture(t, { tokenSeconds: 600 });
  const id = await create();
  const status = async (token: string) =>
    (await fetch(`${paypal.url}/v2/checkout/orders/${id}`, { headers: { authorization: `Bearer ${token}` } })).status;
  const token = await tokenOf(paypal);
  assert.deepEqual([await status(token), await status('A21AAunknown')], [200, 401]);
  clock.nowMs += 600_000;
  assert.equal(await status(token), 401);
  const other = await tokenOf(paypal);
  assert.equal(await status(other), 200);
  paypal.revokeTokens();
  assert.equal(await status(other), 401);
  await assert.rejects(orders.getOrder({ id }), (error: { statusCode?: number }) => error.statusCode === 401);
  const refusedToken = await fetch(`${paypal.url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('client-of-tests:wrong').toString('base64')}` },
    body: 'grant_type=client_credentials',
  });
  assert.deepEqual(
    [refusedToken.status, ((await refusedToken.json()) as { error: string }).error],
    [401, 'invalid_client'],
  );
});

async function tokenOf({ url, clientId, clientSecret }: { url: string; clientId: string; clientSecret: string }) {
  const response = await fetch(`${url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: 'grant_type=client_credentials',
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
