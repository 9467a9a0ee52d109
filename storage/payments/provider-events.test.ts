import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BooksStage } from '../../tests/support/books-stage.ts';
import { createPool } from '../database.ts';
import { listDisputes, type SeenDispute, saveDispute } from './disputes.ts';
import { loadPayment } from './payment-books.ts';
import { findOrderOf, ordersWithoutBooks } from './payment-finder.ts';
import { paymentHistory } from './payment-history.ts';
import { listPayments } from './payment-list.ts';
import {
  claimEvents,
  eventApplied,
  eventFailed,
  forgetOldEvents,
  type NewProviderEvent,
  storeEvent,
} from './provider-events.ts';
import { settlementRows } from './settlement.ts';

const EVENT: NewProviderEvent = {
  ...{
    provider: 'stripe',
    id: 'evt_1',
    type: 'payment_intent.succeeded',
    object: 'pi_1',
    order: 'o1',
    createdMs: 1_764_000_000_000,
  },
};

test('[PB9] a webhook is stored once, at whichever gateway it comes twice; another provider may use the same id', async (t) => {
  const { app } = await BooksStage.create(t);
  const stored = await Promise.all(Array.from({ length: 4 }, () => storeEvent(app, EVENT)));
  assert.deepEqual(stored.sort(), ['known', 'known', 'known', 'new']);
  assert.equal(await storeEvent(app, { ...EVENT, provider: 'paypal' }), 'new');
  assert.equal(await storeEvent(app, { ...EVENT, type: 'other' }), 'known');
});

test('[PB9] what nobody has applied is given to one who asks, later again when he failed, and no more when it was applied', async (t) => {
  const stage = await BooksStage.create(t);
  const { app } = stage;
  for (const id of ['evt_1', 'evt_2']) await storeEvent(app, { ...EVENT, id });
  assert.deepEqual(await claimEvents(app, 10, 60_000), [], 'who took them in applies them himself');
  const claims = await Promise.all([claimEvents(app, 10, -1), claimEvents(app, 10, -1)]);
  assert.deepEqual(
    claims.flat().sort((a, b) => (a.id < b.id ? -1 : 1)),
    [
      { ...EVENT, attempts: 0 },
      { ...EVENT, id: 'evt_2', attempts: 0 },
    ],
  );
  await eventApplied(app, 'stripe', 'evt_1', 'known');
  await eventApplied(app, 'stripe', 'evt_1', 'looked');
  for (let attempt = 0; attempt < 30; attempt++) await eventFailed(app, 'stripe', 'evt_2');
  const pauses = await stage.rows(
    `select event_id, outcome, attempts, case when applied_at is null then round(extract(epoch from try_at - now()) / 60)::int end as minutes
     from provider_events order by event_id`,
  );
  assert.deepEqual(pauses, [
    { event_id: 'evt_1', outcome: 'known', attempts: 0, minutes: null },
    { event_id: 'evt_2', outcome: null, attempts: 30, minutes: 60 },
  ]);
  await stage.rows(`update provider_events set try_at = now()`);
  assert.deepEqual(
    (await claimEvents(app, 10, -1)).map(({ id }) => id),
    ['evt_2'],
  );
});

test('[PB9] webhooks are forgotten after months', async (t) => {
  const stage = await BooksStage.create(t);
  for (const id of ['evt_1', 'evt_2']) await storeEvent(stage.app, { ...EVENT, id });
  await stage.rows(`update provider_events set received_at = now() - interval '91 days' where event_id = 'evt_2'`);
  const accounts = createPool(stage.config, 'accounts', 'test', 1);
  t.after(() => accounts.end());
  assert.deepEqual([await forgetOldEvents(accounts), await forgetOldEvents(accounts)], [1, 0]);
});

const DISPUTE: SeenDispute = {
  ...{
    id: 'dp_1',
    cents: 4620,
    currency: 'BRL',
    reason: 'fraudulent',
    status: 'needs_response',
    outcome: null,
    isOpen: true,
  },
  ...{ dueMs: 1_764_600_000_000, openedMs: 1_764_000_000_000 },
};

