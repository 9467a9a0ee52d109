import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutToAuthorise, seen } from '../../actors/payment/evolve-payment.ts';
import type { Refund, Sight } from '../../actors/payment/payment.ts';
import { BooksStage, NOTE } from '../../tests/support/books-stage.ts';
import { createPool } from '../database.ts';
import { beginPayment, changePayment, loadPayment, noteStep } from './payment-books.ts';
import type { PaymentRecord } from './payment-record.ts';
import { claimDue, wake } from './payments-due.ts';
import { changeRefund, foundRefund, wantRefund } from './refund-books.ts';

const CAPTURED: Sight = {
  ...{ object: 'pi_1', is: 'captured', authorisation: 'ch_1', capture: 'cap_1', capturedCents: 4620 },
  ...{ declineCode: null, feeCents: 213, refundedCents: 0 },
};

test('[PB1] books are begun once: said again, or by two at the same moment, they are answered as they are', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.paying('o1');
  const both = await Promise.all(
    [stage.shard, stage.app].map((pool) => beginPayment(pool, stage.wanted('o1'), 'checkout')),
  );
  for (const { payment } of both)
    assert.deepEqual([payment.order, payment.version, payment.phase], ['o1', 1, 'created']);
  const again = await stage.begin('o1', { provider: 'paypal', amountCents: 1, token: null });
  assert.deepEqual(again, both[0]);
  assert.deepEqual(again, await loadPayment(stage.app, 'o1'));
  assert.deepEqual(await stage.steps('o1'), ['begin begun 4620 checkout']);
  assert.equal(await loadPayment(stage.app, 'o2'), null);
});

test('[PB2] a change needs the last version: of two writers one is told that he was late, and nothing of his is written', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.paying('o1');
  const record = await stage.begin('o1');
  const change = (tries: number) =>
    changePayment(stage.shard, record, { ...aboutToAuthorise, tries }, { ...NOTE, outcome: `by ${tries}` });
  const results = await Promise.all([change(7), change(8), change(9)]);
  const [winner, ...others] = results.filter((result) => result !== null);
  assert.deepEqual(others, []);
  assert.equal(winner?.payment.version, 2);
  const loaded = await loadPayment(stage.shard, 'o1');
  assert.deepEqual(loaded, winner);
  assert.deepEqual(await stage.steps('o1'), ['begin begun 4620 checkout', `note by ${loaded?.payment.tries} test`]);
});

test("[PB3] each change writes its line of history, with our key and the provider's name for the request", async (t) => {
  const stage = await BooksStage.create(t);
  await stage.paying('o1');
  let record = await stage.begin('o1');
  const note = {
    step: 'capture',
    outcome: 'captured',
    requestKey: 'o1.capture',
    providerRequest: 'req_9',
    objectId: 'pi_1',
    cents: 4620,
    cause: 'sweep',
  } as const;
  const change = {
    ...seen(record.payment, CAPTURED),
    token: null,
    dueInMs: null,
    failures: 0,
    feeCents: 213,
    lastFailure: null,
    caseKind: 'stuck',
  } as const;
  record = (await changePayment(stage.shard, record, change, note)) ?? assert.fail();
  assert.deepEqual(await loadPayment(stage.shard, 'o1'), record);
  assert.deepEqual(
    [record.token, record.dueAtMs, record.caseKind, record.payment.capturedCents],
    [null, null, 'stuck', 4620],
  );
  await noteStep(stage.shard, 'o1', { step: 'note', outcome: 'asked', cause: 'user:1' });
  assert.deepEqual(await stage.steps('o1'), [
    'begin begun 4620 checkout',
    'capture captured o1.capture req_9 pi_1 4620 sweep',
    'note asked user:1',
  ]);
  const [row] = await stage.rows(
    'select authorised_at is not null as a, captured_at is not null as c, provider_fee_cents as fee from payments',
  );
  assert.deepEqual(row, { a: true, c: true, fee: '213' });
  // What is not named stays.
  record = (await changePayment(stage.shard, record, { failures: 2 }, NOTE)) ?? assert.fail();
  assert.deepEqual([record.failures, record.caseKind, record.dueAtMs], [2, 'stuck', null]);
  assert.deepEqual(await loadPayment(stage.app, 'o1'), record);
});

