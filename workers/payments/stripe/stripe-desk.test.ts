/** The adapter's good ways, and those in which Stripe says no, against the stand-in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newObject, RETURN_URL, type StripeStage, stripeStage } from '../../../tests/support/stripe-stage.ts';
import { type ListedObject, ProviderRefused, ProviderUnknown } from '../provider-port.ts';
import { stripeDesk } from './stripe-desk.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof ProviderRefused && error.code === code;

/** What was sent, as the stand-in read it. */
function sent({ standIn }: StripeStage, path: string): Record<string, unknown> {
  const found = standIn.requests.findLast((request) => request.path === path && request.method === 'POST');
  assert.ok(found, path);
  // The stand-in's objects have no prototype.
  return JSON.parse(JSON.stringify(found.body)) as Record<string, unknown>;
}

test('[SA19] a payment is made for cards, to be captured later, and says nothing of the buyer', async (t) => {
  const stage = await stripeStage(t);
  const { result, request } = await stage.desk.create(newObject());
  assert.match(result.object, /^pi_/);
  assert.match(request ?? '', /^req_/);
  assert.equal(result.is, 'approved');
  assert.deepEqual(sent(stage, '/v1/payment_intents'), {
    amount: '6400',
    currency: 'brl',
    capture_method: 'manual',
    allowed_payment_method_types: ['card'],
    metadata: { order: 'o-1', screening: '7' },
  });
  assert.equal((await stage.desk.create(newObject({ order: 'o-2', hasToken: false }))).result.is, 'open');
});

test('[SA20] the same key again is the same answer: one payment, one reservation, one capture, one refund', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  const known = await create();
  assert.equal((await create()).object, known.object);
  const authorise = () => desk.authorise(known, 'ctoken_ok', RETURN_URL, 'o-1.authorise');
  assert.deepEqual((await authorise()).result, (await authorise()).result);
  const capture = () => desk.capture(known, 'o-1.capture');
  assert.deepEqual((await capture()).result, (await capture()).result);
  const refund = () => desk.refund(known, { id: 'o-1.r1', cents: 900, object: null, isAgain: false, key: 'o-1.r1' });
  assert.deepEqual((await refund()).result, (await refund()).result);
  assert.equal((await desk.look(known)).result.refundedCents, 900);
  assert.equal(standIn.books.paymentIntents.all().length, 1);
  // Other words under the same key are a mistake of ours, and nothing is done of it.
  await assert.rejects(desk.create(newObject({ amountCents: 1 })), refusedAs('idempotency_error'));
});

test('[SA21] a card is reserved, then captured, and then the fee is known', async (t) => {
  const { desk, create } = await stripeStage(t);
  const known = await create();
  const authorised = (await desk.authorise(known, 'ctoken_ok', RETURN_URL, 'o-1.authorise')).result;
  assert.equal(authorised.is, 'authorised');
  assert.match(authorised.authorisation ?? '', /^ch_/);
  assert.deepEqual([authorised.capturedCents, authorised.feeCents], [0, null]);
  const { result, request } = await desk.capture(known, 'o-1.capture');
  assert.deepEqual([result.is, result.capturedCents, result.capture], ['captured', 6_400, authorised.authorisation]);
  assert.ok(result.feeCents !== null && result.feeCents > 0 && result.feeCents < 6_400);
  assert.equal(result.refundedCents, 0);
  assert.match(request ?? '', /^req_/);
  assert.deepEqual((await desk.look(known)).result, result);
});

test('[SA12] a card that the bank refuses is an answer, with the word of the bank; asked again it is the same', async (t) => {
  const { desk, create } = await stripeStage(t);
  const known = await create();
  const authorise = () => desk.authorise(known, 'ctoken_insufficient', RETURN_URL, 'o-1.authorise');
  const { result, request } = await authorise();
  assert.deepEqual([result.is, result.declineCode], ['declined', 'insufficient_funds']);
  assert.match(request ?? '', /^req_/);
  assert.deepEqual((await authorise()).result, result);
  assert.deepEqual((await desk.look(known)).result, result);
});

test('[SA13] a token that Stripe does not know, or that was used elsewhere, is a refused card and no failure', async (t) => {
  const { desk, create } = await stripeStage(t);
  const [first, second] = [await create(), await create({ order: 'o-2' })];
  const unknown = await desk.authorise(first, 'a word of the page', RETURN_URL, 'o-1.authorise');
  assert.deepEqual([unknown.result.is, unknown.result.declineCode], ['declined', 'resource_missing']);
  await desk.authorise(first, 'ctoken_ok', RETURN_URL, 'o-1.authorise.2');
  const used = await desk.authorise(second, 'ctoken_ok', RETURN_URL, 'o-2.authorise');
  assert.equal(used.result.is, 'declined');
});

