/** The desk's questions to the seats, answered by a real actor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Payment } from '../../actors/payment/payment.ts';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { CheckoutStage, purchase } from '../../tests/support/checkout-stage.ts';
import { turns } from '../../tests/support/hand-store.ts';
import type { SeatsPort } from '../../workers/payments/desk-ports.ts';
import { type StaffAnswer, StaffCommands } from '../staff-commands.ts';
import { seatsOver } from './seats-port.ts';

/** An order of ana's in payment, whose provider has not answered. */
async function paying(): Promise<{ stage: CheckoutStage; id: number; payment: Payment; seats: SeatsPort }> {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0, 1]);
  stage.payments.answers = [new Error('timeout')];
  await stage.buys(purchase(id, [0, 1]));
  const { order } = stage.payments.authorised[0]!;
  const money = {
    provider: 'stripe',
    amountCents: 6_000,
    capturedCents: 0,
    currency: 'BRL',
    declineCode: null,
  } as const;
  const ids = { object: 'pi_1', authorisation: null, capture: null, refunds: [] };
  const rest = {
    phase: 'authorised',
    version: 1,
    tries: 1,
    isDoubtful: false,
    ending: null,
    isDisputed: false,
  } as const;
  const payment: Payment = { order, screening: 7, seats: [0, 1], ...money, ...ids, ...rest };
  const staff = new StaffCommands({
    bus: stage.bus,
    deadlineMs: 5_000,
    nowMs: () => stage.runtime.nowMs,
    after: () => () => {},
  });
  return { stage, id, payment, seats: seatsOver((screening, command) => staff.ask(screening, command)) };
}

async function come<Result>(work: Promise<Result>): Promise<Result> {
  await turns();
  await turns();
  return work;
}

test('[PD14] sold in the system’s name, once however often it is asked; the buyer who says his purchase again hears of it', async () => {
  const { stage, id, payment, seats } = await paying();
  for (let time = 0; time < 3; time++) assert.equal(await come(seats.sell(payment)), 'sold');
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
  assert.equal(await come(seats.free(payment, true)), 'sold');
  const heard = await stage.buys(purchase(id, [0, 1]));
  assert.equal(heard.accepted('sold').tickets.length, 2);
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
});

for (const keepHold of [true, false]) {
  test(`[PD14] given back ${keepHold ? 'to choosing' : 'to everybody'}, once; then nothing can be sold any more`, async () => {
    const { stage, payment, seats } = await paying();
    for (let time = 0; time < 2; time++) assert.equal(await come(seats.free(payment, keepHold)), 'freed');
    assert.equal(await come(seats.sell(payment)), 'refused');
    const { holds } = stage.runtime.ask(7, 'ana').accepted('mine');
    assert.deepEqual(
      holds.map(({ paying: isPaying }) => isPaying),
      keepHold ? [false] : [],
    );
    assert.deepEqual(stage.sales, { begun: 1, sold: 0, tickets: 0 });
  });
}

test('[PD14] tickets whose money is gone go all at once; where one was used, none does', async () => {
  const { stage, payment, seats } = await paying();
  await come(seats.sell(payment));
  const { orders } = stage.runtime.ask(7, 'ana').accepted('mine');
  const [first] = orders[0]!.tickets;
  const other = await paying();
  await come(other.seats.sell(other.payment));
  for (let time = 0; time < 2; time++) assert.equal(await come(other.seats.voidTickets(other.payment)), 'voided');
  const gate = { kind: 'check-in', buyer: 'gate-1', ticket: first!.ticket, gate: 'g' } as const;
  assert.equal((await stage.runtime.does(7, gate)).code, 'accepted');
  assert.equal(await come(seats.voidTickets(payment)), 'used');
});

test('[PD14] whatever else is answered, nobody knows', async () => {
  const { payment } = await paying();
  for (const code of [OutcomeCode.unavailable, OutcomeCode.failed, OutcomeCode.unknownScreening, OutcomeCode.expired]) {
    const answer: StaffAnswer = { outcome: { code }, version: 0 };
    const seats = seatsOver(() => Promise.resolve(answer));
    const answers = [await seats.sell(payment), await seats.free(payment, true), await seats.voidTickets(payment)];
    assert.deepEqual(answers, ['unknown', 'unknown', 'unknown']);
  }
});
