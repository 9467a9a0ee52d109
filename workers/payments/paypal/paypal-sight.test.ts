/** PayPal's objects as the books see them: every state of the order, of its authorisation and of its capture with one another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefundSight, Sight } from '../../../actors/payment/payment.ts';
import { type PaypalView, refundSightOf, sightOf, viewOfOrder } from './paypal-sight.ts';

const brl = (value: string) => ({ currencyCode: 'BRL', value });
const view = (more: Partial<PaypalView>): PaypalView => ({
  ...{ object: 'ORDER', status: 'COMPLETED', authorizations: [], captures: [], refunds: [] },
  ...more,
});
const is = (more: Partial<PaypalView>): Sight['is'] => sightOf(view(more), 'BRL').is;

const ORDER: Readonly<Record<string, Sight['is']>> = {
  CREATED: 'action',
  SAVED: 'action',
  PAYER_ACTION_REQUIRED: 'action',
  APPROVED: 'approved',
  VOIDED: 'cancelled',
  // It was authorised or captured, and the answer does not say by what.
  COMPLETED: 'processing',
  SOMETHING_NEW: 'processing',
};
const AUTHORISATION: Readonly<Record<string, Sight['is']>> = {
  CREATED: 'authorised',
  PARTIALLY_CAPTURED: 'authorised',
  PENDING: 'processing',
  CAPTURED: 'processing',
  DENIED: 'declined',
  VOIDED: 'cancelled',
  SOMETHING_NEW: 'processing',
};
const CAPTURE: Readonly<Record<string, Sight['is']>> = {
  COMPLETED: 'captured',
  PARTIALLY_REFUNDED: 'captured',
  REFUNDED: 'captured',
  PENDING: 'processing',
  SOMETHING_NEW: 'processing',
};
const statuses = (table: object): string[] => Object.keys(table);

for (const status of statuses(ORDER)) {
  test(`[PP2] an order that is ${status} is ${ORDER[status]}`, () => {
    assert.equal(is({ status }), ORDER[status]);
  });
}

test('[PP2] a forgotten order of which nothing else is known was never authorised', () => {
  const sight = sightOf(view({ status: null, refunds: null }), 'BRL');
  assert.deepEqual([sight.is, sight.declineCode, sight.refundedCents], ['cancelled', 'ORDER_EXPIRED', null]);
});

for (const status of statuses(AUTHORISATION)) {
  test(`[PP2] an authorisation that is ${status} is ${AUTHORISATION[status]}, whatever its order says`, () => {
    for (const order of [...statuses(ORDER), null]) {
      const sight = sightOf(view({ status: order, authorizations: [{ id: 'AUTH', status }] }), 'BRL');
      assert.deepEqual([sight.is, sight.authorisation, sight.capture], [AUTHORISATION[status], 'AUTH', null]);
      assert.equal(sight.declineCode, status === 'DENIED' ? 'AUTHORIZATION_DENIED' : null);
    }
  });
}

for (const status of statuses(CAPTURE)) {
  test(`[PP2] a capture that is ${status} is ${CAPTURE[status]}, whatever its authorisation says`, () => {
    for (const authorization of statuses(AUTHORISATION)) {
      const authorizations = [{ id: 'AUTH', status: authorization }];
      const sight = sightOf(view({ authorizations, captures: [{ id: 'CAP', status, amount: brl('64.00') }] }), 'BRL');
      const isTaken = CAPTURE[status] === 'captured';
      assert.deepEqual([sight.is, sight.capture, sight.capturedCents], [CAPTURE[status], 'CAP', isTaken ? 6_400 : 0]);
    }
  });
}

for (const status of ['DECLINED', 'FAILED']) {
  test(`[PP2] a capture that is ${status} took nothing: the authorisation tells, and one that is used up is the end`, () => {
    const seen = (authorization: string): Sight =>
      sightOf(
        view({
          authorizations: [{ id: 'AUTH', status: authorization }],
          captures: [{ id: 'CAP', status, amount: brl('64.00') }],
        }),
        'BRL',
      );
    for (const authorization of statuses(AUTHORISATION)) {
      const sight = seen(authorization);
      assert.equal(sight.is, authorization === 'CAPTURED' ? 'cancelled' : AUTHORISATION[authorization]);
      assert.deepEqual([sight.capture, sight.capturedCents, sight.declineCode], [null, 0, 'CAPTURE_DECLINED']);
    }
  });
}

test('[PP2] of several, the one that took the money tells, then one under way, then one that failed; a live authorisation before a dead one', () => {
  const captures = (...all: string[]) =>
    all.map((status, index) => ({ id: `C${index}`, status, amount: brl('10.00') }));
  const authorizations = [
    { id: 'A0', status: 'VOIDED' },
    { id: 'A1', status: 'CREATED' },
    { id: 'A2', status: 'DENIED' },
  ];
  assert.equal(sightOf(view({ authorizations }), 'BRL').authorisation, 'A1');
  const seen = (...all: string[]) => sightOf(view({ authorizations, captures: captures(...all) }), 'BRL');
  assert.deepEqual(
    [seen('DECLINED', 'PENDING', 'COMPLETED').capture, seen('DECLINED', 'PENDING').capture, seen('DECLINED').capture],
    ['C2', 'C1', null],
  );
  assert.equal(seen('COMPLETED', 'DECLINED', 'COMPLETED').capturedCents, 2_000);
});

test('[PP2] the fee is what PayPal says of every capture that took money, or not known', () => {
  const capture = (fee?: string) => ({
    ...{ id: 'CAP', status: 'COMPLETED', amount: brl('64.00') },
    ...(fee === undefined ? {} : { sellerReceivableBreakdown: { paypalFee: brl(fee) } }),
  });
  const fee = (...captures: PaypalView['captures']) => sightOf(view({ captures }), 'BRL').feeCents;
  assert.deepEqual(
    [fee(capture('3.67')), fee(capture('3.67'), capture('1.00')), fee(capture('3.67'), capture()), fee()],
    [367, 467, null, null],
  );
});

test('[PP2] sent back is what was refunded or is on its way, and nothing that failed or that a bank took', () => {
  const refunds = ['COMPLETED', 'PENDING', 'FAILED', 'CANCELLED'].map((status) => ({
    id: status,
    status,
    amount: brl('9.00'),
  }));
  const captures = [{ id: 'CAP', status: 'REFUNDED', amount: brl('64.00') }];
  assert.equal(sightOf(view({ captures, refunds }), 'BRL').refundedCents, 1_800);
  assert.equal(sightOf(view({ captures }), 'BRL').refundedCents, 0);
  assert.equal(sightOf(view({ captures, refunds: null }), 'BRL').refundedCents, null);
});

test('[PP2] an amount in another currency is not counted as ours', () => {
  const captures = [{ id: 'CAP', status: 'COMPLETED', amount: { currencyCode: 'USD', value: '64.00' } }];
  assert.throws(() => sightOf(view({ captures }), 'BRL'), /USD where BRL/);
});

test('[PP2] an order tells its first unit, and may leave out anything', () => {
  assert.deepEqual(viewOfOrder('ORDER', {}), {
    object: 'ORDER',
    status: '',
    authorizations: [],
    captures: [],
    refunds: [],
  });
  assert.deepEqual(sightOf(viewOfOrder('ORDER', { status: 'APPROVED', purchaseUnits: [{}] }), 'BRL'), {
    ...{ object: 'ORDER', is: 'approved', authorisation: null, capture: null, capturedCents: 0 },
    ...{ declineCode: null, feeCents: null, refundedCents: 0 },
  });
});

const REFUND: Readonly<Record<string, RefundSight['is']>> = {
  COMPLETED: 'done',
  PENDING: 'pending',
  FAILED: 'failed',
  CANCELLED: 'failed',
  SOMETHING_NEW: 'pending',
};
for (const status of statuses(REFUND)) {
  test(`[PP2] a refund that is ${status} is ${REFUND[status]}`, () => {
    const told = refundSightOf('R1', { id: 'R2', status, statusDetails: { reason: 'ECHECK' } });
    assert.deepEqual(
      [told.object, told.is, told.reason],
      ['R2', REFUND[status], status === 'COMPLETED' ? null : 'ECHECK'],
    );
    const bare = refundSightOf('R1', { status });
    assert.deepEqual([bare.object, bare.reason], ['R1', REFUND[status] === 'failed' ? status : null]);
  });
}
