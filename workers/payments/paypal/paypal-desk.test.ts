/** The adapter's good ways, and those in which PayPal says no, against the stand-in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  knownAs,
  newObject,
  type PaypalStage,
  paypalStage,
  RETURN_URL,
  wantedRefund,
} from '../../../tests/support/paypal-stage.ts';
import { ProviderRefused, ProviderUnknown } from '../provider-port.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof ProviderRefused && error.code === code;

/** What was sent last, as the stand-in read it. */
function sent({ standIn }: PaypalStage, path: RegExp) {
  const found = standIn.requests.findLast((request) => request.method === 'POST' && path.test(request.path));
  assert.ok(found, String(path));
  return { key: found.idempotencyKey, body: found.body };
}

test('[PP3] an order is made to be authorised, and says nothing of the buyer', async (t) => {
  const stage = await paypalStage(t);
  const { result, request } = await stage.desk.create(newObject());
  assert.match(result.object, /^[0-9A-Z]{17}$/);
  assert.match(request ?? '', /^\w{13}$/);
  assert.deepEqual([result.is, result.authorisation, result.capturedCents], ['action', null, 0]);
  assert.deepEqual(sent(stage, /orders$/), {
    key: 'o-1.create',
    body: {
      intent: 'AUTHORIZE',
      purchase_units: [
        {
          reference_id: 'default',
          custom_id: 'o-1',
          invoice_id: 'o-1',
          amount: { currency_code: 'BRL', value: '64.00' },
        },
      ],
      payment_source: {
        paypal: {
          experience_context: {
            payment_method_preference: 'IMMEDIATE_PAYMENT_REQUIRED',
            shipping_preference: 'NO_SHIPPING',
            user_action: 'PAY_NOW',
            locale: 'pt-BR',
            return_url: RETURN_URL,
            cancel_url: RETURN_URL,
          },
        },
      },
    },
  });
});

test('[PP3] approved, reserved, taken: each answer and each look say so, and the fee is known at the end', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const created = await stage.created();
  assert.equal((await desk.look(created)).result.is, 'action');
  standIn.approve(created.object);
  assert.equal((await desk.look(created)).result.is, 'approved');
  const authorised = await desk.authorise(created, null, RETURN_URL, 'o-1.authorise');
  assert.deepEqual([authorised.result.is, authorised.result.capturedCents], ['authorised', 0]);
  assert.deepEqual((await desk.look(created)).result, authorised.result);
  const known = knownAs(created, authorised.result);
  const { result } = await desk.capture(known, 'o-1.capture');
  assert.deepEqual([result.is, result.capturedCents, result.feeCents], ['captured', 6_400, 367]);
  assert.deepEqual(sent(stage, /capture$/), {
    key: 'o-1.capture',
    body: { amount: { currency_code: 'BRL', value: '64.00' }, final_capture: true, invoice_id: 'o-1' },
  });
  assert.deepEqual((await desk.look(known)).result, { ...result, refundedCents: 0 });
  assert.deepEqual(standIn.books(), { authorizedCents: 0, capturedCents: 6_400, refundedCents: 0, feeCents: 367 });
});

test('[PP3] the same key again is the same answer: one order, one reservation, one capture', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.approved();
  assert.equal((await stage.created()).object, known.object);
  const authorise = () => desk.authorise(known, null, RETURN_URL, 'o-1.authorise');
  assert.deepEqual((await authorise()).result, (await authorise()).result);
  const capture = async () => desk.capture(knownAs(known, (await desk.look(known)).result), 'o-1.capture');
  assert.deepEqual((await capture()).result, (await capture()).result);
  const { orders, authorizations, captures } = standIn.state;
  assert.deepEqual([orders.size, authorizations.size, captures.size], [1, 1, 1]);
});

test('[PP3] what was reserved already is seen as it is, whatever key asks again', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.authorised();
  const { result } = await stage.desk.authorise(known, null, RETURN_URL, 'o-1.authorise.2');
  assert.deepEqual([result.is, result.authorisation], ['authorised', known.authorisation]);
});

test('[PP3] a capture finds the authorisation that the books do not know yet', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.authorised();
  const { result } = await stage.desk.capture({ ...known, authorisation: null }, 'o-1.capture');
  assert.deepEqual([result.is, result.authorisation], ['captured', known.authorisation]);
  await assert.rejects(stage.desk.capture(await stage.created('o-2'), 'o-2.capture'), refusedAs('NO_AUTHORIZATION'));
});

