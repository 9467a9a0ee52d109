/** The club at Stripe, against the stand-in. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type StripeStage, stripeStage } from '../../../tests/support/stripe-stage.ts';
import type { ClubProvider } from '../../club/club-provider.ts';
import { stripeClub } from './stripe-subscriptions.ts';

const PLAN = { code: 'cinefilo', name: 'Clube Cinéfilo', monthCents: 3_990, currency: 'BRL' };

async function stage(t: TestContext): Promise<StripeStage & { club: ClubProvider; customer: string; price: string }> {
  const base = await stripeStage(t);
  const club = stripeClub(base.account, { callMs: 10_000, pauseMs: 1 });
  const { price } = await club.createPrice(PLAN, 'club.plan.1');
  return { ...base, club, price, customer: await club.createCustomer('b-1', 'club.1.customer') };
}

test('[SA32] a plan is a product with a monthly price; made twice it is there once', async (t) => {
  const { club, standIn, price } = await stage(t);
  const again = await club.createPrice(PLAN, 'club.plan.1');
  assert.equal(again.price, price);
  assert.deepEqual([standIn.books.products.all().length, standIn.books.prices.all().length], [1, 1]);
  const made = standIn.books.prices.get(price) as unknown as Record<string, unknown>;
  assert.deepEqual([made['unit_amount'], made['currency'], made['product']], [3_990, 'brl', again.product]);
  assert.equal((made['recurring'] as { interval: string }).interval, 'month');
});

test('[SA33] a member is a random id at Stripe, and nothing else', async (t) => {
  const { club, standIn, customer } = await stage(t);
  assert.equal(await club.createCustomer('b-1', 'club.1.customer'), customer);
  const sent = standIn.requests.find(({ path }) => path === '/v1/customers');
  assert.equal(JSON.stringify(sent?.body), '{"metadata":{"buyer":"b-1"}}');
});

/** What the buyer's page does. */
async function pay({ standIn }: StripeStage, secret: string | null): Promise<void> {
  const object = /^(pi_\w+)_secret_\w+$/.exec(secret ?? '')?.[1];
  assert.ok(object !== undefined && secret !== null, String(secret));
  const paid = await fetch(`${standIn.url}/v1/payment_intents/${object}/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ client_secret: secret, confirmation_token: standIn.tokenOfCard('4242424242424242') }),
    headers: { authorization: `Bearer ${standIn.publishableKey}` },
  });
  assert.equal(paid.status, 200, await paid.text());
}

test('[SA34] who joins pays the first month in the browser, and is a member when Stripe says so', async (t) => {
  const whole = await stage(t);
  const { club, standIn, customer, price } = whole;
  const begun = await club.subscribe(customer, price, 'club.1.subscribe');
  assert.deepEqual(await club.subscribe(customer, price, 'club.1.subscribe'), begun);
  assert.equal(begun.status, 'incomplete');
  assert.ok((begun.periodEndMs ?? 0) > (begun.periodStartMs ?? 0));
  await pay(whole, await club.clientSecret(begun.subscription));
  assert.equal((await club.look(begun.subscription)).status, 'active');
  // The month is paid: its secret is told to nobody any more.
  assert.equal(await club.clientSecret(begun.subscription), null);
  standIn.renew(begun.subscription);
  const renewed = await club.look(begun.subscription);
  assert.deepEqual([renewed.status, renewed.periodStartMs], ['active', begun.periodEndMs]);
  standIn.renew(begun.subscription, { fails: true });
  assert.equal((await club.look(begun.subscription)).status, 'past_due');
  // With another card he can pay for it still.
  assert.match((await club.clientSecret(begun.subscription)) ?? '', /^pi_\w+_secret_/);
});

test('[SA35] who leaves stays until the end of the month; asked again it is the same', async (t) => {
  const whole = await stage(t);
  const { club, customer, price } = whole;
  const { subscription } = await club.subscribe(customer, price, 'club.1.subscribe');
  await pay(whole, await club.clientSecret(subscription));
  const leaving = await club.cancelAtEnd(subscription, 'club.1.leave');
  assert.deepEqual([leaving.status, leaving.cancelsAtEnd], ['active', true]);
  assert.deepEqual(await club.cancelAtEnd(subscription, 'club.1.leave'), leaving);
});

test('[SA35] what was never paid ends at once; ended already, it is answered as ended', async (t) => {
  const { club, customer, price } = await stage(t);
  const { subscription } = await club.subscribe(customer, price, 'club.1.subscribe');
  for (const key of ['club.1.end', 'club.1.end.again']) {
    const { status } = await club.cancelNow(subscription, key);
    assert.ok(['canceled', 'incomplete_expired'].includes(status), status);
  }
  assert.equal(await club.clientSecret(subscription), null);
  await assert.rejects(club.cancelNow('sub_of_nobody', 'x'), { name: 'ProviderRefused', code: 'resource_missing' });
});

test('[SA28] a joining whose answer is lost is found again by its key: one subscription', async (t) => {
  const { club, standIn, customer, price } = await stage(t);
  standIn.on({ method: 'POST', path: '/v1/subscriptions' }, { kind: 'cut-after' }, 2);
  await assert.rejects(club.subscribe(customer, price, 'club.1.subscribe'), { name: 'ProviderUnknown' });
  await club.subscribe(customer, price, 'club.1.subscribe');
  assert.equal(standIn.books.subscriptions.all().length, 1);
});

test('[SA42] a customer who is forgotten is deleted, and what he subscribed to ends; again it is done', async (t) => {
  const whole = await stage(t);
  const { club, standIn, customer, price } = whole;
  const { subscription } = await club.subscribe(customer, price, 'club.1.subscribe');
  await pay(whole, await club.clientSecret(subscription));
  standIn.on({ method: 'DELETE', path: /customers/ }, { kind: 'cut-after' }, 2);
  await assert.rejects(club.forgetCustomer(customer), { name: 'ProviderUnknown' });
  for (let again = 0; again < 2; again++) await club.forgetCustomer(customer);
  assert.equal((await club.look(subscription)).status, 'canceled');
  await assert.rejects(club.subscribe(customer, price, 'club.2.subscribe'), { name: 'ProviderRefused' });
});

test('[SA42] a customer whom Stripe does not know is no deleted one: another account may go on charging him', async (t) => {
  const { club } = await stage(t);
  await assert.rejects(club.forgetCustomer('cus_of_another'), { name: 'ProviderRefused', code: 'resource_missing' });
});
