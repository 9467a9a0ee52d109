/** Purchases: one order and one set of tickets, whatever is lost on the way, and no money without a seat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TicketType } from '../actors/seat-command.ts';
import { CheckoutStage, purchase } from '../tests/support/checkout-stage.ts';
import { turns } from '../tests/support/hand-store.ts';
import type { Heard } from '../tests/support/heard.ts';
import { hold, RULES } from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';

test('[K1] a purchase: begun, authorised, sold; one ticket for each seat, at the price of its type', async () => {
  const stage = new CheckoutStage();
  stage.price = 3_001;
  const id = await stage.held('ana', [0, 1, 2]);
  const types = [
    [0, TicketType.full],
    [1, TicketType.halfInQuota],
    [2, TicketType.halfOutsideQuota],
  ] as const;
  const heard = await stage.buys(purchase(id, [], { seats: types }));
  const { order, tickets } = heard.accepted('sold');
  assert.deepEqual(
    tickets.map(({ seat, type, priceCents }) => [seat, type, priceCents]),
    [
      [0, 1, 3_001],
      [1, 2, 1_500],
      [2, 3, 1_500],
    ],
  );
  assert.deepEqual(stage.payments.authorised, [{ order, amountCents: 6_001, detail: 'approved' }]);
  assert.equal(new Set(tickets.map(({ ticket }) => ticket)).size, 3);
  assert.ok(tickets.every(({ code }) => /^[2-9A-HJKMNP-TV-Z]{10}$/.test(code)));
  assert.deepEqual(stage.runtime.kinds(7), [1, 4, 8, 10]);
});

test('[I5] no money is asked for before the beginning is committed, and nobody hears of a sale before it is', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.runtime.store.isHolding = true;
  const heard = await stage.buys(purchase(id, [0]));
  assert.deepEqual([stage.payments.authorised.length, heard.code], [0, null]);
  stage.runtime.store.oneHeld.commit();
  await turns();
  assert.deepEqual([stage.payments.authorised.length, heard.code], [1, null]);
  stage.runtime.store.oneHeld.commit();
  await turns();
  assert.equal(heard.code, 'accepted');
});

test('[K2] a declined card: the buyer is told, keeps the seats for a while, and may pay with another', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0, 1]);
  stage.payments.answers = ['declined'];
  const declined = await stage.buys(purchase(id, [0, 1], { detail: 'declined' }));
  assert.equal(declined.code, 'paymentDeclined');
  const mine = stage.runtime.ask(7, 'ana').accepted('mine');
  assert.deepEqual(
    mine.holds.map(({ seats, paying, deadlineMs }) => [seats, paying, deadlineMs]),
    [[[0, 1], false, stage.runtime.nowMs + RULES.retryTtlMs]],
  );
  const second = await stage.buys(purchase(id, [0, 1], { requestId: 'purchase-with-another-card' }));
  assert.equal(second.code, 'accepted');
  assert.deepEqual(stage.sales, { begun: 2, sold: 1, tickets: 2 });
});

test('[K2] a declined purchase said again is declined again: nothing is sold, nothing begins anew', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = ['declined', 'declined'];
  const codes = [];
  for (let time = 0; time < 2; time++) codes.push((await stage.buys(purchase(id, [0]))).code);
  assert.deepEqual([codes, stage.sales], [['paymentDeclined', 'paymentDeclined'], { begun: 1, sold: 0, tickets: 0 }]);
});

test('[K2] the fifth declined card is told as such, although it ends the hold', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  const codes = [];
  for (let card = 1; card <= 6; card++) {
    stage.payments.answers = ['declined'];
    codes.push((await stage.buys(purchase(id, [0], { requestId: `purchase-with-card-${card}` }))).code);
  }
  assert.deepEqual(codes, [...Array<string>(5).fill('paymentDeclined'), 'holdUnknown']);
});

test('[I4] a purchase said again, and by fifty at once, is one order with the same tickets for all', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0, 1]);
  const heard: Heard[] = await Promise.all(Array.from({ length: 50 }, () => stage.buys(purchase(id, [0, 1]))));
  heard.push(await stage.buys(purchase(id, [0, 1])));
  const answers = heard.map((one) => one.accepted('sold'));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
  assert.equal(new Set(stage.payments.authorised.map(({ order }) => order)).size, 1);
});

for (const step of ['begin-payment', 'confirm'] as const) {
  test(`[K4] the answer to ${step} is lost: said again, the purchase goes on from there`, async () => {
    const stage = new CheckoutStage();
    const id = await stage.held('ana', [0, 1]);
    stage.lost = [{ step, heard: 'unavailable' }];
    assert.equal((await stage.buys(purchase(id, [0, 1]))).code, 'unavailable');
    const again = await stage.buys(purchase(id, [0, 1]));
    assert.equal(again.accepted('sold').tickets.length, 2);
    assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
  });

  test(`[K4] ${step} does not reach its owner: said again, the purchase goes on from there`, async () => {
    const stage = new CheckoutStage();
    const id = await stage.held('ana', [0, 1]);
    stage.refused = [step];
    assert.equal((await stage.buys(purchase(id, [0, 1]))).code, 'unavailable');
    assert.equal((await stage.buys(purchase(id, [0, 1]))).code, 'accepted');
    assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
  });

  test(`[K4] the server dies after ${step}: said again to the next one, it is the same order`, async () => {
    const before = new CheckoutStage();
    const id = await before.held('ana', [0, 1]);
    before.lost = [{ step, heard: 'nothing' }];
    assert.equal((await before.buys(purchase(id, [0, 1]))).code, null);
    const stage = new CheckoutStage({ store: before.runtime.store, epoch: 2 });
    const again = await stage.buys(purchase(id, [0, 1]));
    const { order, tickets } = again.accepted('sold');
    assert.deepEqual(
      [order, tickets.length, stage.sales],
      [
        before.payments.authorised[0]?.order ?? stage.payments.authorised[0]?.order,
        2,
        { begun: 1, sold: 1, tickets: 2 },
      ],
    );
    const third = await stage.buys(purchase(id, [0, 1]));
    assert.deepEqual(third.accepted('sold'), again.accepted('sold'));
  });
}

test('[K4] the answer to the end of a declined payment is lost: said again, it is declined', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = ['declined', 'declined'];
  stage.lost = [{ step: 'cancel-payment', heard: 'unavailable' }];
  assert.equal((await stage.buys(purchase(id, [0]))).code, 'unavailable');
  assert.equal((await stage.buys(purchase(id, [0]))).code, 'paymentDeclined');
  assert.deepEqual(stage.runtime.kinds(7), [1, 4, 8, 9]);
});

test('[K3] nobody knows what the provider did: the seats stay in payment, and the same order is asked about again', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = [new Error('timeout')];
  const first = await stage.buys(purchase(id, [0]));
  assert.deepEqual([first.code, stage.logged.length], ['unavailable', 1]);
  assert.equal(stage.runtime.ask(7, 'ana').accepted('mine').holds[0]?.paying, true);
  assert.equal((await stage.buys(purchase(id, [0]))).code, 'accepted');
  assert.deepEqual(
    stage.payments.authorised.map(({ order }) => order),
    [stage.payments.authorised[0]?.order, stage.payments.authorised[0]?.order],
  );
});

test('[I4] the same request id with other content is refused, and asks no provider', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0, 1]);
  const other = await stage.held('ana', [2]);
  await stage.buys(purchase(id, [0, 1]));
  stage.payments.authorised.length = 0;
  const codes = [];
  for (const changed of [
    purchase(other, [2]),
    purchase(id, [0, 1], { seats: [[0, 1] as const, [1, 2] as const] }),
    purchase(id, [0, 1], { detail: 'declined' }),
    purchase(id, [0, 1], { buyer: 'bia' }),
  ]) {
    codes.push((await stage.buys(changed)).code);
  }
  assert.deepEqual([codes, stage.payments.authorised.length], [Array(4).fill('requestIdReused'), 0]);
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
});

test('[K5] what the actor refuses is told as it is, and no provider is asked', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0, 1]);
  const codes = [];
  for (const [number, request] of [
    purchase(99, [0, 1]),
    purchase(id, [0]),
    purchase(id, [0, 1], { buyer: 'bia' }),
    purchase(id, [0, 1], { seats: [] }),
    purchase(id, [0, 1], { seats: [[0, 1] as const, [0, 1] as const] }),
  ].entries()) {
    codes.push((await stage.buys({ ...request, requestId: `purchase-refused-${number}` })).code);
  }
  assert.deepEqual(codes, ['holdUnknown', 'linesMismatch', 'holdNotYours', 'linesMismatch', 'linesMismatch']);
  assert.equal(stage.payments.authorised.length, 0);
});

test('[K5] without a price nothing begins: unknown, or not to be had now', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.price = null;
  const unknown = await stage.buys(purchase(id, [0]));
  stage.price = new Error('no connection');
  const failed = await stage.buys(purchase(id, [0]));
  assert.deepEqual([unknown.code, failed.code, stage.steps], ['unknownScreening', 'unavailable', []]);
  stage.price = 3_000;
  assert.equal((await stage.buys(purchase(id, [0]))).code, 'accepted');
});

test('[K6] an order keeps its amount: a price that changed meanwhile is for the next one', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = [new Error('timeout')];
  await stage.buys(purchase(id, [0]));
  stage.price = 9_900;
  const again = await stage.buys(purchase(id, [0]));
  assert.deepEqual(
    [stage.payments.authorised.map(({ amountCents }) => amountCents), again.accepted('sold').tickets[0]?.priceCents],
    [[3_000, 3_000], 3_000],
  );
});

async function overdue(): Promise<{ stage: CheckoutStage; order: string }> {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  stage.payments.answers = [new Error('timeout')];
  await stage.buys(purchase(id, [0]));
  await stage.runtime.passes(RULES.paymentTtlMs + 1_000);
  const [due] = stage.runtime.paymentsDue;
  assert.ok(due !== undefined, 'nobody was told that the payment is overdue');
  return { stage, order: due.split(' ')[1]! };
}

test('[K7] an overdue payment that the provider has ended frees its seats', async () => {
  const { stage, order } = await overdue();
  await stage.checkout.endOverdue(7, order);
  assert.deepEqual([stage.payments.ended, stage.runtime.kinds(7).at(-1)], [[order], 9]);
  assert.equal((await stage.runtime.does(7, hold('bia', [0]))).code, 'accepted');
});

test('[K7] one that was paid after all keeps its seats, and one about which nobody knows as well', async () => {
  const { stage, order } = await overdue();
  stage.payments.endAnswer = 'done';
  await stage.checkout.endOverdue(7, order);
  stage.payments.endAnswer = new Error('timeout');
  await assert.rejects(stage.checkout.endOverdue(7, order));
  assert.equal((await stage.runtime.does(7, hold('bia', [0]))).code, 'seatHeld');
});

test('[K16] where others are being ended its seats wait for their turn, and a thousand that cannot be ended are a line a minute', async () => {
  const { stage, order } = await overdue();
  stage.payments.endAnswer = 'later';
  await stage.checkout.endOverdue(7, order);
  assert.equal((await stage.runtime.does(7, hold('bia', [0]))).code, 'seatHeld');
  stage.payments.endAnswer = new Error('timeout');
  stage.logged.length = 0;
  for (let time = 0; time < 1_000; time++) stage.checkout.overdue(7, order);
  await turns();
  assert.equal(stage.logged.length, 1);
});

test('[K7] ended twice is ended once', async () => {
  const { stage, order } = await overdue();
  await Promise.all([stage.checkout.endOverdue(7, order), stage.checkout.endOverdue(7, order)]);
  assert.deepEqual(stage.runtime.kinds(7), [1, 4, 8, 9]);
});

test('[K7] who pays in the last moment either has the tickets or hears that it is over, never both', async () => {
  for (const buyerFirst of [true, false]) {
    const { stage, order } = await overdue();
    const ends = (): Promise<void> => stage.checkout.endOverdue(7, order);
    const buys = (): Promise<Heard> => stage.buys(purchase(2, [0]));
    const [heard] = buyerFirst ? [await buys(), await ends()] : await ends().then(async () => [await buys()] as const);
    const isSold = stage.sales.sold === 1;
    assert.equal(heard.code === 'accepted', isSold);
    const next = await stage.runtime.does(7, hold('bia', [0]));
    assert.equal(next.code, isSold ? 'seatSold' : 'accepted');
  }
});

test('[K8] a seat costs what its kind costs; of an odd price the half is rounded down', async () => {
  const stage = new CheckoutStage({ map: seatMapOf(['..cc', 'wk..']) });
  stage.price = 3_000;
  stage.seatPrices = { 1: 8_001, 3: 0 };
  const id = await stage.held('ana', [0, 2, 3, 4, 5]);
  const types = [
    [0, TicketType.full],
    [2, TicketType.full],
    [3, TicketType.halfInQuota],
    [4, TicketType.halfInQuota],
    [5, TicketType.halfOutsideQuota],
  ] as const;
  const { tickets } = (await stage.buys(purchase(id, [], { seats: types }))).accepted('sold');
  assert.deepEqual(
    tickets.map(({ seat, priceCents }) => [seat, priceCents]),
    [
      [0, 3_000],
      [2, 8_001],
      [3, 4_000],
      [4, 0],
      [5, 1_500],
    ],
  );
});

test('[K9] tickets count for the payer, whoever holds the seats: ten for one CPF, by two accounts', async () => {
  const stage = new CheckoutStage();
  const seats = [0, 1, 2, 3, 4, 5];
  const first = await stage.buys(purchase(await stage.held('ana', seats), seats, { payer: 'cpf-1' }));
  assert.equal(first.code, 'accepted');
  const more = [8, 9, 10, 11, 12];
  const request = { buyer: 'bia', requestId: 'purchase-of-bia-1' };
  const id = await stage.held('bia', more);
  assert.equal((await stage.buys(purchase(id, more, { ...request, payer: 'cpf-1' }))).code, 'buyerLimit');
  const other = { ...request, requestId: 'purchase-of-bia-2', payer: 'cpf-2' };
  assert.equal((await stage.buys(purchase(id, more, other))).code, 'accepted');
});

test('[K9] the same purchase for another payer is another one: the actor notices', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  assert.equal((await stage.buys(purchase(id, [0], { payer: 'cpf-1' }))).code, 'accepted');
  assert.equal((await stage.buys(purchase(id, [0], { payer: 'cpf-1' }))).code, 'accepted');
  assert.equal((await stage.buys(purchase(id, [0], { payer: 'cpf-2' }))).code, 'requestIdReused');
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 1 });
});

test('[K10] prices that were read on the layout of before are read anew, and the purchase goes on', async () => {
  const map = seatMapOf(['cc..', '....']);
  const stage = new CheckoutStage({ map });
  stage.seatPrices = { 1: 9_000 };
  const rebuilt = seatMapOf(['....', '..cc']);
  stage.runtime.loader.maps.set(rebuilt.id, rebuilt);
  const change = { kind: 'change-map', buyer: 'staff-7', seatMap: rebuilt.id, halfQuota: 3, map: null } as const;
  await stage.runtime.does(7, change);
  const id = await stage.held('ana', [0, 6]);
  stage.cachedMap = map;
  const { tickets } = (await stage.buys(purchase(id, [0, 6]))).accepted('sold');
  assert.deepEqual(
    tickets.map(({ priceCents }) => priceCents),
    [3_000, 9_000],
  );
  // Said again, with an old cache once more: the same tickets.
  stage.cachedMap = map;
  assert.deepEqual((await stage.buys(purchase(id, [0, 6]))).accepted('sold').tickets, tickets);
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 2 });
});