test('[PB10] a dispute stops refunds while it is open or was lost, wakes the books, and one that has ended is not opened by an old sight', async (t) => {
  const stage = await BooksStage.create(t);
  const { app } = stage;
  await stage.sold('o1', [0, 1]);
  await stage.begin('o1');
  const save = (seen: Partial<SeenDispute>) => saveDispute(app, 'o1', 'stripe', { ...DISPUTE, ...seen }, 'webhook');
  const books = async () => {
    const record = await loadPayment(app, 'o1');
    return [record?.payment.isDisputed, record?.caseKind, record?.payment.version];
  };
  await stage.rows('update payments set due_at = null');
  await save({});
  assert.deepEqual(await books(), [true, 'disputed', 2]);
  assert.deepEqual(await stage.rows('select due_at <= now() as due from payments'), [{ due: true }]);
  await save({ id: 'dp_2', cents: 100 });
  await save({ status: 'won', outcome: 'won', isOpen: false, dueMs: null });
  assert.deepEqual(await books(), [true, 'disputed', 4], 'the other one is still open');
  await save({});
  assert.deepEqual(await books(), [true, 'disputed', 4]);
  await save({ id: 'dp_2', cents: 100, status: 'won', outcome: 'won', isOpen: false });
  assert.deepEqual(await books(), [false, null, 5]);
  await save({ status: 'lost', outcome: 'lost', isOpen: false });
  assert.deepEqual(await books(), [true, 'disputed', 6]);
  const listed = await listDisputes(app, { limit: 10 });
  assert.deepEqual(
    listed.map(({ id, outcome, order, isOpen }) => [id, outcome, order, isOpen]),
    [
      ['dp_2', 'won', 'o1', false],
      ['dp_1', 'lost', 'o1', false],
    ],
  );
  assert.deepEqual(
    (await listDisputes(app, { limit: 1, before: 'dp_2' })).map(({ id }) => id),
    ['dp_1'],
  );
  assert.deepEqual(await listDisputes(app, { limit: 1, isOpenOnly: true }), []);
});

test('[PB10] disputes of one order that come at the same moment are counted together', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0]);
  await stage.begin('o1');
  const won = { ...DISPUTE, id: 'dp_2', status: 'won', outcome: 'won', isOpen: false } as const;
  for (let round = 0; round < 20; round++) {
    await stage.rows('delete from disputes');
    await Promise.all([DISPUTE, won].map((seen) => saveDispute(stage.app, 'o1', 'stripe', seen, 'webhook')));
    assert.equal((await loadPayment(stage.app, 'o1'))?.payment.isDisputed, true);
  }
});

test('[PB11] an order is found by every id that the provider has for it', async (t) => {
  const stage = await BooksStage.create(t);
  const { app } = stage;
  await stage.sold('o1', [0]);
  await stage.begin('o1');
  await stage.rows(`update payments set object_id = 'pi_1', authorisation_id = 'au_1', capture_id = 'ca_1'`);
  await stage.rows(
    `insert into refunds (id, order_id, cents, phase, object_id) values ('o1.r1', 'o1', 1, 'done', 're_1')`,
  );
  for (const id of ['pi_1', 'au_1', 'ca_1', 're_1']) assert.equal(await findOrderOf(app, 'stripe', id), 'o1', id);
  assert.deepEqual([await findOrderOf(app, 'paypal', 'pi_1'), await findOrderOf(app, 'stripe', 'none')], [null, null]);
  await stage.sold('o2', [1]);
  await stage.sold('o3', [2]);
  await stage.rows('update orders set amount_cents = 2310');
  const without = async (after: string) =>
    (await ordersWithoutBooks(app, Date.now() - 60_000, after, 9)).map(({ order }) => order);
  assert.deepEqual([await without(''), await without('o2')], [['o2', 'o3'], ['o3']]);
  assert.deepEqual(await ordersWithoutBooks(app, Date.now() + 60_000, '', 9), []);
});

