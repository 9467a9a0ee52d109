/** What becomes of a payment when its provider changes its mind, thinks for days, or is heard by somebody who looked too early. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Refund } from '../../actors/payment/payment.ts';
import { createPool } from '../../storage/database.ts';
import { type SeenDispute, saveDispute } from '../../storage/payments/disputes.ts';
import { DeskStage, ORDER_CENTS, TICKET_CENTS } from '../../tests/support/desk-stage.ts';
import type { PaymentDesk } from './payment-desk.ts';
import { ProviderUnknown } from './provider-port.ts';

const MINUTE_MS = 60_000;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

/** Sold and taken. */
async function bought(stage: DeskStage, token = 'ok'): Promise<string> {
  const wanted = await stage.begun(token);
  assert.equal(await stage.buys(wanted), 'sold');
  return wanted.order;
}

/** "r1 done 3200" */
async function refundsOf(stage: DeskStage, order: string): Promise<string[]> {
  const short = ({ id, phase, cents }: Refund): string => `${id.slice(order.length + 1)} ${phase} ${cents}`;
  return (await stage.record(order)).payment.refunds.map(short);
}

/** Time goes by: the payment is older by so much, and so is all that its books tell the time of. */
async function ages(stage: DeskStage, order: string, minutes: number): Promise<void> {
  await stage.pool.query(
    `update payments set created_at = created_at - $2 * interval '1 minute', asked_at = asked_at - $2 * interval '1 minute',
       due_at = due_at - $2 * interval '1 minute' where order_id = $1`,
    [order, minutes],
  );
}

/** From now, minutes; null: nothing is left to be done. */
async function dueIn(stage: DeskStage, order: string): Promise<number | null> {
  const { dueAtMs } = await stage.record(order);
  return dueAtMs === null ? null : (dueAtMs - Date.now()) / MINUTE_MS;
}

test('[PD30] a refund whose answer was lost and that is then refused has failed only when a look was answered, and goes back once', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  await stage.voids(order, stage.wanted(order).seats.slice(0, 1));
  stage.provider.loses('refund', 'after', 'timeout');
  await assert.rejects(stage.desk.run(order, 'sweep'), ProviderUnknown);
  // Looked at first; then it is refused, and the look after that has no answer.
  stage.provider.refuses('refund', 'not_now');
  const refused = stage.provider.gate('refund', 'before');
  const running = stage.desk.run(order, 'sweep');
  await until(() => stage.provider.times('refund') === 2);
  stage.provider.loses('look', 'before', 'timeout');
  refused();
  await assert.rejects(running, ProviderUnknown);
  assert.deepEqual(await refundsOf(stage, order), [`r1 wanted ${TICKET_CENTS}`]);
  assert.equal((await stage.record(order)).payment.isDoubtful, true);
  await stage.desk.run(order, 'sweep');
  assert.equal(stage.provider.refundedCents(order), TICKET_CENTS);
  assert.equal(await stage.agrees(order), 'sold');
});

test('[PD30] a refund that was sent although it is noted as failed is found before another one is sent', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  await stage.voids(order);
  // Refused to us, and sent back at the provider's own desk in the same moment.
  stage.provider.refuses('refund', 'already_refunded');
  stage.provider.sendsBack(order, ORDER_CENTS);
  stage.provider.loses('look', 'before', 'timeout');
  await assert.rejects(stage.desk.run(order, 'sweep'), ProviderUnknown);
  assert.deepEqual(await refundsOf(stage, order), [`r1 failed ${ORDER_CENTS}`]);
  await stage.desk.run(order, 'sweep');
  assert.deepEqual(await refundsOf(stage, order), [`r1 failed ${ORDER_CENTS}`, `x1 done ${ORDER_CENTS}`]);
  assert.equal(stage.provider.refundedCents(order), ORDER_CENTS);
  assert.equal((await stage.record(order)).payment.isDoubtful, false);
  await stage.agrees(order);
});