test('[PP3] the buyer is sent to PayPal while PayPal waits for him, and no longer', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.created();
  const approveUrl = `${standIn.url}/checkoutnow?token=${known.object}`;
  assert.deepEqual(await desk.buyerAction(known), { kind: 'paypal', order: known.object, approveUrl });
  standIn.approve(known.object);
  assert.equal(await desk.buyerAction(known), null);
});

test('[PP4] a means of payment that is refused is an answer, and another approval mends it', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.created();
  const authorise = () => desk.authorise(known, null, RETURN_URL, 'o-1.authorise');
  standIn.approve(known.object, { declines: true });
  const { result, request } = await authorise();
  assert.deepEqual([result.is, result.declineCode, result.authorisation], ['declined', 'INSTRUMENT_DECLINED', null]);
  assert.match(request ?? '', /^\w{13}$/);
  standIn.approve(known.object);
  assert.equal((await authorise()).result.is, 'authorised');
});

test('[PP4] PayPal wants its buyer back, or never had him: his turn; an order whose time is over is the end', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const is = async (object: string) => {
    const known = { ...(await stage.created()), object };
    const { result } = await desk.authorise(known, null, RETURN_URL, `${object}.authorise`);
    return [result.is, result.declineCode];
  };
  const { object } = await stage.created();
  assert.deepEqual(await is(object), ['action', null]);
  standIn.approve(object, { needsAction: true });
  assert.deepEqual(await is(object), ['action', null]);
  standIn.approve(object);
  standIn.expireOrder(object);
  assert.deepEqual(await is(object), ['cancelled', 'ORDER_EXPIRED']);
});

test('[PP4] a capture that PayPal looks into is neither taken nor refused, until PayPal knows', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  for (const [order, end, is] of [
    ['o-1', 'COMPLETED', 'captured'],
    ['o-2', 'DECLINED', 'cancelled'],
  ] as const) {
    standIn.nextCaptures('PENDING');
    const known = await stage.authorised(order);
    const { result } = await desk.capture(known, `${order}.capture`);
    assert.deepEqual([result.is, result.capturedCents, result.feeCents], ['processing', 0, null]);
    assert.ok(result.capture !== null);
    assert.equal((await desk.look(known)).result.is, 'processing');
    // It cannot be stopped, and must not be taken for stopped.
    assert.equal((await desk.cancel(known, `${order}.cancel`)).result.is, 'processing');
    standIn.settleCapture(result.capture, end);
    assert.equal((await desk.look(known)).result.is, is);
  }
});

test('[PP4] a capture that is declined at once took nothing; what is true then is found by a look', async (t) => {
  const stage = await paypalStage(t);
  stage.standIn.nextCaptures('DECLINED');
  const known = await stage.authorised();
  await assert.rejects(stage.desk.capture(known, 'o-1.capture'), refusedAs('CAPTURE_DECLINED'));
  const { result } = await stage.desk.look(known);
  assert.deepEqual([result.is, result.capture, result.capturedCents], ['authorised', null, 0]);
  assert.equal((await stage.desk.capture(known, 'o-1.capture.2')).result.is, 'captured');
});

test('[PP4] an authorisation that has lapsed cannot be captured, and a look says that it is over', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.authorised();
  stage.standIn.lapse(known.authorisation ?? '');
  await assert.rejects(stage.desk.capture(known, 'o-1.capture'), refusedAs('AUTHORIZATION_EXPIRED'));
  assert.equal((await stage.desk.look(known)).result.is, 'cancelled');
});

test('[PP4] another amount than was reserved is not taken', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.authorised();
  const capture = stage.desk.capture({ ...known, amountCents: 640_000 }, 'o-1.capture');
  await assert.rejects(capture, refusedAs('MAX_CAPTURE_AMOUNT_EXCEEDED'));
  assert.equal(stage.standIn.books().capturedCents, 0);
});

test('[PP5] what is reserved is let go, once', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.authorised();
  const { result } = await stage.desk.cancel(known, 'o-1.cancel');
  assert.deepEqual([result.is, result.authorisation], ['cancelled', known.authorisation]);
  assert.equal((await stage.desk.cancel(known, 'o-1.cancel.2')).result.is, 'cancelled');
  assert.equal(stage.asked('POST', /void$/), 1);
  assert.equal(stage.standIn.books().authorizedCents, 0);
});