test('[SA13] a token that was used for this very payment is no refusal: the money is reserved', async (t) => {
  const { desk, create } = await stripeStage(t);
  const known = await create();
  await desk.authorise(known, 'ctoken_ok', RETURN_URL, 'o-1.authorise');
  assert.equal((await desk.authorise(known, 'ctoken_ok', RETURN_URL, 'o-1.authorise.2')).result.is, 'authorised');
  assert.equal((await desk.authorise(known, null, RETURN_URL, 'o-1.authorise.3')).result.is, 'authorised');
});

test('[SA13] without a token nothing is asked for: an open payment is declined', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  const { result } = await desk.authorise(await create(), null, RETURN_URL, 'o-1.authorise');
  assert.deepEqual([result.is, result.declineCode], ['declined', 'no_token']);
  assert.ok(standIn.requests.every(({ path }) => !path.endsWith('/confirm')));
});

for (const by of ['overlay', 'redirect'] as const) {
  test(`[SA22] the bank's question (${by}) is for the buyer, with a secret that is told only when it is asked for`, async (t) => {
    const { desk, standIn, create } = await stripeStage(t);
    standIn.challengeBy = by;
    const known = await create();
    assert.equal(await desk.buyerAction(known), null);
    const { result } = await desk.authorise(known, 'ctoken_3ds', RETURN_URL, 'o-1.authorise');
    assert.equal(result.is, 'action');
    assert.doesNotMatch(JSON.stringify(result), /secret/);
    const { client_secret } = standIn.books.paymentIntents.get(known.object);
    assert.deepEqual(await desk.buyerAction(known), { kind: 'stripe', clientSecret: client_secret });
    standIn.passChallenge(known.object);
    assert.equal((await desk.look(known)).result.is, 'authorised');
    assert.equal(await desk.buyerAction(known), null);
  });
}

test('[SA41] Stripe is told that our page can ask: the bank’s question stays in it, where the bank allows that', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  const asked = async (order: string) => {
    const known = await create({ order });
    await desk.authorise(known, `ctoken_3ds_${order}`, RETURN_URL, `${order}.authorise`);
    return standIn.books.paymentIntents.get(known.object).next_action;
  };
  assert.equal((await asked('o-1'))?.type, 'use_stripe_sdk');
  standIn.challengeBy = 'redirect';
  const away = (await asked('o-2'))?.['redirect_to_url'] as { return_url: string };
  assert.equal(away.return_url, RETURN_URL);
});

test('[SA22] who fails the question of the bank is declined, and so is whom the bank refuses after it', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  const failed = await create();
  await desk.authorise(failed, 'ctoken_3ds', RETURN_URL, 'o-1.authorise');
  standIn.failChallenge(failed.object);
  const seen = (await desk.look(failed)).result;
  assert.deepEqual([seen.is, seen.declineCode], ['declined', 'payment_intent_authentication_failure']);
  const poor = await create({ order: 'o-2' });
  await desk.authorise(poor, 'ctoken_3ds_insufficient', RETURN_URL, 'o-2.authorise');
  standIn.passChallenge(poor.object);
  assert.equal((await desk.look(poor)).result.declineCode, 'insufficient_funds');
});

test('[SA21] what the bank takes its time for is processing, until it is one thing or the other', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  for (const [order, outcome, is] of [
    ['o-1', 'pays', 'authorised'],
    ['o-2', 'declines', 'declined'],
  ] as const) {
    const known = await create({ order });
    const { result } = await desk.authorise(known, `ctoken_processing_${order}`, RETURN_URL, `${order}.authorise`);
    assert.equal(result.is, 'processing');
    standIn.settleProcessing(known.object, outcome);
    assert.equal((await desk.look(known)).result.is, is);
  }
});

test('[SA23] a cancelled payment is cancelled, from whatever it was, and again', async (t) => {
  const { desk, standIn, create, authorised } = await stripeStage(t);
  const open = await create({ order: 'o-open' });
  const asking = await create({ order: 'o-asking' });
  await desk.authorise(asking, 'ctoken_3ds', RETURN_URL, 'o-asking.authorise');
  const reserved = await authorised('o-reserved');
  const lapsed = await authorised('o-lapsed');
  standIn.lapse(lapsed.object);
  for (const known of [open, asking, reserved, lapsed]) {
    for (const key of ['1', '2']) {
      const { result } = await desk.cancel(known, `${known.order}.cancel.${key}`);
      assert.deepEqual([result.is, result.refundedCents], ['cancelled', null], known.order);
    }
  }
});