test("[PB4] the seats' side is what the tables say at that moment: being paid, sold with what is void, or ended", async (t) => {
  const stage = await BooksStage.create(t);
  await stage.paying('o1');
  await stage.begin('o1');
  const side = async () => (await loadPayment(stage.shard, 'o1'))?.seatsSide;
  assert.deepEqual(await side(), { is: 'paying', soldCents: 0, voidedCents: 0 });
  await stage.sold('o2', [0, 1]);
  await stage.begin('o2');
  await stage.rows(`update tickets set state = 'refunded' where id = 'o2-1'`);
  assert.deepEqual((await loadPayment(stage.shard, 'o2'))?.seatsSide, {
    is: 'sold',
    soldCents: 4620,
    voidedCents: 2310,
  });
  // Cancelled by staff: before the money was taken it will not be, afterwards it is kept.
  await stage.rows(`update tickets set state = 'cancelled' where id = 'o2-0'`);
  const voided = async () => (await loadPayment(stage.shard, 'o2'))?.seatsSide.voidedCents;
  assert.equal(await voided(), 4620);
  await stage.rows(`update payments set phase = 'captured' where order_id = 'o2'`);
  assert.equal(await voided(), 2310);
  await stage.rows(`update orders set state = 'refused' where id = 'o1'`);
  assert.deepEqual(await side(), { is: 'free', soldCents: 0, voidedCents: 0 });
  await stage.begin('nowhere');
  assert.equal((await loadPayment(stage.shard, 'nowhere'))?.seatsSide.is, 'free');
});

test('[PB5] refunds change with the version: two at once are one after the other, and never more goes back than was taken', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0, 1]);
  const begun = await stage.begin('o1');
  const record = (await changePayment(stage.shard, begun, seen(begun.payment, CAPTURED), NOTE)) ?? assert.fail();
  const want = (cents: number) =>
    wantRefund(
      stage.app,
      record,
      { id: 'o1.r1', cents, phase: 'wanted', object: null },
      { ...NOTE, step: 'want-refund', cents },
    );
  const [first, second] = await Promise.all([want(2310), want(2310)]);
  const one = first ?? second ?? assert.fail();
  assert.equal(first === null, second !== null);
  assert.deepEqual(await loadPayment(stage.app, 'o1'), one);
  await assert.rejects(
    wantRefund(stage.app, one, { id: 'o1.r2', cents: 2311, phase: 'wanted', object: null }, NOTE),
    /4620 were taken, 2310 go back already/,
  );
  const sent = { ...(one.payment.refunds[0] ?? assert.fail()), phase: 'pending', object: 're_1' } as const;
  const pending = (await changeRefund(stage.app, one, sent, { tries: 2, dueInMs: 5_000 }, NOTE)) ?? assert.fail();
  assert.equal(await changeRefund(stage.app, one, { ...sent, phase: 'done' }, {}, NOTE), null);
  assert.deepEqual(await loadPayment(stage.app, 'o1'), pending);
  const done = (await changeRefund(stage.app, pending, { ...sent, phase: 'done' }, {}, NOTE)) ?? assert.fail();
  const found = (await foundRefund(stage.app, done, { object: null, cents: 100 }, NOTE)) ?? assert.fail();
  const again = (await foundRefund(stage.app, found, { object: 're_x', cents: 200 }, NOTE)) ?? assert.fail();
  assert.equal(await foundRefund(stage.app, found, { object: null, cents: 100 }, NOTE), null);
  assert.deepEqual(await loadPayment(stage.app, 'o1'), again);
  assert.deepEqual(
    again.payment.refunds.map(({ id, cents, phase, object }) => [id, cents, phase, object]),
    [
      ['o1.r1', 2310, 'done', 're_1'],
      ['o1.x1', 100, 'done', null],
      ['o1.x2', 200, 'done', 're_x'],
    ],
  );
});

