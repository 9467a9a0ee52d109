/** Payments as staff see them, on a real database: lists, one with its history, disputes, the settlement, the reconciler on demand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveDispute } from '../../storage/payments/disputes.ts';
import { PaidOrdersStage } from '../../tests/support/paid-orders-stage.ts';

const ADMIN = 'administrator';

test('[PE22] payments page by page, the newest first; filtered by what a person has to look at', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  for (const [order, seat] of [
    ['o1', 0],
    ['o2', 1],
    ['o3', 2],
  ] as const)
    await stage.sells(ana, order, [seat]);
  await stage.orders.seats.rows(
    `update payments set case_kind = 'stuck', created_at = created_at + interval '1 minute' where order_id = 'o2'`,
  );
  const list = async (query: string): Promise<{ orders: string[]; next: string | null }> => {
    const { body } = await stage.asks(ADMIN, 'GET', `/api/admin/payments?${query}`);
    return { orders: body.payments.map(({ order }: { order: string }) => order), next: body.next };
  };
  const first = await list('limit=2');
  assert.deepEqual(first.orders, ['o2', 'o3']);
  assert.deepEqual(await list(`limit=2&after=${first.next}`), { orders: ['o1'], next: null });
  assert.deepEqual((await list('case=any')).orders, ['o2']);
  assert.deepEqual((await list('case=disputed')).orders, []);
  assert.deepEqual((await list('phase=captured&since=2020-01-01T00:00:00Z')).orders, ['o2', 'o3', 'o1']);
  assert.deepEqual((await list('screening=999')).orders, []);
});

test('[PE23] one payment with every step; nothing of it names a card or a person; strangers hear that there is none', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0], { token: 'challenge' });
  await stage.orders.seats.rows(`update payments set token = 'challenge_named'`);
  const open = await stage.asks(ADMIN, 'GET', '/api/admin/payments/o1');
  assert.equal(open.status, 200, open.text);
  assert.doesNotMatch(open.text, new RegExp(`challenge|${ana.cpf}|ana@example|_secret`));
  stage.stripe.passChallenge('o1');
  await stage.desk.run('o1', 'webhook', { look: true });
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  await stage.desk.run('o1', 'sweep');
  const { payment } = (
    await stage.asks(`partner ${stage.orders.seats.mine.exhibitor}`, 'GET', '/api/admin/payments/o1')
  ).body;
  assert.deepEqual(
    [
      payment.phase,
      payment.capturedCents,
      payment.refundedCents,
      payment.soldCents,
      payment.voidedCents,
      payment.orderState,
    ],
    ['captured', 3_000, 3_000, 3_000, 3_000, 'refunded'],
  );
  const steps: { step: string; cause: string; requestKey: string | null }[] = payment.steps;
  for (const step of ['begin', 'create', 'capture', 'refund'])
    assert.ok(
      steps.some((each) => each.step === step),
      step,
    );
  assert.equal(steps.find(({ step }) => step === 'refund')?.requestKey, 'o1.r1');
  assert.deepEqual(
    payment.facts.map(({ fact }: { fact: string }) => fact),
    ['paymentBegun', 'sold', 'ticketsRefunded'],
  );
  const stranger = `partner ${stage.orders.seats.theirs.exhibitor}`;
  assert.equal((await stage.asks(stranger, 'GET', '/api/admin/payments/o1')).status, 404);
  assert.equal((await stage.asks(ADMIN, 'GET', '/api/admin/payments/o9')).status, 404);
});

test('[PE24] the money of all exhibitors is for administrators alone', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const partner = `partner ${stage.orders.seats.mine.exhibitor}`;
  for (const [method, path] of [
    ['GET', '/api/admin/payments'],
    ['GET', '/api/admin/disputes'],
    ['GET', '/api/admin/payments/settlement.csv?from=2026-11-01&until=2026-11-30'],
    ['POST', '/api/admin/payments/reconcile'],
  ] as const) {
    const body = method === 'POST' ? {} : undefined;
    assert.equal((await stage.asks(partner, method, path, body)).status, 403, path);
    assert.equal((await stage.asks(ADMIN, method, path, body)).status, 200, path);
  }
});

test('[PE25] the reconciler on demand: bite by bite, a record of who asked, and a rehearsal leaves none', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.ages('o1', 2);
  const all = async (dryRun: boolean) => {
    const cases: unknown[] = [];
    const stages: string[] = [];
    for (let after: string | null = null; ; ) {
      const { body, status, text } = await stage.asks(ADMIN, 'POST', '/api/admin/payments/reconcile', {
        dryRun,
        after,
      });
      assert.equal(status, 200, text);
      stages.push(body.stage);
      cases.push(...body.cases);
      after = body.next;
      if (after === null) return { cases, stages };
    }
  };
  const records = () =>
    stage.orders.seats.rows(`select who, action from staff_actions where action = 'payments.reconcile'`);
  const dry = await all(true);
  assert.deepEqual(dry.stages, ['books', 'recent', 'listed', 'looked', 'unbooked']);
  assert.deepEqual(dry.cases, [
    {
      order: 'o1',
      found: 'open',
      did: ['sell'],
      left: 'not done: a rehearsal',
      provider: 'stripe',
      object: 'pi_o1',
      cents: 3_000,
    },
  ]);
  assert.deepEqual(await records(), []);
  const { cases } = await all(false);
  assert.equal((cases[0] as { left: string }).left, 'nothing');
  const record = { who: 'key:administrator', action: 'payments.reconcile' };
  // The bites that looked at something: the books', and those that changed lately.
  assert.deepEqual(await records(), [record, record]);
  for (const wrong of [{ after: 'x' }, { since: '2001-01-01T00:00:00Z' }, { since: '2999-01-01T00:00:00Z' }]) {
    assert.equal((await stage.asks(ADMIN, 'POST', '/api/admin/payments/reconcile', wrong)).status, 400);
  }
});

test('[PE20] the settlement of real sales and refunds sums to the cent with the books', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.sells(ana, 'o2', [2], { provider: 'paypal' });
  await stage.orders.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-0'] } });
  await stage.desk.run('o1', 'sweep');
  const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const path = `/api/admin/payments/settlement.csv?from=${day(-2)}&until=${day(1)}`;
  const { text, headers } = await stage.asks(ADMIN, 'GET', path);
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
  const lines = text.trimEnd().split('\r\n');
  assert.match(
    lines.find((line) => line.includes('stripe')) ?? '',
    /,Cine Meu,stripe,BRL,1,60\.00,1,30\.00,0,0\.00,2\.00,0,28\.00$/,
  );
  assert.match(
    lines.find((line) => line.includes('paypal')) ?? '',
    /,Cine Meu,paypal,BRL,1,30\.00,0,0\.00,0,0\.00,2\.00,0,28\.00$/,
  );
  assert.equal(lines.at(-1), 'total,,,,BRL,2,90.00,1,30.00,0,0.00,4.00,0,56.00');
  assert.equal(
    (await stage.asks(ADMIN, 'GET', '/api/admin/payments/settlement.csv?from=2026-01-01&until=2027-06-01')).status,
    400,
  );
  assert.equal(
    (await stage.asks(ADMIN, 'GET', '/api/admin/payments/settlement.csv?from=2026-02-01&until=2026-01-31')).status,
    400,
  );
});

test('[PE26] disputes, the newest first, and only those that are not decided', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0]);
  const { app } = stage.orders.seats;
  const seen = { cents: 3_000, currency: 'BRL', reason: 'fraudulent', status: 'x', dueMs: null };
  await saveDispute(
    app,
    'o1',
    'stripe',
    { ...seen, id: 'dp_1', outcome: 'won', isOpen: false, openedMs: 1_000 },
    'test',
  );
  await saveDispute(app, 'o1', 'stripe', { ...seen, id: 'dp_2', outcome: null, isOpen: true, openedMs: 2_000 }, 'test');
  const ids = async (query: string) => {
    const { body } = await stage.asks(ADMIN, 'GET', `/api/admin/disputes?${query}`);
    return [body.disputes.map(({ id }: { id: string }) => id), body.next];
  };
  const [[newest], next] = (await ids('limit=1')) as [string[], string];
  assert.equal(newest, 'dp_2');
  assert.deepEqual(await ids(`limit=1&after=${next}`), [['dp_1'], null]);
  assert.deepEqual(await ids('open=yes'), [['dp_2'], null]);
});

test('[PE27] how far the money of a screening has gone back: owed, sent, refused; what cost nothing is not owed', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.sells(ana, 'o1', [0, 1]);
  await stage.sells(ana, 'o2', [2]);
  await stage.sells(ana, 'o3', [3]);
  await stage.orders.sells(ana, { order: 'o4', seats: [4] });
  const { screening } = stage.orders;
  const look = async () => {
    const { body } = await stage.asks(
      `partner ${stage.orders.seats.mine.exhibitor}`,
      'GET',
      `/api/admin/screenings/${screening}/refunds`,
    );
    return [body.orders, body.refundedOrders, body.cents, body.sentCents, body.failed, body.liveOrders];
  };
  assert.deepEqual(await look(), [0, 0, 0, 0, 0, 4]);
  for (const order of ['o1', 'o2', 'o4'])
    await stage.orders.ask('POST', `/api/orders/${order}/cancel`, { cookie: ana.cookie, body: {} });
  assert.deepEqual(await look(), [3, 1, 9_000, 0, 0, 1]);
  await stage.desk.run('o1', 'sweep');
  assert.deepEqual(await look(), [3, 2, 9_000, 6_000, 0, 1]);
  const stranger = `partner ${stage.orders.seats.theirs.exhibitor}`;
  assert.equal((await stage.asks(stranger, 'GET', `/api/admin/screenings/${screening}/refunds`)).status, 404);
});

test('[PE48] whoever begins the reconciler in its middle, by a place that he made up, is on record as well', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  await stage.begins(ana, 'o1', [0]);
  await stage.ages('o1', 2);
  const after = Buffer.from(JSON.stringify(['books', '!'])).toString('base64url');
  const { body } = await stage.asks(ADMIN, 'POST', '/api/admin/payments/reconcile', { after });
  assert.equal(body.looked, 1);
  const [record] = await stage.orders.seats.rows<{ details: object }>(
    `select details from staff_actions where action = 'payments.reconcile'`,
  );
  assert.deepEqual(record?.details, { since: null, stage: 'books', looked: 1, putRight: 1 });
});
