/** Request ids and scripted faults: what a shop that lost an answer finds when it asks again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brl, openFixture, orderRequest, refused } from './fixture.ts';

const HOUR_MS = 3600_000;

test('[SP5] the same request id gets the first answer and does nothing again', async (t) => {
  const { paypal, orders, payments, create, authorize } = await openFixture(t);
  const [first, second] = [await create({ order: 'A' }), await create({ order: 'A', value: '99.00' })];
  assert.equal(second, first);
  assert.equal(paypal.state.orders.get(first)?.cents, 6400);
  const authorizationId = await authorize(first);
  const capture = (paypalRequestId: string) =>
    payments.captureAuthorizedPayment({ authorizationId, paypalRequestId, body: { finalCapture: true } });
  const { result } = await capture('A.capture');
  assert.equal((await capture('A.capture')).result.id, result.id);
  await refused(capture('other'), 422, 'AUTHORIZATION_ALREADY_CAPTURED');
  assert.equal(paypal.books().capturedCents, 6400);
  // Two at the same moment are one refund.
  const refund = () =>
    payments.refundCapturedPayment({ captureId: result.id ?? '', paypalRequestId: 'r', body: { amount: brl('5.00') } });
  const [one, two] = await Promise.all([refund(), refund()]);
  assert.equal(one.result.id, two.result.id);
  assert.equal(paypal.books().refundedCents, 500);
  assert.equal(
    (await orders.createOrder({ body: orderRequest('A', '1.00'), paypalRequestId: 'A.create' })).statusCode,
    200,
  );
});

test('[SP5] a refusal is not kept: asked again with the same id, it is thought over again', async (t) => {
  const { paypal, orders, create } = await openFixture(t);
  const id = await create();
  await refused(orders.authorizeOrder({ id, paypalRequestId: 'a' }), 422, 'ORDER_NOT_APPROVED');
  paypal.approve(id);
  assert.equal((await orders.authorizeOrder({ id, paypalRequestId: 'a' })).result.status, 'COMPLETED');
});

test('[SP5] an id at work is refused with 409, and forgotten after its time', async (t) => {
  const { paypal, clock, create, authorize, payments } = await openFixture(t);
  const authorizationId = await authorize(await create());
  const gate = withResolvers();
  paypal.on({ method: 'POST', path: /capture$/ }, { kind: 'gate', open: gate.promise });
  const capture = () =>
    payments.captureAuthorizedPayment({ authorizationId, paypalRequestId: 'c', body: { finalCapture: true } });
  const first = capture();
  // The first has taken its id as soon as the stand-in has seen it; until then the second would simply be the first.
  while (!paypal.requests.some(({ path }) => path.endsWith('/capture'))) await new Promise(setImmediate);
  await refused(capture(), 409, 'PREVIOUS_REQUEST_IN_PROGRESS');
  gate.resolve();
  assert.equal((await capture().catch(() => first)).result.id, (await first).result.id);
  const id = await create({ order: 'A' });
  clock.nowMs += 6 * HOUR_MS + 1;
  assert.notEqual(await create({ order: 'A' }), id);
});

test('[SP10] a capture whose answer was cut was done, and is found by its request id', async (t) => {
  const { paypal, payments, create, authorize } = await openFixture(t);
  const authorizationId = await authorize(await create());
  const capture = () =>
    payments.captureAuthorizedPayment({ authorizationId, paypalRequestId: 'c', body: { finalCapture: true } });
  paypal.on({ path: /capture$/ }, { kind: 'cut-before' });
  paypal.on({ path: /capture$/ }, { kind: 'cut-after' });
  await assert.rejects(capture(), /socket hang up|ECONNRESET/);
  assert.equal(paypal.books().capturedCents, 0);
  await assert.rejects(capture(), /socket hang up|ECONNRESET/);
  assert.equal(paypal.books().capturedCents, 6400);
  assert.equal((await capture()).result.status, 'COMPLETED');
  assert.deepEqual([paypal.books().capturedCents, paypal.faults.waiting], [6400, 0]);
});

test('[SP10] a 500 is not kept under the id, whether the work was done or not', async (t) => {
  const { paypal, payments, create, authorize } = await openFixture(t);
  for (const isDone of [true, false]) {
    const authorizationId = await authorize(await create());
    const capture = () =>
      payments.captureAuthorizedPayment({ authorizationId, paypalRequestId: 'c', body: { finalCapture: true } });
    paypal.on({ path: /capture$/ }, { kind: 'stored-500', isDone });
    const captures = paypal.state.captures.size;
    await assert.rejects(capture(), (error: { statusCode?: number }) => error.statusCode === 500);
    assert.equal(paypal.state.captures.size - captures, isDone ? 1 : 0);
    assert.equal((await capture()).result.status, 'COMPLETED');
    assert.equal(paypal.state.captures.size - captures, 1);
  }
});

test('[SP10] PayPal is down, and up again with everything it knew', async (t) => {
  const { paypal, orders, create } = await openFixture(t);
  const id = await create();
  paypal.isDown = true;
  await assert.rejects(orders.getOrder({ id }));
  paypal.isDown = false;
  assert.equal((await orders.getOrder({ id })).result.id, id);
  paypal.on({ path: /authorize$/ }, { kind: 'status', status: 503, retryAfter: 7 });
  await assert.rejects(
    orders.authorizeOrder({ id }),
    (error: { statusCode?: number; headers?: Record<string, string> }) => {
      assert.deepEqual([error.statusCode, error.headers?.['retry-after']], [503, '7']);
      return true;
    },
  );
});

test('[SP10] the SDK never recovers from one failed token: what the shop\u2019s adapter must not inherit', async (t) => {
  const { paypal, create } = await openFixture(t);
  paypal.on({ path: '/v1/oauth2/token' }, { kind: 'status', status: 503 });
  await assert.rejects(create());
  // The SDK keeps the failed request of its token for ever: each later call fails too, without asking. Ours must not.
  await assert.rejects(create());
  assert.equal(paypal.requests.length, 1);
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
