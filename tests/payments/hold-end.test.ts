/**
 * The end of a hold against the confirmation of its payment, to the millisecond. Money that is reserved before anybody has decided the
 * end is a sale, however late; what has ended is never paid.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { commonRules } from '../../server/rules.ts';
import { TICK_MS } from '../../workers/shard-runtime.ts';
import { until } from '../support/deadline.ts';
import { gate } from '../support/gate.ts';
import { type HeldClock, heldClock } from './held-clock.ts';
import { MoneyStage, type StageBuyer } from './money-stage.ts';

const METHODS = ['stripe', 'paypal'] as const;
/** When the payment is confirmed, counted from the end of its time, milliseconds. */
const OFFSETS_MS = [-1, 0, 1, 60_000];
const { paymentTtlMs, holdTtlMs } = commonRules(600);

/** Who acts once the money is reserved, or could be. */
const ACTS = {
  async actor(stage: MoneyStage): Promise<void> {
    stage.engine.runtime.tick();
    const due = stage.overdue.splice(0);
    await Promise.all(due.map((order) => stage.other.checkout.endOverdue(stage.screening, order)));
  },
  async webhook(stage: MoneyStage, _buyer: StageBuyer, from: readonly [number, number]): Promise<void> {
    const stripe = stage.stripe.events.slice(from[0]).filter(({ type }) => type.endsWith('amount_capturable_updated'));
    const paypal = stage.paypal.events.slice(from[1]);
    const answers = [
      ...stripe.map((event) => stage.stripe.deliver(event)),
      ...paypal.map((event) => stage.paypal.deliver(event)),
    ];
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  },
  async buyer(_stage: MoneyStage, buyer: StageBuyer): Promise<void> {
    await buyer.hears();
  },
} as const;
type Who = keyof typeof ACTS;
/** One after the other in each order, and all at once. */
const ORDERS: readonly (readonly Who[] | 'at once')[] = [
  ['actor', 'webhook', 'buyer'],
  ['actor', 'buyer', 'webhook'],
  ['webhook', 'actor', 'buyer'],
  ['buyer', 'actor', 'webhook'],
  'at once',
];

for (const method of METHODS) {
  test(`[PY2] ${method}: confirmed a millisecond before the end of its time, at it, after it and a minute later, whoever acts first: sold once and taken`, async (t) => {
    const clock = heldClock(t);
    const stage = await MoneyStage.open(t);
    for (const offsetMs of OFFSETS_MS) {
      for (const order of ORDERS) {
        const buyer = await stage.buyer(method, 'ctoken_3ds');
        const beganMs = clock.nowMs;
        assert.equal(await buyer.hears(), 'authenticationNeeded');
        const from = [stage.stripe.events.length, stage.paypal.events.length] as const;
        clock.nowMs = beganMs + paymentTtlMs + offsetMs;
        await buyer.agrees();
        if (order === 'at once') await Promise.all(Object.values(ACTS).map((act) => act(stage, buyer, from)));
        else for (const who of order) await ACTS[who](stage, buyer, from);
        await stage.node.quiet();
        const name = `${offsetMs} ms, ${String(order)}`;
        assert.equal(await buyer.hears(), 'sold', name);
        await stage.node.quiet();
        await stage.sweep();
        assert.deepEqual(await stage.disagreements(), [], name);
        clock.nowMs += 60_000;
        await ACTS.actor(stage);
      }
    }
    await stage.endsWell();
  });

  test(`[PY3] ${method}: ended at the end of its time, it is not paid any more, neither at once nor a minute later`, async (t) => {
    const clock = heldClock(t);
    const stage = await MoneyStage.open(t);
    for (const offsetMs of OFFSETS_MS.filter((ms) => ms >= 0)) {
      const buyer = await stage.buyer(method, 'ctoken_3ds');
      assert.equal(await buyer.hears(), 'authenticationNeeded');
      const from = [stage.stripe.events.length, stage.paypal.events.length] as const;
      clock.nowMs += paymentTtlMs;
      await overdue(stage, clock, await buyer.order());
      clock.nowMs += offsetMs;
      // Stripe's is cancelled and takes no answer; PayPal's window does not know that nobody waits for it.
      if (method === 'stripe') await assert.rejects(buyer.agrees());
      else await buyer.agrees();
      await ACTS.webhook(stage, buyer, from);
      assert.notEqual(await buyer.hears(), 'sold');
      await stage.sweep();
      assert.deepEqual(await stage.disagreements(), []);
      assert.equal(stage.paypal.books().capturedCents + stage.paypal.books().authorizedCents, 0);
      const next = await stage.command({
        kind: 'hold',
        requestId: `next-${offsetMs}-of-test`,
        buyer: 'next',
        atMs: 0,
        seats: buyer.request.seats.map(([seat]) => seat),
      });
      assert.equal(next.outcome.code, 0, 'its seat is not free');
    }
    await stage.endsWell();
  });
}

