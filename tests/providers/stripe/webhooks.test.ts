/** Webhooks as they arrive: signed so that the SDK believes them, forged so that it does not; and the events behind them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import Stripe from 'stripe';
import { createIntent, sdkStage } from './sdk-stage.ts';

interface Arrived {
  readonly body: string;
  readonly signature: string;
}

/** An endpoint that answers with `statuses` in turn, then 200. */
async function endpoint(
  t: TestContext,
  statuses: number[] = [],
): Promise<{ url: string; arrived: Arrived[]; heard: (count: number) => Promise<void> }> {
  const arrived: Arrived[] = [];
  let wake = (): void => {};
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    arrived.push({ body: Buffer.concat(parts).toString(), signature: String(request.headers['stripe-signature']) });
    response.writeHead(statuses.shift() ?? 200).end();
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const heard = async (count: number): Promise<void> => {
    while (arrived.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, arrived, heard };
}

const verify = ({ body, signature }: Arrived, secret: string): Stripe.Event =>
  new Stripe('sk_test_x').webhooks.constructEvent(body, signature, secret);

test('[SS23] what is sent verifies with each of the endpoint\u2019s secrets, and with no other', async (t) => {
  const hook = await endpoint(t);
  const { authorise } = await sdkStage(t, { webhookUrl: hook.url, webhookSecrets: ['whsec_new', 'whsec_old'] });
  const intent = await authorise();
  await hook.heard(1);
  const [first] = hook.arrived as [Arrived];
  for (const secret of ['whsec_new', 'whsec_old']) {
    const event = verify(first, secret);
    assert.equal(event.type, 'payment_intent.amount_capturable_updated');
    assert.equal((event.data.object as Stripe.PaymentIntent).id, intent.id);
  }
  assert.throws(() => verify(first, 'whsec_other'), Stripe.errors.StripeSignatureVerificationError);
  assert.throws(() => verify({ ...first, body: JSON.stringify(JSON.parse(first.body)) }, 'whsec_new'), /signature/i);
});

test('[SS24] held events are delivered in the test\u2019s order, several times, late, or forged', async (t) => {
  const hook = await endpoint(t);
  const { standIn, pay } = await sdkStage(t, { webhookUrl: hook.url, webhooks: 'hold' });
  await pay();
  const [succeeded] = standIn.eventsOf('payment_intent.succeeded');
  const [capturable] = standIn.eventsOf('payment_intent.amount_capturable_updated');
  assert.ok(succeeded !== undefined && capturable !== undefined);
  assert.equal(hook.arrived.length, 0);
  assert.deepEqual(await standIn.deliver(succeeded, { times: 2 }), { status: 200 });
  await standIn.deliver(capturable);
  assert.deepEqual(
    hook.arrived.map((one) => verify(one, 'whsec_standin').type),
    ['payment_intent.succeeded', 'payment_intent.succeeded', 'payment_intent.amount_capturable_updated'],
  );
  for (const forge of ['signature', 'body', 'old'] as const) {
    await standIn.deliver(succeeded, { forge });
    assert.throws(
      () => verify(hook.arrived.at(-1) as Arrived, 'whsec_standin'),
      Stripe.errors.StripeSignatureVerificationError,
      forge,
    );
  }
});

test('[SS25] a delivery that is refused is tried again with the same bytes, and the API does not wait for it', async (t) => {
  const hook = await endpoint(t, [500, 503]);
  const { authorise } = await sdkStage(t, { webhookUrl: hook.url });
  assert.equal((await authorise()).status, 'requires_capture');
  await hook.heard(3);
  assert.equal(new Set(hook.arrived.map(({ body }) => body)).size, 1);
  verify(hook.arrived[2] as Arrived, 'whsec_standin');
});

test('[SS26] events and intents are listed newest first, by page, from a time on', async (t) => {
  let nowMs = 1_800_000_000_000;
  const { standIn, stripe } = await sdkStage(t, { nowMs: () => nowMs });
  const made: string[] = [];
  for (let second = 0; second < 25; second += 1) {
    made.unshift((await createIntent(stripe)).id);
    nowMs += 1_000;
  }
  const since = 1_800_000_010;
  const seen: string[] = [];
  for await (const intent of stripe.paymentIntents.list({ created: { gte: since }, limit: 4 })) seen.push(intent.id);
  assert.deepEqual(seen, made.slice(0, 15));
  assert.equal(standIn.requests.filter(({ method }) => method === 'GET').length, 4);
  const page = await stripe.paymentIntents.list({ limit: 2, ending_before: made[10] as string });
  assert.deepEqual([page.data.map(({ id }) => id), page.has_more], [made.slice(8, 10), true]);
  const events = await stripe.events.list({ type: 'payment_intent.created', created: { gte: since }, limit: 100 });
  assert.deepEqual(
    events.data.map(({ data }) => (data.object as Stripe.PaymentIntent).id),
    made.slice(0, 15),
  );
  assert.equal((await stripe.events.retrieve(events.data[0]?.id as string)).type, 'payment_intent.created');
});
