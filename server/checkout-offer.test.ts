/** Purchases with ticket types, a service fee and the total that the buyer was shown; and those whose bank asks back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TicketOffer } from '../storage/ticket-offer.ts';
import type { TicketTypeRow } from '../storage/ticket-types.ts';
import { CheckoutStage, purchase } from '../tests/support/checkout-stage.ts';
import type { Heard } from '../tests/support/heard.ts';
import { hold, RULES } from '../tests/support/screening.ts';
import type { PurchaseRequest } from './checkout.ts';

const typeOf = (id: number, engineType: number, priceFactor: number): TicketTypeRow => ({
  ...{ id, code: `type-${id}`, name: '', nameEn: '', jurisdiction: 'BR', engineType, priceFactor },
  ...{ countsInQuota: engineType === 2, document: null, documentEn: null, legalBasis: null },
});
/** 1 full, 3 student, 9 older people of a city at a third; 5 % and 50 cents on top. */
const OFFER: TicketOffer = {
  fee: { bps: 500, cents: 50 },
  ticketTypes: [typeOf(1, 1, 1), typeOf(3, 2, 0.5), typeOf(9, 3, 0.3333)],
};
const SEATS = [
  [0, 1, 1],
  [1, 2, 3],
  [2, 3, 9],
] as const;
/** 30.00 + 2.00, 15.00 + 1.25, 9.99 + 1.00. */
const TOTAL = 5_924;

async function staged(): Promise<{ stage: CheckoutStage; id: number; request: PurchaseRequest }> {
  const stage = new CheckoutStage();
  stage.offer = OFFER;
  const id = await stage.held('ana', [0, 1, 2]);
  return { stage, id, request: purchase(id, [], { seats: SEATS, expectedCents: TOTAL, contact: 'account-1' }) };
}

function termsIn(heard: Heard): unknown {
  const { tickets } = heard.accepted('sold');
  return tickets.map(({ seat, type, priceCents, category, feeCents }) => [seat, type, priceCents, category, feeCents]);
}

test('[PC6] each seat at the factor of its ticket type, with its fee; the provider is asked for all of it', async () => {
  const { stage, request } = await staged();
  assert.deepEqual(termsIn(await stage.buys(request)), [
    [0, 1, 3_000, 1, 200],
    [1, 2, 1_500, 3, 125],
    [2, 3, 999, 9, 100],
  ]);
  assert.deepEqual(
    stage.payments.authorised.map(({ amountCents }) => amountCents),
    [TOTAL],
  );
  const begun = stage.runtime.facts(7).find(({ fact }) => fact.kind === 8)?.fact;
  assert.equal(begun?.kind === 8 && begun.contact, 'account-1');
});

test('[PC6] without a ticket type the class’s price, and the fee all the same', async () => {
  const { stage, id } = await staged();
  const seats = [[0, 1] as const, [1, 2] as const, [2, 3] as const];
  assert.deepEqual(termsIn(await stage.buys(purchase(id, [], { seats }))), [
    [0, 1, 3_000, undefined, 200],
    [1, 2, 1_500, undefined, 125],
    [2, 3, 1_500, undefined, 125],
  ]);
});

test('[PC2] what an old client asks for makes the order id of before', async () => {
  const stage = new CheckoutStage();
  const id = await stage.held('ana', [0]);
  const heard = await stage.buys(purchase(id, [0]));
  // From a build that knew neither categories nor totals: a purchase that was begun there goes on here.
  assert.equal(heard.accepted('sold').order, 'omIA9UyLxgFXwKsjniZoRw');
});

test('[PC3] another total than the buyer was shown: refused, nothing begun, no provider asked; then at the new one', async () => {
  const { stage, request } = await staged();
  const wrong = await stage.buys({ ...request, expectedCents: TOTAL - 325 });
  assert.deepEqual([wrong.code, stage.sales.begun, stage.payments.authorised], ['priceChanged', 0, []]);
  const mine = stage.runtime.ask(7, 'ana').accepted('mine');
  assert.deepEqual([mine.holds[0]?.paying, mine.holds[0]?.seats], [false, [0, 1, 2]]);
  // The same again is refused again; at the new total it is another purchase.
  assert.equal((await stage.buys({ ...request, expectedCents: TOTAL - 325 })).code, 'priceChanged');
  const right = await stage.buys({ ...request, requestId: 'purchase-at-the-new-price' });
  assert.equal(right.accepted('sold').tickets.length, 3);
});

