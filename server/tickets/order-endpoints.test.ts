/** Orders as their buyers see them; and that nobody sees another one's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOrderAccess, orderAccessToken } from '../../storage/tickets/order-access.ts';
import { publicKeysOf, verifyTicket } from '../../storage/tickets/verify-ticket.ts';
import { CPFS } from '../../tests/support/accounts-stage.ts';
import { codeOf, OrdersStage } from '../../tests/support/orders-stage.ts';

const HOUR_MS = 3_600_000;

test('[OT1] an order shows its screening, its tickets by seat, what they are and what they cost, and their codes', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  await stage.sells(ana, { order: 'o1', seats: [9, 2], feeCents: 300, category: 'half-student' });
  const { status, json } = await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie });
  assert.equal(status, 200);
  const { order } = json;
  assert.deepEqual(
    [order.id, order.state, order.amountCents, order.feeCents, order.currency],
    ['o1', 'sold', 6600, 600, 'BRL'],
  );
  assert.deepEqual(
    [order.screening.id, order.screening.film.title, order.screening.cinema.name, order.screening.auditorium],
    [stage.screening, 'A Volta', 'Cine Meu', 'Sala 1'],
  );
  assert.equal(order.screening.timeZone, 'America/Sao_Paulo');
  assert.deepEqual(
    order.tickets.map(({ seat, row, code, state, usedAt, priceCents, feeCents }: Record<string, unknown>) => [
      ...[seat, row, code, state, usedAt, priceCents, feeCents],
    ]),
    [
      ['A3', 'A', 'TICKETO12', 'live', null, 3000, 300],
      ['B2', 'B', 'TICKETO19', 'live', null, 3000, 300],
    ],
  );
  assert.deepEqual(order.tickets[0].category, {
    code: 'half-student',
    name: 'Meia: estudante',
    nameEn: 'Half price: student',
    document: 'Carteira de Identificação Estudantil (CIE)',
    documentEn: 'Student card (CIE)',
  });
  assert.doesNotMatch(JSON.stringify(json), new RegExp(`${ana.payer}|${ana.cpf}|ana@example`), 'nothing of the person');
});

test('[OT2] live tickets alone have a code for the gate: not used ones, void ones, nor those of a cancelled screening or of yesterday', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  await stage.sells(ana, { order: 'o1', seats: [0, 1, 2] });
  await stage.seats.says(stage.screening, { kind: 'check-in', buyer: 'key:1', ticket: 'o1-1', gate: 'gate 1' });
  await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-2'] } });
  const look = async () => (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order;
  const { tickets, screening } = await look();
  assert.deepEqual(
    tickets.map(({ state, qr }: { state: string; qr: string | null }) => [state, qr !== null]),
    [
      ['live', true],
      ['used', false],
      ['refunded', false],
    ],
  );
  assert.match(tickets[1].usedAt, /^20\d\d-\d\d-\d\dT.*Z$/);
  const startsMs = Date.parse(screening.startsAt);
  const keys = publicKeysOf((await stage.ask('GET', '/.well-known/poltrona-ticket-keys.json')).json.keys);
  const verdict = verifyTicket(tickets[0].qr, keys, startsMs);
  assert.deepEqual(verdict, {
    is: 'valid',
    key: 1,
    claims: {
      ticket: 'o1-0',
      screening: stage.screening,
      seat: 0,
      notBeforeMs: startsMs - 12 * HOUR_MS,
      notAfterMs: startsMs + 100 * 60_000 + 6 * HOUR_MS,
    },
  });
  stage.accounts.nowMs = startsMs + 100 * 60_000 + 6 * HOUR_MS;
  assert.equal((await look()).tickets[0].qr, null);
  stage.accounts.nowMs = Date.now();
  await stage.seats.rows(`update screenings set status = 'cancelled'`);
  const after = await look();
  assert.deepEqual(
    [after.screening.status, after.tickets[0].qr, after.cancellable.why],
    ['cancelled', null, 'screening-cancelled'],
  );
});

test('[OT3] the list has the orders of the account, the newest first, and nothing of another who buys with the same CPF', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  const guest = await stage.guest(ana.cpf, 'outra@example.com');
  assert.equal(guest.payer, ana.payer);
  await stage.sells(ana, { order: 'o1', seats: [0] });
  await stage.sells(guest, { order: 'o2', seats: [1] });
  await stage.sells(ana, { order: 'o3', seats: [2] });
  await stage.pays(ana, { order: 'o4', seats: [3] });
  await stage.pays(ana, { order: 'o5', seats: [4] });
  await stage.seats.says(stage.screening, { kind: 'cancel-payment', buyer: ana.id, order: 'o5', keepHold: false });
  const idsOf = async (cookie: string): Promise<string[]> => {
    const { json } = await stage.ask('GET', '/api/orders', { cookie });
    return json.orders.map(({ id }: { id: string }) => id);
  };
  assert.deepEqual(await idsOf(ana.cookie), ['o4', 'o3', 'o1']);
  assert.deepEqual(await idsOf(guest.cookie), ['o2']);
  assert.equal((await stage.ask('GET', '/api/orders')).status, 401);
  const paying = (await stage.ask('GET', '/api/orders/o4', { cookie: ana.cookie })).json.order;
  assert.deepEqual([paying.state, paying.tickets, paying.cancellable.why], ['created', [], 'not-sold']);
  // Whoever tried it hears what became of it.
  const { order } = (await stage.ask('GET', '/api/orders/o5', { cookie: ana.cookie })).json;
  assert.deepEqual([order.state, order.tickets], ['cancelled', []]);
});

test('[OT4] nobody reaches another one’s order, by no endpoint: the answer is that of an order that does not exist', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  const bia = await stage.account(CPFS[1], 'bia@example.com');
  // With Ana's own CPF, and not Ana.
  const twin = await stage.guest(ana.cpf, 'outra@example.com');
  await stage.sells(ana, { order: 'o1', seats: [0] });
  await stage.sells(bia, { order: 'o2', seats: [1] });
  const { access: toBias } = (await stage.ask('GET', '/api/orders/o2', { cookie: bia.cookie })).json.order;
  const { seals } = stage.accounts;
  const expired = orderAccessToken(seals, 'o1', stage.accounts.nowMs - 1_000);
  const forged = orderAccessToken(seals, 'o1', stage.accounts.nowMs + HOUR_MS).replace(/.$/, (last) =>
    last === 'A' ? 'B' : 'A',
  );
  const strangers = {
    nobody: {},
    'another account': { cookie: bia.cookie },
    'the same CPF': { cookie: twin.cookie },
    'another order’s token': { headers: { 'order-access': toBias } },
    'an old token': { headers: { 'order-access': expired } },
    'a changed token': { headers: { 'order-access': forged } },
    'no token': { headers: { 'order-access': 'o1' } },
  };
  const endpoints = [
    ['GET', ''],
    ['GET', '/calendar.ics'],
    ['POST', '/cancel'],
    ['POST', '/resend'],
  ] as const;
  for (const [method, path] of endpoints)
    for (const [who, asked] of Object.entries(strangers)) {
      const body = method === 'POST' ? { body: {} } : {};
      const theirs = await stage.ask(method, `/api/orders/o1${path}`, { ...asked, ...body });
      const nobodys = await stage.ask(method, `/api/orders/o9${path}`, { ...asked, ...body });
      assert.equal(theirs.status, 404, `${method} ${path} by ${who}`);
      assert.deepEqual([theirs.json, theirs.headers], [nobodys.json, nobodys.headers], `${method} ${path} by ${who}`);
    }
  // Nothing came of it.
  assert.equal((await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order.tickets[0].state, 'live');
  assert.deepEqual(await stage.accounts.messages('order-refunded'), []);
  assert.deepEqual(await stage.accounts.messages('order-confirmed'), []);
  assert.ok(!stage.seats.asked.includes('refund'));
});

test('[OT5] the access token opens its order, for a day after the screening, and nobody prolongs his own', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  await stage.sells(ana, { order: 'o1', seats: [0] });
  const { order } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json;
  const endsMs = Date.parse(order.screening.startsAt) + 100 * 60_000;
  stage.accounts.nowMs = endsMs + 23 * HOUR_MS;
  const opened = await stage.askWith(order.access, 'GET', '/api/orders/o1');
  assert.deepEqual([opened.status, opened.json.order.id, opened.json.order.access], [200, 'o1', order.access]);
  stage.accounts.nowMs = endsMs + 24 * HOUR_MS;
  assert.equal((await stage.askWith(order.access, 'GET', '/api/orders/o1')).status, 404);
  // With the session a fresh one comes, also long after: it is a link to look around, for a day.
  const again = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order.access;
  const { seals, nowMs } = stage.accounts;
  assert.deepEqual(
    [openOrderAccess(seals, again, nowMs)?.order, openOrderAccess(seals, again, nowMs + 25 * HOUR_MS)],
    ['o1', null],
  );
});

test('[OT17] a link that was mailed opens its order also after the screening was moved, earlier or later', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.account();
  await stage.sells(ana, { order: 'o1', seats: [0] });
  const { order } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json;
  const startsMs = Date.parse(order.screening.startsAt);
  const opens = async (afterMs: number): Promise<number> => {
    stage.accounts.nowMs = startsMs + afterMs;
    return (await stage.askWith(order.access, 'GET', '/api/orders/o1')).status;
  };
  const move = (days: number) =>
    stage.seats.rows(`update screenings set starts_at = starts_at + $1 * interval '1 day'`, [days]);
  assert.equal(await opens(3 * 24 * HOUR_MS), 404);
  await move(7);
  assert.deepEqual([await opens(3 * 24 * HOUR_MS), await opens(8 * 24 * HOUR_MS)], [200, 200]);
  assert.equal(await opens(8 * 24 * HOUR_MS + 100 * 60_000), 404);
  await move(-8);
  assert.equal(await opens(2 * HOUR_MS), 404);
});

test('[OT6] a guest finds the order by a code and the CPF of the purchase, however they are typed', async (t) => {
  const stage = await OrdersStage.create(t);
  const guest = await stage.guest(CPFS[0]);
  await stage.sells(guest, { order: 'o1', seats: [0, 1] });
  for (const code of ['TICKETO10', 'ticketo11', ' Ticket-o1 0 ']) {
    const { status, json } = await stage.ask('POST', '/api/orders/lookup', { body: { code, cpf: '529.982.247-25' } });
    assert.deepEqual([status, json.order?.id], [200, 'o1'], code);
    assert.equal((await stage.askWith(json.access, 'GET', '/api/orders/o1')).status, 200);
  }
});

test('[OT6] what does not belong together is not found, and the answer does not say what is wrong', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest(CPFS[0]);
  const bia = await stage.guest(CPFS[1], 'bia@example.com');
  await stage.sells(ana, { order: 'o1', seats: [0] });
  await stage.sells(bia, { order: 'o2', seats: [1] });
  const tried = {
    'another one’s CPF': [codeOf('o1', 0), CPFS[1]],
    'a CPF that never came': [codeOf('o1', 0), CPFS[2]],
    'a code that is none': ['ZZZZ23456', CPFS[0]],
    neither: ['ZZZZ23456', CPFS[2]],
  };
  const answers = [];
  for (const [code, cpf] of Object.values(tried))
    answers.push(await stage.ask('POST', '/api/orders/lookup', { body: { code, cpf } }));
  for (const answer of answers)
    assert.deepEqual([answer.status, answer.json, answer.headers], [404, answers[0]?.json, answers[0]?.headers]);
  assert.equal((await stage.ask('GET', '/api/orders/o9')).json.error, answers[0]?.json.error);
  // An account sees by code what it bought, and not what the list would not show: a payer is nobody's key to a list.
  assert.equal(
    (await stage.ask('POST', '/api/orders/lookup', { body: { code: codeOf('o1', 0), cpf: '12345678900' } })).status,
    400,
  );
});

test('[OT7] lookups are counted by address, by code and by CPF; a right one clears the two of its owner', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest(CPFS[0]);
  await stage.sells(ana, { order: 'o1', seats: [0] });
  stage.accounts.nowMs = Math.ceil(stage.accounts.nowMs / HOUR_MS) * HOUR_MS;
  let place = 0;
  const look = (code: string, cpf: string, address = `198.51.100.${++place}`) =>
    stage.ask('POST', '/api/orders/lookup', { body: { code, cpf }, address });
  const code = codeOf('o1', 0);
  for (let slip = 0; slip < 9; slip++) assert.equal((await look(code, CPFS[1])).status, 404);
  assert.equal((await look(code, CPFS[0])).status, 200);
  for (let slip = 0; slip < 10; slip++) assert.equal((await look(code, CPFS[2])).status, 404);
  const refused = await look(code, CPFS[0]);
  assert.deepEqual([refused.status, refused.json.code], [429, 'too-many-attempts']);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  stage.accounts.nowMs += HOUR_MS;
  assert.equal((await look(code, CPFS[0])).status, 200);
  // By CPF, with codes at random; then by the place alone, whose tries beyond its bound use up nobody's code.
  for (let slip = 0; slip < 20; slip++) assert.equal((await look(`ZZZZ2345${slip}`, CPFS[3])).status, 404);
  assert.equal((await look('ZZZZ999999', CPFS[3])).status, 429);
  stage.accounts.nowMs += HOUR_MS;
  const one = '203.0.113.99';
  for (let slip = 0; slip < 60; slip++) await look(`ZZZY2345${slip}`, CPFS[4], one);
  for (let slip = 0; slip < 12; slip++) assert.equal((await look(code, CPFS[0], one)).status, 429);
  assert.equal((await look(code, CPFS[0])).status, 200);
});

test('[OT8] a forgotten buyer’s orders name a random id and nobody; the tickets stay good for who has the link', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest(CPFS[0]);
  await stage.sells(ana, { order: 'o1', seats: [0] });
  const { access } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json.order;
  assert.equal((await stage.ask('DELETE', '/api/account', { cookie: ana.cookie, body: {} })).status, 200);
  assert.equal((await stage.ask('GET', '/api/orders', { cookie: ana.cookie })).status, 401);
  const { order } = (await stage.askWith(access, 'GET', '/api/orders/o1')).json;
  assert.ok(order.tickets[0].qr !== null);
  const [row] = await stage.seats.rows<{ contact: string }>('select contact from orders');
  const [buyer] = await stage.seats.rows('select name, email, email_key from buyers where id = $1', [row?.contact]);
  assert.deepEqual(buyer, { name: null, email: null, email_key: null });
});