test('[PD30] a crash between seeing what was sent back and noting it: nothing is sent until it was looked at again', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  stage.provider.sendsBack(order, TICKET_CENTS);
  const books = {
    ...stage.ports.books,
    foundRefund: () => Promise.reject(new Error('the process is gone')),
  };
  await assert.rejects(stage.anotherDesk({ books }).run(order, 'webhook', { look: true }), /is gone/);
  await stage.voids(order, stage.wanted(order).seats.slice(0, 1));
  await stage.desk.run(order, 'sweep');
  assert.deepEqual(await refundsOf(stage, order), [`x1 done ${TICKET_CENTS}`]);
  assert.equal(stage.provider.refundedCents(order), TICKET_CENTS);
});

test('[PD31] what was seen before others changed the books tells nothing of refunds: it is looked at again', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  stage.provider.areRefundsPending = true;
  await stage.voids(order);
  await stage.desk.run(order, 'sweep');
  const answered = stage.provider.gate('look', 'after');
  const slow = stage.anotherDesk().run(order, 'webhook', { look: true });
  await until(() => stage.provider.times('look') === 1);
  // Meanwhile the bank refuses it, and the provider takes no other for now.
  for (const refund of stage.provider.of(order).refunds.values()) refund.is = 'failed';
  stage.provider.refuses('refund', 'balance_insufficient');
  await stage.desk.run(order, 'sweep');
  stage.provider.areRefundsPending = false;
  answered();
  await slow;
  assert.deepEqual(
    (await refundsOf(stage, order)).filter((line) => line.startsWith('x')),
    [],
    'nobody has sent anything back',
  );
  await stage.desk.run(order, 'sweep');
  assert.equal(stage.provider.refundedCents(order), ORDER_CENTS);
  await stage.agrees(order);
});

test('[PD32] a refund that a bank refuses after it was done is noticed at the next look, and sent anew', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  await stage.voids(order);
  await stage.desk.run(order, 'sweep');
  for (const refund of stage.provider.of(order).refunds.values()) refund.is = 'failed';
  await stage.desk.run(order, 'webhook', { look: true });
  assert.deepEqual(await refundsOf(stage, order), [`r1 failed ${ORDER_CENTS}`, `r2 done ${ORDER_CENTS}`]);
  await stage.agrees(order);
  // Where it agrees no refund is looked at.
  const looks = stage.provider.times('lookRefund');
  await stage.desk.run(order, 'webhook', { look: true });
  assert.equal(stage.provider.times('lookRefund'), looks);
});

test('[PD33] a capture that was thought over and refused is asked for again, under a key that was not used up', async (t) => {
  const stage = await DeskStage.create(t);
  stage.provider.areCapturesPending = true;
  const order = await bought(stage);
  const held = stage.provider.of(order);
  [held.is, held.capture] = ['authorised', null];
  stage.provider.areCapturesPending = false;
  await stage.desk.run(order, 'sweep', { look: true });
  assert.equal(await stage.agrees(order), 'sold');
  const keys = stage.provider.asked.filter((line) => line.startsWith('capture'));
  assert.deepEqual(keys, [`capture ${order}.capture`, `capture ${order}.capture.2`]);
});

test('[PD34] the longer a provider thinks, the longer are the pauses, and after hours a person is told', async (t) => {
  const stage = await DeskStage.create(t);
  stage.provider.areCapturesPending = true;
  const order = await bought(stage);
  const pauses: (number | null)[] = [await dueIn(stage, order)];
  let last = 0;
  for (const minutes of [8, 60, 5 * 60, 8 * 60]) {
    await ages(stage, order, minutes - last);
    last = minutes;
    await stage.desk.run(order, 'sweep', { look: true });
    pauses.push(await dueIn(stage, order));
    assert.equal((await stage.record(order)).caseKind, minutes > 6 * 60 ? 'stuck' : null);
  }
  const bounds = [0.25, 2, 15, 30, 30];
  for (const [index, pause] of pauses.entries())
    assert.ok(pause !== null && pause > bounds[index]! * 0.7 && pause < bounds[index]! * 1.3, `${index}: ${pause}`);
  const held = stage.provider.of(order);
  [held.is, held.capturedCents] = ['captured', ORDER_CENTS];
  await stage.desk.run(order, 'sweep');
  assert.equal((await stage.record(order)).caseKind, null);
});