test('[PP5] an order that was never authorised ends without a call, and what was reserved meanwhile is let go', async (t) => {
  const stage = await paypalStage(t);
  const { desk } = stage;
  assert.equal((await desk.cancel(await stage.created('o-1'), 'o-1.cancel')).result.is, 'cancelled');
  assert.equal((await desk.cancel(await stage.approved('o-2'), 'o-2.cancel')).result.is, 'cancelled');
  assert.equal(stage.asked('POST', /void$/), 0);
  // The books do not know that the request to reserve came through.
  const known = { ...(await stage.authorised('o-3')), authorisation: null };
  assert.equal((await desk.cancel(known, 'o-3.cancel')).result.is, 'cancelled');
  assert.equal(stage.standIn.books().authorizedCents, 0);
});

test('[PP5] what was taken is answered as taken, also when it is taken while we let go', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  assert.equal((await desk.cancel(await stage.captured('o-1'), 'o-1.cancel')).result.is, 'captured');
  const known = await stage.authorised('o-2');
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  standIn.on({ path: /void$/ }, { kind: 'gate', open: gate });
  const cancel = desk.cancel(known, 'o-2.cancel');
  await desk.capture(known, 'o-2.capture');
  open();
  const { result } = await cancel;
  assert.deepEqual([result.is, result.capturedCents], ['captured', 6_400]);
});

test('[PP6] an order that PayPal has forgotten is told by what the books name of it', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const look = async (known: Parameters<typeof desk.look>[0]) => {
    standIn.forget(known.object);
    const { is, capturedCents, refundedCents } = (await desk.look(known)).result;
    return [is, capturedCents, refundedCents];
  };
  assert.deepEqual(await look(await stage.created('o-1')), ['cancelled', 0, null]);
  assert.deepEqual(await look(await stage.authorised('o-2')), ['authorised', 0, null]);
  assert.deepEqual(await look(await stage.captured('o-3')), ['captured', 6_400, null]);
  assert.equal(await desk.buyerAction(await stage.created('o-1')), null);
});

test('[PP6] an account that knows nothing of a reservation says nothing of it', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.created();
  stage.standIn.forget(known.object);
  const foreign = { ...known, authorisation: '0AUTHORIZATION000' };
  await assert.rejects(stage.desk.look(foreign), refusedAs('INVALID_RESOURCE_ID'));
  await assert.rejects(stage.desk.cancel(foreign, 'o-1.cancel'), refusedAs('INVALID_RESOURCE_ID'));
});

test('[PP7] money goes back in parts, each known by our id', async (t) => {
  const stage = await paypalStage(t);
  const { desk } = stage;
  const known = await stage.captured();
  const { result } = await desk.refund(known, wantedRefund());
  assert.equal(result.is, 'done');
  assert.deepEqual(sent(stage, /refund$/), {
    key: 'o-1.r1',
    body: { amount: { currency_code: 'BRL', value: '9.00' }, custom_id: 'o-1.r1', invoice_id: 'o-1.r1' },
  });
  assert.deepEqual((await desk.lookRefund(known, result.object)).result, result);
  assert.equal(
    (await desk.refund({ ...known, capture: null }, wantedRefund({ id: 'o-1.r2', cents: 5_500 }))).result.is,
    'done',
  );
  const seen = (await desk.look(known)).result;
  assert.deepEqual([seen.is, seen.capturedCents, seen.refundedCents], ['captured', 6_400, 6_400]);
});

test('[PP7] one refund is made once: asked again by the key, found by our id, or refused by its invoice', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.captured();
  const first = (await desk.refund(known, wantedRefund())).result;
  const again = [
    wantedRefund(),
    wantedRefund({ isAgain: true }),
    wantedRefund({ isAgain: true, key: 'another' }),
    // Not even looked for: PayPal refuses the invoice, and then it is.
    wantedRefund({ key: 'another' }),
    wantedRefund({ object: first.object, key: 'another' }),
  ];
  for (const wanted of again) assert.deepEqual((await desk.refund(known, wanted)).result, first);
  // The first, the same key, the refused invoice; what was found was not asked for.
  assert.equal(stage.asked('POST', /refund$/), 3);
  assert.deepEqual([standIn.state.refunds.size, standIn.books().refundedCents], [1, 900]);
});

