import assert from 'node:assert/strict';
import { test } from 'node:test';
import Stripe from 'stripe';
import type { ProviderEvent } from '../provider-port.ts';
import { eventOf, verifiedEvent } from './stripe-webhook.ts';

const { webhooks } = new Stripe('sk_test_none');
const NOW_MS = 1_795_000_000_000;
const SECRET = 'whsec_of_this_endpoint';

/** Indented, as Stripe sends it; with a letter of two bytes. */
const BODY = JSON.stringify(
  {
    id: 'evt_1',
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_794_999_990,
    data: { object: { id: 'pi_1', metadata: { order: 'o-1' }, description: 'São Paulo' } },
  },
  null,
  2,
);
const BYTES = new TextEncoder().encode(BODY);

const signed = (secret: string, atMs: number = NOW_MS, payload: string = BODY): string =>
  webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(atMs / 1_000) });

const verified = (
  signature: string | undefined,
  { body = BYTES, secrets = [SECRET] }: { body?: Uint8Array; secrets?: readonly string[] } = {},
): ProviderEvent | null => verifiedEvent(webhooks, body, signature, secrets, NOW_MS);

test('[SA14] a webhook that Stripe signed is an event with ids, and nothing of its body', () => {
  assert.deepEqual(verified(signed(SECRET)), {
    provider: 'stripe',
    id: 'evt_1',
    type: 'payment_intent.succeeded',
    createdMs: 1_794_999_990_000,
    about: { kind: 'payment', order: 'o-1', object: 'pi_1' },
  });
});

test('[SA14] forged, changed by one byte, or not signed at all, it is none', () => {
  assert.equal(verified(signed('whsec_of_somebody_else')), null);
  assert.equal(verified(undefined), null);
  for (const header of ['', 'v1=', 't=1', 't=x,v1=y', `t=${NOW_MS / 1_000},v0=00`, ','.repeat(1_000)])
    assert.equal(verified(header), null, header.slice(0, 30));
  for (let at = 0; at < BYTES.length; at++) {
    const body = BYTES.slice();
    body[at]! ^= 1;
    assert.equal(verified(signed(SECRET), { body }), null, `byte ${at}`);
  }
  assert.equal(verified(signed(SECRET), { body: new Uint8Array() }), null);
  // Parsed and written again, it is another text.
  assert.equal(verified(signed(SECRET), { body: new TextEncoder().encode(JSON.stringify(JSON.parse(BODY))) }), null);
});

test('[SA15] a signature is good for 300 seconds', () => {
  assert.notEqual(verified(signed(SECRET, NOW_MS - 300_000)), null);
  assert.equal(verified(signed(SECRET, NOW_MS - 301_000)), null);
  // The moment is signed too.
  const moved = signed(SECRET, NOW_MS - 600_000).replace(/t=\d+/, `t=${NOW_MS / 1_000}`);
  assert.equal(verified(moved), null);
});

test('[SA16] while a secret is replaced, both count, whichever signed and in whatever order; afterwards the old one does not', () => {
  const [old, fresh] = ['whsec_that_was', 'whsec_that_comes'];
  const v1 = (secret: string): string => signed(secret).split(',')[1]!;
  const both = [`t=${NOW_MS / 1_000}`, v1(old), v1(fresh)].join(',');
  for (const secrets of [[old, fresh], [fresh, old], [old], [fresh]])
    assert.notEqual(verified(both, { secrets }), null);
  for (const secret of [old, fresh]) assert.notEqual(verified(signed(secret), { secrets: [fresh, old] }), null);
  assert.equal(verified(signed(old), { secrets: [fresh] }), null);
  assert.equal(verified(signed(old), { secrets: [] }), null);
});

test('[SA17] rightly signed and no event, it is none', () => {
  for (const payload of [
    'null',
    '[]',
    '"text"',
    '{}',
    '{"id":"evt_1"}',
    '{"id":1,"type":"x","data":{}}',
    '{"id":"e","type":"charge.x"}',
    'no JSON',
  ])
    assert.equal(verified(signed(SECRET, NOW_MS, payload), { body: new TextEncoder().encode(payload) }), null, payload);
});

test('[SA18] each type of event names what has to be looked at', () => {
  const order = { order: 'o-1' };
  const about = (type: string, object: object): ProviderEvent['about'] =>
    eventOf({ id: 'evt_1', type, created: 1, data: { object } } as unknown as Stripe.Event).about;
  for (const type of ['succeeded', 'payment_failed', 'canceled', 'amount_capturable_updated', 'processing'])
    assert.deepEqual(about(`payment_intent.${type}`, { id: 'pi_1', metadata: order }), {
      kind: 'payment',
      order: 'o-1',
      object: 'pi_1',
    });
  for (const type of ['charge.refunded', 'charge.expired', 'charge.captured'])
    assert.deepEqual(about(type, { id: 'ch_1', payment_intent: 'pi_1', metadata: order }), {
      kind: 'payment',
      order: 'o-1',
      object: 'pi_1',
    });
  // Of the club's months, or of somebody else's shop at the same account.
  assert.deepEqual(about('payment_intent.succeeded', { id: 'pi_2', metadata: {} }), {
    kind: 'payment',
    order: null,
    object: 'pi_2',
  });
  for (const type of ['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated'])
    assert.deepEqual(about(type, { id: 're_1', payment_intent: 'pi_1', charge: 'ch_1', metadata: order }), {
      kind: 'refund',
      order: 'o-1',
      object: 're_1',
      payment: 'pi_1',
    });
  for (const type of ['created', 'updated', 'closed', 'funds_withdrawn'])
    assert.deepEqual(about(`charge.dispute.${type}`, { id: 'du_1', payment_intent: null, charge: { id: 'ch_1' } }), {
      kind: 'dispute',
      object: 'du_1',
      payment: 'ch_1',
    });
  for (const type of ['created', 'updated', 'deleted'])
    assert.deepEqual(about(`customer.subscription.${type}`, { id: 'sub_1' }), {
      kind: 'subscription',
      object: 'sub_1',
    });
  const parent = { subscription_details: { subscription: 'sub_1' } };
  for (const type of ['invoice.paid', 'invoice.payment_failed'])
    assert.deepEqual(about(type, { id: 'in_1', parent }), { kind: 'subscription', object: 'sub_1' });
  assert.deepEqual(about('invoice.paid', { id: 'in_1', parent: null }), { kind: 'other' });
  for (const type of ['payout.paid', 'customer.created', 'product.created', 'of.next.year'])
    assert.deepEqual(about(type, { id: 'x_1' }), { kind: 'other' });
});