/** PayPal, which has no end for an order that is only approved: given up here, it can be reserved there for a while. */
async function paypalStage(t: TestContext): Promise<{ stage: DeskStage; desk: PaymentDesk; order: string }> {
  const stage = await DeskStage.create(t);
  const { provider } = stage;
  const cancel = provider.cancel.bind(provider);
  provider.cancel = async (known, key) => {
    const { result, request } = await provider.look(known);
    return result.is === 'authorised' ? cancel(known, key) : { result: { ...result, is: 'cancelled' }, request };
  };
  const desk = stage.anotherDesk({ adapters: new Map([['paypal', provider]]) });
  const wanted = { ...(await stage.begun()), provider: 'paypal' } as const;
  provider.loses('authorise', 'before', 'timeout');
  await assert.rejects(desk.pay(wanted, 'checkout'), ProviderUnknown);
  // Not again at once: the books say when.
  await ages(stage, wanted.order, 1);
  return { stage, desk, order: wanted.order };
}

test('[PD35] what PayPal reserves after it was given up is found without its webhook, and let go', async (t) => {
  const { stage, desk, order } = await paypalStage(t);
  const { left, record } = await desk.run(order, 'overdue', { ending: 'overdue' });
  assert.deepEqual([left.do, record?.payment.phase, record?.seatsSide.is], ['nothing', 'cancelled', 'free']);
  const soon = await dueIn(stage, order);
  assert.ok(soon !== null && soon > 13 && soon <= 14, `${soon}`);
  await ages(stage, order, 16);
  await desk.run(order, 'sweep');
  const later = await dueIn(stage, order);
  assert.ok(later !== null && later > 190 && later < 195, `${later}`);
  // Our request arrives at last; nobody tells.
  stage.provider.passes(order);
  await ages(stage, order, 200);
  await desk.run(order, 'sweep');
  assert.equal(stage.provider.of(order).is, 'cancelled');
  assert.equal(await dueIn(stage, order), null);
});

test('[PD35] where nothing comes, the last look is the one after PayPal’s order has ended', async (t) => {
  const { stage, desk, order } = await paypalStage(t);
  await desk.run(order, 'overdue', { ending: 'overdue' });
  await ages(stage, order, 211);
  await desk.run(order, 'sweep');
  assert.equal(await dueIn(stage, order), null);
  const looks = stage.provider.times('look');
  await desk.run(order, 'sweep');
  assert.equal(stage.provider.times('look'), looks);
});

test('[PD36] a request that nobody knows the end of leaves its doubt in the books, also where somebody else was quicker', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  const arrives = stage.provider.gate('authorise', 'before');
  const buying = stage.desk.pay(wanted, 'checkout');
  await until(() => stage.provider.times('authorise') === 1);
  stage.provider.loses('authorise', 'before', 'timeout');
  await stage.anotherDesk().run(order, 'overdue', { ending: 'overdue' });
  arrives();
  await assert.rejects(buying, ProviderUnknown);
  const { payment, dueAtMs } = await stage.record(order);
  assert.deepEqual([payment.phase, payment.isDoubtful], ['cancelled', true]);
  assert.ok(dueAtMs !== null);
  await stage.desk.run(order, 'sweep');
  assert.equal(await stage.agrees(order), 'free');
});

const DISPUTE: SeenDispute = {
  ...{ id: 'dp_1', cents: ORDER_CENTS, currency: 'BRL', reason: 'fraudulent', status: 'needs_response', outcome: null },
  ...{ isOpen: true, dueMs: null, openedMs: Date.now() },
};

test('[PD37] a dispute is a case for as long as it is open or lost, although nothing is to be done; one that was won is none', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await bought(stage);
  const app = createPool(stage.config, 'app', 'test', 1);
  t.after(() => app.end());
  const kindAfter = async (seen: Partial<SeenDispute>): Promise<unknown> => {
    await saveDispute(app, order, 'stripe', { ...DISPUTE, ...seen }, 'webhook');
    const { record } = await stage.desk.run(order, 'webhook', { look: true });
    return record?.caseKind;
  };
  assert.equal(await kindAfter({}), 'disputed');
  assert.equal(await kindAfter({ status: 'lost', outcome: 'lost', isOpen: false }), 'disputed');
  assert.equal(await kindAfter({ status: 'won', outcome: 'won', isOpen: false }), null);
});