test('[PB6] of two who claim, each order is given to one, and comes again when the lease is over', async (t) => {
  const stage = await BooksStage.create(t);
  const orders = Array.from({ length: 40 }, (_, index) => `o${index}`);
  for (const order of orders) await stage.begin(order, { dueInMs: -1 });
  await stage.begin('later');
  const claims = await Promise.all(
    [1, 2, 3].map((index) => claimDue(index === 1 ? stage.app : stage.shard, 20, 60_000)),
  );
  assert.deepEqual(claims.flat().sort(), [...orders].sort());
  assert.deepEqual(await claimDue(stage.app, 20, 60_000), []);
  await stage.rows(`update payments set due_at = now() where order_id = 'o7'`);
  assert.deepEqual(await claimDue(stage.app, 20, -1), ['o7']);
  assert.deepEqual(await claimDue(stage.app, 20, 60_000), ['o7']);
});

test('[PB7] who is woken while somebody notes that nothing is left to be done stays due', async (t) => {
  const stage = await BooksStage.create(t);
  const record = await stage.begin('o1');
  await wake(stage.shard, ['o1', 'unknown']);
  assert.equal(await changePayment(stage.shard, record, { dueInMs: null }, NOTE), null);
  assert.deepEqual(await claimDue(stage.app, 20, 60_000), ['o1']);
  const again = (await loadPayment(stage.app, 'o1')) ?? assert.fail();
  assert.equal((await changePayment(stage.shard, again, { dueInMs: null }, NOTE))?.dueAtMs, null);
  await wake(stage.app, []);
  assert.deepEqual(await claimDue(stage.app, 20, 60_000), []);
});

test('[PE49] who only reads, and who writes letters, sees all of a payment but the name of its card and who is counted', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.begin('o1');
  const columns = await stage.rows<{ name: string }>(
    `select column_name::text as name from information_schema.columns where table_name = 'payments' order by ordinal_position`,
  );
  const secret = ['token', 'tried_as'];
  const open = columns.map(({ name }) => name).filter((name) => !secret.includes(name));
  for (const role of ['reader', 'accounts'] as const) {
    const pool = createPool(stage.config, role, 'test', 1);
    t.after(() => pool.end());
    assert.equal((await pool.query(`select ${open.join(', ')} from payments`)).rowCount, 1);
    for (const name of ['*', ...secret]) {
      await assert.rejects(pool.query(`select ${name} from payments`), /permission denied/);
    }
  }
});

test('[PB15] a refund that failed leaves its doubt in the same statement, and one that was found ends it', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0, 1]);
  let record: PaymentRecord | null = await stage.begin('o1');
  record = await changePayment(stage.shard, record, { phase: 'captured', object: 'pi_1', capturedCents: 4620 }, NOTE);
  const refund: Refund = { id: 'o1.r1', cents: 2310, phase: 'wanted', object: null };
  record = await wantRefund(stage.shard, record!, refund, NOTE);
  record = await changeRefund(stage.shard, record!, { ...refund, phase: 'failed' }, { isDoubtful: true }, NOTE);
  assert.deepEqual([record?.payment.isDoubtful, record], [true, await loadPayment(stage.shard, 'o1')]);
  record = await foundRefund(stage.shard, record!, { object: null, cents: 2310 }, NOTE);
  assert.deepEqual([record?.payment.isDoubtful, record], [false, await loadPayment(stage.shard, 'o1')]);
});

test('[PB15] when the provider was first asked to reserve stays in the books', async (t) => {
  const stage = await BooksStage.create(t);
  await stage.paying('o1');
  const begun = await stage.begin('o1');
  assert.equal(begun.askedMs, null);
  const asking = await changePayment(stage.shard, begun, { phase: 'authorising', object: 'pi_1' }, NOTE);
  assert.equal(typeof asking?.askedMs, 'number');
  const ended = await changePayment(stage.shard, asking!, { phase: 'cancelled' }, NOTE);
  assert.deepEqual(
    [ended?.askedMs, (await loadPayment(stage.shard, 'o1'))?.askedMs],
    [asking?.askedMs, asking?.askedMs],
  );
});