test('[PC8] an old price in the cache refuses nobody who was shown the new one', async () => {
  for (const old of ['price', 'offer'] as const) {
    const { stage, request } = await staged();
    if (old === 'price') stage.cachedPrice = 2_500;
    else stage.cachedOffer = { fee: { bps: 0, cents: 0 }, ticketTypes: [typeOf(1, 1, 1)] };
    const heard = await stage.buys(request);
    assert.deepEqual(
      [heard.code, stage.doubts, stage.payments.authorised[0]?.amountCents],
      ['accepted', 1, TOTAL],
      old,
    );
    // Said again by way of a node that has not heard of it either.
    if (old === 'price') stage.cachedPrice = 2_500;
    assert.deepEqual((await stage.buys(request)).accepted('sold'), heard.accepted('sold'));
    assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 3 });
  }
});

test('[PC3] [I4] an order that has begun is found at its own total, whatever has become of price, fee and types', async () => {
  for (const change of [
    (stage: CheckoutStage) => {
      stage.price = 9_900;
    },
    (stage: CheckoutStage) => {
      stage.offer = { ...OFFER, fee: { bps: 1_000, cents: 0 } };
    },
    (stage: CheckoutStage) => {
      stage.offer = { ...OFFER, ticketTypes: [] };
    },
  ]) {
    const { stage, request } = await staged();
    stage.payments.answers = [new Error('timeout')];
    assert.equal((await stage.buys(request)).code, 'unavailable');
    change(stage);
    const heard = await stage.buys(request);
    assert.equal(heard.accepted('sold').tickets.length, 3);
    assert.deepEqual(
      stage.payments.authorised.map(({ amountCents }) => amountCents),
      [TOTAL, TOTAL],
    );
    assert.deepEqual((await stage.buys(request)).accepted('sold'), heard.accepted('sold'));
    assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 3 });
  }
});

test('[PC3] [I4] also after its owner has died, and with it the memory of what was refused first', async () => {
  const { stage: before, request } = await staged();
  before.cachedPrice = 2_500;
  before.payments.answers = [new Error('timeout')];
  assert.equal((await before.buys(request)).code, 'unavailable');
  const stage = new CheckoutStage({ store: before.runtime.store, epoch: 2 });
  stage.offer = { ...OFFER, ticketTypes: [] };
  stage.price = 100;
  assert.equal((await stage.buys(request)).accepted('sold').tickets.length, 3);
  assert.deepEqual(
    [stage.payments.authorised.map(({ amountCents }) => amountCents), stage.sales],
    [[TOTAL], { begun: 1, sold: 1, tickets: 3 }],
  );
});

test('[PC4] a ticket type that is not to be had here, or of another class, is a bad request and begins nothing', async () => {
  const { stage, id } = await staged();
  for (const [number, seats] of [
    [[0, 1, 77] as const, [1, 1] as const, [2, 1] as const],
    [[0, 1, 3] as const, [1, 1] as const, [2, 1] as const],
    [[0, 2, 1] as const, [1, 1] as const, [2, 1] as const],
  ].entries()) {
    const request = purchase(id, [], { seats, requestId: `purchase-of-nothing-${number}` });
    for (let time = 0; time < 2; time++) assert.equal((await stage.buys(request)).code, 'badRequest', String(number));
    // Before everything that the actor would have against it.
    const elsewhere = { ...request, hold: 99, requestId: `purchase-elsewhere-${number}` };
    assert.equal((await stage.buys(elsewhere)).code, 'badRequest');
  }
  assert.deepEqual([stage.sales.begun, stage.payments.authorised], [0, []]);
  assert.equal((await stage.buys(purchase(id, [], { seats: SEATS }))).code, 'accepted');
});