test('[PP7] a refund on its way is pending, then done or failed; more than there is is refused', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  const known = await stage.captured();
  for (const [id, end, is] of [
    ['o-1.r1', 'COMPLETED', 'done'],
    ['o-1.r2', 'FAILED', 'failed'],
    ['o-1.r3', 'CANCELLED', 'failed'],
  ] as const) {
    standIn.nextRefunds('PENDING');
    const { result } = await desk.refund(known, wantedRefund({ id }));
    assert.equal(result.is, 'pending');
    standIn.settleRefund(result.object, end);
    assert.equal((await desk.lookRefund(known, result.object)).result.is, is);
  }
  assert.equal((await desk.look(known)).result.refundedCents, 900);
  await assert.rejects(
    desk.refund(known, wantedRefund({ id: 'o-1.r4', cents: 6_000 })),
    refusedAs('REFUND_AMOUNT_EXCEEDED'),
  );
  await assert.rejects(
    desk.refund(await stage.authorised('o-2'), wantedRefund({ id: 'o-2.r1' })),
    refusedAs('NO_CAPTURE'),
  );
});

test('[PP8] a dispute is read as it stands: open, won or lost, about the capture', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn } = stage;
  for (const [order, end] of [
    ['o-1', 'won'],
    ['o-2', 'lost'],
  ] as const) {
    const { capture } = await stage.captured(order);
    const { id } = standIn.openDispute(capture ?? '', { amountCents: 3_200 });
    const open = await desk.lookDispute(id);
    assert.deepEqual([open.id, open.payment, open.cents, open.currency], [id, capture, 3_200, 'BRL']);
    assert.deepEqual([open.isOpen, open.outcome, open.status], [true, null, 'WAITING_FOR_SELLER_RESPONSE']);
    assert.ok(open.dueMs !== null && open.dueMs > open.openedMs);
    standIn.closeDispute(id, end);
    const closed = await desk.lookDispute(id);
    assert.deepEqual([closed.isOpen, closed.outcome, closed.dueMs], [false, end, null]);
  }
  await assert.rejects(desk.lookDispute('../orders/1'), refusedAs('INVALID_RESOURCE_ID'));
  await assert.rejects(desk.lookDispute('PP-D-0'), refusedAs('INVALID_RESOURCE_ID'));
});

test('[PP8] PayPal has no list of orders, and says so', async (t) => {
  const { desk } = await paypalStage(t);
  assert.equal(await desk.listSince(0, () => assert.fail('nothing is listed')), null);
});

test('[PP17] disputes since a moment are listed over the pages, each once, until it is enough', async (t) => {
  const stage = await paypalStage(t);
  const { desk, standIn, clock } = stage;
  const { capture } = await stage.captured();
  standIn.openDispute(capture ?? '');
  clock.nowMs += 60_000;
  const sinceMs = clock.nowMs;
  const opened = Array.from({ length: 120 }, () => standIn.openDispute(capture ?? '').id);
  const listed = async (most: number) => {
    const ids: string[] = [];
    await desk.listDisputesSince?.(sinceMs, (id) => ids.push(id) < most);
    return ids;
  };
  assert.deepEqual((await listed(1_000)).toSorted(), opened.toSorted());
  const asked = stage.asked('GET', /disputes$/);
  assert.deepEqual([asked, (await listed(3)).length, stage.asked('GET', /disputes$/)], [3, 3, asked + 1]);
});

test('[PP17] a list that is no list, or that never ends, is not gone round in', async (t) => {
  const { desk } = await paypalStage(t);
  const ids: string[] = [];
  const list = () => desk.listDisputesSince?.(Date.now(), (id) => ids.push(id) > 0);
  await list();
  let page: unknown = null;
  const real = globalThis.fetch;
  t.mock.method(globalThis, 'fetch', (url: string, init: RequestInit) =>
    url.includes('/disputes') ? Promise.resolve(Response.json(page)) : real(url, init),
  );
  for (page of [null, 7, { items: 'x', links: 'y' }, { items: [{ dispute_id: '../orders' }, {}] }]) await list();
  assert.deepEqual(ids, []);
  const href = 'https://elsewhere.example/?next_page_token=again';
  page = { items: [], links: [{ rel: 'next', href }] };
  await assert.rejects(async () => list(), ProviderUnknown);
});
