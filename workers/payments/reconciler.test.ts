/** What the reconciler finds and puts right: real database, real engine, real desk, and providers whose objects are changed by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentBooks } from '../../storage/payments/reconcile-list.ts';
import { CPFS } from '../../tests/support/accounts-stage.ts';
import { PaidOrdersStage } from '../../tests/support/paid-orders-stage.ts';
import { AWAY_AFTER, LAPSE_MS, type ReconcileCase } from './reconciler.ts';

/** "o1 missed-capture: look, capture → nothing" */
const told = (cases: readonly ReconcileCase[]): string[] =>
  cases.map(({ order, found, did, left }) => `${order} ${found}: ${did.join(', ')} → ${left}`);
const HOURS_OLD = 2;

test('[RC3] where books, seats and providers agree nothing is found; nor while a payment is under way', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.begins(ana, 'o2', [2], { token: 'challenge' });
  assert.deepEqual(await stage.reconciles(), []);
  await stage.ages('o1', HOURS_OLD);
  // He is still at his bank's page: nothing is wrong with that.
  await stage.ages('o2', HOURS_OLD);
  assert.deepEqual(await stage.reconciles(), []);
  const asked = stage.stripe.asked.filter((line) => /^(capture|cancel|refund)/.test(line));
  assert.deepEqual(asked, ['capture o1']);
});

test('[RC4] sold seats whose money was not taken: it is taken', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.orders.seats.says(stage.orders.screening, {
    ...{ kind: 'confirm', buyer: ana.id, order: 'o1', tickets: [{ seat: 0, ticket: 't1', code: 'CODE1' }] },
  });
  await stage.ages('o1', HOURS_OLD);
  assert.deepEqual(told(await stage.reconciles()), ['o1 sold-uncaptured: look, capture → nothing']);
  assert.equal((await stage.books('o1')).payment.phase, 'captured');
  assert.deepEqual(await stage.reconciles(), []);
});

test('[RC4] sold seats whose money cannot be had any more: the tickets go, and the buyer is told once', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.orders.seats.says(stage.orders.screening, {
    ...{ kind: 'confirm', buyer: ana.id, order: 'o1', tickets: [{ seat: 0, ticket: 't1', code: 'CODE1' }] },
  });
  stage.stripe.of('o1').is = 'cancelled';
  await stage.ages('o1', HOURS_OLD);
  const [found, ...others] = await stage.reconciles();
  assert.deepEqual([found?.found, others.length], ['sold-uncaptured', 0]);
  assert.ok(found?.did.includes('void-tickets'), told([found!]).join());
  const tickets = await stage.orders.seats.rows<{ state: string }>(`select state from tickets`);
  assert.deepEqual(tickets, [{ state: 'cancelled' }]);
  await stage.reconciles();
  const letters = await stage.orders.accounts.messages('tickets-voided');
  assert.deepEqual(
    letters.map(({ recipient, params }) => [recipient, params]),
    [[ana.id, { order: 'o1' }]],
  );
});

test('[RC5] money that was taken without seats is sent back', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0, 1]);
  await stage.orders.seats.says(stage.orders.screening, {
    ...{ kind: 'cancel-payment', buyer: ana.id, order: 'o1', keepHold: false },
  });
  const object = stage.stripe.of('o1');
  object.is = 'captured';
  object.capturedCents = 6_000;
  await stage.ages('o1', HOURS_OLD);
  const cases = await stage.reconciles();
  assert.ok(
    cases.some(({ did }) => did.includes('refund')),
    told(cases).join(),
  );
  assert.equal(object.refundedCents, 6_000);
  const { payment } = await stage.books('o1');
  assert.deepEqual(
    [payment.phase, payment.refunds.map(({ cents, phase }) => [cents, phase])],
    ['captured', [[6_000, 'done']]],
  );
  assert.deepEqual(await stage.reconciles(), []);
});

test('[RC5] books that have ended and do not agree with their seats are found among those of late, a few at a time', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const { app, rows } = { app: stage.orders.seats.app, rows: stage.orders.seats.rows.bind(stage.orders.seats) };
  for (const [order, seat] of [
    ['o1', 0],
    ['o2', 1],
    ['o3', 2],
    ['o4', 3],
  ] as const) {
    await stage.sells(ana, order, [seat]);
    await stage.ages(order, HOURS_OLD);
  }
  // As nothing but a fault of ours could leave them: nobody was woken.
  await rows(`update tickets set state = 'refunded' where order_id = 'o1'`);
  await rows(`delete from tickets where order_id = 'o2'`);
  await rows(`update payments set phase = 'cancelled', captured_cents = 0, capture_id = null where order_id = 'o3'`);
  stage.stripe.of('o3').is = 'cancelled';
  stage.stripe.of('o3').capturedCents = 0;
  const wanted = { sinceMs: 0, quietMs: 1, withCases: true, lapseMs: LAPSE_MS };
  const pages: unknown[] = [];
  for (let after = ''; ; ) {
    const { suspects, last } = await recentBooks(app, wanted, after, 1);
    pages.push([last, ...suspects.map(({ why }) => why)]);
    if (last === null) break;
    after = last;
  }
  assert.deepEqual(pages, [
    ['o1', 'refund-open'],
    ['o2', 'captured-unsold'],
    ['o3', 'sold-uncaptured'],
    ['o4'],
    [null],
  ]);
  const cases = await stage.reconciles();
  assert.deepEqual(
    cases.map(({ order, found }) => `${order} ${found}`),
    ['o1 refund-open', 'o2 captured-unsold', 'o3 sold-uncaptured'],
  );
  assert.deepEqual([stage.stripe.of('o1').refundedCents, stage.stripe.of('o2').refundedCents], [3_000, 3_000]);
  assert.deepEqual(await rows(`select state from tickets where order_id = 'o3'`), [{ state: 'cancelled' }]);
  assert.deepEqual(await stage.reconciles({ isThorough: false }), []);
});

