/** Authorisations, captures and refunds, through PayPal's own SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brl, openFixture, refused, WHOLE } from './fixture.ts';

const DAY_MS = 24 * 3600_000;

test('[SP3] an authorisation is captured in parts until the final one', async (t) => {
  const { payments, create, authorize, capture } = await openFixture(t);
  const authorizationId = await authorize(await create());
  await capture(authorizationId, { value: '10.00', isFinal: false });
  const status = async () => (await payments.getAuthorizedPayment({ authorizationId })).result.status;
  assert.equal(await status(), 'PARTIALLY_CAPTURED');
  await refused(capture(authorizationId, { value: '63.61' }), 422, 'MAX_CAPTURE_AMOUNT_EXCEEDED');
  await refused(payments.voidPayment({ authorizationId }), 422, 'PREVIOUSLY_CAPTURED');
  await capture(authorizationId, { value: '54.00' });
  assert.equal(await status(), 'CAPTURED');
  await refused(capture(authorizationId), 422, 'AUTHORIZATION_ALREADY_CAPTURED');
  await refused(payments.voidPayment({ authorizationId }), 422, 'PREVIOUSLY_CAPTURED');
  await refused(payments.reauthorizePayment({ authorizationId }), 422, 'AUTHORIZATION_ALREADY_CAPTURED');
});

test('[SP3] a final capture of a part ends the authorisation', async (t) => {
  const { paypal, create, authorize, capture } = await openFixture(t);
  const authorization = await authorize(await create());
  await capture(authorization, { value: '10.00' });
  await refused(capture(authorization, { value: '1.00' }), 422, 'AUTHORIZATION_ALREADY_CAPTURED');
  assert.equal(paypal.books().capturedCents, 1000);
});

test('[SP3] a voided authorisation holds nothing and is captured no more', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  const authorizationId = await authorize(await create());
  assert.equal((await payments.voidPayment({ authorizationId })).statusCode, 204);
  assert.equal(paypal.books().authorizedCents, 0);
  assert.equal(paypal.events.at(-1)?.event_type, 'PAYMENT.AUTHORIZATION.VOIDED');
  await refused(payments.voidPayment({ authorizationId }), 422, 'PREVIOUSLY_VOIDED');
  await refused(capture(authorizationId), 422, 'AUTHORIZATION_VOIDED');
  const other = await authorize(await create());
  const whole = await payments.voidPayment({ authorizationId: other, prefer: WHOLE });
  assert.deepEqual([whole.statusCode, whole.result?.status], [200, 'VOIDED']);
});

test('[SP3] an authorisation is renewed once, after its three days, and lapses after 29', async (t) => {
  const { paypal, payments, clock, create, authorize } = await openFixture(t, { tokenSeconds: 100 * 24 * 3600 });
  const authorizationId = await authorize(await create());
  await refused(payments.reauthorizePayment({ authorizationId }), 422, 'REAUTHORIZATION_TOO_SOON');
  const renew = async (id: string) => openToken(paypal, `/v2/payments/authorizations/${id}/reauthorize`);
  clock.nowMs += 4 * DAY_MS;
  const renewed = await renew(authorizationId);
  assert.equal(renewed.status, 201);
  assert.equal((await renew(authorizationId)).issue, 'REAUTHORIZATION_NOT_SUPPORTED');
  assert.equal((await renew(renewed.id)).issue, 'REAUTHORIZATION_NOT_SUPPORTED');
  assert.equal((await openToken(paypal, `/v2/payments/authorizations/${renewed.id}/void`)).issue, 'CANNOT_BE_VOIDED');
  // One reservation under two ids: what is taken by one is taken.
  const both = await authorize(await create());
  clock.nowMs += 4 * DAY_MS;
  const { id: again } = await renew(both);
  assert.equal(paypal.books().authorizedCents, 2 * 6400);
  assert.equal((await openToken(paypal, `/v2/payments/authorizations/${again}/capture`)).status, 201);
  const twice = await openToken(paypal, `/v2/payments/authorizations/${both}/capture`);
  assert.deepEqual([twice.issue, paypal.books().capturedCents], ['AUTHORIZATION_ALREADY_CAPTURED', 6400]);
  clock.nowMs += 21 * DAY_MS;
  const late = await openToken(paypal, `/v2/payments/authorizations/${renewed.id}/capture`);
  assert.deepEqual([late.status, late.issue], [422, 'AUTHORIZATION_EXPIRED']);
  assert.equal(paypal.events.at(-1)?.event_type, 'PAYMENT.AUTHORIZATION.VOIDED');
});

test('[SP3] a test lets an authorisation lapse', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  const authorizationId = await authorize(await create());
  paypal.lapse(authorizationId);
  await refused(capture(authorizationId), 422, 'AUTHORIZATION_EXPIRED');
  assert.equal((await payments.getAuthorizedPayment({ authorizationId })).result.status, 'VOIDED');
  assert.equal(paypal.events.filter(({ event_type: type }) => type.endsWith('VOIDED')).length, 1);
});

test('[SP3] a capture may wait and end well or badly, or be declined at once', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  paypal.nextCaptures('PENDING', 'PENDING', 'DECLINED');
  const [well, badly] = [
    await capture(await authorize(await create())),
    await capture(await authorize(await create())),
  ];
  const declinedFor = await authorize(await create());
  const declined = await capture(declinedFor);
  const pending = (await payments.getCapturedPayment({ captureId: well })).result;
  assert.deepEqual([pending.status, pending.sellerReceivableBreakdown], ['PENDING', undefined]);
  assert.equal(paypal.books().capturedCents, 0);
  await refused(payments.refundCapturedPayment({ captureId: well }), 422, 'PENDING_CAPTURE');
  paypal.settleCapture(well, 'COMPLETED');
  paypal.settleCapture(badly, 'DECLINED');
  assert.throws(() => paypal.settleCapture(badly, 'COMPLETED'), /not PENDING/);
  assert.equal(paypal.books().capturedCents, 6400);
  await refused(payments.refundCapturedPayment({ captureId: declined }), 422, 'REFUND_NOT_ALLOWED');
  // A declined capture took nothing: the authorisation can be asked again.
  await capture(declinedFor);
  assert.deepEqual(
    paypal.events.map(({ event_type: type }) => type).filter((type) => type.startsWith('PAYMENT.CAPTURE')),
    ['PENDING', 'PENDING', 'DENIED', 'COMPLETED', 'DENIED', 'COMPLETED'].map((word) => `PAYMENT.CAPTURE.${word}`),
  );
});

test('[SP4] refunds never give back more than was taken, one by one or together', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  const captureId = await capture(await authorize(await create()));
  const refund = (value: string, id: string) =>
    payments.refundCapturedPayment({
      captureId,
      paypalRequestId: id,
      prefer: WHOLE,
      body: { amount: brl(value), customId: id },
    });
  const { result: first } = await refund('60.00', 'r1');
  assert.deepEqual(
    [first.status, first.customId, first.sellerPayableBreakdown?.netAmount?.value],
    ['COMPLETED', 'r1', '60.00'],
  );
  assert.equal((await payments.getCapturedPayment({ captureId })).result.status, 'PARTIALLY_REFUNDED');
  const both = await Promise.allSettled([refund('4.00', 'r2'), refund('4.00', 'r3')]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await refused(refund('0.01', 'r4'), 422, 'CAPTURE_FULLY_REFUNDED');
  assert.equal((await payments.getCapturedPayment({ captureId })).result.status, 'REFUNDED');
  assert.equal(paypal.books().refundedCents, 6400);
  assert.equal((await payments.getRefund({ refundId: first.id ?? '' })).result.status, 'COMPLETED');
});

test('[SP4] a refund of too much, in other money or of an invoice already given back is refused', async (t) => {
  const { payments, create, authorize, capture } = await openFixture(t);
  const captureId = await capture(await authorize(await create()));
  const refund = (body: object) => payments.refundCapturedPayment({ captureId, body });
  await refused(refund({ amount: brl('64.01') }), 422, 'REFUND_AMOUNT_EXCEEDED');
  await refused(refund({ amount: { currencyCode: 'USD', value: '1.00' } }), 422, 'REFUND_CAPTURE_CURRENCY_MISMATCH');
  await refund({ amount: brl('1.00'), invoiceId: 'R-1' });
  await refused(refund({ amount: brl('1.00'), invoiceId: 'R-1' }), 422, 'DUPLICATE_INVOICE_ID');
});

test('[SP4] a pending refund counts until it failed', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  const captureId = await capture(await authorize(await create()));
  paypal.nextRefunds('PENDING', 'PENDING');
  const { result: first } = await payments.refundCapturedPayment({ captureId });
  assert.equal(first.status, 'PENDING');
  await refused(payments.refundCapturedPayment({ captureId }), 422, 'CAPTURE_FULLY_REFUNDED');
  paypal.settleRefund(first.id ?? '', 'FAILED');
  const { result: second } = await payments.refundCapturedPayment({ captureId });
  assert.equal(paypal.books().refundedCents, 0);
  paypal.settleRefund(second.id ?? '', 'COMPLETED');
  assert.equal(paypal.books().refundedCents, 6400);
  assert.deepEqual(
    paypal.events.slice(-4).map(({ event_type: type }) => type),
    ['PAYMENT.REFUND.PENDING', 'PAYMENT.REFUND.FAILED', 'PAYMENT.REFUND.PENDING', 'PAYMENT.CAPTURE.REFUNDED'],
  );
});

test('[SP4] a dispute forbids partial refunds while open, and takes the money back when lost', async (t) => {
  const { paypal, payments, create, authorize, capture } = await openFixture(t);
  const captureId = await capture(await authorize(await create({ order: 'D' })));
  const { id } = paypal.openDispute(captureId, { reason: 'UNAUTHORISED' });
  await refused(
    payments.refundCapturedPayment({ captureId, body: { amount: brl('1.00') } }),
    422,
    'TRANSACTION_DISPUTED',
  );
  const dispute = async () =>
    (await openToken(paypal, `/v1/customer/disputes/${id}`, 'GET')).body as Record<string, unknown>;
  const { status, reason, dispute_amount: amount } = await dispute();
  assert.deepEqual(
    [status, reason, amount],
    ['WAITING_FOR_SELLER_RESPONSE', 'UNAUTHORISED', { currency_code: 'BRL', value: '64.00' }],
  );
  paypal.updateDispute(id);
  paypal.closeDispute(id, 'lost');
  assert.deepEqual((await dispute())['dispute_outcome'], {
    outcome_code: 'RESOLVED_BUYER_FAVOUR',
    amount_refunded: { currency_code: 'BRL', value: '64.00' },
  });
  await refused(payments.refundCapturedPayment({ captureId }), 422, 'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK');
  assert.deepEqual(
    paypal.events.slice(-4).map(({ event_type: type }) => type),
    ['CUSTOMER.DISPUTE.CREATED', 'CUSTOMER.DISPUTE.UPDATED', 'PAYMENT.CAPTURE.REVERSED', 'CUSTOMER.DISPUTE.RESOLVED'],
  );
});

test('[SP11] without Prefer an answer holds id, status and links only', async (t) => {
  const { exchanges, payments, create, authorize, capture } = await openFixture(t);
  const captureId = await capture(await authorize(await create()));
  await payments.refundCapturedPayment({ captureId });
  const minimal = exchanges.filter(
    ({ request }) => request.method === 'POST' && !/authorize$|token$/.test(request.path),
  );
  assert.equal(minimal.length, 3);
  for (const { answer } of minimal) {
    assert.deepEqual(Object.keys(JSON.parse(String(answer.body)) as object), ['id', 'status', 'links']);
  }
});

/** A call past the SDK, for what it does not know and for short bodies of answers. */
async function openToken(
  { url, clientId, clientSecret }: { url: string; clientId: string; clientSecret: string },
  path: string,
  method = 'POST',
): Promise<{ status: number; id: string; issue: string | undefined; body: unknown }> {
  const granted = await fetch(`${url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } });
  const body = (await response.json()) as { id?: string; details?: { issue: string }[] };
  return { status: response.status, id: body.id ?? '', issue: body.details?.[0]?.issue, body };
}
