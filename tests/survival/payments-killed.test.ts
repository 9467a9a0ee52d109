/**
 * The server is killed while purchases stand at every step at which it can die (payment-steps-to-die-at.ts), all of them at once, and
 * is started again: once every buyer says the same again, once none of them ever comes back. Then seats and money agree.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '../support/deadline.ts';
import { gate } from '../support/gate.ts';
import { MoneyWorld, PATIENCE_MS } from '../support/money-world.ts';
import type { PaidBuyer } from '../support/paid-buyer.ts';
import { DatabaseGates } from './database-gates.ts';
import { type StepToDieAt, stepsToDieAt } from './payment-steps-to-die-at.ts';

interface Standing {
  readonly step: StepToDieAt;
  readonly buyer: PaidBuyer;
}

/** With nobody coming back, what was not paid has to end; with everybody coming back, nothing may end however slow this machine is. */
const HOLD_SECONDS = { never: 10, again: 3_600 };

/** Its actor knows of the payment, and the books do not: reached at a gate of the database, not of a provider. */
const NOT_BEGUN: StepToDieAt = {
  name: 'card: begun at the actor, and not in the books',
  method: 'stripe',
  card: 'ctoken_ok',
  reach: async (world, buyer) => {
    buyer.buys().catch(() => {});
    await until(
      async () => (await buyer.order()) !== '',
      PATIENCE_MS,
      () => `no payment begins: ${world.server.lastWords()}`,
    );
  },
  ends: { again: 'sold', never: 'ended' },
};

/** A server that is dead, and purchases of which one stands at each step. */
async function killedEverywhere(t: TestContext, webhooks: 'hold' | 'send'): Promise<[MoneyWorld, readonly Standing[]]> {
  const world = await MoneyWorld.open(t, {
    webhooks,
    environment: { POLTRONA_HOLD_SECONDS: String(webhooks === 'hold' ? HOLD_SECONDS.never : HOLD_SECONDS.again) },
  });
  const gates = await DatabaseGates.make(t, world.stage.config);
  const standing: Standing[] = [];
  const providers = gate();
  const stand = async (step: StepToDieAt): Promise<void> => {
    const buyer = await world.buyer(step.method, step.card);
    await step.reach(world, buyer, providers);
    standing.push({ step, buyer });
  };
  for (const step of stepsToDieAt()) await stand(step);
  const refunds = (): number => world.asked('stripe', 'refund') + world.asked('paypal', 'refund');
  const last = standing.filter(({ step }) => step.last !== undefined);
  await Promise.all(last.map(({ step, buyer }) => step.last?.(world, buyer)));
  await until(
    () => refunds() === last.length,
    PATIENCE_MS,
    () => `only ${refunds()} refunds were asked for: ${world.server.lastWords()}`,
  );
  await gates.shut('begin');
  await stand(NOT_BEGUN);
  await gates.shut('end');
  providers.release();
  for (const { step, buyer } of standing) {
    const { untilWritten } = step;
    if (untilWritten === undefined) continue;
    await until(
      async () => (await buyer.phase()) === untilWritten,
      PATIENCE_MS,
      () => `${step.name}: never ${untilWritten}: ${world.server.lastWords()}`,
    );
  }
  await world.kill();
  await gates.open();
  for (const { step, buyer } of standing) await step.meanwhile?.(buyer);
  await world.start();
  return [world, standing];
}

/** One line for each step: what became of it, by the tables. */
async function endingOf(world: MoneyWorld, buyer: PaidBuyer): Promise<string> {
  const { rows } = await world.sql.query<{ state: string }>('select state from orders where id = $1', [
    await buyer.order(),
  ]);
  return rows[0]?.state ?? 'no order';
}

test('[PX1] killed at every step of a purchase, and every buyer says the same again: seats and money agree', async (t) => {
  const [world, standing] = await killedEverywhere(t, 'send');
  for (const { step, buyer } of standing) {
    await t.test(step.name, async () => {
      const ending = await buyer.buysToTheEnd(() => buyer.agrees());
      if (step.ends.again !== 'ended') assert.equal(ending, step.ends.again);
    });
  }
  await world.endsWell();
  await onceEach(world, standing);
});

test('[PX2] killed at every step of a purchase, no buyer comes back and no webhook comes: seats and money agree', async (t) => {
  const [world, standing] = await killedEverywhere(t, 'hold');
  await world.endsWell();
  for (const { step, buyer } of standing) {
    await t.test(step.name, async () => {
      const isSold = ['sold', 'captured'].includes(await endingOf(world, buyer));
      assert.equal(isSold, step.ends.never === 'sold', `${await endingOf(world, buyer)} ${await buyer.phase()}`);
    });
  }
  await onceEach(world, standing);
});

/** Whatever was said how often, nobody was charged or refunded twice. */
async function onceEach(world: MoneyWorld, standing: readonly Standing[]): Promise<void> {
  const charges = world.stripe.books.charges.all().filter(({ captured }) => captured);
  const intents = charges.map(({ payment_intent }) => payment_intent);
  assert.equal(new Set(intents).size, intents.length, 'an intent was taken twice');
  const captures = [...world.paypal.state.captures.values()].map(({ customId }) => customId);
  assert.equal(new Set(captures).size, captures.length, 'an order was taken twice');
  assert.ok(standing.length > 30);
}
