/** Orders looked up and given back, tickets looked up and let in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';

test('[AD12] orders are listed by screening, state, buyer and code, the latest screenings first', async (t) => {
  const stage = await AdminStage.create(t);
  const [first, second] = [await stage.screening(stage.mine), await stage.screening(stage.mine, 40)];
  const theirs = await stage.screening(stage.theirs);
  await stage.buys(first, 'ana', 'order-1', [0, 1]);
  await stage.buys(first, 'bia', 'order-2', [2]);
  await stage.pays(second, 'ana', 'order-3', [0]);
  await stage.buys(theirs, 'ana', 'order-4', [0]);
  const ordersOf = async (query: string, who = stage.partner): Promise<string[]> => {
    const { orders } = await stage.does(who, 'GET', `/api/admin/orders${query}`);
    return orders.map(({ id }: { id: string }) => id);
  };
  assert.deepEqual(await ordersOf(''), ['order-3', 'order-1', 'order-2']);
  assert.deepEqual(await ordersOf('?buyer=ana', 'admin'), ['order-4', 'order-3', 'order-1']);
  assert.deepEqual(await ordersOf(`?screening=${first}`), ['order-1', 'order-2']);
  assert.deepEqual(await ordersOf('?state=created'), ['order-3']);
  assert.deepEqual(await ordersOf('?code=codeorder-2'), []);
  await stage.rows(`update tickets set code = 'ABCD234567' where id = 'order-2-2'`);
  assert.deepEqual(await ordersOf('?code=abcd234567'), ['order-2']);
  const paged: string[] = [];
  for (let after = ''; ; ) {
    const page = await stage.does(stage.partner, 'GET', `/api/admin/orders?limit=1${after}`);
    paged.push(...page.orders.map(({ id }: { id: string }) => id));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  assert.deepEqual(paged, ['order-3', 'order-1', 'order-2']);
  const { order } = await stage.does(stage.partner, 'GET', '/api/admin/orders/order-1');
  assert.deepEqual(
    [order.state, order.totalCents, order.tickets.map(({ seat }: { seat: string }) => seat)],
    ['sold', 6000, ['A1', 'A2']],
  );
});

test('[AD13] tickets of an order are refunded, some or all, once; a rehearsal says how much and changes nothing', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  await stage.buys(screening, 'ana', 'order-1', [0, 1, 2]);
  const path = '/api/admin/orders/order-1/refund';
  const some = { tickets: ['order-1-1'], why: 'fell ill' };
  const rehearsal = await stage.does(stage.partner, 'POST', path, { ...some, dryRun: true });
  const expected = { order: 'order-1', tickets: ['order-1-1'], refundCents: 3000, currency: 'BRL', people: 1 };
  assert.deepEqual(rehearsal, { ...expected, dryRun: true });
  assert.deepEqual([stage.asked, await stage.rows('select * from staff_actions')], [[], []]);
  stage.failures.push(new Error('the line is cut'));
  const key = 'refund-it-only-once';
  assert.equal((await stage.send(stage.partner, 'POST', path, some, key)).status, 503);
  assert.deepEqual(await stage.rows('select * from messages'), []);
  assert.deepEqual(await stage.does(stage.partner, 'POST', path, some, key), { ...expected, dryRun: false });
  const rest = await stage.does(stage.partner, 'POST', path, { why: 'fell ill' });
  assert.deepEqual([rest.tickets, rest.refundCents], [['order-1-0', 'order-1-2'], 6000]);
  const { order } = await stage.does('admin', 'GET', '/api/admin/orders/order-1');
  assert.deepEqual(
    [order.state, order.tickets.map(({ state }: { state: string }) => state)],
    ['refunded', ['refunded', 'refunded', 'refunded']],
  );
  assert.deepEqual(
    await stage.rows('select kind, recipient_kind, recipient, params from messages order by created_at'),
    [
      {
        kind: 'order-refunded',
        recipient_kind: 'buyer',
        recipient: 'ana',
        params: { order: 'order-1', tickets: ['order-1-1'], refundCents: 3000, currency: 'BRL' },
      },
      {
        kind: 'order-refunded',
        recipient_kind: 'buyer',
        recipient: 'ana',
        params: { order: 'order-1', tickets: ['order-1-0', 'order-1-2'], refundCents: 6000, currency: 'BRL' },
      },
    ],
  );
  assert.deepEqual(
    (await stage.rows<{ action: string; why: string }>('select action, why from staff_actions')).map(
      ({ action, why }) => [action, why],
    ),
    [
      ['order.refund', 'fell ill'],
      ['order.refund', 'fell ill'],
    ],
  );
  // The seats are free again.
  assert.equal((await stage.says(screening, { kind: 'hold', buyer: 'bia', seats: [0, 1, 2] })).outcome.code, 0);
});

test('[AD13] of two people with one CPF the one whose order it is hears of the refund; orders are found by either', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  // The account and the guest have the same CPF, and so the same payer.
  await stage.buys(screening, 'account', 'order-1', [0]);
  await stage.buys(screening, 'guest', 'order-2', [1]);
  await stage.rows(
    `update orders set buyer = 'payer-1', contact = case id when 'order-1' then 'account' else 'guest' end`,
  );
  await stage.does(stage.partner, 'POST', '/api/admin/orders/order-2/refund', { why: 'fell ill' });
  assert.deepEqual(await stage.rows('select recipient from messages'), [{ recipient: 'guest' }]);
  const found = async (buyer: string): Promise<unknown[]> => {
    const { orders } = await stage.does(stage.partner, 'GET', `/api/admin/orders?buyer=${buyer}`);
    return orders.map(({ id, buyer: payer, contact }: Record<string, string>) => [id, payer, contact]);
  };
  const [first, second] = [
    ['order-1', 'payer-1', 'account'],
    ['order-2', 'payer-1', 'guest'],
  ];
  assert.deepEqual([await found('payer-1'), await found('guest')], [[first, second], [second]]);
  const { order } = await stage.does(stage.partner, 'GET', '/api/admin/orders/order-2');
  assert.equal(order.contact, 'guest');
});

test('[AD14] what cannot be given back is refused with the reason, in a rehearsal as in earnest', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  await stage.buys(screening, 'ana', 'order-1', [0, 1]);
  await stage.buys(screening, 'bia', 'order-2', [2]);
  await stage.pays(screening, 'carla', 'order-3', [3]);
  await stage.pays(screening, 'dora', 'order-4', [4]);
  await stage.says(screening, { kind: 'cancel-payment', buyer: 'dora', order: 'order-4', keepHold: false });
  await stage.does('admin', 'POST', '/api/admin/tickets/order-1-0/check-in', { gate: 'gate 1' });
  const cancelled = await stage.does(stage.partner, 'POST', '/api/admin/orders/order-2/cancel', { why: 'a fraud' });
  assert.deepEqual([cancelled.tickets, cancelled.refundCents, cancelled.people], [['order-2-2'], 0, 0]);
  const refusals = {
    'order-1': 'ticket-used',
    'order-2': 'ticket-void',
    'order-3': 'order-in-payment',
    'order-4': 'order-unknown',
  };
  for (const [order, code] of Object.entries(refusals))
    for (const dryRun of [true, false]) {
      const answer = await stage.send('admin', 'POST', `/api/admin/orders/${order}/refund`, { why: 'to try', dryRun });
      assert.deepEqual([answer.status, answer.body.code], [409, code], `${order} ${dryRun}`);
    }
  const body = { why: 'to try', tickets: ['order-2-2'] };
  for (const dryRun of [true, false]) {
    const answer = await stage.send('admin', 'POST', '/api/admin/orders/order-1/refund', { ...body, dryRun });
    assert.deepEqual([answer.status, answer.body.code], [409, 'ticket-unknown']);
  }
});

test('[AD15] a ticket is found by code or id with what the gate asks for, and let in once', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  await stage.buys(screening, 'ana', 'order-1', [9]);
  await stage.rows(`update tickets set code = 'ABCD234567', type = 2`);
  const gate = `gate ${stage.mine.exhibitor}/${stage.mine.cinema}`;
  const { ticket } = await stage.does(gate, 'GET', '/api/admin/tickets/abcd234567');
  assert.deepEqual(
    [ticket.id, ticket.seat, ticket.state, ticket.kinds[0].document],
    ['order-1-9', 'B2', 'live', 'Carteira de Identificação Estudantil (CIE)'],
  );
  assert.equal(ticket.exhibitorId, undefined);
  const path = '/api/admin/tickets/ABCD234567/check-in';
  stage.failures.push(new Error('the line is cut'));
  const key = 'let-in-only-once';
  assert.equal((await stage.send(gate, 'POST', path, { gate: 'gate 2' }, key)).status, 503);
  const letIn = await stage.does(gate, 'POST', path, { gate: 'gate 2' }, key);
  assert.equal(letIn.ticket.state, 'used');
  const again = await stage.send(gate, 'POST', path, { gate: 'gate 3' });
  assert.deepEqual(
    [again.status, again.body.code, again.body.error],
    [409, 'ticket-used', `B2 has been let in already at ${letIn.checkedInAt}.`],
  );
  // Who sells may look, and not let in.
  assert.equal((await stage.send(stage.partner, 'POST', path, { gate: 'gate 3' })).status, 403);
  const { tickets } = await stage.does(gate, 'GET', `/api/admin/tickets?screening=${screening}&state=used`);
  assert.deepEqual(
    tickets.map(({ code }: { code: string }) => code),
    ['ABCD234567'],
  );
});
