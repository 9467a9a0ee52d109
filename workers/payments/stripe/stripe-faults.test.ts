/** Each verb of the adapter with each of Stripe's bad days: what was done is done once, and what is not known is called unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefundSight, Sight } from '../../../actors/payment/payment.ts';
import {
  newObject,
  RETURN_URL,
  type StripeStage,
  stripeStage,
  unknownOf,
} from '../../../tests/support/stripe-stage.ts';
import type { Answered, KnownObject, ProviderDesk } from '../provider-port.ts';

interface Verb {
  readonly name: string;
  readonly matcher: { readonly method: string; readonly path: RegExp };
  prepare(stage: StripeStage): Promise<KnownObject>;
  ask(desk: ProviderDesk, known: KnownObject): Promise<Answered<Sight | RefundSight>>;
  /** How often it was done, by the stand-in's books. */
  done(stage: StripeStage, known: KnownObject): number;
}

const NOBODY: KnownObject = {
  order: 'o-1',
  object: '',
  authorisation: null,
  capture: null,
  amountCents: 6_400,
  currency: 'BRL',
};
const standing = ({ standIn }: StripeStage, { object }: KnownObject): string =>
  standIn.books.paymentIntents.get(object).status;

const VERBS: readonly Verb[] = [
  {
    name: 'create',
    matcher: { method: 'POST', path: /^\/v1\/payment_intents$/ },
    prepare: async () => NOBODY,
    ask: (desk) => desk.create(newObject()),
    done: ({ standIn }) => standIn.books.paymentIntents.all().length,
  },
  {
    name: 'authorise',
    matcher: { method: 'POST', path: /\/confirm$/ },
    prepare: (stage) => stage.create(),
    ask: (desk, known) => desk.authorise(known, 'ctoken_ok', RETURN_URL, 'o-1.authorise'),
    done: ({ standIn }) => standIn.eventsOf('payment_intent.amount_capturable_updated').length,
  },
  {
    name: 'capture',
    matcher: { method: 'POST', path: /\/capture$/ },
    prepare: (stage) => stage.authorised(),
    ask: (desk, known) => desk.capture(known, 'o-1.capture'),
    done: ({ standIn }) => standIn.eventsOf('payment_intent.succeeded').length,
  },
  {
    name: 'cancel',
    matcher: { method: 'POST', path: /\/cancel$/ },
    prepare: (stage) => stage.authorised(),
    ask: (desk, known) => desk.cancel(known, 'o-1.cancel'),
    done: (stage, known) => Number(standing(stage, known) === 'canceled'),
  },
  {
    name: 'refund',
    matcher: { method: 'POST', path: /^\/v1\/refunds$/ },
    prepare: (stage) => stage.captured(),
    ask: (desk, known) => desk.refund(known, { id: 'o-1.r1', cents: 900, object: null, isAgain: false, key: 'o-1.r1' }),
    done: ({ standIn }) => standIn.books.refunds.all().length,
  },
];

