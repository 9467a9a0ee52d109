/** The machine in a world that does its worst: every seed another order of events, and in the end seats and money agree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../tests/simulation/random.ts';
import { drive, PaymentModel, PRICE, TICKETS } from '../../tests/support/payment-model.ts';
import type { PaymentEnding } from './payment.ts';

const SEEDS = 20_000;

for (const isLax of [false, true]) {
  const kind = isLax ? 'cannot cancel what is only approved' : 'cancels for good';
  test(`[PM14] whatever is lost, late, interrupted or given up, seats and money agree in the end, where a provider ${kind}`, () => {
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const model = new PaymentModel(new Random(seed), isLax);
      try {
        const end = live(model);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      } catch (cause) {
        throw new Error(`seed ${seed}: ${(cause as Error).message}: ${model.told.join('; ')}`, { cause });
      }
    }
    // The walk must go everywhere, or it shows nothing.
    for (const end of ['sold 2', 'sold 1', 'sold 0', 'free'])
      assert.ok((ends.get(end) ?? 0) > SEEDS / 100, `${end}: ${ends.get(end)}`);
  });
}

function live(model: PaymentModel): string {
  const { random } = model;
  const drivers = [drive(model, null)];
  for (let turn = 0; turn < 60; turn++) {
    if (drivers.length < 4 && random.chance(0.1)) {
      drivers.push(drive(model, random.pick<PaymentEnding | null>([null, null, 'overdue', 'given-up'])));
    }
    model.chance();
    const index = random.below(drivers.length);
    const driver = drivers[index];
    if (driver === undefined) continue;
    // A crash, and the end of a run.
    if (random.chance(0.02) || driver.next().done === true) drivers.splice(index, 1);
  }
  return settle(model);
}

/** No more faults; what is under way ends, late requests arrive, and the order is looked after until nothing is left to be done. */
function settle(model: PaymentModel): string {
  model.hasFaults = false;
  for (const perform of model.late.splice(0)) perform();
  for (let round = 0; round < 12; round++) {
    const { provider } = model;
    for (const back of provider.sentBack.values()) if (back.phase === 'pending') back.phase = 'done';
    if (round === 3) look(model);
    const driver = drive(model, 'overdue');
    let next = driver.next();
    while (next.done !== true) next = driver.next();
    const end = next.value.do;
    if (end === 'nothing' && round > 3) return judge(model);
    if (end === 'report' && next.value.what === 'refund-failed') return 'case';
  }
  return assert.fail(`it comes to no end: ${JSON.stringify([model.payment, model.provider])}`);
}

/** A webhook, or the reconciler: of a cancelled payment as well. */
function look(model: PaymentModel): void {
  const sight = model.provider.sight();
  if (model.provider.is === 'authorised' && model.payment.phase === 'cancelled')
    model.write(model.payment, { isDoubtful: sight.is === 'authorised' });
}

function judge(model: PaymentModel): string {
  const { provider, seats, voided } = model;
  const kept = provider.capturedCents - provider.refundedCents;
  assert.notEqual(provider.is, 'authorised', 'nothing stays reserved');
  assert.notEqual(seats, 'paying', 'the seats hear how it ended');
  const living = seats === 'sold' ? TICKETS - voided.size : 0;
  assert.equal(kept, living * PRICE, 'what was kept is what living tickets cost');
  return seats === 'sold' ? `sold ${living}` : 'free';
}