test('[RC6] an authorisation that is about to lapse is taken if it is sold, and given up if it is not', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.begins(ana, 'o2', [1], { provider: 'paypal' });
  await stage.orders.seats.says(stage.orders.screening, {
    ...{ kind: 'cancel-payment', buyer: ana.id, order: 'o2', keepHold: false },
  });
  await stage.ages('o1', 4 * 24);
  await stage.ages('o2', 2 * 24 + 1);
  const cases = await stage.reconciles({ isDryRun: true });
  assert.deepEqual(told(cases).sort(), [
    // Of Stripe five days are waited for; it stands still all the same.
    'o1 open: sell → not done: a rehearsal',
    'o2 lapsing: cancel → not done: a rehearsal',
  ]);
  await stage.ages('o1', 25);
  const done = await stage.reconciles();
  assert.deepEqual(done.map(({ order, found }) => `${order} ${found}`).sort(), ['o1 lapsing', 'o2 lapsing']);
  assert.equal((await stage.books('o1')).payment.phase, 'captured');
  assert.equal((await stage.books('o2')).payment.phase, 'cancelled');
  assert.equal(stage.paypal.of('o2').is, 'cancelled');
});

test('[RC7] what webhooks missed is found in the provider’s list; of PayPal, by looking at our own books', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.sells(ana, 'o2', [2], { provider: 'paypal' });
  await stage.sells(ana, 'o3', [3]);
  // Sent back at the provider's own desk, and nobody told us.
  stage.stripe.of('o1').refundedCents = 3_000;
  stage.paypal.of('o2').refundedCents = 3_000;
  for (const order of ['o1', 'o2', 'o3']) await stage.ages(order, HOURS_OLD);
  const cases = await stage.reconciles();
  assert.deepEqual(cases.map(({ order, found }) => `${order} ${found}`).sort(), [
    'o1 missed-refund',
    'o2 missed-refund',
  ]);
  for (const [order, cents] of [
    ['o1', 3_000],
    ['o2', 3_000],
  ] as const) {
    const { payment } = await stage.books(order);
    assert.deepEqual(
      payment.refunds.map(({ cents: part, phase }) => [part, phase]),
      [[cents, 'done']],
    );
  }
  assert.deepEqual(await stage.reconciles({ isThorough: false }), []);
  const [, ...again] = new Set((await stage.reconciles()).map(({ found }) => found));
  assert.deepEqual(again, []);
});

test('[RC7] an authorisation that nobody told us of is sold; one that lapsed frees the seats', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  await stage.begins(ana, 'o2', [1], { token: 'challenge' });
  stage.stripe.passChallenge('o1');
  stage.stripe.of('o2').is = 'cancelled';
  for (const order of ['o1', 'o2']) await stage.ages(order, HOURS_OLD);
  await stage.reconciles();
  assert.equal((await stage.books('o1')).payment.phase, 'captured');
  assert.deepEqual(
    [(await stage.books('o2')).payment.phase, (await stage.books('o2')).seatsSide.is],
    ['cancelled', 'free'],
  );
});

test('[RC8] money of an order or on an object that our books do not know is told, and left alone', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0]);
  const second = { ...stage.stripe.of('o1'), object: 'pi_second', createdMs: Date.now() };
  stage.stripe.objects.set('pi_second', second);
  stage.stripe.objects.set('pi_other', { ...second, object: 'pi_other', order: 'elsewhere' });
  // Never paid: a payment that was made twice because an answer was lost.
  stage.stripe.objects.set('pi_twice', { ...second, object: 'pi_twice', is: 'open', capturedCents: 0 });
  for (const order of ['o1', 'elsewhere']) {
    if (order === 'o1') await stage.ages(order, HOURS_OLD);
    for (const object of stage.stripe.objects.values()) object.createdMs -= 3_600_000;
  }
  const asked = stage.stripe.asked.length;
  const cases = await stage.reconciles();
  assert.deepEqual(cases.map(({ order, found, object }) => [order, found, object]).sort(), [
    ['elsewhere', 'unknown-order', 'pi_other'],
    ['o1', 'second-object', 'pi_second'],
  ]);
  assert.deepEqual(stage.stripe.asked.slice(asked), ['list']);
});