for (const { name, matcher, prepare, ask, done } of VERBS) {
  test(`[SA28] ${name}: a connection that breaks, before or after it was done, is asked once more: done once`, async (t) => {
    for (const kind of ['cut-before', 'cut-after'] as const) {
      const stage = await stripeStage(t);
      const known = await prepare(stage);
      stage.standIn.on(matcher, { kind });
      await ask(stage.desk, known);
      assert.equal(done(stage, known), 1, kind);
      assert.equal(stage.standIn.faultsWaiting, 0);
    }
  });

  test(`[SA28] ${name}: broken twice it is unknown, and the same key finds out what was done`, async (t) => {
    for (const kind of ['cut-before', 'cut-after'] as const) {
      const stage = await stripeStage(t);
      const known = await prepare(stage);
      stage.standIn.on(matcher, { kind }, 2);
      const { request, retryAfterMs } = await unknownOf(ask(stage.desk, known), 'connection');
      assert.deepEqual([request, retryAfterMs], [null, null]);
      assert.equal(done(stage, known), kind === 'cut-after' ? 1 : 0);
      await ask(stage.desk, known);
      assert.equal(done(stage, known), 1, kind);
    }
  });

  test(`[SA29] ${name}: no answer is unknown at our deadline; nothing is sent after it`, {
    timeout: 60_000,
  }, async (t) => {
    const stage = await stripeStage(t);
    const known = await prepare(stage);
    const before = stage.standIn.requests.length;
    stage.standIn.on(matcher, { kind: 'hang' });
    await unknownOf(ask(stage.deskWith({ callMs: 50 }), known), 'timeout');
    // On a busy machine the time may be over before the first one is there.
    assert.ok(stage.standIn.requests.length <= before + 1);
    stage.standIn.clearFaults();
    assert.equal(done(stage, known), 0);
    await ask(stage.desk, known);
    assert.equal(done(stage, known), 1);
  });

  test(`[SA30] ${name}: a 500 that is stored under the key is unknown, done or not, and is not asked again at once`, async (t) => {
    for (const isDone of [true, false]) {
      const stage = await stripeStage(t);
      const known = await prepare(stage);
      const before = stage.standIn.requests.length;
      stage.standIn.on(matcher, { kind: 'stored-500', isDone });
      const { request } = await unknownOf(ask(stage.desk, known), 'status 500');
      assert.match(request ?? '', /^req_/);
      assert.equal(stage.standIn.requests.length, before + 1);
      // The same key has the same answer for a day: whoever asks has to look.
      await unknownOf(ask(stage.desk, known), 'status 500');
      assert.equal(done(stage, known), isDone ? 1 : 0);
    }
  });

  test(`[SA8] ${name}: too many requests are unknown, with the time that Stripe asks for`, async (t) => {
    const stage = await stripeStage(t);
    const known = await prepare(stage);
    stage.standIn.on(matcher, { kind: 'status', status: 429, retryAfter: 3 });
    const { retryAfterMs } = await unknownOf(ask(stage.desk, known), 'rate-limited');
    assert.equal(retryAfterMs, 3_000);
    assert.equal(done(stage, known), 0);
  });

  test(`[SA31] ${name}: while the first one is at work, the second with the same key is unknown; then it hears the same`, async (t) => {
    const stage = await stripeStage(t);
    const known = await prepare(stage);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const before = stage.standIn.requests.length;
    stage.standIn.on(matcher, { kind: 'gate', open: gate });
    const first = ask(stage.desk, known);
    // The second is not sent before the first has arrived.
    while (stage.standIn.requests.length === before) await new Promise((resolve) => setImmediate(resolve));
    await unknownOf(ask(stage.desk, known), 'key-in-use');
    open();
    assert.deepEqual((await first).result, (await ask(stage.desk, known)).result);
    assert.equal(done(stage, known), 1);
  });
}

test('[SA28] Stripe away is unknown for every verb; back again, everything goes on', async (t) => {
  const stage = await stripeStage(t);
  const known = await stage.authorised();
  stage.standIn.isDown = true;
  await unknownOf(stage.desk.look(known), 'connection');
  await unknownOf(stage.desk.capture(known, 'o-1.capture'), 'connection');
  stage.standIn.isDown = false;
  assert.equal((await stage.desk.capture(known, 'o-1.capture')).result.is, 'captured');
});

test('[SA28] a passing 503 is asked once more', async (t) => {
  const stage = await stripeStage(t);
  const known = await stage.authorised();
  stage.standIn.on({ path: /capture$/ }, { kind: 'status', status: 503 });
  assert.equal((await stage.desk.capture(known, 'o-1.capture')).result.is, 'captured');
  stage.standIn.on({ path: /capture$/ }, { kind: 'status', status: 503, retryAfter: 2 }, 2);
  assert.equal((await unknownOf(stage.desk.capture(known, 'o-1.capture'), 'status 503')).retryAfterMs, 2_000);
});

test('[SA29] an answer that is no answer is unknown', async (t) => {
  const stage = await stripeStage(t);
  const known = await stage.authorised();
  for (const [status, body] of [
    [200, null],
    [200, 'no object'],
    [200, {}],
    [302, {}],
    [200, { id: 'pi_1', status: 'of_next_year' }],
  ] as const) {
    stage.standIn.on({ path: /capture$/ }, { kind: 'status', status, body });
    await assert.rejects(stage.desk.capture(known, 'o-1.capture'), { name: 'ProviderUnknown' }, JSON.stringify(body));
  }
  assert.equal((await stage.desk.look(known)).result.is, 'authorised');
});
