/** Every state of Stripe's objects, and what our books see in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Stripe from 'stripe';
import type { Sight } from '../../../actors/payment/payment.ts';
import { disputeSightOf, refundSightOf, sightOf, subscriptionSightOf } from './stripe-sight.ts';

const CHARGE = {
  id: 'ch_1',
  amount_refunded: 0,
  balance_transaction: { id: 'txn_1', fee: 294, currency: 'brl' },
};

function intent(changes: Record<string, unknown>): Stripe.PaymentIntent {
  const fresh = {
    id: 'pi_1',
    object: 'payment_intent',
    amount: 6_400,
    amount_received: 0,
    currency: 'brl',
    status: 'requires_payment_method',
    last_payment_error: null,
    latest_charge: null,
  };
  return { ...fresh, ...changes } as unknown as Stripe.PaymentIntent;
}

const NOTHING: Omit<Sight, 'is'> = {
  object: 'pi_1',
  authorisation: null,
  capture: null,
  capturedCents: 0,
  declineCode: null,
  feeCents: null,
  refundedCents: null,
};

test('[SA1] each status of a payment is one standing, and only what reserves money names a charge', () => {
  const refused = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' };
  const seen: [Record<string, unknown>, Sight][] = [
    [{}, { ...NOTHING, is: 'open' }],
    [
      { last_payment_error: refused, latest_charge: 'ch_refused' },
      { ...NOTHING, is: 'declined', declineCode: 'insufficient_funds' },
    ],
    [{ status: 'requires_confirmation' }, { ...NOTHING, is: 'approved' }],
    [{ status: 'requires_action' }, { ...NOTHING, is: 'action' }],
    [
      { status: 'processing', latest_charge: 'ch_1' },
      { ...NOTHING, is: 'processing' },
    ],
    [
      { status: 'requires_capture', latest_charge: 'ch_1' },
      { ...NOTHING, is: 'authorised', authorisation: 'ch_1' },
    ],
    [
      { status: 'succeeded', amount_received: 6_400, latest_charge: 'ch_1' },
      { ...NOTHING, is: 'captured', authorisation: 'ch_1', capture: 'ch_1', capturedCents: 6_400 },
    ],
    [
      { status: 'canceled', latest_charge: 'ch_1' },
      { ...NOTHING, is: 'cancelled' },
    ],
  ];
  for (const [changes, sight] of seen) assert.deepEqual(sightOf(intent(changes)), sight, JSON.stringify(changes));
});

test('[SA1] from a status that this version does not have, nothing is concluded', () => {
  assert.throws(() => sightOf(intent({ status: 'requires_patience' })), /pi_1 is requires_patience/);
});

test('[SA2] a refused card is told by the word of the bank, else by that of Stripe', () => {
  const codeOf = (error: unknown): string | null => sightOf(intent({ last_payment_error: error })).declineCode;
  assert.equal(codeOf({ code: 'card_declined', decline_code: 'lost_card' }), 'lost_card');
  assert.equal(codeOf({ code: 'payment_intent_authentication_failure' }), 'payment_intent_authentication_failure');
  assert.equal(codeOf({ type: 'api_error' }), 'declined');
  // A later card may have been taken after all: the old error stands there still.
  assert.equal(sightOf(intent({ status: 'requires_capture', last_payment_error: {} })).declineCode, null);
});

test('[SA3] fee and refunds are told of money that was taken, when the charge is there, and in its currency', () => {
  const taken = { status: 'succeeded', amount_received: 6_400 };
  const { feeCents, refundedCents } = sightOf(intent({ ...taken, latest_charge: { ...CHARGE, amount_refunded: 900 } }));
  assert.deepEqual({ feeCents, refundedCents }, { feeCents: 294, refundedCents: 900 });
  const others = [
    { ...CHARGE, balance_transaction: null },
    { ...CHARGE, balance_transaction: 'txn_1' },
    { ...CHARGE, balance_transaction: { fee: 55, currency: 'usd' } },
  ];
  for (const charge of others) assert.equal(sightOf(intent({ ...taken, latest_charge: charge })).feeCents, null);
});

test('[SA3] an authorisation that was given back is a refunded charge at Stripe, and no refund of ours', () => {
  const charge = { ...CHARGE, refunded: true, amount_refunded: 6_400, balance_transaction: null };
  assert.deepEqual(sightOf(intent({ status: 'canceled', latest_charge: charge })), { ...NOTHING, is: 'cancelled' });
});

test('[SA4] a refund is done, failed with the reason, or on its way', () => {
  const seen = (status: string | null, failure_reason?: string): unknown =>
    refundSightOf({ id: 're_1', status, failure_reason } as Stripe.Refund);
  assert.deepEqual(seen('succeeded'), { object: 're_1', is: 'done', reason: null });
  assert.deepEqual(seen('failed', 'lost_or_stolen_card'), {
    object: 're_1',
    is: 'failed',
    reason: 'lost_or_stolen_card',
  });
  assert.deepEqual(seen('canceled'), { object: 're_1', is: 'failed', reason: 'canceled' });
  for (const status of ['pending', 'requires_action', 'of_next_year', null])
    assert.deepEqual(seen(status), { object: 're_1', is: 'pending', reason: null });
});

test('[SA5] a dispute is open until it is won or lost; what is not known is open', () => {
  const dispute = {
    id: 'du_1',
    payment_intent: 'pi_1',
    charge: 'ch_1',
    amount: 6_400,
    currency: 'brl',
    reason: 'fraudulent',
    created: 1_700_000_000,
    evidence_details: { due_by: 1_700_600_000 },
  };
  const seen = (changes: object) => disputeSightOf({ ...dispute, ...changes } as unknown as Stripe.Dispute);
  assert.deepEqual(seen({ status: 'needs_response' }), {
    id: 'du_1',
    payment: 'pi_1',
    cents: 6_400,
    currency: 'BRL',
    reason: 'fraudulent',
    status: 'needs_response',
    outcome: null,
    isOpen: true,
    dueMs: 1_700_600_000_000,
    openedMs: 1_700_000_000_000,
  });
  const waiting = ['warning_needs_response', 'appeal_needs_response'];
  for (const status of waiting) assert.equal(seen({ status }).dueMs, 1_700_600_000_000);
  const open = [...waiting, 'under_review', 'warning_under_review', 'appeal_under_review', 'of_next_year'];
  for (const status of open)
    assert.deepEqual([seen({ status }).isOpen, seen({ status }).outcome], [true, null], status);
  const ends = { won: 'won', warning_closed: 'won', lost: 'lost', prevented: 'lost' };
  for (const [status, outcome] of Object.entries(ends)) {
    const { isOpen, dueMs, ...rest } = seen({ status });
    assert.deepEqual([isOpen, dueMs, rest.outcome], [false, null, outcome], status);
  }
  assert.equal(seen({ status: 'won', payment_intent: null }).payment, 'ch_1');
});

test('[SA6] a subscription has the period of its line, and tells its end in either of two ways', () => {
  const line = { current_period_start: 1_700_000_000, current_period_end: 1_702_592_000 };
  const whole = {
    id: 'sub_1',
    status: 'active',
    cancel_at_period_end: false,
    cancel_at: null,
    items: { data: [line] },
  };
  const seen = (changes: object) => subscriptionSightOf({ ...whole, ...changes } as unknown as Stripe.Subscription);
  const sight = {
    subscription: 'sub_1',
    status: 'active',
    periodStartMs: 1_700_000_000_000,
    periodEndMs: 1_702_592_000_000,
    cancelsAtEnd: false,
  };
  assert.deepEqual(seen({}), sight);
  assert.deepEqual(seen({ cancel_at_period_end: true }), { ...sight, cancelsAtEnd: true });
  assert.deepEqual(seen({ cancel_at: 1_702_592_000 }), { ...sight, cancelsAtEnd: true });
  assert.deepEqual(seen({ items: { data: [] } }), { ...sight, periodStartMs: null, periodEndMs: null });
});