test('[RC8] sold orders that nobody was asked to pay are told', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  // From before there were any books.
  await stage.orders.sells(ana, { order: 'o0', seats: [5] });
  assert.deepEqual(await stage.reconciles(), []);
  await stage.sells(ana, 'o2', [1]);
  await stage.orders.sells(ana, { order: 'o1', seats: [0] });
  const [found, ...others] = await stage.reconciles();
  assert.deepEqual([found?.order, found?.found, found?.cents, others], ['o1', 'no-books', 3_000, []]);
});

test('[RC9] a rehearsal changes nothing, here or at the provider, and says what would be done first', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.sells(ana, 'o2', [1]);
  await stage.orders.ask('POST', '/api/orders/o2/cancel', { cookie: ana.cookie, body: {} });
  for (const order of ['o1', 'o2']) await stage.ages(order, HOURS_OLD);
  const before = await everything(stage);
  const cases = await stage.reconciles({ isDryRun: true });
  assert.deepEqual(told(cases).sort(), [
    'o1 open: sell → not done: a rehearsal',
    'o2 refund-open: want-refund → not done: a rehearsal',
  ]);
  assert.deepEqual(await everything(stage), before);
  await stage.reconciles();
  assert.equal(stage.stripe.of('o2').refundedCents, 3_000);
});

async function everything(stage: PaidOrdersStage): Promise<unknown> {
  const { seats } = stage.orders;
  const tables = ['payments', 'refunds', 'payment_steps', 'orders', 'tickets'];
  const rows = await Promise.all(tables.map((table) => seats.rows(`select * from ${table} x order by x::text`)));
  return [rows, [...stage.stripe.objects.values()].map((object) => ({ ...object }))];
}

test('[RC10] a provider that is away is told as a case, and stops nothing else', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  await stage.begins(ana, 'o2', [1], { provider: 'paypal' });
  for (const order of ['o1', 'o2']) await stage.ages(order, HOURS_OLD);
  stage.stripe.isAway = true;
  const cases = await stage.reconciles();
  assert.deepEqual(
    cases.map(({ order, found, left }) => `${order} ${found} ${left.split(':')[0]}`),
    ['o1 open failed', 'o2 open nothing', ' listing-cut failed'],
  );
  assert.equal((await stage.books('o2')).payment.phase, 'captured');
});

test('[RC10] a list that is too long for one look is cut, and that is told', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  for (const [order, seat] of [
    ['o1', 0],
    ['o2', 1],
    ['o3', 2],
  ] as const)
    await stage.sells(ana, order, [seat]);
  const cases = await stage.reconciles({ listedMax: 2 });
  assert.deepEqual(
    cases.map(({ found, left }) => [found, left]),
    [['listing-cut', 'older ones were not looked at']],
  );
});

test('[RC15] what PayPal reserved after it was given up is found by looking at what it was asked, and let go', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  for (const [order, seat] of [
    ['o1', 0],
    ['o2', 1],
  ] as const) {
    await stage.begins(ana, order, [seat], { provider: 'paypal', token: 'challenge' });
    await stage.desk.run(order, 'overdue', { ending: 'overdue' });
    assert.equal((await stage.books(order)).payment.phase, 'cancelled');
    await stage.ages(order, 48);
  }
  stage.paypal.of('o1').is = 'authorised';
  assert.deepEqual(await stage.reconciles({ isThorough: false }), []);
  assert.deepEqual(told(await stage.reconciles()), ['o1 missed-authorisation: look, cancel → nothing']);
  assert.equal(stage.paypal.of('o1').is, 'cancelled');
  assert.deepEqual(await stage.reconciles(), []);
});

test('[RC16] a refund that a bank refused and nobody told us of is found, and sent anew', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0]);
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  await stage.desk.run('o1', 'sweep');
  stage.stripe.returnsRefunds('o1');
  await stage.ages('o1', HOURS_OLD);
  assert.deepEqual(told(await stage.reconciles()), [
    'o1 missed-refund-failure: look, look-refund, want-refund, refund → nothing',
  ]);
  const { payment } = await stage.books('o1');
  assert.deepEqual(
    payment.refunds.map(({ cents, phase }) => [cents, phase]),
    [
      [3_000, 'failed'],
      [3_000, 'done'],
    ],
  );
});

test('[RC17] a provider that does not answer is left alone after a few looks, and the round goes on', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  for (let seat = 0; seat < 10; seat++) await stage.sells(ana, `o${seat}`, [seat], { provider: 'paypal' });
  stage.paypal.isAway = true;
  const bia = await stage.orders.account(CPFS[1], 'bia@example.com');
  await stage.orders.sells(bia, { order: 'unbooked', seats: [10] });
  const found = (await stage.reconciles()).map((each) => each.found);
  const cut = found.filter((each) => each === 'listing-cut').length;
  // Others are under way when the last of them fails.
  assert.ok(cut >= AWAY_AFTER && cut < 10, `${cut}`);
  assert.ok(found.includes('no-books'));
});
