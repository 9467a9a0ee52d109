/** The desk's way through a payment: in which order, how often, and what is written before what is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskStage, ORDER_CENTS, TICKET_CENTS } from '../../tests/support/desk-stage.ts';
import type { PaymentBooks } from './desk-ports.ts';
import { ProviderUnknown } from './provider-port.ts';

/** Whoever is waited for, let him come as far as he can. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

test('[PD1] a purchase: the id is in the books before money is reserved, and the seats are sold before it is taken', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  const opened = stage.provider.gate('authorise', 'before');
  const paying = stage.desk.pay(wanted, 'checkout');
  await until(() => stage.provider.times('authorise') === 1);
  const asking = await stage.record(order);
  assert.deepEqual([asking.payment.object, asking.payment.phase, asking.token], ['pi_1', 'authorising', 'ok']);
  opened();
  assert.equal(await paying, 'approved');
  const reserved = await stage.record(order);
  assert.deepEqual([reserved.payment.phase, reserved.token, stage.provider.times('capture')], ['authorised', null, 0]);
  await stage.seats.sell(reserved.payment);
  const { did, left } = await stage.desk.run(order, 'checkout');
  assert.deepEqual([did, left], [['capture'], { do: 'nothing' }]);
  assert.equal(await stage.agrees(order), 'sold');
  assert.deepEqual(stage.provider.asked, [
    `create ${order}.create`,
    `authorise ${order}.authorise`,
    `capture ${order}.capture`,
  ]);
  assert.deepEqual(await stage.steps(order), [
    'begin: begun',
    'create: approved',
    'authorise: authorised',
    'capture: captured',
  ]);
});

test('[PD1] a purchase waits for three round trips to the books, and its capture has two', async (t) => {
  const stage = await DeskStage.create(t);
  let trips = 0;
  const { books } = stage.ports;
  const counted = Object.fromEntries(
    Object.entries(books).map(([name, call]) => [
      name,
      (...values: unknown[]): unknown => {
        trips++;
        return Reflect.apply(call, books, values);
      },
    ]),
  ) as unknown as PaymentBooks;
  const desk = stage.anotherDesk({ books: counted });
  const wanted = await stage.begun();
  await desk.pay(wanted, 'checkout');
  assert.equal(trips, 3);
  await stage.seats.sell((await stage.record(wanted.order)).payment);
  await desk.run(wanted.order, 'checkout');
  assert.equal(trips, 5);
});

test('[PD3] fifty times the same purchase at once, on five nodes: one object, one reservation, one capture', async (t) => {
  const stage = await DeskStage.create(t);
  const desks = [stage.desk, ...Array.from({ length: 4 }, () => stage.anotherDesk())];
  const wanted = await stage.begun();
  const heard = await Promise.all(
    Array.from({ length: 50 }, (_, buyer) => stage.buys(wanted, desks[buyer % desks.length]!)),
  );
  assert.deepEqual(new Set(heard), new Set(['sold']));
  const held = stage.provider.of(wanted.order);
  assert.deepEqual([held.is, held.capturedCents], ['captured', ORDER_CENTS]);
  assert.equal(await stage.agrees(wanted.order), 'sold');
  const keys = new Set(stage.provider.asked.filter((line) => !line.startsWith('look')));
  assert.equal(keys.size, 3, [...keys].join(', '));
});

test('[PD3] one process asks once, however many of its buyers say the same', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const answers = await Promise.all(Array.from({ length: 50 }, () => stage.desk.pay(wanted, 'checkout')));
  assert.deepEqual(new Set(answers), new Set(['approved']));
  assert.deepEqual([stage.provider.times('create'), stage.provider.times('authorise')], [1, 1]);
});

for (const when of ['before', 'after'] as const) {
  for (const step of ['create', 'authorise', 'look', 'capture'] as const) {
    test(`[PD4] the answer to ${step} is lost ${when} it was done: nobody is told anything, and the next one finds out`, async (t) => {
      const stage = await DeskStage.create(t);
      const wanted = await stage.begun(step === 'look' ? 'challenge' : 'ok');
      const { order } = wanted;
      if (step === 'look') {
        assert.equal(await stage.desk.pay(wanted, 'checkout'), 'authentication-needed');
        stage.provider.passes(order);
      }
      stage.provider.loses(step, when);
      await assert.rejects(stage.buys(wanted), ProviderUnknown);
      const { failures, dueAtMs } = await stage.record(order);
      assert.equal(failures, 1);
      assert.ok(dueAtMs !== null && dueAtMs < Date.now() + 5_000, 'it is tried again soon');
      await stage.desk.run(order, 'sweep');
      assert.equal(await stage.agrees(order), 'sold');
      const asked = stage.provider.asked.filter((line) => line.startsWith(step));
      assert.equal(new Set(asked).size, 1, 'under the same key');
      assert.equal((await stage.record(order)).failures, 0);
    });
  }
}

test('[PD4] an answer of 5xx was an answer: what is to be done is asked for under a new key, after a look', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  stage.provider.loses('authorise', 'before', 'status 500');
  await assert.rejects(stage.desk.pay(wanted, 'checkout'), ProviderUnknown);
  assert.equal(await stage.desk.pay(wanted, 'checkout'), 'approved');
  const { order } = wanted;
  assert.deepEqual(stage.provider.asked.slice(1), [
    `authorise ${order}.authorise`,
    'look -',
    `authorise ${order}.authorise.2`,
  ]);
});

test('[PD4] another one asks under the same key: waited for, looked at, and no failure', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  for (let time = 0; time < 3; time++) stage.provider.loses('authorise', 'before', 'key-in-use');
  assert.equal(await stage.desk.pay(wanted, 'checkout'), 'approved');
  assert.equal((await stage.record(wanted.order)).failures, 0);
});

test('[PD4] what is refused is looked at, and not asked again: a card that cannot be used is a declined one', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  stage.provider.refuses('authorise', 'token_used');
  assert.equal(await stage.buys(wanted), 'declined');
  assert.deepEqual([stage.provider.times('authorise'), stage.provider.times('look')], [1, 1]);
  assert.equal(await stage.agrees(wanted.order), 'free');
  const other = await stage.begun();
  stage.provider.refuses('create', 'amount_too_small');
  assert.equal(await stage.buys(other), 'declined');
  assert.equal(await stage.agrees(other.order), 'free');
});

test('[PD5] a payment ends one moment before it is made: nobody sells, and what was reserved is let go', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  // The bank has said yes, and its answer is on its way.
  const arrives = stage.provider.gate('authorise', 'before');
  const buying = stage.buys(wanted);
  await until(() => stage.provider.times('authorise') === 1);
  const other = stage.anotherDesk();
  const cancels = stage.provider.gate('cancel', 'before');
  const ending = other.run(order, 'overdue', { ending: 'overdue' });
  await until(() => stage.provider.times('cancel') === 1);
  arrives();
  assert.equal(await buying, 'declined');
  cancels();
  await ending;
  await stage.comesBack(wanted, true);
  assert.equal(await stage.agrees(order), 'free');
  assert.equal(
    stage.seats.asked.some((line) => line.startsWith('sell')),
    false,
  );
});

test('[PD5] a payment is made one moment before it ends: the seats are sold, although their time is over', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  const looked = stage.provider.gate('look', 'after');
  const answered = stage.provider.gate('authorise', 'before');
  const paying = stage.desk.pay(wanted, 'checkout');
  await until(() => stage.provider.times('authorise') === 1);
  // Looks, and sees nothing reserved; before it can decide on the end, the reservation is in the books.
  const ending = stage.anotherDesk().run(order, 'overdue', { ending: 'overdue' });
  await until(() => stage.provider.times('look') === 1);
  answered();
  assert.equal(await paying, 'approved');
  looked();
  await ending;
  assert.equal(await stage.agrees(order), 'sold');
  assert.equal(stage.provider.times('cancel'), 0);
});

test('[PD5] given up in the bank’s window: the provider is told first, then the seats may be chosen again; too late is sold', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun('challenge');
  assert.equal(await stage.desk.pay(wanted, 'checkout'), 'authentication-needed');
  assert.deepEqual(await stage.desk.action(wanted.order), { kind: 'stripe', clientSecret: 'pi_1_secret' });
  await stage.desk.run(wanted.order, 'buyer', { ending: 'given-up' });
  assert.equal(await stage.agrees(wanted.order), 'free');
  assert.deepEqual(stage.seats.asked, [`free ${wanted.order} keeping the hold`]);
  assert.equal(await stage.desk.action(wanted.order), null);
  // Said again by a page that has not heard of it.
  assert.equal(await stage.desk.pay(wanted, 'checkout'), 'declined');
  const late = await stage.begun('challenge');
  await stage.desk.pay(late, 'checkout');
  stage.provider.passes(late.order);
  await stage.desk.run(late.order, 'buyer', { ending: 'given-up' });
  assert.equal(await stage.agrees(late.order), 'sold');
});

test('[PD5] his time is over, and he has said yes in PayPal’s window before: the money is reserved, and the seats are his', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun(null);
  assert.equal(await stage.desk.pay(wanted, 'checkout'), 'authentication-needed');
  stage.provider.of(wanted.order).is = 'approved';
  await stage.desk.run(wanted.order, 'overdue', { ending: 'overdue' });
  assert.equal(await stage.agrees(wanted.order), 'sold');
});

test('[PD5] nobody knows at the end of its time: the seats stay in payment, and it is asked again', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun('challenge');
  await stage.desk.pay(wanted, 'checkout');
  for (const step of ['look', 'cancel'] as const) {
    stage.provider.loses(step, 'before');
    await assert.rejects(stage.desk.run(wanted.order, 'overdue', { ending: 'overdue' }), ProviderUnknown);
    assert.deepEqual([(await stage.record(wanted.order)).seatsSide.is, stage.seats.asked], ['paying', []]);
    stage.aheadMs += 10_000;
  }
  await stage.desk.run(wanted.order, 'overdue', { ending: 'overdue' });
  assert.equal(await stage.agrees(wanted.order), 'free');
});

test('[PD7] two refunds at once, on two nodes, and a third one: each ticket’s money goes back once', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  await stage.buys(wanted);
  await stage.voids(order, wanted.seats.slice(0, 1));
  const desks = [stage.desk, stage.anotherDesk(), stage.anotherDesk()];
  await Promise.all(desks.map((desk) => desk.run(order, 'sweep')));
  assert.deepEqual([stage.provider.refundedCents(order), await stage.agrees(order)], [TICKET_CENTS, 'sold']);
  await stage.voids(order);
  await Promise.all(desks.map((desk) => desk.run(order, 'sweep')));
  assert.equal(stage.provider.refundedCents(order), ORDER_CENTS);
  await stage.agrees(order);
  const { refunds } = (await stage.record(order)).payment;
  assert.deepEqual(
    refunds.map(({ id, cents, phase }) => [id, cents, phase]),
    [
      [`${order}.r1`, TICKET_CENTS, 'done'],
      [`${order}.r2`, TICKET_CENTS, 'done'],
    ],
  );
});

for (const when of ['before', 'after'] as const) {
  test(`[PD7] a refund whose answer is lost ${when} it was done is asked for under the same key, and goes back once`, async (t) => {
    const stage = await DeskStage.create(t);
    const wanted = await stage.begun();
    const { order } = wanted;
    await stage.buys(wanted);
    await stage.voids(order);
    stage.provider.loses('refund', when);
    await assert.rejects(stage.desk.run(order, 'sweep'), ProviderUnknown);
    await stage.desk.run(order, 'sweep');
    assert.equal(stage.provider.refundedCents(order), ORDER_CENTS);
    await stage.agrees(order);
    const keys = stage.provider.asked.filter((line) => line.startsWith('refund '));
    assert.deepEqual(keys, [`refund ${order}.r1`, `refund ${order}.r1`]);
  });
}

test('[PD7] what was sent back at the provider’s own desk is found, and not sent again', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  await stage.buys(wanted);
  stage.provider.sendsBack(order, TICKET_CENTS);
  await stage.desk.run(order, 'webhook', { look: true });
  const found = await stage.record(order);
  assert.deepEqual([found.payment.refunds.length, found.caseKind], [1, 'refunded-elsewhere']);
  // Now the ticket goes as well.
  await stage.voids(order, wanted.seats.slice(0, 1));
  await stage.desk.run(order, 'sweep');
  assert.equal(stage.provider.times('refund'), 0);
  await stage.agrees(order);
});

test('[PD7] a refund that is on its way is looked at until it has arrived', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  await stage.buys(wanted);
  await stage.voids(order);
  stage.provider.areRefundsPending = true;
  await stage.desk.run(order, 'sweep');
  const { dueAtMs } = await stage.record(order);
  assert.ok(dueAtMs !== null && dueAtMs > Date.now() + 20 * 60_000, 'not sooner than it can have changed');
  for (const refund of stage.provider.of(order).refunds.values()) refund.is = 'done';
  await stage.desk.run(order, 'sweep');
  await stage.agrees(order);
});

test('[PD7] a refund that is refused is tried anew, with pauses, and in the end a person is told', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  await stage.buys(wanted);
  await stage.voids(order);
  for (let time = 1; time <= 3; time++) {
    stage.provider.refuses('refund', 'balance_insufficient');
    const { left } = await stage.desk.run(order, 'sweep');
    const { dueAtMs } = await stage.record(order);
    if (time < 3)
      assert.deepEqual([left.do, dueAtMs !== null && dueAtMs > Date.now() + 60_000], ['wait-for-provider', true]);
  }
  const { left } = await stage.desk.run(order, 'sweep');
  assert.deepEqual([left, stage.provider.times('refund')], [{ do: 'report', what: 'refund-failed' }, 3]);
  const { caseKind, dueAtMs } = await stage.record(order);
  assert.deepEqual([caseKind, dueAtMs], ['refund-failed', null]);
});

test('[PD9] a declined card: the seats are given back, and the provider’s object is closed behind the buyer’s back', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun('declined');
  assert.equal(await stage.buys(wanted), 'declined');
  assert.equal(stage.provider.of(wanted.order).is, 'cancelled');
  assert.equal(await stage.agrees(wanted.order), 'free');
  assert.equal((await stage.record(wanted.order)).token, null);
});

test('[PD9] the seats went to others while the money was being reserved: it is let go', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const answered = stage.provider.gate('authorise', 'after');
  const buying = stage.buys(wanted);
  await until(() => stage.provider.times('authorise') === 1);
  await stage.pool.query(`update orders set state = 'cancelled' where id = $1`, [wanted.order]);
  answered();
  assert.equal(await buying, 'refused');
  assert.equal(await stage.agrees(wanted.order), 'free');
});

test('[PD9] the actor’s answer is lost: asked again by whoever comes next', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  await stage.desk.pay(wanted, 'checkout');
  stage.seats.lost = 1;
  await assert.rejects(stage.desk.run(wanted.order, 'sweep'), /not known/);
  await stage.desk.run(wanted.order, 'sweep');
  assert.equal(await stage.agrees(wanted.order), 'sold');
});

for (const step of ['create', 'authorise', 'capture'] as const) {
  test(`[PD10] a webhook is applied between the answer to ${step} and our write of it: nothing is lost, and nothing done twice`, async (t) => {
    const stage = await DeskStage.create(t);
    const wanted = await stage.begun();
    const { order } = wanted;
    const answered = stage.provider.gate(step, 'after');
    const buying = stage.buys(wanted);
    await until(() => stage.provider.times(step) === 1 && stage.provider.objects.size === 1);
    await stage.anotherDesk().run(order, 'webhook', { look: true });
    answered();
    assert.equal(await buying, 'sold');
    await stage.comesBack(wanted, true);
    assert.equal(await stage.agrees(order), 'sold');
    const asked = stage.provider.asked.filter((line) => !line.startsWith('look'));
    assert.equal(new Set(asked).size, 3, asked.join(', '));
  });
}

test('[PD11] a step that fails again and again is tried with longer and longer pauses, and a person is told after hours', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  await stage.desk.pay(wanted, 'checkout');
  await stage.seats.sell((await stage.record(order)).payment);
  const pauses: number[] = [];
  for (let time = 1; time <= 20; time++) {
    stage.provider.refuses('capture', 'try_later');
    await stage.desk.run(order, 'sweep');
    pauses.push(((await stage.record(order)).dueAtMs ?? 0) - Date.now());
  }
  assert.ok(pauses[0]! < 3_000 && pauses[5]! > 30_000 && pauses.at(-1)! > 400_000, pauses.join(' '));
  assert.ok(Math.max(...pauses) <= 760_000);
  assert.equal((await stage.record(order)).caseKind, 'stuck');
  await stage.desk.run(order, 'sweep');
  assert.equal(await stage.agrees(order), 'sold');
  assert.equal((await stage.record(order)).caseKind, null);
});

test('[PD12] sold, and the money is gone: the tickets go as well, and it is told; where one was used a person decides', async (t) => {
  const stage = await DeskStage.create(t);
  for (const isUsed of [false, true]) {
    const wanted = await stage.begun();
    const { order } = wanted;
    await stage.desk.pay(wanted, 'checkout');
    await stage.seats.sell((await stage.record(order)).payment);
    stage.provider.lapses(order);
    stage.seats.isUsed = isUsed;
    const { did, left } = await stage.desk.run(order, 'sweep');
    assert.ok(did.includes('void-tickets'));
    assert.equal((await stage.record(order)).caseKind, 'sold-unpaid');
    if (isUsed) assert.deepEqual(left, { do: 'report', what: 'sold-unpaid' });
    else await stage.agrees(order);
    assert.equal((await stage.record(order)).dueAtMs, null);
  }
});

test('[PD13] a capture that the provider thinks over is looked at, and not asked for again', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun();
  const { order } = wanted;
  stage.provider.areCapturesPending = true;
  assert.equal(await stage.buys(wanted), 'sold');
  const { left } = await stage.desk.run(order, 'sweep');
  assert.deepEqual([left.do, stage.provider.times('capture')], ['wait-for-provider', 1]);
  const held = stage.provider.of(order);
  [held.is, held.capturedCents] = ['captured', ORDER_CENTS];
  await stage.desk.run(order, 'sweep');
  assert.equal(await stage.agrees(order), 'sold');
});

test('[PD13] a bank that thinks it over: nobody is told yes or no, and the seats stay in payment', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun('processing');
  await assert.rejects(stage.buys(wanted), ProviderUnknown);
  const { seatsSide, dueAtMs } = await stage.record(wanted.order);
  assert.ok(seatsSide.is === 'paying' && dueAtMs !== null && dueAtMs < Date.now() + 20_000);
  stage.provider.passes(wanted.order);
  await stage.desk.run(wanted.order, 'sweep');
  assert.equal(await stage.agrees(wanted.order), 'sold');
});
