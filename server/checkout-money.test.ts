/** Purchases and their money: by what means, who pays, what follows behind the buyer's back, and what costs nothing or less. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { TicketType } from '../actors/seat-command.ts';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { CheckoutStage, purchase } from '../tests/support/checkout-stage.ts';

test('[K11] sold or declined, what follows for the money is begun behind the buyer’s back; when nobody knows, it is not', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.lost = [{ step: 'confirm', heard: 'unavailable' }];
  assert.equal((await stage.buys(purchase(id, [0]))).code, 'unavailable');
  assert.deepEqual(stage.payments.settled, []);
  const { order } = (await stage.buys(purchase(id, [0]))).accepted('sold');
  assert.deepEqual(stage.payments.settled, [order]);
  const other = await stage.held('ana', [1]);
  stage.payments.answers = ['declined'];
  await stage.buys(purchase(other, [1], { requestId: 'purchase-of-seat-1' }));
  assert.equal(stage.payments.settled.length, 2);
});

test('[K11] a purchase is asked for with its seats and its means; by other means it is another order', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [1, 0]);
  stage.payments.answers = ['declined', 'declined'];
  await stage.buys(purchase(id, [1, 0], { method: 'stripe', detail: 'ctoken_1' }));
  await stage.buys(purchase(id, [1, 0], { method: 'paypal', detail: 'ctoken_1', requestId: 'purchase-with-paypal' }));
  const [card, payPal] = stage.payments.purchases;
  assert.deepEqual([card?.method, card?.seats, card?.detail], ['stripe', [1, 0], 'ctoken_1']);
  assert.equal(payPal?.method, 'paypal');
  const same = await stage.buys(purchase(id, [1, 0], { method: 'sandbox', detail: 'ctoken_1' }));
  assert.equal(same.code, 'requestIdReused');
});

test('[K11] an order of the sandbox keeps the id that it always had', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  const { order } = (await stage.buys(purchase(id, [0]))).accepted('sold');
  const content = JSON.stringify(['ana', 'purchase-0123456789', 7, id, [[0, 1]], 'approved']);
  assert.equal(order, createHash('sha256').update(content).digest('base64url').slice(0, 22));
});

test('[K12] another device pays: this one is told to wait until the tickets are there, or the seats may be chosen again', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  const request = purchase(id, [0], { method: 'phone', detail: 'kiosk-1' });
  const first = await stage.buys(request);
  assert.equal(first.code, 'authenticationNeeded');
  stage.payments.standingAnswer = 'authentication-needed';
  const waiting = (await stage.buys(request)).answer?.outcome;
  assert.ok(waiting?.code === OutcomeCode.authenticationNeeded && waiting.order !== undefined);
  stage.payments.standingAnswer = 'approved';
  assert.equal((await stage.buys(request)).accepted('sold').order, waiting.order);
  assert.deepEqual(stage.payments.purchases, []);
  const other = await stage.held('ana', [1]);
  stage.payments.standingAnswer = 'declined';
  const declined = await stage.buys(purchase(other, [1], { method: 'phone', requestId: 'purchase-of-seat-1' }));
  assert.equal(declined.code, 'paymentDeclined');
  assert.equal(stage.runtime.ask(7, 'ana').accepted('mine').holds[0]?.paying, false);
});

test('[K13] what costs nothing is sold without a provider; what costs something is not for free', async () => {
  const stage = new CheckoutStage();
  stage.price = 0;
  for (const [seat, method] of (['free', 'stripe', 'sandbox'] as const).entries()) {
    const id = await stage.held('ana', [seat]);
    const heard = await stage.buys(purchase(id, [seat], { method, requestId: `purchase-of-nothing-${seat}` }));
    assert.equal(heard.code, 'accepted', method);
  }
  assert.deepEqual([stage.payments.purchases, stage.payments.settled], [[], []]);
  stage.price = 3_000;
  const id = await stage.held('ana', [5]);
  const refused = await stage.buys(purchase(id, [5], { method: 'free', requestId: 'purchase-for-free-1' }));
  assert.equal(refused.code, 'paymentRefused');
  assert.equal(stage.runtime.ask(7, 'ana').accepted('mine').holds[0]?.paying, false);
});

test('[K14] a member’s ticket costs what a member pays, never more than others pay; who is no member gets none', async () => {
  const stage = new CheckoutStage();
  const taken: string[] = [];
  let isMember = true;
  stage.club = {
    category: () => Promise.resolve(77),
    take: (contact, order, count) => {
      taken.push(`${contact} ${order.length} ${count}`);
      return Promise.resolve(isMember ? { category: 77, ticketCents: 2_500 } : null);
    },
  };
  const seats = [
    [0, TicketType.full, 77],
    [1, TicketType.full],
  ] as const;
  const id = await stage.held('ana', [0, 1]);
  const heard = await stage.buys(purchase(id, [], { seats, contact: 'account-1' }));
  assert.deepEqual(
    heard.accepted('sold').tickets.map(({ priceCents, category }) => [priceCents, category]),
    [
      [2_500, 77],
      [3_000, undefined],
    ],
  );
  assert.deepEqual(taken, ['account-1 22 1']);
  stage.price = 2_000;
  const cheap = await stage.held('ana', [2]);
  const request = { requestId: 'purchase-of-a-cheap-one', contact: 'account-1' };
  const one = await stage.buys(purchase(cheap, [], { seats: [[2, TicketType.full, 77]], ...request }));
  assert.equal(one.accepted('sold').tickets[0]?.priceCents, 2_000);
  isMember = false;
  const third = await stage.held('ana', [3]);
  for (const who of [{ contact: 'account-1' }, {}]) {
    const wanted = {
      seats: [[3, TicketType.full, 77]] as const,
      requestId: `no-member-${Object.keys(who).length}-123`,
      ...who,
    };
    assert.equal((await stage.buys(purchase(third, [], wanted))).code, 'badRequest');
  }
  // Nor is it a ticket of another class.
  const wrong = {
    seats: [[3, TicketType.halfOutsideQuota, 77]] as const,
    requestId: 'wrong-class-of-ticket',
    contact: 'account-1',
  };
  isMember = true;
  assert.equal((await stage.buys(purchase(third, [], wrong))).code, 'badRequest');
});

test('[PE42] whose cards were declined too often is refused, and the seats stay his to choose another way for', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = ['refused'];
  const who = { payer: 'somebody', contact: 'account-1', address: '203.0.113.9' };
  const heard = await stage.buys(purchase(id, [0], { method: 'stripe', ...who }));
  assert.equal(heard.code, 'paymentRefused');
  assert.deepEqual(stage.payments.purchases[0]?.by, who);
  assert.deepEqual(stage.payments.settled, []);
  assert.equal(stage.runtime.ask(7, 'ana').accepted('mine').holds[0]?.paying, false);
});