test('[PB11] a person is told all that is known of an order, and finds it in a list', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0, 1]);
  await stage.begin('o1');
  await stage.begin('o2', { provider: 'paypal', amountCents: 7 });
  await stage.rows(`update payments set object_id = 'pi_1', provider_fee_cents = 9 where order_id = 'o1'`);
  await stage.rows(
    `insert into refunds (id, order_id, cents, phase, reason) values ('o1.r1', 'o1', 5, 'failed', 'gone')`,
  );
  await storeEvent(stage.app, { ...EVENT, order: null });
  await saveDispute(stage.app, 'o1', 'stripe', DISPUTE, 'webhook');
  const history = (await paymentHistory(stage.app, 'o1')) ?? assert.fail();
  assert.deepEqual(history.record, await loadPayment(stage.app, 'o1'));
  assert.deepEqual(history.more, {
    feeCents: 9,
    lastFailure: null,
    authorisedMs: null,
    capturedMs: null,
    orderState: 'sold',
  });
  assert.deepEqual(
    history.steps.map(({ step, outcome }) => `${step} ${outcome}`),
    ['begin begun', 'dispute needs_response'],
  );
  assert.deepEqual(
    history.refunds.map(({ id, reason }) => [id, reason]),
    [['o1.r1', 'gone']],
  );
  assert.deepEqual(
    history.events.map(({ id }) => id),
    ['evt_1'],
  );
  assert.deepEqual(
    history.tickets.map(({ seat, priceCents, feeCents, state }) => [seat, priceCents, feeCents, state]),
    [
      [0, 2100, 210, 'live'],
      [1, 2100, 210, 'live'],
    ],
  );
  assert.deepEqual([history.disputes.length, history.facts], [1, []]);
  assert.equal(await paymentHistory(stage.app, 'none'), null);
  const list = async (wanted: Partial<Parameters<typeof listPayments>[1]>) =>
    (await listPayments(stage.app, { limit: 9, ...wanted })).map(({ order }) => order);
  assert.deepEqual(
    [await list({}), await list({ limit: 1 }), await list({ before: 'o2' })],
    [['o2', 'o1'], ['o2'], ['o1']],
  );
  assert.deepEqual(
    [
      await list({ case: 'any' }),
      await list({ case: 'stuck' }),
      await list({ phase: 'created', screening: stage.screening }),
    ],
    [['o1'], [], ['o2', 'o1']],
  );
  assert.deepEqual([await list({ sinceMs: Date.now() + 60_000 }), await list({ screening: 0 })], [[], []]);
});

test('[PB14] a dispute that is lost closes the refund that was only written down, and has the provider looked at', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0]);
  await stage.begin('o1');
  await stage.rows(
    `insert into refunds (id, order_id, cents, phase) values ('o1.r1', 'o1', 5, 'pending'), ('o1.r2', 'o1', 7, 'wanted')`,
  );
  const standing = async (): Promise<unknown> => {
    const record = await loadPayment(stage.app, 'o1');
    return [record?.payment.isDoubtful, ...(record?.payment.refunds ?? []).map(({ phase }) => phase)];
  };
  await saveDispute(stage.app, 'o1', 'stripe', DISPUTE, 'webhook');
  assert.deepEqual(await standing(), [false, 'pending', 'wanted']);
  await saveDispute(
    stage.app,
    'o1',
    'stripe',
    { ...DISPUTE, status: 'lost', outcome: 'lost', isOpen: false },
    'webhook',
  );
  assert.deepEqual(await standing(), [true, 'pending', 'failed']);
  const reasons = await stage.rows<{ reason: string | null }>('select reason from refunds order by id');
  assert.deepEqual(reasons, [{ reason: null }, { reason: 'disputed' }]);
});

test('[PB16] a dispute that was lost and is won after all comes back on the day on which that was heard', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0]);
  await stage.begin('o1');
  const ends = (outcome: 'lost' | 'won'): Promise<void> =>
    saveDispute(stage.app, 'o1', 'stripe', { ...DISPUTE, status: outcome, outcome, isOpen: false }, 'webhook');
  const days = async (): Promise<unknown> =>
    (await settlementRows(stage.app, { fromDay: '2020-01-01', untilDay: '2099-12-31' })).map(
      ({ disputedCount, disputedCents, netCents }) => [disputedCount, disputedCents, netCents],
    );
  await ends('lost');
  await stage.rows(`update disputes set closed_at = closed_at - interval '3 days'`);
  const { cents } = DISPUTE;
  assert.deepEqual(await days(), [[1, cents, -cents]]);
  await ends('won');
  assert.deepEqual(await days(), [
    [1, cents, -cents],
    [-1, -cents, cents],
  ]);
  await ends('won');
  assert.equal(((await days()) as unknown[]).length, 2);
});
