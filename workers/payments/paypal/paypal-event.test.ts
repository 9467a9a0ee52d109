/** What PayPal's webhooks are about: ids, each where it looks like one, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paypalStage, wantedRefund } from '../../../tests/support/paypal-stage.ts';
import { storedForm } from '../event-applier.ts';
import { eventOf } from './paypal-event.ts';

const about = (type: string, resource: unknown) =>
  eventOf(Buffer.from(JSON.stringify({ id: 'WH-1', event_type: type, resource })))?.about;

test('[PP15] every event of the stand-in names our order and PayPal’s object', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.captured();
  const { object: refund } = (await desk.refund(known, wantedRefund())).result;
  standIn.nextRefunds('PENDING');
  const { object: failing } = (await desk.refund(known, wantedRefund({ id: 'o-1.r2' }))).result;
  standIn.settleRefund(failing, 'FAILED');
  const { id: dispute } = standIn.openDispute(known.capture ?? '');
  standIn.closeDispute(dispute, 'lost');
  standIn.nextCaptures('PENDING');
  const second = await stage.authorised('o-2');
  const pending = (await desk.capture(second, 'o-2.capture')).result.capture ?? '';
  standIn.settleCapture(pending, 'DECLINED');
  standIn.lapse((await stage.authorised('o-3')).authorisation ?? '');
  const told = new Map(standIn.events.map(({ event_type: type, payload }) => [type, eventOf(Buffer.from(payload))]));
  const payment = (order: string, object: string) => ({ kind: 'payment', order, object });
  const third = [...standIn.state.orders.values()].find(({ customId }) => customId === 'o-3')?.id ?? '';
  const expected: Readonly<Record<string, object>> = {
    // Of several of a type the last one is kept.
    'CHECKOUT.ORDER.APPROVED': payment('o-3', third),
    'PAYMENT.AUTHORIZATION.CREATED': payment('o-3', third),
    'PAYMENT.AUTHORIZATION.VOIDED': payment('o-3', third),
    'PAYMENT.CAPTURE.COMPLETED': payment('o-1', known.object),
    'PAYMENT.CAPTURE.PENDING': payment('o-2', second.object),
    'PAYMENT.CAPTURE.DENIED': payment('o-2', second.object),
    'PAYMENT.CAPTURE.REVERSED': payment('o-1', known.object),
    'PAYMENT.CAPTURE.REFUNDED': { kind: 'refund', order: 'o-1', object: refund, payment: known.capture },
    'PAYMENT.REFUND.PENDING': { kind: 'refund', order: 'o-1', object: failing, payment: known.capture },
    'PAYMENT.REFUND.FAILED': { kind: 'refund', order: 'o-1', object: failing, payment: known.capture },
    'CUSTOMER.DISPUTE.CREATED': { kind: 'dispute', object: dispute, payment: known.capture },
    'CUSTOMER.DISPUTE.RESOLVED': { kind: 'dispute', object: dispute, payment: known.capture },
  };
  assert.deepEqual(new Set(told.keys()), new Set(Object.keys(expected)));
  for (const [type, event] of told) {
    assert.ok(event !== null);
    assert.deepEqual(event.about, expected[type], type);
    assert.ok(event.createdMs !== null && event.createdMs <= stage.clock.nowMs);
    // Nothing of the buyer is kept.
    assert.doesNotMatch(JSON.stringify(storedForm(event)), /Buyer|@|64\.00/);
  }
});

test('[PP15] a refund made by hand is found by its capture; what was taken back and told as a refund, by its order', () => {
  const links = [
    { rel: 'self', href: 'https://api-m.paypal.com/v2/payments/refunds/R1' },
    { rel: 'up', href: 'https://api-m.paypal.com/v2/payments/captures/CAP1' },
  ];
  const refund = { kind: 'refund', order: null, object: 'R1', payment: 'CAP1' };
  assert.deepEqual(about('PAYMENT.CAPTURE.REFUNDED', { id: 'R1', links }), refund);
  const supplementary = { related_ids: { capture_id: 'CAP2' } };
  assert.deepEqual(about('PAYMENT.CAPTURE.REFUNDED', { id: 'R1', supplementary_data: supplementary, links }), {
    ...refund,
    payment: 'CAP2',
  });
  const reversed = { kind: 'payment', order: 'o-1', object: 'CAP1' };
  assert.deepEqual(about('PAYMENT.CAPTURE.REVERSED', { id: 'R1', custom_id: 'o-1.r12', links }), reversed);
  assert.deepEqual(about('PAYMENT.CAPTURE.REVERSED', { id: 'R1' }), { kind: 'payment', order: null, object: 'R1' });
});

test('[PP15] what is not understood is about nothing, and what is no id is no id', () => {
  const other = { kind: 'other' };
  assert.deepEqual(about('BILLING.SUBSCRIPTION.CREATED', { id: 'I-1' }), other);
  assert.deepEqual(about('CUSTOMER.DISPUTE.CREATED', {}), other);
  assert.deepEqual(about('PAYMENT.CAPTURE.REFUNDED', {}), other);
  for (const wrong of [7, null, '', 'a b', 'a/../b', 'x'.repeat(128), ['a'], {}]) {
    assert.deepEqual(about('PAYMENT.CAPTURE.COMPLETED', { id: wrong, custom_id: wrong }), {
      kind: 'payment',
      order: null,
      object: null,
    });
  }
  for (const resource of [
    undefined,
    null,
    7,
    'text',
    [],
    { purchase_units: 7 },
    { purchase_units: [null] },
    { links: [null, 7] },
  ]) {
    assert.deepEqual(about('CHECKOUT.ORDER.APPROVED', resource), { kind: 'payment', order: null, object: null });
    assert.doesNotThrow(() => about('PAYMENT.CAPTURE.REVERSED', resource));
    assert.doesNotThrow(() => about('CUSTOMER.DISPUTE.CREATED', resource));
  }
});

test('[PP15] what is no event of PayPal’s is none', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '7',
    '{',
    '{}',
    '{"id":"WH-1"}',
    '{"event_type":"X"}',
    '{"id":"WH 1","event_type":"X"}',
    '{"id":"WH-1","event_type":"<b>"}',
  ]) {
    assert.equal(eventOf(Buffer.from(body)), null, body);
  }
  assert.equal(eventOf(Buffer.from('{"id":"WH-1","event_type":"X","create_time":"never"}'))?.createdMs, null);
});
