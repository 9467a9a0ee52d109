/** What a payment intent allows in which status, and what is left of it: asked through the real SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { chargeFee } from './money-shape.ts';
import { createIntent, sdkStage, stripeError } from './sdk-stage.ts';

test('[SS1] a card is authorised, then captured: money and its fee appear at the capture', async (t) => {
  const { standIn, stripe } = await sdkStage(t);
  const intent = await createIntent(stripe);
  assert.equal(intent.status, 'requires_payment_method');
  const authorised = await stripe.paymentIntents.confirm(intent.id, { confirmation_token: 'ctoken_ok_1' });
  assert.deepEqual(
    [authorised.status, authorised.amount_capturable, authorised.amount_received],
    ['requires_capture', 6_400, 0],
  );
  await stripe.paymentIntents.capture(intent.id);
  const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.balance_transaction'] });
  assert.deepEqual([paid.status, paid.amount_capturable, paid.amount_received], ['succeeded', 0, 6_400]);
  const charge = paid.latest_charge as Stripe.Charge;
  const line = charge.balance_transaction as Stripe.BalanceTransaction;
  assert.deepEqual([line.amount, line.fee, line.net], [6_400, chargeFee(6_400), 6_400 - chargeFee(6_400)]);
  assert.equal(chargeFee(6_400), 294);
  assert.deepEqual(
    standIn.events.map(({ type }) => type),
    ['payment_intent.created', 'payment_intent.amount_capturable_updated', 'payment_intent.succeeded'],
  );
});

test('[SS2] each call is allowed in the statuses of the table and refused in the others', async (t) => {
  const { standIn, stripe, authorise, pay } = await sdkStage(t);
  const inStatus: Record<string, () => Promise<Stripe.PaymentIntent>> = {
    requires_payment_method: () => createIntent(stripe),
    requires_action: () => authorise(6_400, 'ctoken_3ds'),
    processing: () => authorise(6_400, 'ctoken_processing'),
    requires_capture: () => authorise(),
    succeeded: () => pay(),
    canceled: async () => stripe.paymentIntents.cancel((await createIntent(stripe)).id),
  };
  let tokens = 0;
  const calls: Record<string, (id: string) => Promise<unknown>> = {
    confirm: (id) => stripe.paymentIntents.confirm(id, { confirmation_token: `ctoken_ok_again_${++tokens}` }),
    capture: (id) => stripe.paymentIntents.capture(id),
    cancel: (id) => stripe.paymentIntents.cancel(id),
    amount: (id) => stripe.paymentIntents.update(id, { amount: 7_000 }),
  };
  const allowed: string[] = [];
  for (const [status, make] of Object.entries(inStatus))
    for (const [name, call] of Object.entries(calls)) {
      const intent = await make();
      assert.equal(intent.status, status);
      const eventsBefore = standIn.events.length;
      const error = await call(intent.id).then(
        () => null,
        (failure: Stripe.errors.StripeError) => failure,
      );
      if (error === null) {
        allowed.push(`${name} ${status}`);
        continue;
      }
      assert.deepEqual([error.statusCode, error.code], [400, 'payment_intent_unexpected_state'], `${name} ${status}`);
      assert.equal(error.payment_intent?.status, status);
      assert.equal(standIn.events.length, eventsBefore, 'a refusal leaves no event');
    }
  assert.deepEqual(allowed, [
    'confirm requires_payment_method',
    'cancel requires_payment_method',
    'amount requires_payment_method',
    'confirm requires_action',
    'cancel requires_action',
    'amount requires_action',
    'capture requires_capture',
    'cancel requires_capture',
  ]);
});

test('[SS3] a declined card is a 402 with its reason, and another card may follow on the same intent', async (t) => {
  const { standIn, stripe } = await sdkStage(t);
  const { id } = await createIntent(stripe);
  for (const [number, code, declineCode] of [
    ['4000000000000002', 'card_declined', 'generic_decline'],
    ['4000000000009995', 'card_declined', 'insufficient_funds'],
    ['4000000000000069', 'expired_card', 'expired_card'],
  ] as const) {
    const error = await stripeError(
      stripe.paymentIntents.confirm(id, { confirmation_token: standIn.tokenOfCard(number) }),
    );
    assert.deepEqual(
      [error.type, error.statusCode, error.code, error.decline_code],
      ['StripeCardError', 402, code, declineCode],
    );
    assert.equal(error.payment_intent?.status, 'requires_payment_method');
    assert.equal(error.payment_intent?.last_payment_error?.decline_code, declineCode);
    assert.match(error.requestId ?? '', /^req_/);
  }
  assert.equal(standIn.eventsOf('payment_intent.payment_failed', id).length, 3);
  const paid = await stripe.paymentIntents.confirm(id, { confirmation_token: standIn.tokenOfCard('4242424242424242') });
  assert.deepEqual([paid.status, paid.last_payment_error], ['requires_capture', null]);
});

test('[SS4] 3-D Secure waits for the buyer: passed it is authorised, failed it may be tried again', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  const plain = await stripe.paymentIntents.confirm((await createIntent(stripe)).id, {
    confirmation_token: 'ctoken_3ds_plain',
  });
  assert.equal(plain.next_action?.type, 'redirect_to_url', 'nobody said that a page of ours can ask');
  const asked = await authorise(6_400, 'ctoken_3ds');
  assert.deepEqual([asked.status, asked.next_action?.type], ['requires_action', 'use_stripe_sdk']);
  assert.equal(standIn.passChallenge(asked).status, 'requires_capture');
  const refused = await authorise(6_400, 'ctoken_3ds');
  standIn.failChallenge(refused);
  const after = await stripe.paymentIntents.retrieve(refused.id);
  assert.equal(after.status, 'requires_payment_method');
  assert.equal(after.last_payment_error?.code, 'payment_intent_authentication_failure');
  const poor = await authorise(6_400, 'ctoken_3ds_insufficient');
  standIn.passChallenge(poor);
  const declined = await stripe.paymentIntents.retrieve(poor.id);
  assert.equal(declined.last_payment_error?.decline_code, 'insufficient_funds');
  standIn.challengeBy = 'redirect';
  const sent = await createIntent(stripe);
  const away = await stripe.paymentIntents.confirm(sent.id, {
    confirmation_token: 'ctoken_3ds_away',
    return_url: 'http://shop.example/back',
    use_stripe_sdk: true,
  });
  assert.equal(away.next_action?.redirect_to_url?.return_url, 'http://shop.example/back');
});

test('[SS5] a token pays once, for twelve hours', async (t) => {
  let nowMs = 1_800_000_000_000;
  const { standIn, stripe } = await sdkStage(t, { nowMs: () => nowMs });
  const token = standIn.tokenOfCard('4242424242424242');
  await stripe.paymentIntents.confirm((await createIntent(stripe)).id, { confirmation_token: token });
  const second = await createIntent(stripe);
  const used = await stripeError(stripe.paymentIntents.confirm(second.id, { confirmation_token: token }));
  assert.match(used.message, /already been used/);
  const old = standIn.tokenOfCard('4242424242424242');
  nowMs += 12 * 3_600_000;
  assert.match(
    (await stripeError(stripe.paymentIntents.confirm(second.id, { confirmation_token: old }))).message,
    /expired/,
  );
  const unknown = await stripeError(
    stripe.paymentIntents.confirm(second.id, { confirmation_token: 'ctoken_of_nobody' }),
  );
  assert.equal(unknown.code, 'resource_missing');
});

test('[SS6] an authorisation lapses after seven days by the clock, and is told as automatic', async (t) => {
  let nowMs = 1_800_000_000_000;
  const { standIn, stripe, authorise } = await sdkStage(t, { nowMs: () => nowMs });
  const intent = await authorise();
  nowMs += 7 * 86_400_000 - 1_000;
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'requires_capture');
  nowMs += 1_000;
  assert.equal((await stripeError(stripe.paymentIntents.capture(intent.id))).code, 'payment_intent_unexpected_state');
  const lapsed = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
  assert.deepEqual([lapsed.status, lapsed.cancellation_reason], ['canceled', 'automatic']);
  assert.equal(standIn.eventsOf('payment_intent.canceled', intent.id).length, 1);
  const soon = await authorise();
  assert.equal(standIn.lapse(soon).cancellation_reason, 'automatic');
});

test('[SS7] a cancelled authorisation gives the money back, and its charge says refunded without a refund', async (t) => {
  const { standIn, stripe, authorise } = await sdkStage(t);
  const intent = await authorise();
  const ended = await stripe.paymentIntents.cancel(
    intent.id,
    { cancellation_reason: 'abandoned' },
    { idempotencyKey: 'c' },
  );
  assert.deepEqual([ended.status, ended.amount_capturable], ['canceled', 0]);
  const charge = await stripe.charges.retrieve(ended.latest_charge as string);
  assert.deepEqual([charge.captured, charge.refunded, charge.balance_transaction], [false, true, null]);
  assert.equal((await stripe.refunds.list({ payment_intent: intent.id })).data.length, 0);
  assert.equal(standIn.eventsOf('charge.refunded', charge.id).length, 1);
});

test('[SS8] amounts are whole cents within bounds, and unknown parameters are refused', async (t) => {
  const { stripe, authorise } = await sdkStage(t);
  assert.equal((await stripeError(createIntent(stripe, 49))).code, 'amount_too_small');
  assert.equal((await stripeError(createIntent(stripe, 10.5))).code, 'parameter_invalid_integer');
  const more = await stripeError(stripe.paymentIntents.capture((await authorise()).id, { amount_to_capture: 6_401 }));
  assert.equal(more.code, 'amount_too_large');
  const part = await stripe.paymentIntents.capture((await authorise()).id, { amount_to_capture: 3_200 });
  assert.deepEqual([part.status, part.amount_received, part.amount_capturable], ['succeeded', 3_200, 0]);
  const wrong = { amount: 6_400, currency: 'brl', capture_methode: 'manual' } as Stripe.PaymentIntentCreateParams;
  assert.equal((await stripeError(stripe.paymentIntents.create(wrong))).code, 'parameter_unknown');
  const old = await stripeError(
    stripe.paymentIntents.create({
      amount: 6_400,
      currency: 'brl',
      payment_method_types: ['card'],
    } as Stripe.PaymentIntentCreateParams),
  );
  assert.equal(old.code, 'payment_method_types_no_longer_supported');
});