test('[PC5] the same request id with other categories or another total is refused as used', async () => {
  const { stage, request } = await staged();
  await stage.buys(request);
  const codes = [];
  for (const changed of [
    { ...request, expectedCents: TOTAL + 1 },
    { ...request, seats: [[0, 1] as const, SEATS[1], SEATS[2]] },
  ]) {
    codes.push((await stage.buys(changed)).code);
  }
  assert.deepEqual(codes, ['requestIdReused', 'requestIdReused']);
  // To whom it belongs is no part of it: who lost the answer and signed in since gets it.
  const { contact: _, ...anonymous } = request;
  assert.equal((await stage.buys(anonymous)).code, 'accepted');
  assert.equal((await stage.buys({ ...request, contact: 'account-2' })).code, 'accepted');
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 3 });
});

// ---- the bank asks back ------------------------------------------------------------------------------------------------

const ASKS = 'authentication-needed';

test('[SB2] the bank asks back: the buyer hears so, with the order; the same again is sold', async () => {
  const { stage, request } = await staged();
  stage.payments.answers = [ASKS, ASKS, 'approved'];
  const first = await stage.buys(request);
  const order = stage.payments.authorised[0]?.order;
  assert.deepEqual([first.code, first.answer?.outcome], ['authenticationNeeded', { code: 33, order }]);
  // Nobody has proved anything yet.
  assert.deepEqual((await stage.buys(request)).answer?.outcome, first.answer?.outcome);
  const sold = await stage.buys(request);
  assert.equal(sold.accepted('sold').order, order);
  assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 3 });
});

test('[SB2] the hold waits as long as the payment may take, and no clock ends it', async () => {
  const { stage, request } = await staged();
  stage.payments.answers = [ASKS];
  await stage.buys(request);
  await stage.runtime.passes(RULES.paymentTtlMs - 1_000);
  assert.equal((await stage.runtime.does(7, hold('bia', [0]))).code, 'seatHeld');
  assert.deepEqual(stage.runtime.paymentsDue, []);
  assert.equal((await stage.buys(request)).code, 'accepted');
});

test('[SB2] who fails the challenge is declined, keeps the seats for a while, and pays otherwise', async () => {
  const { stage, request } = await staged();
  stage.payments.answers = [ASKS, 'declined', 'declined'];
  await stage.buys(request);
  for (let time = 0; time < 2; time++) assert.equal((await stage.buys(request)).code, 'paymentDeclined');
  const other = await stage.buys({ ...request, requestId: 'purchase-with-another-card' });
  assert.equal(other.code, 'accepted');
  assert.deepEqual(stage.sales, { begun: 2, sold: 1, tickets: 3 });
});

test('[SB2] who never comes back from the bank loses the seats when the payment is overdue', async () => {
  const { stage, request } = await staged();
  stage.payments.answers = [ASKS];
  await stage.buys(request);
  await stage.runtime.passes(RULES.paymentTtlMs + 1_000);
  const [due] = stage.runtime.paymentsDue;
  await stage.checkout.endOverdue(7, due?.split(' ')[1] ?? '');
  assert.equal((await stage.runtime.does(7, hold('bia', [0]))).code, 'accepted');
  // Then it is too late, and nothing is charged for nothing.
  const late = await stage.buys(request);
  assert.ok(late.code !== 'accepted');
  assert.equal(stage.sales.sold, 0);
});

for (const step of ['begin-payment', 'confirm'] as const) {
  test(`[SB2] [K4] the server dies after ${step} of a purchase whose bank asks back: the next one goes on with the same order`, async () => {
    const { stage: before, request } = await staged();
    before.payments.answers = [ASKS, 'approved'];
    if (step === 'begin-payment') before.lost = [{ step, heard: 'nothing' }];
    const first = await before.buys(request);
    assert.equal(first.code, step === 'begin-payment' ? null : 'authenticationNeeded');
    if (step === 'confirm') {
      before.lost = [{ step, heard: 'nothing' }];
      assert.equal((await before.buys(request)).code, null);
    }
    const stage = new CheckoutStage({ store: before.runtime.store, epoch: 2 });
    stage.payments.answers = step === 'begin-payment' ? [ASKS, 'approved'] : ['approved'];
    if (step === 'begin-payment') assert.equal((await stage.buys(request)).code, 'authenticationNeeded');
    const sold = await stage.buys(request);
    const orders = new Set([...before.payments.authorised, ...stage.payments.authorised].map(({ order }) => order));
    assert.deepEqual([...orders], [sold.accepted('sold').order]);
    assert.deepEqual(stage.sales, { begun: 1, sold: 1, tickets: 3 });
  });
}
