/** Disputes as PayPal tells them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderUnknown } from '../provider-port.ts';
import { disputeSightOf } from './paypal-dispute.ts';

const MONEY = { currency_code: 'BRL', value: '64.00' };
const DISPUTE = {
  dispute_id: 'PP-D-1',
  create_time: '2026-11-25T12:00:00Z',
  disputed_transactions: [{ seller_transaction_id: 'CAP' }],
  reason: 'UNAUTHORISED',
  status: 'UNDER_REVIEW',
  dispute_amount: MONEY,
  seller_response_due_date: '2026-12-05T12:00:00Z',
};

test('[PP8] an open dispute has no outcome, and a day until which an answer counts', () => {
  const openedMs = Date.parse('2026-11-25T12:00:00Z');
  assert.deepEqual(disputeSightOf(DISPUTE), {
    ...{ id: 'PP-D-1', payment: 'CAP', cents: 6_400, currency: 'BRL', reason: 'UNAUTHORISED', status: 'UNDER_REVIEW' },
    ...{ outcome: null, isOpen: true, dueMs: openedMs + 10 * 86_400_000, openedMs },
  });
  const bare = disputeSightOf({ ...DISPUTE, reason: undefined, status: undefined, seller_response_due_date: 'soon' });
  assert.deepEqual([bare.reason, bare.status, bare.isOpen, bare.dueMs], ['OTHER', 'OTHER', true, null]);
});

test('[PP8] how it ended is told by PayPal’s word, and where that is new, by the money that went back', () => {
  const outcome = (code: unknown, refunded?: unknown) =>
    disputeSightOf({
      ...DISPUTE,
      status: 'RESOLVED',
      dispute_outcome: { outcome_code: code, amount_refunded: refunded },
    }).outcome;
  const words = [
    'RESOLVED_BUYER_FAVOUR',
    'ACCEPTED',
    'RESOLVED_SELLER_FAVOUR',
    'RESOLVED_WITH_PAYOUT',
    'CANCELED_BY_BUYER',
    'DENIED',
    'NONE',
  ];
  assert.deepEqual(
    words.map((word) => outcome(word)),
    ['lost', 'lost', 'won', 'won', 'won', 'won', 'won'],
  );
  assert.deepEqual(
    [outcome('NEW', MONEY), outcome('NEW', { ...MONEY, value: '0.00' }), outcome(7)],
    ['lost', 'won', 'won'],
  );
  assert.equal(disputeSightOf({ ...DISPUTE, status: 'RESOLVED' }).outcome, 'won');
});

test('[PP8] a dispute without its id, its payment, its amount or its day is not believed', () => {
  for (const field of ['dispute_id', 'disputed_transactions', 'dispute_amount', 'create_time']) {
    assert.throws(() => disputeSightOf({ ...DISPUTE, [field]: undefined }), ProviderUnknown, field);
  }
  for (const found of [null, 7, 'text', [], { ...DISPUTE, dispute_amount: { ...MONEY, value: '-1' } }]) {
    assert.throws(() => disputeSightOf(found), ProviderUnknown);
  }
});