for (const [call, fault] of [
  ['look', 'gate'],
  ['look', 'gate-after'],
  ['cancel', 'gate'],
] as const) {
  test(`[PY4] card: the bank is answered while its payment is being ended (${call}, ${fault}): sold and taken, or free and given back`, async (t) => {
    const clock = heldClock(t);
    const stage = await MoneyStage.open(t);
    const buyer = await stage.buyer('stripe', 'ctoken_3ds');
    assert.equal(await buyer.hears(), 'authenticationNeeded');
    clock.nowMs += paymentTtlMs + 1;
    const { open, release } = gate();
    const path = call === 'look' ? /^\/v1\/payment_intents\/[^/]+$/ : /\/cancel$/;
    const before = stage.stripe.requests.length;
    stage.stripe.on({ method: call === 'look' ? 'GET' : 'POST', path }, { kind: fault, open });
    const ending = overdue(stage, clock, await buyer.order());
    await until(
      () => stage.stripe.requests.slice(before).some((seen) => path.test(seen.path)),
      20_000,
      () => `no ${call}`,
    );
    const [[seat] = [0]] = buyer.request.seats;
    const wish = {
      kind: 'hold',
      requestId: 'somebody-wants-the-seat',
      buyer: 'somebody',
      atMs: 0,
      seats: [seat],
    } as const;
    assert.equal((await stage.command(wish)).outcome.code, OutcomeCode.seatHeld, 'free before its payment is dead');
    await buyer.agrees();
    const heard = buyer.hears(stage.newNode());
    release();
    await ending.catch(() => {});
    await heard;
    await stage.sweep();
    const tickets = await buyer.tickets();
    // Seen open and cancelled, the answer comes too late; seen reserved, it does not.
    assert.equal(tickets.length, call === 'look' && fault === 'gate' ? 1 : tickets.length);
    assert.equal((await buyer.hears()) === 'sold', tickets.length === 1);
    await stage.endsWell();
  });
}

test('[PY5] bought a millisecond before its hold ends it can be paid whenever; bought at its end nothing is asked of anybody', async (t) => {
  const clock = heldClock(t);
  const stage = await MoneyStage.open(t);
  const heldMs = clock.nowMs;
  const [inTime, late] = [await stage.buyer('stripe', 'ctoken_3ds'), await stage.buyer('stripe')];
  clock.nowMs = heldMs + holdTtlMs - 1;
  assert.equal(await inTime.hears(), 'authenticationNeeded');
  const asked = stage.stripe.requests.length;
  clock.nowMs = heldMs + holdTtlMs;
  assert.match(await late.hears(), /holdExpired|holdUnknown/);
  assert.equal(stage.stripe.requests.length, asked);
  clock.nowMs += 60_000;
  stage.engine.runtime.tick();
  await inTime.agrees();
  assert.equal(await inTime.hears(), 'sold');
  await stage.endsWell();
});

/** The actor says that the time of `order` is over; it is ended. */
async function overdue(stage: MoneyStage, clock: HeldClock, order: string): Promise<void> {
  await until(
    () => {
      // The actor looks at the clock from time to time.
      clock.nowMs += TICK_MS;
      stage.engine.runtime.tick();
      return stage.overdue.includes(order);
    },
    20_000,
    () => `${order} is never overdue`,
  );
  stage.overdue.length = 0;
  await stage.other.checkout.endOverdue(stage.screening, order);
}
