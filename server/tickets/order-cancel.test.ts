/** Tickets given back by their buyers, and confirmations sent again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CPFS } from '../../tests/support/accounts-stage.ts';
import { OrdersStage } from '../../tests/support/orders-stage.ts';

const HOUR_MS = 3_600_000;

test('[OT10] some tickets are given back, then the rest: the seats are free at once, and each time one letter says how much', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  await stage.sells(ana, { order: 'o1', seats: [0, 1, 2], feeCents: 450 });
  const { cookie } = ana;
  const first = await stage.ask('POST', '/api/orders/o1/cancel', { cookie, body: { tickets: ['o1-1'] } });
  assert.equal(first.status, 200);
  const statesOf = (order: { tickets: { state: string }[] }): string[] => order.tickets.map(({ state }) => state);
  assert.deepEqual([first.json.order.state, statesOf(first.json.order)], ['sold', ['live', 'refunded', 'live']]);
  const rest = await stage.ask('POST', '/api/orders/o1/cancel', { cookie, body: {} });
  assert.deepEqual(
    [rest.json.order.state, statesOf(rest.json.order)],
    ['refunded', ['refunded', 'refunded', 'refunded']],
  );
  assert.deepEqual(rest.json.order.cancellable, { until: null, why: 'no-live-ticket' });
  const letters = await stage.accounts.messages('order-refunded');
  assert.deepEqual(
    letters.map(({ recipient, params }) => [recipient, params]),
    [
      [ana.id, { order: 'o1', tickets: ['o1-1'], refundCents: 3450, currency: 'BRL' }],
      [ana.id, { order: 'o1', tickets: ['o1-0', 'o1-2'], refundCents: 6900, currency: 'BRL' }],
    ],
  );
  const { outcome } = await stage.seats.says(stage.screening, { kind: 'hold', buyer: 'bia', seats: [0, 1, 2] });
  assert.equal(outcome.code, 0);
});

test('[OT10] who has the link may give back as well', async (t) => {
  const stage = await OrdersStage.create(t);
  const guest = await stage.guest();
  await stage.sells(guest, { order: 'o1', seats: [0] });
  const { access } = (await stage.ask('GET', '/api/orders/o1', { cookie: guest.cookie })).json.order;
  const { status, json } = await stage.askWith(access, 'POST', '/api/orders/o1/cancel', {});
  assert.deepEqual([status, json.order.state, json.order.access], [200, 'refunded', access]);
});

test('[OT11] repeated, also from another network or after the answer was lost, it is done once and told once', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0, 1] });
  const { access } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order;
  const key = 'give-it-back-once';
  const path = '/api/orders/o1/cancel';
  const asked = { body: { tickets: ['o1-0'] }, key, headers: { 'order-access': access } };
  // The actor has done it; what follows is lost.
  await stage.seats.rows('alter table messages add constraint no_letters check (false) not valid');
  assert.equal((await stage.ask('POST', path, asked)).status, 503);
  await stage.seats.rows('alter table messages drop constraint no_letters');
  assert.deepEqual(await stage.accounts.messages('order-refunded'), []);
  const again = await stage.ask('POST', path, asked);
  const elsewhere = await stage.ask('POST', path, { ...asked, address: '198.51.100.77' });
  const signedIn = await stage.ask('POST', path, { ...asked, cookie: ana.cookie, headers: {} });
  for (const { status, json } of [again, elsewhere, signedIn])
    assert.deepEqual(
      [status, json.order?.tickets.map(({ state }: { state: string }) => state)],
      [200, ['refunded', 'live']],
    );
  assert.equal((await stage.accounts.messages('order-refunded')).length, 1);
  const other = await stage.ask('POST', path, { ...asked, body: { tickets: ['o1-1'] } });
  assert.deepEqual([other.status, other.json.code], [422, 'key-reused']);
});

test('[OT18] what was given back in time and lost on its way is told when it is repeated too late; another key is too late', async (t) => {
  const stage = await OrdersStage.create(t, 3);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0, 1] });
  const path = '/api/orders/o1/cancel';
  const asked = { body: { tickets: ['o1-0'] }, key: 'give-it-back-once', cookie: ana.cookie };
  await stage.seats.rows('alter table messages add constraint no_letters check (false) not valid');
  assert.equal((await stage.ask('POST', path, asked)).status, 503);
  await stage.seats.rows('alter table messages drop constraint no_letters');
  const [{ at } = { at: new Date(0) }] = await stage.seats.rows<{ at: Date }>('select starts_at as at from screenings');
  stage.accounts.nowMs = at.getTime() - 60 * 60_000;
  const other = await stage.ask('POST', path, { ...asked, key: 'another-key-of-hers' });
  assert.deepEqual([other.status, other.json.code], [409, 'too-late']);
  const again = await stage.ask('POST', path, asked);
  assert.deepEqual(
    [again.status, again.json.order?.tickets.map(({ state }: { state: string }) => state)],
    [200, ['refunded', 'live']],
  );
  assert.equal((await stage.ask('POST', path, asked)).status, 200);
  assert.equal((await stage.accounts.messages('order-refunded')).length, 1);
});

test('[OT19] an order’s tickets are asked to be given back twenty times an hour, whoever asks', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  const bia = await stage.guest(CPFS[1], 'bia@example.com');
  await stage.sells(ana, { order: 'o1', seats: [0] });
  stage.accounts.nowMs = Math.ceil(stage.accounts.nowMs / HOUR_MS) * HOUR_MS;
  const statusOf = async ({ cookie }: { readonly cookie: string }): Promise<number> =>
    (await stage.ask('POST', '/api/orders/o1/cancel', { cookie, body: { tickets: ['none'] } })).status;
  // Who has no right to the order uses nothing up.
  for (let count = 0; count < 3; count++) assert.equal(await statusOf(bia), 404);
  for (let count = 0; count < 20; count++) assert.equal(await statusOf(ana), 409);
  assert.equal(await statusOf(ana), 429);
  assert.equal(stage.seats.asked.filter((kind) => kind === 'refund').length, 20);
});

test('[OT9] outside of the policy nothing is cancelled, and the answer says until when it could have been', async (t) => {
  const stage = await OrdersStage.create(t, 3);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0] });
  const path = '/api/orders/o1/cancel';
  const cancel = () => stage.ask('POST', path, { cookie: ana.cookie, body: {} });
  const { order } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json;
  const untilMs = Date.parse(order.screening.startsAt) - HOUR_MS;
  assert.deepEqual(order.cancellable, { until: new Date(untilMs).toISOString(), why: null });
  stage.accounts.nowMs = untilMs;
  const late = await cancel();
  assert.deepEqual([late.status, late.json.code], [409, 'too-late']);
  assert.ok(late.json.error.includes(new Date(untilMs).toISOString()), late.json.error);
  stage.accounts.nowMs = Date.now();
  await stage.seats.rows(`update orders set created_at = now() - interval '9 days'`);
  const look = async () => (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order.cancellable;
  assert.deepEqual(await look(), { until: null, why: 'too-long-ago' });
  const past = await cancel();
  assert.deepEqual([past.status, past.json.code], [409, 'too-long-ago']);
  await stage.seats.rows(`update screenings set status = 'cancelled'`);
  assert.equal((await cancel()).json.code, 'screening-cancelled');
  assert.ok(!stage.seats.asked.includes('refund'));
  assert.deepEqual(await stage.accounts.messages('order-refunded'), []);
});

test('[OT9] the days are counted whole and in the cinema’s own zone, without that of the purchase', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0] });
  // Years ahead, so that the days end before the screening starts.
  await stage.seats.rows(`update screenings set starts_at = '2060-12-24T23:30:00Z'`);
  const untilOf = async (createdAt: string): Promise<string> => {
    await stage.seats.rows('update orders set created_at = $1', [createdAt]);
    return (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order.cancellable.until;
  };
  assert.equal(await untilOf('2060-03-01T12:00:00Z'), '2060-03-09T03:00:00.000Z');
  // Half past eleven at night in São Paulo, and the next day already in UTC.
  assert.equal(await untilOf('2060-03-02T02:30:00Z'), '2060-03-09T03:00:00.000Z');
  assert.equal(await untilOf('2060-03-02T03:00:00Z'), '2060-03-10T03:00:00.000Z');
});

test('[OT12] the actor decides: used, unknown and void tickets are not given back, nor anything beside them', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  const bia = await stage.guest(CPFS[1], 'bia@example.com');
  await stage.sells(ana, { order: 'o1', seats: [0, 1, 2] });
  await stage.sells(bia, { order: 'o2', seats: [3] });
  await stage.pays(ana, { order: 'o3', seats: [4] });
  await stage.seats.says(stage.screening, { kind: 'check-in', buyer: 'key:1', ticket: 'o1-0', gate: 'gate 1' });
  const refusal = async (order: string, tickets?: readonly string[]): Promise<unknown[]> => {
    const body = tickets === undefined ? {} : { tickets };
    const { status, json } = await stage.ask('POST', `/api/orders/${order}/cancel`, { cookie: ana.cookie, body });
    return [status, json.code];
  };
  assert.deepEqual(await refusal('o1'), [409, 'ticket-used']);
  assert.deepEqual(await refusal('o1', ['o1-1', 'o1-0']), [409, 'ticket-used']);
  assert.deepEqual(await refusal('o1', ['o1-1', 'o2-3']), [409, 'ticket-unknown']);
  assert.deepEqual(await refusal('o1', ['o1-1', 'o1-1']), [409, 'ticket-unknown']);
  assert.deepEqual(await refusal('o1', []), [400, 'invalid']);
  assert.deepEqual(await refusal('o3'), [409, 'not-sold']);
  const states = async () =>
    (await stage.ask('GET', '/api/orders', { cookie: ana.cookie })).json.orders[1].tickets.map(
      ({ state }: { state: string }) => state,
    );
  assert.deepEqual(await states(), ['used', 'live', 'live']);
  await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-1'] } });
  assert.deepEqual(await refusal('o1', ['o1-1', 'o1-2']), [409, 'ticket-void']);
  stage.seats.isOwnerAway = true;
  const away = await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-2'] } });
  assert.deepEqual([away.status, away.json.code, away.headers['retry-after']], [503, 'no-answer', '1']);
  assert.deepEqual(await states(), ['used', 'refunded', 'live']);
});

test('[OT13] the confirmation is sent again three times an hour, to the buyer of the order, whoever has the link', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0] });
  stage.accounts.nowMs = Math.ceil(stage.accounts.nowMs / HOUR_MS) * HOUR_MS;
  const { access } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order;
  const resend = (key?: string) =>
    stage.ask('POST', '/api/orders/o1/resend', {
      body: {},
      headers: { 'order-access': access },
      ...(key === undefined ? {} : { key }),
    });
  const key = 'once-and-the-same';
  for (const { status, json } of [await resend(key), await resend(key), await resend(), await resend()])
    assert.deepEqual([status, json], [200, { resent: true }]);
  assert.deepEqual([(await resend()).status, (await resend(key)).status], [429, 200]);
  const letters = await stage.accounts.messages('order-confirmed');
  assert.deepEqual(
    letters.map(({ recipient, params }) => [recipient, params]),
    Array.from({ length: 3 }, () => [ana.id, { order: 'o1' }]),
  );
  assert.equal(new Set(letters.map(({ id }) => id)).size, 3);
  stage.accounts.nowMs += HOUR_MS;
  await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  const nothing = await resend();
  assert.deepEqual([nothing.status, nothing.json.code], [409, 'not-sold']);
});