test('[SA23] what is captured cannot be cancelled, and is answered as captured; what is processing, as that', async (t) => {
  const { desk, standIn, create, captured } = await stripeStage(t);
  const known = await captured();
  const { result } = await desk.cancel(known, 'o-1.cancel');
  assert.deepEqual([result.is, result.capturedCents], ['captured', 6_400]);
  const slow = await create({ order: 'o-2' });
  await desk.authorise(slow, 'ctoken_processing', RETURN_URL, 'o-2.authorise');
  const seen = await desk.cancel(slow, 'o-2.cancel');
  assert.ok(['processing', 'cancelled'].includes(seen.result.is));
  assert.equal(standIn.faultsWaiting, 0);
});

test('[SA9] captured after it has lapsed, it is refused, and a look says why', async (t) => {
  const { desk, standIn, authorised } = await stripeStage(t);
  const known = await authorised();
  standIn.lapse(known.object);
  await assert.rejects(desk.capture(known, 'o-1.capture'), refusedAs('payment_intent_unexpected_state'));
  assert.equal((await desk.look(known)).result.is, 'cancelled');
  const nobodys = { ...known, object: 'pi_of_nobody' };
  await assert.rejects(desk.look(nobodys), refusedAs('resource_missing'));
});

test('[SA24] a refund names ours and the order; what is on its way is looked at', async (t) => {
  const stage = await stripeStage(t);
  const { desk, standIn } = stage;
  const known = await stage.captured();
  standIn.refundsStartAs = 'pending';
  const wanted = { id: 'o-1.r1', cents: 3_200, object: null, isAgain: false, key: 'o-1.r1' };
  const { result } = await desk.refund(known, wanted);
  assert.equal(result.is, 'pending');
  assert.deepEqual(sent(stage, '/v1/refunds'), {
    payment_intent: known.object,
    amount: '3200',
    metadata: { refund: 'o-1.r1', order: 'o-1' },
  });
  standIn.settleRefund(result.object, 'succeeded');
  assert.equal((await desk.lookRefund(known, result.object)).result.is, 'done');
  // Asked for by the id that is known, nothing is asked for anew.
  assert.equal((await desk.refund(known, { ...wanted, object: result.object })).result.is, 'done');
  standIn.settleRefund(result.object, 'failed');
  const failed = (await desk.lookRefund(known, result.object)).result;
  assert.deepEqual([failed.is, failed.reason], ['failed', 'expired_or_canceled_card']);
});

test('[SA25] a refund that may have been asked for is found by its id, after a day as well, and is never sent twice', async (t) => {
  let nowMs = 1_795_000_000_000;
  const { desk, captured } = await stripeStage(t, { nowMs: () => nowMs });
  const known = await captured();
  const wanted = (id: string) => ({ id, cents: 100, object: null, isAgain: true, key: id });
  const ids = Array.from({ length: 3 }, (_, index) => `o-1.r${index + 1}`);
  const made = await Promise.all(ids.map((id) => desk.refund(known, { ...wanted(id), isAgain: false })));
  nowMs += 48 * 3_600_000;
  for (const [index, id] of ids.entries())
    assert.equal((await desk.refund(known, wanted(id))).result.object, made[index]?.result.object);
  assert.equal((await desk.look(known)).result.refundedCents, 300);
  // One that was never asked for is sent.
  assert.equal((await desk.refund(known, wanted('o-1.r4'))).result.is, 'done');
  assert.equal((await desk.look(known)).result.refundedCents, 400);
});

test('[SA9] more than was taken, or what the bank has taken back already, is refused', async (t) => {
  const { desk, standIn, captured } = await stripeStage(t);
  const known = await captured();
  const refund = (id: string, cents: number) =>
    desk.refund(known, { id, cents, object: null, isAgain: false, key: id });
  await assert.rejects(refund('o-1.r1', 6_401), refusedAs('invalid_request_error'));
  await refund('o-1.r2', 6_400);
  await assert.rejects(refund('o-1.r3', 1), refusedAs('charge_already_refunded'));
  const disputed = await captured('o-2');
  standIn.openDispute(disputed.object);
  const late = desk.refund(disputed, { id: 'o-2.r1', cents: 1, object: null, isAgain: false, key: 'o-2.r1' });
  await assert.rejects(late, refusedAs('charge_disputed'));
});

