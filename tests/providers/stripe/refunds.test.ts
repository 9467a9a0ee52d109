/** Refunds and disputes through the real SDK: never more goes back than came. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import { DISPUTE_FEE } from './money-shape.ts';
import { sdkStage, stripeError } from './sdk-stage.ts';

test('[SS9] refunds in parts, up to the whole and not a cent more', async (t) => {
  const { standIn, stripe, authorise, pay } = await sdkStage(t);
  const { id } = await pay();
  const first = await stripe.refunds.create({
    payment_intent: id,
    amount: 3_200,
    metadata: { refund: 'r1', order: 'o1' },
  });
  assert.deepEqual([first.status, first.amount, first.metadata], ['succeeded', 3_200, { refund: 'r1', order: 'o1' }]);
  const more = await stripeError(stripe.refunds.create({ payment_intent: id, amount: 3_201 }));
  assert.match(more.message, /R\$32\.01.*greater than unrefunded amount on charge \(R\$32\.00\)/);
  await stripe.refunds.create({ payment_intent: id });
  assert.equal(
    (await stripeError(stripe.refunds.create({ payment_intent: id, amount: 1 }))).code,
    'charge_already_refunded',
  );
  const refunds = await stripe.refunds.list({ payment_intent: id, expand: ['data.balance_transaction'] });
  assert.deepEqual(
    refunds.data.map(({ amount }) => amount),
    [3_200, 3_200],
  );
  const line = refunds.data[0]?.balance_transaction as Stripe.BalanceTransaction | undefined;
  assert.equal(line?.net, -3_200);
  assert.equal(standIn.eventsOf('charge.refunded').length, 2);
  const uncaptured = await authorise();
  assert.equal((await stripeError(stripe.refunds.create({ payment_intent: uncaptured.id }))).statusCode, 400);
});

test('[SS10] a pending refund succeeds or fails later; a failed one is money back in the balance', async (t) => {
  const { standIn, stripe, pay } = await sdkStage(t);
  const { id } = await pay();
  standIn.refundsStartAs = 'pending';
  const refund = await stripe.refunds.create({ payment_intent: id });
  assert.equal(refund.status, 'pending');
  standIn.settleRefund(refund, 'failed');
  const failed = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
  assert.equal(failed.status, 'failed');
  assert.equal((failed.failure_balance_transaction as Stripe.BalanceTransaction).amount, 6_400);
  assert.equal((await stripe.charges.retrieve(refund.charge as string)).amount_refunded, 0);
  const again = await stripe.refunds.create({ payment_intent: id });
  assert.equal(standIn.settleRefund(again, 'succeeded').status, 'succeeded');
  assert.deepEqual(
    standIn.events.filter(({ type }) => type.startsWith('refund.')).map(({ type }) => type),
    ['refund.created', 'refund.failed', 'refund.updated', 'refund.created', 'refund.updated'],
  );
});

test('[SS11] a dispute takes the amount and a fee, stops refunds, and gives the amount back when won', async (t) => {
  const { standIn, stripe, pay } = await sdkStage(t);
  const paid = await pay(6_400, 'ctoken_disputed');
  const dispute = standIn.openDispute(paid, { reason: 'product_not_received' });
  assert.equal((await stripeError(stripe.refunds.create({ payment_intent: paid.id }))).code, 'charge_disputed');
  standIn.reviewDispute(dispute);
  standIn.closeDispute(dispute, 'won');
  const closed = await stripe.disputes.retrieve(dispute.id);
  assert.deepEqual([closed.status, closed.reason, closed.payment_intent], ['won', 'product_not_received', paid.id]);
  assert.deepEqual(
    closed.balance_transactions.map(({ net }) => net),
    [-6_400 - DISPUTE_FEE, 6_400],
  );
  const lost = standIn.closeDispute(standIn.openDispute(await pay(), { amount: 1_000 }), 'lost');
  assert.equal(lost.balance_transactions.length, 1);
  assert.equal(standIn.eventsOf('charge.dispute.closed').length, 2);
});
