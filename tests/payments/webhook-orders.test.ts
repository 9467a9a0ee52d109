/**
 * One purchase, and its provider's webhooks in every order that there is: before the API's answer, between, after, twice at once,
 * backwards, forged, never; with answers that arrive and answers that are lost. Each time it ends the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/deadline.ts';
import { gate } from '../support/gate.ts';
import { MoneyStage, type StageBuyer } from './money-stage.ts';

/** When a webhook comes, as the API sees it. */
const MOMENTS = [
  'before the answer that reserves',
  'after it',
  'before the answer that takes',
  'at the end',
  'never',
] as const;
type Moment = (typeof MOMENTS)[number];
/** once: one after the other. together: all that are due at the same instant, and each of them twice. backwards: the newest first. */
const WAYS = ['once', 'together', 'backwards'] as const;
type Way = (typeof WAYS)[number];
const LOST = ['none', 'reserves', 'takes'] as const;

interface Case {
  readonly reserved: Moment;
  readonly taken: Moment;
  readonly way: Way;
  /** Which of the API's answers is lost. */
  readonly lost: (typeof LOST)[number];
}

/** What is taken cannot be told before it was. */
function cases(): Case[] {
  const ofTaken = MOMENTS.slice(2);
  return MOMENTS.flatMap(
    (reserved) =>
      ofTaken.flatMap((taken) => WAYS.flatMap((way) => LOST.map((lost) => ({ reserved, taken, way, lost })))),
    // One alone has no order.
  ).filter(({ reserved, taken, way }) => way !== 'backwards' || reserved === taken);
}

interface Wire {
  readonly method: 'stripe' | 'paypal';
  readonly reserve: RegExp;
  readonly take: RegExp;
  /** Types of the events, as they come to be. */
  readonly reserved: readonly string[];
  readonly taken: readonly string[];
}

const STRIPE: Wire = {
  method: 'stripe',
  reserve: /\/confirm$/,
  take: /\/capture$/,
  reserved: ['payment_intent.amount_capturable_updated'],
  taken: ['payment_intent.succeeded'],
};
const PAYPAL: Wire = {
  method: 'paypal',
  reserve: /\/authorize$/,
  take: /\/capture$/,
  reserved: ['CHECKOUT.ORDER.APPROVED', 'PAYMENT.AUTHORIZATION.CREATED'],
  taken: ['PAYMENT.CAPTURE.COMPLETED'],
};

/** Delivers the events of these types that are about the newest purchase. */
async function deliver(stage: MoneyStage, wire: Wire, types: readonly string[], way: Way, from: number): Promise<void> {
  const told =
    wire.method === 'stripe'
      ? stage.stripe.events.slice(from).filter(({ type }) => types.includes(type))
      : stage.paypal.events.slice(from).filter(({ event_type }) => types.includes(event_type));
  const ordered = way === 'backwards' ? told.toReversed() : told;
  const one = async (event: (typeof told)[number]): Promise<void> => {
    const { status } = 'event_type' in event ? await stage.paypal.deliver(event) : await stage.stripe.deliver(event);
    assert.equal(status, 200);
  };
  if (way === 'together') await Promise.all([...ordered, ...ordered].map(one));
  else for (const event of ordered) await one(event);
}

async function played(stage: MoneyStage, wire: Wire, { reserved, taken, way, lost }: Case): Promise<StageBuyer> {
  const standIn = stage[wire.method];
  const from = standIn.events.length;
  const buyer = await stage.buyer(wire.method);
  if (wire.method === 'paypal') {
    assert.equal(await buyer.hears(), 'authenticationNeeded');
    await buyer.agrees();
  }
  const told: Promise<void>[] = [];
  const at = async (moment: Moment): Promise<void> => {
    const types = [...(reserved === moment ? wire.reserved : []), ...(taken === moment ? wire.taken : [])];
    const delivered = deliver(stage, wire, types, way, from);
    told.push(delivered);
    // Who hears it may be the one who has the money taken, and is held there.
    await Promise.race([delivered, taking.reached()]);
  };
  const reserving = held(stage, wire, wire.reserve, lost === 'reserves');
  const taking = held(stage, wire, wire.take, lost === 'takes');
  const heard = buyer.hears();
  await reserving.reached();
  await at('before the answer that reserves');
  reserving.release();
  const first = await heard;
  assert.ok(first === 'sold' || lost === 'reserves', first);
  await at('after it');
  // Who has lost the answer says it again; whoever takes the money is at it, or a webhook has had it taken already.
  if (first !== 'sold') assert.equal(await buyer.hears(), 'sold');
  await taking.reached();
  assert.equal((await buyer.tickets()).length, 1, 'money is taken before the seat is sold');
  await at('before the answer that takes');
  taking.release();
  await stage.node.quiet();
  await at('at the end');
  await Promise.all(told);
  await stage.node.quiet();
  return buyer;
}

/** The next such call is held when it was done; its answer is lost when it is let go, or comes. */
function held(stage: MoneyStage, { method }: Wire, path: RegExp, isLost: boolean) {
  const standIn = stage[method];
  const { open, release } = gate();
  const count = (): number => standIn.requests.filter((seen) => seen.method === 'POST' && path.test(seen.path)).length;
  const before = count();
  standIn.on({ method: 'POST', path }, { kind: 'gate-after', open });
  return {
    async reached(): Promise<void> {
      await until(
        () => count() > before,
        20_000,
        () => `nobody asked ${method} for ${String(path)}`,
      );
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    release(): void {
      if (isLost) {
        // Every line breaks, this one with an answer in it.
        standIn.isDown = true;
        standIn.isDown = false;
      }
      release();
    },
  };
}

for (const wire of [STRIPE, PAYPAL]) {
  const { method } = wire;
  test(`[PY1] ${method}: every order of webhooks and answers, each twice, late, backwards or lost, ends the same`, async (t) => {
    const stage = await MoneyStage.open(t);
    for (const played_ of cases()) {
      const buyer = await played(stage, wire, played_);
      // What a lost answer has left open is due in a while; that is now.
      await stage.sweep([stage.node]);
      const name = JSON.stringify(played_);
      assert.deepEqual(await stage.disagreements(), [], name);
      const tickets = await buyer.tickets();
      assert.deepEqual(
        tickets.map(({ state }) => state),
        ['live'],
        name,
      );
      assert.equal(await buyer.hears(stage.other), 'sold', name);
    }
    await stage.endsWell();
  });
}
