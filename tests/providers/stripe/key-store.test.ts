/** The memory of idempotency keys and the scripted faults, through the real SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIntent, sdkStage, stripeError } from './sdk-stage.ts';

test('[SS12] the same key and parameters give the first answer again, and nothing is done twice', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  const first = await createIntent(stripe, 6_400, 'o1.create');
  const second = await createIntent(stripe, 6_400, 'o1.create');
  assert.equal(second.id, first.id);
  assert.equal(
    (second as unknown as { lastResponse: { headers: Record<string, string> } }).lastResponse.headers[
      'idempotent-replayed'
    ],
    'true',
  );
  assert.equal(standIn.books.paymentIntents.all().length, 1);
  const intent = await authorise();
  const capture = (): Promise<unknown> =>
    stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'o1.capture' });
  assert.deepEqual(await capture(), await capture());
  assert.equal(standIn.eventsOf('payment_intent.succeeded').length, 1);
  const declined = (): Promise<unknown> =>
    stripe.paymentIntents.confirm(
      first.id,
      { confirmation_token: 'ctoken_declined_1' },
      { idempotencyKey: 'o1.authorise' },
    );
  assert.equal((await stripeError(declined())).code, (await stripeError(declined())).code);
  assert.equal(standIn.eventsOf('payment_intent.payment_failed').length, 1, 'a kept refusal is not tried again');
});

test('[SS13] the same key with other parameters is an error; a key whose request never began is free', async (t) => {
  const { stripe } = await sdkStage(t);
  await createIntent(stripe, 6_400, 'k');
  const other = await stripeError(createIntent(stripe, 6_500, 'k'));
  assert.deepEqual([other.statusCode, other.type], [400, 'StripeIdempotencyError']);
  assert.equal((await stripeError(createIntent(stripe, 10, 'fresh'))).code, 'amount_too_small');
  assert.equal((await createIntent(stripe, 6_400, 'fresh')).amount, 6_400);
});

test('[SS14] a key in use is a conflict until its request has ended', async (t) => {
  const { standIn, stripe } = await sdkStage(t);
  let open = (): void => {};
  standIn.on({ method: 'POST' }, { kind: 'gate', open: new Promise((resolve) => (open = resolve)) });
  const first = createIntent(stripe, 6_400, 'k');
  // The first must be there before the second asks; both arrive on connections of their own.
  while (standIn.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = await stripeError(createIntent(stripe, 6_400, 'k'));
  assert.deepEqual([second.statusCode, second.code], [409, 'idempotency_key_in_use']);
  open();
  assert.equal((await createIntent(stripe, 6_400, 'k')).id, (await first).id);
});

test('[SS15] a stored 500 is given again under its key, whether the work was done or not', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  for (const isDone of [true, false]) {
    const intent = await authorise();
    standIn.on({ path: /capture$/ }, { kind: 'stored-500', isDone });
    const capture = (key: string): Promise<unknown> =>
      stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: key });
    for (let time = 0; time < 2; time += 1) assert.equal((await stripeError(capture(`${isDone}`))).statusCode, 500);
    const status = (await stripe.paymentIntents.retrieve(intent.id)).status;
    assert.equal(status, isDone ? 'succeeded' : 'requires_capture');
    const again = await capture(`${isDone}.again`).then(
      () => 'captured',
      () => 'refused',
    );
    assert.equal(again, isDone ? 'refused' : 'captured');
  }
});

test('[SS16] keys are forgotten after 24 hours: the same request is then done again', async (t) => {
  let nowMs = 1_800_000_000_000;
  const { stripe } = await sdkStage(t, { nowMs: () => nowMs });
  const first = await createIntent(stripe, 6_400, 'k');
  nowMs += 24 * 3_600_000 - 1;
  assert.equal((await createIntent(stripe, 6_400, 'k')).id, first.id);
  nowMs += 1;
  assert.notEqual((await createIntent(stripe, 6_400, 'k')).id, first.id);
});

test('[SS17] a line cut before or after the work, a status, and a provider that is down', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  const made = (): number => standIn.books.paymentIntents.all().length;
  standIn.on({ method: 'POST' }, { kind: 'cut-before' }, 2);
  assert.equal((await stripeError(createIntent(stripe, 6_400, 'a'))).type, 'StripeConnectionError');
  assert.equal(made(), 0);
  // The SDK asks once more after a reset: under the same key, so it meets the first one's answer.
  standIn.on({ method: 'POST' }, { kind: 'cut-after' });
  await createIntent(stripe, 6_400, 'b');
  assert.equal(made(), 1);
  assert.deepEqual(
    standIn.requests.slice(-2).map(({ idempotencyKey, status }) => [idempotencyKey, status]),
    [
      ['b', null],
      ['b', 200],
    ],
  );
  standIn.on({ path: '/v1/payment_intents' }, { kind: 'status', status: 429, retryAfter: 1 });
  const busy = await stripeError(createIntent(stripe, 6_400, 'c'));
  assert.deepEqual([busy.type, busy.headers?.['retry-after']], ['StripeRateLimitError', '1']);
  assert.equal(standIn.faultsWaiting, 0);
  standIn.isDown = true;
  assert.equal((await stripeError(authorise())).type, 'StripeConnectionError');
  standIn.isDown = false;
  assert.equal((await authorise()).status, 'requires_capture');
});

test('[SS18] a request that hangs ends by the caller\u2019s own timeout, and nothing was done', async (t) => {
  const { standIn, stripe } = await sdkStage(t);
  standIn.on({}, { kind: 'hang' });
  const error = await stripeError(
    stripe.paymentIntents.create({ amount: 6_400, currency: 'brl' }, { timeout: 50, maxNetworkRetries: 0 }),
  );
  assert.match(error.message, /timeout/);
  assert.equal(standIn.books.paymentIntents.all().length, 0);
});

test('[SS19] a wrong key is a 401, and a browser\u2019s key may only read and confirm what it has the secret of', async (t) => {
  const { standIn, stripe } = await sdkStage(t);
  const intent = await createIntent(stripe);
  const ask = async (key: string, path: string, method = 'GET'): Promise<number> =>
    (await fetch(standIn.url + path, { method, headers: { authorization: `Bearer ${key}` } })).status;
  const place = `/v1/payment_intents/${intent.id}`;
  assert.equal(await ask('sk_test_other', place), 401);
  assert.equal(await ask(standIn.publishableKey, place), 404);
  assert.equal(await ask(standIn.publishableKey, `${place}?client_secret=${intent.client_secret}`), 200);
  assert.equal(
    await ask(standIn.publishableKey, `${place}/capture?client_secret=${intent.client_secret}`, 'POST'),
    403,
  );
  assert.equal(await ask(standIn.publishableKey, '/v1/events'), 403);
});

test('[SS34] an answer can be held back after the work: others see what was done before its caller does', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  const intent = await authorise();
  let open = (): void => {};
  standIn.on({ path: /capture$/ }, { kind: 'gate-after', open: new Promise((resolve) => (open = resolve)) });
  const capture = stripe.paymentIntents.capture(intent.id);
  while (standIn.requests.at(-1)?.path.endsWith('/capture') !== true)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
  assert.equal(standIn.requests.find(({ path }) => path.endsWith('/capture'))?.status, null);
  open();
  assert.equal((await capture).status, 'succeeded');
});
