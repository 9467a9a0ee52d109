/** Who has signed in on the page buys for his account; the seats are the connection's own buyer's, signed in or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { endOfTurn, type FakeSocket, GatewayStage } from '../tests/support/gateway-stage.ts';
import { turns } from '../tests/support/hand-store.ts';
import type { Identity } from './identity.ts';
import { ClientOp, type ClientRequest } from './protocol/client-messages.ts';
import { ServerOp } from './protocol/opcodes.ts';
import type { Welcome } from './protocol/server-frame.ts';
import { CloseCode } from './socket/socket-port.ts';

const ANA: Identity = { buyer: 'buyer-of-ana', payer: 'payer-of-ana', session: 'session-1' };
const COOKIE = '__Host-session=signed';
const ID = 'request-0123456789';
const hold: ClientRequest = { op: ClientOp.hold, requestId: ID, screening: 7, seats: [1], hold: 0 };
const buy: ClientRequest = {
  ...{ op: ClientOp.buy, requestId: ID, screening: 7, hold: 2, seats: [[1, 1]] },
  ...{ method: 'sandbox', detail: 'approved' },
};

function staged(): GatewayStage {
  const stage = new GatewayStage({ sandboxPayments: true });
  stage.signedIn.set(COOKIE, ANA);
  return stage;
}

async function greeted(
  stage: GatewayStage,
  headers: Readonly<Record<string, string>>,
  token: string | null = null,
): Promise<{ socket: FakeSocket; welcome: Welcome }> {
  const socket = stage.open(undefined, headers);
  socket.says({ op: ClientOp.hello, token, clientName: 'test' });
  await endOfTurn();
  const [welcome] = socket.hears();
  assert.ok(welcome?.op === ServerOp.welcome);
  return { socket, welcome };
}

test('[GI1] a signed-in visitor holds as himself, pays for the holder of the account’s CPF, and the order is the account’s', async () => {
  const stage = staged();
  const { socket, welcome } = await greeted(stage, { cookie: COOKIE });
  assert.notEqual(welcome.buyer, ANA.buyer);
  assert.equal(stage.tokens.buyerOf(welcome.token), welcome.buyer);
  socket.says(hold);
  assert.equal(stage.bus.next('hold').command.buyer, welcome.buyer);
  stage.bus.next('hold').answer({ code: 0, kind: 'hold', hold: 2, seats: [1], deadlineMs: stage.nowMs });
  socket.says(buy);
  await turns();
  const { command } = stage.bus.next('begin-payment');
  assert.ok(command.kind === 'begin-payment');
  assert.deepEqual([command.buyer, command.payer, command.contact], [welcome.buyer, ANA.payer, ANA.buyer]);
});

test('[GI1] who holds seats and then says who he is buys those seats, on his next connection', async () => {
  const stage = staged();
  const before = await greeted(stage, {});
  before.socket.says(hold);
  const held = stage.bus.next('hold');
  const { buyer } = held.command;
  held.answer({ code: 0, kind: 'hold', hold: 2, seats: [1], deadlineMs: stage.nowMs });
  const after = await greeted(stage, { cookie: COOKIE }, before.welcome.token);
  after.socket.says(buy);
  await turns();
  const { command } = stage.bus.next('begin-payment');
  assert.ok(command.kind === 'begin-payment');
  assert.deepEqual([command.buyer, command.payer, command.contact], [buyer, ANA.payer, ANA.buyer]);
});

test('[GI1] whoever has not signed in pays for himself', async () => {
  const stage = staged();
  for (const headers of [{ cookie: 'something=else' }, {}]) {
    const { socket, welcome } = await greeted(stage, headers);
    socket.says(buy);
    await turns();
    const { command, answer } = stage.bus.next('begin-payment');
    assert.ok(command.kind === 'begin-payment' && !('contact' in command));
    assert.deepEqual([command.buyer, command.payer], [welcome.buyer, welcome.buyer]);
    answer({ code: 45 });
    await turns();
  }
});

test('[GI4] an account without a CPF chooses seats, but does not buy: its ten tickets would be counted for nobody', async () => {
  const stage = staged();
  stage.signedIn.set(COOKIE, { ...ANA, payer: null });
  const { socket, welcome } = await greeted(stage, { cookie: COOKIE });
  socket.says(buy);
  await endOfTurn();
  const [refused] = socket.hears();
  assert.ok(refused?.op === ServerOp.answer, JSON.stringify(refused));
  assert.deepEqual([refused.requestId, refused.code], [ID, OutcomeCode.forbidden]);
  assert.deepEqual(stage.bus.submitted, []);
  socket.says(hold);
  assert.equal(stage.bus.next('hold').command.buyer, welcome.buyer);
});

test('[GI2] signing in and out keeps the token and what was held with it; no token is ever the account’s', async () => {
  const stage = staged();
  const anonymous = stage.tokens.issue();
  const known = await greeted(stage, { cookie: COOKIE }, anonymous.token);
  assert.deepEqual([known.welcome.token, known.welcome.buyer], [anonymous.token, anonymous.buyer]);
  const first = await greeted(stage, { cookie: COOKIE });
  for (const { welcome } of [known, first]) assert.notEqual(stage.tokens.buyerOf(welcome.token), ANA.buyer);
  // With that token and without the cookie: the anonymous buyer of before.
  const later = await greeted(stage, {}, known.welcome.token);
  assert.equal(later.welcome.buyer, anonymous.buyer);
});

test('[GI3] signing out closes every connection of the session, with a code of its own, and no other one', async () => {
  const stage = staged();
  stage.signedIn.set('other', { ...ANA, session: 'session-2' });
  const mine = [await greeted(stage, { cookie: COOKIE }), await greeted(stage, { cookie: COOKIE })];
  // One that has not even said hello.
  const silent = stage.open(undefined, { cookie: COOKIE });
  const others = [await greeted(stage, { cookie: 'other' }), await greeted(stage, {})];
  mine[0]?.socket.says(hold);
  assert.equal(stage.gateway.endSession(ANA.session), 3);
  for (const { socket } of mine) {
    assert.equal(socket.closed?.code, CloseCode.signedOut);
    assert.equal(socket.hears().at(-1)?.op, ServerOp.notice);
  }
  assert.equal(silent.closed?.code, CloseCode.signedOut);
  assert.deepEqual(
    others.map(({ socket }) => socket.closed),
    [null, null],
  );
  await turns();
  // What was under way is decided, and nobody hears of it.
  stage.bus.next('hold').answer({ code: 0, kind: 'hold', hold: 2, seats: [1], deadlineMs: stage.nowMs });
  assert.deepEqual([stage.gateway.endSession(ANA.session), stage.counters.connections], [0, 2]);
});

test('[GI3] from the close on nothing is taken from it, not even the rest of a frame', async () => {
  const stage = staged();
  const { socket } = await greeted(stage, { cookie: COOKIE });
  stage.gateway.endSession(ANA.session);
  assert.equal(socket.context.socket, null);
  assert.equal(stage.bus.submitted.length, 0);
});

test('[GI5] what is mine is asked for whoever pays: the cookie of the connection, not the token alone', async () => {
  const stage = staged();
  stage.signedIn.set('no-cpf', { ...ANA, payer: null });
  const ask: ClientRequest = { op: ClientOp.mine, screening: 7 };
  const known = await greeted(stage, { cookie: COOKIE });
  const asked: { readonly buyer: string; readonly payer: string }[] = [];
  for (const headers of [{ cookie: COOKIE }, {}, { cookie: 'no-cpf' }]) {
    const { socket } = await greeted(stage, headers, known.welcome.token);
    socket.says(ask);
    const { command, answer } = stage.bus.next('mine');
    assert.ok(command.kind === 'mine');
    asked.push({ buyer: command.buyer, payer: command.payer });
    answer({ code: 0, kind: 'mine', holds: [], orders: [] });
  }
  const { buyer } = known.welcome;
  assert.deepEqual(asked, [
    { buyer, payer: 'payer-of-ana' },
    { buyer, payer: buyer },
    { buyer, payer: buyer },
  ]);
});

test('[K15] a card or PayPal is only for whom we know; who is known comes as far as the bank', async () => {
  const stage = new GatewayStage({ sandboxPayments: false, stripe: {} as never, paypal: null });
  stage.signedIn.set(COOKIE, ANA);
  const visitor = (await greeted(stage, {})).socket;
  const known = (await greeted(stage, { cookie: COOKIE })).socket;
  for (const [socket, method, isAsked] of [
    [visitor, 'stripe', false],
    [visitor, 'phone', false],
    [visitor, 'free', false],
    [known, 'paypal', false],
    [known, 'sandbox', false],
    [known, 'stripe', true],
    [known, 'phone', true],
    [known, 'free', true],
  ] as const) {
    const before = stage.bus.submitted.length;
    socket.says({ ...buy, method, requestId: `buy-by-${method}-0123456789` } as ClientRequest);
    await turns();
    await endOfTurn();
    const codes = socket.hears().flatMap((heard) => ('code' in heard ? [heard.code] : []));
    assert.equal(stage.bus.submitted.length - before, isAsked ? 1 : 0, method);
    assert.deepEqual(codes, isAsked ? [] : [OutcomeCode.paymentRefused], method);
  }
});
