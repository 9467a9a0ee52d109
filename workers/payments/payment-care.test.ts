/** Webhooks and the sweep's runs on a real database, with the real desk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimDue } from '../../storage/payments/payments-due.ts';
import { surveyPayments } from '../../storage/payments/payments-survey.ts';
import { claimEvents } from '../../storage/payments/provider-events.ts';
import { screeningRefunds } from '../../storage/payments/screening-refunds.ts';
import { PaidOrdersStage } from '../../tests/support/paid-orders-stage.ts';
import { windUp } from '../screening-cancellation.ts';
import type { StoredEvent } from './event-applier.ts';
import { PaymentCare } from './payment-care.ts';

function event(id: string, more: Partial<StoredEvent>): StoredEvent {
  return {
    provider: 'stripe',
    id,
    type: 'payment_intent.amount_capturable_updated',
    object: null,
    order: null,
    createdMs: 1,
    ...more,
  };
}

const outcomes = (stage: PaidOrdersStage): Promise<unknown> =>
  stage.orders.seats
    .rows<{ id: string; outcome: string; order: string }>(
      'select event_id as id, outcome, order_id as "order" from provider_events order by received_at, event_id',
    )
    .then((rows) => rows.map(({ id, outcome, order }) => [id, outcome, order]));

test('[PE5] the buyer never comes back from his bank: the webhook alone sells and takes the money', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  stage.stripe.passChallenge('o1');
  const authorised = event('evt_1', { order: 'o1', object: 'pi_o1' });
  assert.deepEqual([await stage.care.store(authorised), await stage.care.store(authorised)], ['new', 'known']);
  await stage.care.apply(authorised);
  const { payment, seatsSide } = await stage.books('o1');
  assert.deepEqual([payment.phase, seatsSide.is], ['captured', 'sold']);
  // The ones that tell of what we did ourselves.
  const asked = stage.stripe.asked.length;
  const captured = event('evt_2', { type: 'payment_intent.succeeded', order: 'o1', object: 'pi_o1' });
  await stage.care.store(captured);
  await stage.care.apply(captured);
  assert.equal(stage.stripe.asked.length, asked);
  assert.deepEqual(await outcomes(stage), [
    ['evt_1', 'looked', 'o1'],
    ['evt_2', 'known', 'o1'],
  ]);
});

test('[PE7] a dispute stops refunds; sent back at the provider’s desk is written down as such', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.sells(ana, 'o2', [2]);
  const sight = {
    ...{ id: 'dp_1', payment: 'cap_pi_o1', cents: 6_000, currency: 'BRL', reason: 'fraudulent', outcome: null },
    ...{ status: 'needs_response', isOpen: true, dueMs: null, openedMs: Date.now() },
  };
  stage.stripe.disputes.set('dp_1', sight);
  const opened = event('evt_1', { type: 'charge.dispute.created', object: 'dp_1' });
  await stage.care.store(opened);
  await stage.care.apply(opened);
  assert.equal((await stage.books('o1')).payment.isDisputed, true);
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  await stage.care.run('o1', 'sweep');
  assert.equal(stage.stripe.of('o1').refundedCents, 0);
  stage.stripe.of('o2').refundedCents = 1_000;
  const refunded = event('evt_2', { type: 'charge.refunded', object: 'pi_o2' });
  await stage.care.store(refunded);
  await stage.care.apply(refunded);
  const { payment } = await stage.books('o2');
  assert.deepEqual(
    payment.refunds.map(({ id, cents, phase }) => [id, cents, phase]),
    [['o2.x1', 1_000, 'done']],
  );
  assert.deepEqual(await outcomes(stage), [
    ['evt_1', 'disputed', 'o1'],
    ['evt_2', 'looked', 'o2'],
  ]);
});

test('[PE9] what cannot be applied is tried again, by whoever comes; nothing else waits for it', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  stage.stripe.passChallenge('o1');
  const told = event('evt_1', { order: 'o1' });
  const foreign = event('evt_2', { order: 'nobody', object: 'pi_nobody' });
  for (const each of [told, foreign]) await stage.care.store(each);
  stage.stripe.isAway = true;
  for (const each of [told, foreign]) await stage.care.apply(each);
  assert.deepEqual(await outcomes(stage), [
    ['evt_1', null, 'o1'],
    ['evt_2', 'foreign', 'nobody'],
  ]);
  const { seats } = stage.orders;
  assert.deepEqual(await claimEvents(seats.app, 10, 0), []);
  stage.stripe.isAway = false;
  await seats.rows(`update provider_events set try_at = now()`);
  await stage.orders.seats.rows(`update payments set due_at = now()`);
  const [claimed, ...others] = await claimEvents(seats.app, 10, 0);
  assert.deepEqual([claimed?.id, claimed?.attempts, others], ['evt_1', 1, []]);
  assert.ok(claimed !== undefined);
  await stage.care.apply(claimed);
  assert.equal((await stage.books('o1')).seatsSide.is, 'sold');
});

test('[RC11] who began a purchase has died: the sweep goes on from wherever it was, by what the books say is due', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  // Reserved, and not sold; sold, and not taken; given back, and not sent.
  await stage.begins(ana, 'o1', [0]);
  await stage.begins(ana, 'o2', [1]);
  await stage.orders.seats.says(stage.orders.screening, {
    ...{ kind: 'confirm', buyer: ana.id, order: 'o2', tickets: [{ seat: 1, ticket: 't2', code: 'CODE2' }] },
  });
  await stage.sells(ana, 'o3', [2]);
  await stage.orders.ask('POST', '/api/orders/o3/cancel', { cookie: ana.cookie, body: {} });
  await stage.orders.seats.rows('update payments set due_at = now() where due_at is not null');
  const { app } = stage.orders.seats;
  const due = await claimDue(app, 10, 60_000);
  assert.deepEqual([...due].sort(), ['o1', 'o2', 'o3']);
  assert.deepEqual(await claimDue(app, 10, 60_000), []);
  for (const order of due) await stage.care.run(order, 'sweep');
  for (const order of due) {
    const { payment, seatsSide, dueAtMs } = await stage.books(order);
    assert.deepEqual([payment.phase, seatsSide.is, dueAtMs], ['captured', 'sold', null], order);
  }
  assert.equal(stage.stripe.of('o3').refundedCents, 3_000);
});

test('[RC12] the figures of the books: open ones, the longest due, failing ones, cases, webhooks that wait', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const { app, rows } = { app: stage.orders.seats.app, rows: stage.orders.seats.rows.bind(stage.orders.seats) };
  const nothing = { open: 0, oldestDueSeconds: 0, failing: 0, cases: 0, events: 0 };
  assert.deepEqual(await surveyPayments(app), nothing);
  await stage.sells(ana, 'o1', [0]);
  await stage.begins(ana, 'o2', [1], { token: 'challenge' });
  await rows(`update payments set due_at = now() - interval '90 seconds', failures = 2 where order_id = 'o2'`);
  await rows(`update payments set case_kind = 'disputed' where order_id = 'o1'`);
  await stage.care.store(event('evt_1', { order: 'o2' }));
  const { oldestDueSeconds, ...counts } = await surveyPayments(app);
  assert.deepEqual(counts, { open: 1, failing: 1, cases: 1, events: 1 });
  assert.ok(oldestDueSeconds >= 90 && oldestDueSeconds < 600, String(oldestDueSeconds));
});

test('[PE28] a cancelled screening: tickets go at once, the money as soon as the provider is there, once each, and the progress tells', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const { seats, screening } = stage.orders;
  for (const [order, seat] of [
    ['o1', 0],
    ['o2', 1],
    ['o3', 2],
  ] as const)
    await stage.sells(ana, order, [seat]);
  await seats.rows(`update screenings set status = 'cancelled' where id = $1`, [screening]);
  const windsUp = () =>
    windUp({ pool: seats.app, ask: seats.ports.ask }, { screening, key: 'k1' }, new AbortController().signal);
  const progress = async () => {
    const refunds = await screeningRefunds(seats.app, screening);
    return [refunds?.liveOrders, refunds?.orders, refunds?.refundedOrders, refunds?.cents, refunds?.sentCents];
  };
  const sweeps = async (): Promise<void> => {
    for (const order of await claimDue(seats.app, 10, 60_000)) await stage.care.run(order, 'sweep').catch(() => {});
  };
  assert.deepEqual(await progress(), [3, 0, 0, 0, 0]);
  stage.stripe.isAway = true;
  assert.equal(await windsUp(), 3);
  await sweeps();
  assert.deepEqual(await progress(), [0, 3, 0, 9_000, 0]);
  stage.stripe.isAway = false;
  await seats.rows('update payments set due_at = now(), failures = 0');
  // Some node goes on with both, in the middle, and once more.
  assert.equal(await windsUp(), 0);
  const later = new PaymentCare({
    ...{ pool: seats.app, desk: stage.newDesk(), adapters: new Map(), subscription: null, nowMs: Date.now },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  for (const order of await claimDue(seats.app, 10, 60_000)) {
    await later.run(order, 'sweep');
    await later.run(order, 'sweep');
  }
  assert.deepEqual(await progress(), [0, 3, 3, 9_000, 9_000]);
  const refunds = stage.stripe.asked.filter((line) => line.startsWith('refund '));
  assert.deepEqual(refunds.sort(), ['refund o1', 'refund o2', 'refund o3']);
});
