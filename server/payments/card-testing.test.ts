/** Stolen cards are tried out where nobody counts: declined payments count by who tries and from where, whoever finds the decline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaidOrdersStage } from '../../tests/support/paid-orders-stage.ts';
import { declineBounds, type Payer } from '../accounts/attempt-limits.ts';
import { paymentsAt } from './payment-port.ts';

/** The counts of declined payments, by what they are about. */
async function counts(stage: PaidOrdersStage): Promise<Record<string, number>> {
  const rows = await stage.orders.seats.rows<{ kind: string; count: number }>(
    `select substring(name from '^declined (\\w+) ') as kind, count from decline_counts where name like 'declined %' order by 1`,
  );
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

/** As if so many had been declined, in this hour and the next: no test depends on the minute in which it runs. */
async function declinedAlready(stage: PaidOrdersStage, kind: string, count: number): Promise<void> {
  const values = [`declined ${kind} %`, count];
  const { rows } = stage.orders.seats;
  await rows.call(stage.orders.seats, 'update decline_counts set count = $2 where name like $1', values);
  await rows.call(
    stage.orders.seats,
    `insert into decline_counts select name, window_start + interval '1 hour', count from decline_counts where name like $1 and count = $2
     on conflict (name, window_start) do update set count = excluded.count`,
    values,
  );
}

/** A checkout’s payments, over the stage’s desk. */
function checkoutOf(stage: PaidOrdersStage) {
  const { seals } = stage.orders.accounts;
  const payments = paymentsAt(
    stage.desk,
    () => {},
    (by) => declineBounds(seals, by),
  );
  return (order: string, seat: number, detail: string, by: Payer, method: 'stripe' | 'paypal' = 'stripe') =>
    payments.pay({
      ...{ order, screening: stage.orders.screening, method, amountCents: 3_000, seats: [seat], detail, by },
    });
}

test('[PE41] a card that is declined counts for the payer, the account and the address; one that is taken counts for nobody', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const pay = checkoutOf(stage);
  const by = { payer: ana.payer, contact: ana.id, address: '203.0.113.9' };
  for (const [at, order] of ['o1', 'o2'].entries()) await stage.orders.pays(ana, { order, seats: [at * 2] });
  assert.equal(await pay('o1', 0, 'ok', by), 'approved');
  assert.deepEqual(await counts(stage), {});
  assert.equal(await pay('o2', 2, 'declined', by), 'declined');
  assert.equal(await pay('o2', 2, 'declined', by), 'declined', 'said again it is the same payment');
  await stage.desk.run('o2', 'sweep', { look: true });
  assert.deepEqual(await counts(stage), { address: 1, contact: 1, payer: 1 });
  const named = await stage.orders.seats.rows<{ text: string }>(
    `select string_agg(name, ' ') || (select string_agg(p::text, ' ') from payments p) as text from decline_counts`,
  );
  assert.doesNotMatch(named[0]?.text ?? '', new RegExp(`203\\.0\\.113\\.9|${ana.payer}|${ana.id}`));
  const kept = await stage.orders.seats.rows('select tried_as from payments where order_id = $1', ['o2']);
  assert.deepEqual(kept, [{ tried_as: null }], 'nothing is kept of who tried when it is over');
});

test('[PE41] a decline that a bank’s question ended in counts as well, whoever hears of it', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const pay = checkoutOf(stage);
  await stage.orders.pays(ana, { order: 'o1', seats: [0] });
  assert.equal(await pay('o1', 0, 'challenge', { payer: ana.payer }), 'authentication-needed');
  stage.stripe.of('o1').is = 'declined';
  await stage.newDesk().run('o1', 'webhook', { look: true });
  assert.deepEqual(await counts(stage), { payer: 1 });
});

test('[PE42] after ten declined cards in an hour a person is refused before any provider is asked, by both means; others are not', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const bia = await stage.orders.guest('11144477735', 'bia@example.com');
  const pay = checkoutOf(stage);
  const by = { payer: ana.payer, contact: ana.id, address: '203.0.113.9' };
  for (const [at, order] of ['o1', 'o2', 'o3'].entries()) await stage.orders.pays(ana, { order, seats: [at * 2] });
  await pay('o1', 0, 'declined', by);
  await declinedAlready(stage, 'payer', 9);
  assert.equal(await pay('o2', 2, 'declined', by), 'declined', 'the tenth');
  await declinedAlready(stage, 'payer', 10);
  assert.equal(await pay('o3', 4, 'ok', by), 'refused');
  assert.equal(await pay('o3', 4, 'word', { payer: ana.payer }, 'paypal'), 'refused');
  const refused = await stage.orders.ask('POST', '/api/orders/o3/payment', {
    ...{ cookie: ana.cookie, body: { provider: 'stripe', token: 'ok' } },
  });
  assert.deepEqual([refused.status, refused.json.code], [429, 'too-many-declined']);
  assert.match(refused.json.error, /Nothing was charged/);
  assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 3_600);
  assert.deepEqual(
    [stage.stripe, stage.paypal].flatMap(({ asked }) => asked).filter((line) => line.endsWith('o3')),
    [],
  );
  const view = await stage.orders.ask('GET', '/api/orders/o3/payment', { cookie: ana.cookie });
  assert.equal(view.json.state, 'open', 'the seats are still held');
  await stage.orders.pays(bia, { order: 'o4', seats: [8] });
  assert.equal(await pay('o4', 8, 'ok', { payer: bia.payer, contact: bia.id, address: '203.0.113.9' }), 'approved');
});

test('[PE42] sixty declined cards from one address refuse everybody there for the rest of the hour, and nobody elsewhere', async (t) => {
  const stage = await PaidOrdersStage.create(t);
  const ana = await stage.orders.account();
  const bia = await stage.orders.guest('11144477735', 'bia@example.com');
  const pay = checkoutOf(stage);
  await stage.orders.pays(ana, { order: 'o1', seats: [0] });
  await stage.orders.pays(bia, { order: 'o2', seats: [2] });
  await pay('o1', 0, 'declined', { payer: ana.payer, address: '2001:db8:1:2:3::4' });
  await declinedAlready(stage, 'address', 59);
  const there = { payer: bia.payer, contact: bia.id, address: '2001:db8:1:2:ffff::1' };
  await declinedAlready(stage, 'address', 60);
  assert.equal(await pay('o2', 2, 'ok', there), 'refused');
  assert.equal(await pay('o2', 2, 'ok', { ...there, address: '2001:db8:1:3::1' }), 'approved');
});
