/**
 * A provider is away for a while in the middle of an on-sale: connections break under requests, others are refused. Buyers repeat, or
 * have gone home. When it is back everybody has what he paid for, and nobody has lost a seat while his payment was under way.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { until } from '../support/deadline.ts';
import { MoneyWorld, PATIENCE_MS } from '../support/money-world.ts';
import type { PaidBuyer, PaidMethod } from '../support/paid-buyer.ts';

/** Of each provider: half begin before it goes away, half while it is. */
const BUYERS = 20;
/** Every so many-th never comes back. */
const GONE = 4;

for (const method of ['stripe', 'paypal'] as const) {
  test(`[PX3] ${method} is away in the middle of an on-sale: everybody who paid has his seat, and nobody has lost one`, async (t) => {
    const world = await MoneyWorld.open(t, { webhooks: 'send' });
    const standIn = world[method];
    const buyers = await Promise.all(
      Array.from({ length: BUYERS }, (_, index) =>
        world.buyer(method, index % 3 === 0 && method === 'stripe' ? 'ctoken_3ds' : 'ctoken_ok'),
      ),
    );
    const early = buyers.filter((_, index) => index % 2 === 0);
    const before = standIn.requests.length;
    const first = early.map((buyer) => attempt(buyer));
    // In the middle of them: some have nothing there yet, some an object, some are reserved, some are done.
    await until(
      () => standIn.requests.length >= before + BUYERS / 2,
      PATIENCE_MS,
      () => 'nobody buys',
    );
    standIn.isDown = true;
    const during = [...(await Promise.all(first)), ...(await Promise.all(buyers.map((buyer) => attempt(buyer))))];
    assert.ok(during.includes(OutcomeCode.unavailable), 'nobody noticed that it was away');
    assert.ok(!during.includes(OutcomeCode.paymentDeclined), 'somebody was declined because his provider was away');
    standIn.isDown = false;
    // The other provider's buyers have noticed nothing: they have another line.
    const other = await world.buyer(method === 'stripe' ? 'paypal' : 'stripe');
    assert.equal(await other.buysToTheEnd(() => other.agrees()), 'sold');

    const comeBack = buyers.filter((_, index) => index % GONE !== 0);
    for (const buyer of comeBack) assert.equal(await buyer.buysToTheEnd(() => buyer.agrees()), 'sold');
    await agreeAfterAll(
      world,
      method,
      buyers.filter((_, index) => index % GONE === 0),
    );
    await world.endsWell();
    const { rows } = await world.sql.query<{ state: string; count: number }>(
      'select state, count(*)::int as count from orders group by state',
    );
    assert.deepEqual(rows, [{ state: 'sold', count: BUYERS + 1 }]);
    const { rows: lost } = await world.sql.query('select * from journal where kind in (7, 9)');
    assert.deepEqual(lost, [], 'a hold ended under its payment');
  });
}

/** The code of the answer. */
async function attempt(buyer: PaidBuyer): Promise<number> {
  return (await buyer.buys()).code;
}

/** Those who have gone home have agreed before, or do so on their telephones: as soon as there is something to agree to. */
async function agreeAfterAll(world: MoneyWorld, method: PaidMethod, gone: readonly PaidBuyer[]): Promise<void> {
  for (const buyer of gone) {
    await until(
      async () => {
        await world.due();
        return !['', 'created', 'authorising'].includes(await buyer.phase());
      },
      PATIENCE_MS,
      () => `${method}: nobody looks after seat ${buyer.seat}: ${world.server.lastWords()}`,
    );
    if ((await buyer.phase()) === 'waiting') await buyer.agrees();
  }
}

test('[PX4] forged, changed and old webhooks are refused by a real server, and nothing follows from them', async (t) => {
  const world = await MoneyWorld.open(t, { webhooks: 'hold' });
  const [card, wallet] = [await world.buyer('stripe', 'ctoken_3ds'), await world.buyer('paypal')];
  for (const buyer of [card, wallet]) {
    assert.equal(await attempt(buyer), OutcomeCode.authenticationNeeded);
    await buyer.agrees();
  }
  const asked = world.stripe.requests.length + world.paypal.requests.length;
  for (const event of world.stripe.eventsOf('payment_intent.amount_capturable_updated'))
    for (const forge of ['signature', 'body', 'old'] as const)
      assert.equal((await world.stripe.deliver(event, { forge })).status, 400);
  for (const event of world.paypal.events)
    for (const forge of ['signature', 'body', 'certificate'] as const)
      assert.equal((await world.paypal.deliver(event, { forge })).status, 400);
  const { rows } = await world.sql.query('select * from provider_events');
  assert.deepEqual(rows, []);
  // PayPal's certificate may be fetched from PayPal itself: that is no question about a payment.
  const questions =
    world.stripe.requests.length + world.paypal.requests.filter(({ path }) => !path.includes('/certs/')).length;
  assert.ok(questions <= asked, `${questions - asked} questions were asked because of forgeries`);
  // The true ones, three times each, do what their senders mean.
  for (const event of world.stripe.eventsOf('payment_intent.amount_capturable_updated'))
    assert.equal((await world.stripe.deliver(event, { times: 3 })).status, 200);
  for (const event of world.paypal.events) assert.equal((await world.paypal.deliver(event, { times: 3 })).status, 200);
  await world.endsWell();
});
