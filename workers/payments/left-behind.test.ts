/** What purchases leave behind whose buyers have gone, or cannot be told by whoever finds out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskStage } from '../../tests/support/desk-stage.ts';
import { SeatsUnknown } from './desk-ports.ts';
import { LEFT_AFTER_MS, PaymentDesk } from './payment-desk.ts';
import { ProviderUnknown } from './provider-port.ts';

for (const step of ['create', 'authorise'] as const) {
  for (const isLate of [false, true]) {
    const what = isLate ? 'is ended: nobody waits, and he may have bought again' : 'is made: its buyer waits';
    test(`[PD41] the provider was away when it was to ${step}; a purchase that is ${isLate ? 'four minutes' : 'one minute'} old ${what}`, async (t) => {
      const stage = await DeskStage.create(t);
      const wanted = await stage.begun();
      stage.provider.loses(step, 'before');
      await assert.rejects(stage.desk.pay(wanted, 'checkout'), ProviderUnknown);
      stage.aheadMs = isLate ? LEFT_AFTER_MS + 60_000 : 60_000;
      await stage.desk.run(wanted.order, 'sweep');
      assert.equal(await stage.agrees(wanted.order), isLate ? 'free' : 'sold');
      assert.equal(stage.provider.times('create'), isLate && step === 'create' ? 1 : step === 'create' ? 2 : 1);
      if (isLate) assert.equal(stage.provider.times('capture'), 0);
    });
  }
}

test('[PD41] whoever is reserved already, or is still with his bank, is not ended for being late', async (t) => {
  const stage = await DeskStage.create(t);
  const challenged = await stage.begun('challenge');
  await stage.desk.pay(challenged, 'checkout');
  const reserved = await stage.begun();
  stage.provider.loses('authorise', 'after');
  await assert.rejects(stage.desk.pay(reserved, 'checkout'), ProviderUnknown);
  stage.aheadMs = LEFT_AFTER_MS + 60_000;
  const { left } = await stage.desk.run(challenged.order, 'sweep');
  assert.deepEqual(left, { do: 'wait-for-buyer' });
  await stage.desk.run(reserved.order, 'sweep');
  assert.equal(await stage.agrees(reserved.order), 'sold');
});

test('[PD44] what has failed waits for its time, however often it is said that it is overdue; who gives up is heard at once', async (t) => {
  const stage = await DeskStage.create(t);
  const wanted = await stage.begun('challenge');
  const { order } = wanted;
  await stage.desk.pay(wanted, 'checkout');
  const ends = (ending: 'overdue' | 'given-up') => stage.desk.run(order, ending, { ending });
  stage.provider.faults.push({
    ...{ step: 'look', when: 'before' },
    error: new ProviderUnknown('rate-limited', null, 120_000),
  });
  await assert.rejects(ends('overdue'), ProviderUnknown);
  const { failures, dueAtMs } = await stage.record(order);
  const asked = stage.provider.asked.length;
  for (stage.aheadMs = 5_000; stage.aheadMs < 110_000; stage.aheadMs += 5_000) await ends('overdue');
  const after = await stage.record(order);
  assert.deepEqual([after.failures, after.dueAtMs, stage.provider.asked.length], [failures, dueAtMs, asked]);
  assert.deepEqual([after.seatsSide.is, stage.seats.asked], ['paying', []]);
  stage.aheadMs = 121_000;
  await ends('overdue');
  assert.equal(await stage.agrees(order), 'free');
  const other = await stage.begun('challenge');
  await stage.desk.pay(other, 'checkout');
  stage.provider.loses('look', 'before');
  await assert.rejects(stage.desk.run(other.order, 'overdue', { ending: 'overdue' }), ProviderUnknown);
  await stage.desk.run(other.order, 'given-up', { ending: 'given-up' });
  assert.equal(await stage.agrees(other.order), 'free');
});

/** Sold; and the provider has let go of the money before it was taken. */
async function unpaid(stage: DeskStage): Promise<string> {
  const wanted = await stage.begun();
  await stage.desk.pay(wanted, 'checkout');
  const { payment } = await stage.record(wanted.order);
  await stage.seats.sell(payment);
  stage.provider.of(wanted.order).is = 'cancelled';
  return wanted.order;
}

test('[PD43] tickets that die because their money is gone: the buyer is told, whoever voided them', async (t) => {
  const stage = await DeskStage.create(t);
  const order = await unpaid(stage);
  // A thread that sells may not write letters.
  const { tellVoided: _, ...ports } = stage.ports;
  await new PaymentDesk(ports).run(order, 'checkout', { look: true });
  const left = await stage.record(order);
  assert.deepEqual([left.seatsSide.voidedCents, left.caseKind], [left.seatsSide.soldCents, 'sold-unpaid']);
  assert.ok(left.dueAtMs !== null && left.dueAtMs <= Date.now(), 'somebody else is to tell him, now');
  assert.deepEqual(stage.told, []);
  await stage.desk.run(order, 'sweep');
  assert.deepEqual(stage.told, [order]);
  assert.equal(await stage.agrees(order), 'sold');
});

test('[PD43] the answer of the actor is lost, or the letter cannot be queued: he is told at the next try, and not when the tickets were used', async (t) => {
  const stage = await DeskStage.create(t);
  const away = stage.anotherDesk({ tellVoided: () => Promise.reject(new Error('the database is away')) });
  const lost = await unpaid(stage);
  stage.seats.lost = 1;
  await assert.rejects(away.run(lost, 'sweep', { look: true }), SeatsUnknown);
  await assert.rejects(away.run(lost, 'sweep'), /is away/);
  assert.notEqual((await stage.record(lost)).dueAtMs, null);
  await stage.desk.run(lost, 'sweep');
  assert.equal(await stage.agrees(lost), 'sold');
  stage.seats.isUsed = true;
  await stage.desk.run(await unpaid(stage), 'sweep', { look: true });
  assert.deepEqual(stage.told, [lost]);
});