test('[SA26] a dispute is looked at by its id, open and ended', async (t) => {
  const { desk, standIn, captured } = await stripeStage(t);
  const known = await captured();
  const { id } = standIn.openDispute(known.object, { amount: 3_200, reason: 'product_not_received' });
  const open = await desk.lookDispute(id);
  assert.deepEqual([open.payment, open.cents, open.currency], [known.object, 3_200, 'BRL']);
  assert.deepEqual([open.isOpen, open.reason, open.outcome], [true, 'product_not_received', null]);
  assert.ok((open.dueMs ?? 0) > open.openedMs);
  standIn.closeDispute(id, 'lost');
  const { isOpen, outcome, dueMs } = await desk.lookDispute(id);
  assert.deepEqual({ isOpen, outcome, dueMs }, { isOpen: false, outcome: 'lost', dueMs: null });
});

test('[SA43] disputes since a moment are listed, until it is enough', async (t) => {
  let nowMs = 1_795_000_000_000;
  const { desk, standIn, captured } = await stripeStage(t, { nowMs: () => nowMs });
  standIn.openDispute((await captured('o-before')).object);
  nowMs += 60_000;
  const opened: string[] = [];
  for (const order of ['o-1', 'o-2', 'o-3']) opened.push(standIn.openDispute((await captured(order)).object).id);
  const listed = async (most: number) => {
    const ids: string[] = [];
    await desk.listDisputesSince?.(nowMs, (id) => ids.push(id) < most);
    return ids;
  };
  assert.deepEqual([await listed(100), (await listed(2)).length], [opened.toReversed(), 2]);
});

test('[SA27] the list since a moment has all of ours over its pages, newest first, each once, and nobody else’s', async (t) => {
  let nowMs = 1_795_000_000_000;
  const { desk, standIn, create, captured } = await stripeStage(t, { nowMs: () => nowMs });
  await create({ order: 'o-before' });
  nowMs += 60_000;
  const sinceMs = nowMs;
  const orders = Array.from({ length: 230 }, (_, index) => `o-${index}`);
  for (const order of orders) await create({ order });
  // Of another shop at the same account.
  delete standIn.books.paymentIntents.get((await create({ order: 'o-foreign' })).object).metadata['order'];
  await captured('o-last');
  const found: ListedObject[] = [];
  const count = await desk.listSince(sinceMs, async (object) => void found.push(object));
  assert.deepEqual(
    found.map(({ order }) => order),
    ['o-last', ...orders.toReversed()],
  );
  assert.equal(count, 231);
  assert.deepEqual([found[0]?.sight.is, found[0]?.amountCents], ['captured', 6_400]);
  assert.ok((found[0]?.sight.feeCents ?? 0) > 0);
  assert.equal(found[0]?.createdMs, sinceMs);
});

test('[SA27] who has seen enough of the list ends it with an error of his own', async (t) => {
  const { desk, standIn, create } = await stripeStage(t);
  for (let index = 0; index < 101; index++) await create({ order: `o-${index}` });
  const enough = new Error('enough');
  let seen = 0;
  const listing = desk.listSince(0, async () => {
    if (++seen === 5) throw enough;
  });
  await assert.rejects(listing, (error) => error === enough);
  assert.equal(seen, 5);
  assert.equal(standIn.requests.filter(({ method }) => method === 'GET').length, 1);
});

test('[SA14] what the stand-in signs, the desk verifies by its own secrets and clock', async (t) => {
  const nowMs = 1_795_000_000_000;
  const { desk, standIn, captured } = await stripeStage(t, { nowMs: () => nowMs });
  const known = await captured();
  const event = standIn.eventsOf('payment_intent.succeeded')[0]!;
  const body = new TextEncoder().encode(event.payload);
  const verify = (signature: string) =>
    desk.verifyWebhook((name) => (name === 'stripe-signature' ? signature : undefined), body);
  assert.deepEqual((await verify(standIn.webhooks.sign(event.payload)))?.about, {
    kind: 'payment',
    order: 'o-1',
    object: known.object,
  });
  assert.equal(await verify(standIn.webhooks.sign(event.payload, standIn.webhooks.secrets, nowMs - 301_000)), null);
  assert.equal(await verify(standIn.webhooks.sign(event.payload, ['whsec_of_somebody_else'])), null);
  assert.equal(await desk.verifyWebhook(() => undefined, body), null);
});

test('[SA10] with a wrong key nothing is known of a payment, and the key is not quoted', async (t) => {
  const { account, create } = await stripeStage(t);
  const known = await create();
  const stranger = stripeDesk({ ...account, secretKey: 'sk_test_of_a_stranger' });
  await assert.rejects(stranger.look(known), (error) => {
    assert.ok(error instanceof ProviderUnknown);
    assert.equal(error.failure, 'unauthorised');
    assert.doesNotMatch(String(error.stack), /sk_test/);
    return true;
  });
});
