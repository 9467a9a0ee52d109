/** What follows from a webhook, with ports that note what they are asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAYMENT_PHASES, type Payment, type PaymentPhase } from '../../actors/payment/payment.ts';
import { applyEvent, type StoredEvent, storedForm } from './event-applier.ts';
import type { ProviderEvent } from './provider-port.ts';

const PAYMENT: Payment = {
  ...{ order: 'o1', screening: 1, provider: 'stripe', phase: 'authorised', version: 3, amountCents: 6_400 },
  ...{ currency: 'BRL', seats: [1], object: 'pi_1', authorisation: 'ch_1', capture: null, capturedCents: 0, tries: 1 },
  ...{ isDoubtful: false, ending: null, declineCode: null, isDisputed: false, refunds: [] },
};

/** Books with the order o1 alone, whose payment has the ids pi_1 and ch_1. */
async function applied(event: Partial<StoredEvent>, payment: Partial<Payment> = {}) {
  const did: string[] = [];
  const { outcome, order } = await applyEvent(
    { provider: 'stripe', id: 'evt_1', type: 'charge.refunded', object: null, order: null, createdMs: null, ...event },
    {
      payment: async (order) => (order === 'o1' ? { ...PAYMENT, ...payment } : null),
      orderOf: async (_provider, id) => (id === 'pi_1' || id === 'ch_1' ? 'o1' : null),
      look: async (order) => void did.push(`look ${order}`),
      lookDispute: async (_provider, id) => ({
        ...{ id, payment: id === 'dp_1' ? 'ch_1' : 'ch_9', cents: 6_400, currency: 'BRL', reason: 'fraudulent' },
        ...{ status: 'needs_response', outcome: null, isOpen: true, dueMs: null, openedMs: 1 },
      }),
      saveDispute: async (_provider, order, { id }) => void did.push(`dispute ${id} of ${order}`),
      subscription: async (object) => object === 'sub_1',
    },
  );
  assert.equal(order, ['looked', 'known', 'disputed'].includes(outcome) ? 'o1' : null);
  return [outcome, ...did];
}

test('[PE5] an event only has its order looked at: by what is written on the object, else by the provider’s id', async () => {
  assert.deepEqual(await applied({ order: 'o1', object: 'pi_other' }), ['looked', 'look o1']);
  assert.deepEqual(await applied({ object: 'pi_1' }), ['looked', 'look o1']);
  assert.deepEqual(await applied({ order: 'o2', object: 'ch_1' }), ['looked', 'look o1']);
  // Another provider's order of the same name is not believed.
  assert.deepEqual(await applied({ order: 'o1', object: 'pi_9' }, { provider: 'paypal' }), ['foreign']);
});

test('[PE6] what is about nothing of ours is foreign, and what nothing follows from is ignored', async () => {
  assert.deepEqual(await applied({ object: 'pi_9', order: 'o9' }), ['foreign']);
  assert.deepEqual(await applied({ type: 'customer.created' }), ['ignored']);
  assert.deepEqual(await applied({ type: 'charge.dispute.created', object: 'dp_9' }), ['foreign']);
  assert.deepEqual(await applied({ type: 'invoice.paid', object: 'sub_9' }), ['foreign']);
  assert.deepEqual(await applied({ type: 'invoice.paid', object: 'sub_1' }), ['subscription']);
});

test('[PE7] a dispute is fetched and written down before its order is looked at', async () => {
  const event = { type: 'charge.dispute.created', object: 'dp_1' };
  assert.deepEqual(await applied(event), ['disputed', 'dispute dp_1 of o1', 'look o1']);
  assert.deepEqual(await applied({ ...event, type: 'CUSTOMER.DISPUTE.CREATED' }), [
    ...['disputed', 'dispute dp_1 of o1', 'look o1'],
  ]);
});

test('[PE8] what the books say already is not looked at; what they doubt, and what is new to them, is', async () => {
  const outcomes = async (type: string): Promise<PaymentPhase[]> => {
    const known: PaymentPhase[] = [];
    for (const phase of PAYMENT_PHASES) {
      const [outcome] = await applied({ type, order: 'o1' }, { phase });
      if (outcome === 'known') known.push(phase);
    }
    return known;
  };
  assert.deepEqual(await outcomes('payment_intent.amount_capturable_updated'), ['authorised', 'captured']);
  assert.deepEqual(await outcomes('payment_intent.succeeded'), ['captured']);
  assert.deepEqual(await outcomes('PAYMENT.CAPTURE.COMPLETED'), ['captured']);
  assert.deepEqual(await outcomes('PAYMENT.AUTHORIZATION.VOIDED'), ['cancelled']);
  for (const type of ['charge.refunded', 'PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.CAPTURE.REVERSED', 'something.new']) {
    assert.deepEqual(await outcomes(type), [], type);
  }
  const doubted = { phase: 'captured', isDoubtful: true } as const;
  assert.deepEqual(await applied({ type: 'payment_intent.succeeded', order: 'o1' }, doubted), ['looked', 'look o1']);
});

test('[PE3] what is kept of a webhook names its objects and nothing else', () => {
  const base = { provider: 'stripe', id: 'evt_1', type: 't', createdMs: 5 } as const;
  const kept = (about: ProviderEvent['about']): readonly [string | null, string | null] => {
    const { object, order, ...rest } = storedForm({ ...base, about });
    assert.deepEqual(rest, base);
    return [object, order];
  };
  assert.deepEqual(kept({ kind: 'payment', order: 'o1', object: 'pi_1' }), ['pi_1', 'o1']);
  assert.deepEqual(kept({ kind: 'refund', order: null, object: 're_1', payment: 'pi_1' }), ['pi_1', null]);
  assert.deepEqual(kept({ kind: 'refund', order: 'o1', object: 're_1', payment: null }), ['re_1', 'o1']);
  assert.deepEqual(kept({ kind: 'dispute', object: 'dp_1', payment: 'pi_1' }), ['dp_1', null]);
  assert.deepEqual(kept({ kind: 'subscription', object: 'sub_1' }), ['sub_1', null]);
  assert.deepEqual(kept({ kind: 'other' }), [null, null]);
});
