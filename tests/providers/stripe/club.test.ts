/** The cinema club's subscriptions through the real SDK: begun, paid, renewed, overdue, ended. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type Stripe from 'stripe';
import { type SdkStage, sdkStage, stripeError } from './sdk-stage.ts';
import { periodFrom } from './subscription-shape.ts';

interface ClubStage extends SdkStage {
  readonly subscription: Stripe.Subscription;
  readonly secret: string;
  readonly pay: () => Promise<Stripe.PaymentIntent>;
}

async function clubStage(t: TestContext): Promise<ClubStage> {
  const stage = await sdkStage(t, { nowMs: () => Date.UTC(2026, 0, 31, 12) });
  const { stripe } = stage;
  const product = await stripe.products.create({ name: 'Clube' });
  const price = await stripe.prices.create({
    product: product.id,
    unit_amount: 4_990,
    currency: 'brl',
    recurring: { interval: 'month' },
  });
  const customer = await stripe.customers.create({ metadata: { buyer: 'b1' } });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription', payment_method_types: ['card'] },
    expand: ['latest_invoice.confirmation_secret'],
  });
  const secret = (subscription.latest_invoice as Stripe.Invoice).confirmation_secret?.client_secret ?? '';
  const intent = secret.slice(0, secret.indexOf('_secret_'));
  const pay = (): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.confirm(intent, { confirmation_token: 'ctoken_ok_club' });
  return { ...stage, subscription, secret, pay };
}

const typesOf = ({ standIn }: SdkStage, since: number): string[] =>
  standIn.events
    .slice(since)
    .map(({ type }) => type)
    .filter((type) => /subscription|invoice/.test(type));

test('[SS20] a subscription waits for its first payment and lives from then on', async (t) => {
  const stage = await clubStage(t);
  assert.equal(stage.subscription.status, 'incomplete');
  assert.match(stage.secret, /^pi_\w+_secret_/);
  await stage.pay();
  const alive = await stage.stripe.subscriptions.retrieve(stage.subscription.id, {
    expand: ['latest_invoice.payments'],
  });
  const invoice = alive.latest_invoice as Stripe.Invoice;
  assert.deepEqual([alive.status, invoice.status, invoice.amount_paid], ['active', 'paid', 4_990]);
  assert.equal(invoice.parent?.subscription_details?.subscription, alive.id);
  assert.equal(invoice.payments?.data[0]?.status, 'paid');
  assert.deepEqual(typesOf(stage, 0), [
    'customer.subscription.created',
    'invoice.paid',
    'customer.subscription.updated',
  ]);
  // The last day of January is followed by the last day of February, not by the third of March.
  const [item] = alive.items.data;
  assert.equal(item?.current_period_end, Date.UTC(2026, 1, 28, 12) / 1000);
  assert.deepEqual(
    periodFrom(Date.UTC(2026, 3, 15) / 1000, { recurring: null } as never).end,
    Date.UTC(2026, 4, 15) / 1000,
  );
});

test('[SS21] a renewal is a new invoice; one that fails leaves the subscription past due until it is paid', async (t) => {
  const stage = await clubStage(t);
  const { standIn, stripe, subscription } = stage;
  await stage.pay();
  const since = standIn.events.length;
  standIn.renew(subscription);
  standIn.renew(subscription, { fails: true });
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'past_due');
  standIn.retryInvoice(subscription);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, 'active');
  assert.deepEqual(typesOf(stage, since), [
    'customer.subscription.updated',
    'invoice.paid',
    'customer.subscription.updated',
    'invoice.payment_failed',
    'customer.subscription.updated',
    'invoice.paid',
    'customer.subscription.updated',
  ]);
  const invoices = await stripe.invoices.list({ subscription: subscription.id });
  assert.deepEqual(
    invoices.data.map(({ status }) => status),
    ['paid', 'paid', 'paid'],
  );
});

test('[SS22] a subscription ends at once, with its period, or because nobody ever paid', async (t) => {
  const stage = await clubStage(t);
  const { standIn, stripe, subscription } = stage;
  await stage.pay();
  const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  assert.deepEqual([ending.status, ending.cancel_at], ['active', ending.items.data[0]?.current_period_end]);
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  assert.equal(standIn.renew(subscription).status, 'canceled');
  assert.equal((await stripeError(stripe.subscriptions.cancel(subscription.id))).code, 'resource_missing');
  const other = await clubStage(t);
  assert.equal(other.standIn.expireSubscription(other.subscription).status, 'incomplete_expired');
  const third = await clubStage(t);
  await third.pay();
  assert.equal((await third.stripe.subscriptions.cancel(third.subscription.id)).status, 'canceled');
  assert.equal(third.standIn.eventsOf('customer.subscription.deleted').length, 1);
});
