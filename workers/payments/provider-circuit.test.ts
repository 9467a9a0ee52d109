/** A provider that is away, and how it is found out that it is back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskStage } from '../../tests/support/desk-stage.ts';
import { ProviderCircuit } from './provider-circuit.ts';
import { ProviderRefused, ProviderUnknown } from './provider-port.ts';

const away = (): Promise<never> => Promise.reject(new ProviderUnknown('connection'));

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (cause: unknown) => (cause instanceof ProviderUnknown ? cause.failure : (cause as Error).name),
  );
}

test('[PD6] after five calls in a row that nobody answered, others are told at once, and one at a time is let through', async () => {
  let nowMs = 0;
  const circuit = new ProviderCircuit(() => nowMs);
  let calls = 0;
  const call = (): Promise<never> => {
    calls++;
    return away();
  };
  for (let time = 0; time < 20; time++) await failureOf(circuit.ask('stripe', call));
  assert.equal(calls, 5);
  // The other provider is another line.
  assert.equal(await circuit.ask('paypal', () => Promise.resolve('here')), 'here');
  nowMs += 1_000;
  let answer = (_text: string): void => {};
  const trial = circuit.ask('stripe', () => new Promise<string>((resolve) => (answer = resolve)));
  assert.equal(await failureOf(circuit.ask('stripe', call)), 'not-asked');
  answer('back');
  assert.equal(await trial, 'back');
  assert.equal(await circuit.ask('stripe', () => Promise.resolve('back')), 'back');
  assert.equal(calls, 5);
});

test('[PD6] the pauses between two trials grow, to a bound', async () => {
  let nowMs = 0;
  const circuit = new ProviderCircuit(() => nowMs);
  let calls = 0;
  const call = (): Promise<never> => {
    calls++;
    return away();
  };
  for (let time = 0; time < 5; time++) await failureOf(circuit.ask('stripe', call));
  const trials: number[] = [];
  for (; nowMs < 120_000; nowMs += 500) {
    const before = calls;
    await failureOf(circuit.ask('stripe', call));
    if (calls > before) trials.push(nowMs);
  }
  assert.deepEqual(
    trials.slice(1).map((atMs, index) => atMs - trials[index]!),
    [2_000, 4_000, 8_000, ...Array<number>(trials.length - 4).fill(15_000)],
  );
});

test('[PD6] a no, and a key that is in use, are signs of life', async () => {
  const circuit = new ProviderCircuit(() => 0);
  for (let time = 0; time < 30; time++) {
    const causes = [new ProviderRefused('no'), new ProviderUnknown('key-in-use')];
    for (let away_ = 0; away_ < 4; away_++) await failureOf(circuit.ask('stripe', away));
    for (const cause of causes) {
      const failure = await failureOf(circuit.ask('stripe', () => Promise.reject(cause)));
      assert.notEqual(failure, 'not-asked');
    }
  }
});

test('[PD40] only what says that the provider is away counts: our own failures, and answers that we cannot read, do not', async () => {
  const failing = (failure: string) => () => Promise.reject(new ProviderUnknown(failure));
  for (const failure of ['busy', 'unexpected', 'unreadable', 'stripe is off', 'pi_1 is odd', 'status 424', 'answer']) {
    const circuit = new ProviderCircuit(() => 0);
    for (let time = 0; time < 30; time++)
      assert.equal(await failureOf(circuit.ask('stripe', failing(failure))), failure);
    // Nor does it say that it is back.
    for (let time = 0; time < 4; time++) await failureOf(circuit.ask('stripe', away));
    await failureOf(circuit.ask('stripe', failing(failure)));
    await failureOf(circuit.ask('stripe', away));
    assert.equal(await failureOf(circuit.ask('stripe', away)), 'not-asked', failure);
  }
  for (const failure of ['timeout', 'connection', 'rate-limited', 'status 500', 'status 503', 'status 429']) {
    const circuit = new ProviderCircuit(() => 0);
    for (let time = 0; time < 5; time++) await failureOf(circuit.ask('stripe', failing(failure)));
    assert.equal(await failureOf(circuit.ask('stripe', away)), 'not-asked', failure);
  }
  for (const failure of ['object-in-use', 'unauthorised', 'forbidden']) {
    const circuit = new ProviderCircuit(() => 0);
    for (let time = 0; time < 4; time++) await failureOf(circuit.ask('stripe', away));
    await failureOf(circuit.ask('stripe', failing(failure)));
    await failureOf(circuit.ask('stripe', away));
    assert.equal(await failureOf(circuit.ask('stripe', away)), 'connection', failure);
  }
});

test('[PD6] what buyers may ask as often as they like closes nobody’s way, and is not let through where it is closed', async () => {
  const circuit = new ProviderCircuit(() => 0);
  for (let time = 0; time < 20; time++) {
    assert.equal(await failureOf(circuit.askQuietly('stripe', away)), 'connection');
  }
  assert.equal(await circuit.ask('stripe', () => Promise.resolve('here')), 'here');
  for (let time = 0; time < 5; time++) await failureOf(circuit.ask('stripe', away));
  assert.equal(await failureOf(circuit.askQuietly('stripe', () => Promise.resolve('here'))), 'not-asked');
});

test('[PD6] away in the middle of an on-sale: buyers hear so at once, their seats stay theirs, and all is put right when it is back', async (t) => {
  const stage = await DeskStage.create(t);
  stage.provider.isDown = true;
  const orders = await Promise.all(Array.from({ length: 20 }, () => stage.begun()));
  const failures: string[] = [];
  for (const wanted of orders) failures.push(await failureOf(stage.desk.pay(wanted, 'checkout')));
  assert.deepEqual(failures, [...Array<string>(5).fill('connection'), ...Array<string>(15).fill('not-asked')]);
  const waiting = await Promise.all(orders.map(({ order }) => stage.record(order)));
  assert.ok(waiting.every(({ seatsSide, payment }) => seatsSide.is === 'paying' && !payment.isDoubtful));
  // What was not asked has failed at nothing.
  assert.deepEqual(
    waiting.map(({ failures: count }) => count),
    [...Array<number>(5).fill(1), ...Array<number>(15).fill(0)],
  );
  assert.ok(waiting.every(({ dueAtMs }) => dueAtMs !== null));
  stage.provider.isDown = false;
  stage.aheadMs = 60_000;
  for (const { order } of orders) await stage.desk.run(order, 'sweep');
  for (const { order } of orders) assert.equal(await stage.agrees(order), 'sold');
});
