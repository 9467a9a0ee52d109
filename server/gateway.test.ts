/** The gateway: who may come in, what becomes of what they say. Its way back to the client is in connection.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { endOfTurn, FakeSocket, GatewayStage } from '../tests/support/gateway-stage.ts';
import { turns } from '../tests/support/hand-store.ts';
import { T0 } from '../tests/support/screening.ts';
import { COMMANDS_UNDER_WAY_MAX } from './connection.ts';
import { COMMAND_DEADLINE_MS } from './gateway.ts';
import { ClientOp, type ClientRequest } from './protocol/client-messages.ts';
import { HELLO_DEADLINE_MS } from './protocol/limits.ts';
import { ServerOp } from './protocol/opcodes.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL } from './protocol/version.ts';
import { CloseCode } from './socket/socket-port.ts';

const hello = (token: string | null = null): ClientRequest => ({ op: ClientOp.hello, token, clientName: 'test' });
const hold = (requestId: string, seats = [1, 2], into = 0): ClientRequest => ({
  op: ClientOp.hold,
  requestId,
  screening: 7,
  seats,
  hold: into,
});
const ID = 'request-0123456789';

test('[G5] hello is answered with a session, and the limits that hold', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 20 });
  const socket = stage.open();
  socket.says(hello());
  await endOfTurn();
  const [welcome] = socket.hears();
  assert.ok(welcome?.op === ServerOp.welcome);
  assert.equal(welcome.protocolVersion, PROTOCOL_VERSION);
  assert.equal(stage.tokens.buyerOf(welcome.token), welcome.buyer);
  assert.deepEqual([welcome.limits.messagesPerSecond, welcome.limits.seatsPerBuyer], [20, 10]);
});

test('[G5] a token of ours brings its buyer back; any other begins a new session', async () => {
  const stage = new GatewayStage();
  const { buyer, token } = stage.tokens.issue();
  const known = await stage.greeted(token);
  assert.equal(known.context.buyer, buyer);
  const stranger = stage.open();
  stranger.says(hello(`${token.slice(0, -1)}x`));
  await endOfTurn();
  const [welcome] = stranger.hears();
  assert.ok(welcome?.op === ServerOp.welcome);
  assert.notEqual(welcome.buyer, buyer);
  assert.equal(stage.tokens.buyerOf(welcome.token), welcome.buyer);
});

test('[G5] whoever says anything before hello is closed, and nothing of it is done', async () => {
  for (const first of [hold(ID), { op: ClientOp.ping, nonce: 1 }, { op: ClientOp.mine, screening: 7 }] as const) {
    const stage = new GatewayStage();
    const socket = stage.open();
    socket.says(first, hello());
    await turns();
    assert.equal(socket.closed?.code, CloseCode.protocolError);
    assert.deepEqual([stage.bus.submitted.length, socket.context.buyer], [0, null]);
  }
});

test('[G5] a second hello closes the connection', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hello());
  assert.equal(socket.closed?.code, CloseCode.protocolError);
});

test('[G5] whoever says nothing is closed after five seconds; whoever said hello is not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stage = new GatewayStage();
  const [silent, polite, gone] = [stage.open(), stage.open(), stage.open()];
  polite.says(hello());
  gone.hangsUp();
  t.mock.timers.tick(HELLO_DEADLINE_MS - 1);
  const codes = (): (number | undefined)[] => [silent, polite, gone].map(({ closed }) => closed?.code);
  assert.deepEqual(codes(), [undefined, undefined, 1006]);
  t.mock.timers.tick(1);
  assert.deepEqual(codes(), [CloseCode.helloTimeout, undefined, 1006]);
});

test('[G6] a text frame, and bytes that are no frame, close the connection with a code and a reason', async () => {
  const stage = new GatewayStage();
  for (const [bytes, isBinary, code] of [
    [Buffer.from('{"op":1}'), false, CloseCode.textFrame],
    [Buffer.from([0xc1]), true, CloseCode.protocolError],
    [Buffer.from([]), true, CloseCode.protocolError],
    [Buffer.from([0x91, 0x92, 0x7f, 0x01]), true, CloseCode.protocolError],
  ] as const) {
    const socket = await stage.greeted();
    socket.saysBytes(bytes, isBinary);
    const [notice] = socket.hears();
    assert.ok(notice?.op === ServerOp.notice);
    assert.deepEqual([notice.code, socket.closed?.code], [code, code]);
  }
});

test('[G6] a bad command is answered, and the others of its frame are carried out', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(ID, []), { ...hold('request-bad-9876543210'), seats: [70_000] } as ClientRequest, hold(`${ID}x`));
  await endOfTurn();
  assert.deepEqual(
    stage.bus.submitted.map(({ command }) => command.requestId),
    [ID, `${ID}x`],
  );
  const [answer] = socket.hears();
  assert.ok(answer?.op === ServerOp.answer);
  assert.deepEqual([answer.requestId, answer.code], ['request-bad-9876543210', OutcomeCode.badRequest]);
});

test('[G6] after a message that closes the connection nothing more of the frame is acted on', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(ID), hello(), hold(`${ID}x`));
  await turns();
  assert.deepEqual(
    stage.bus.submitted.map(({ command }) => command.requestId),
    [ID],
  );
});

test('[G7] each message becomes its command: the session’s buyer, the deadline, and nothing that was not said', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  const { buyer } = socket.context;
  const base = { screening: 7, requestId: ID };
  socket.says(
    { op: ClientOp.hold, ...base, seats: [3, 4], hold: 0 },
    { op: ClientOp.hold, ...base, seats: [5], hold: 9 },
    { op: ClientOp.hold, ...base, seats: [5], hold: 0, seatMap: 3 },
    { op: ClientOp.hold, ...base, seats: [5], hold: 9, seatMap: 3 },
    { op: ClientOp.release, ...base, hold: 9, seats: [] },
    { op: ClientOp.release, ...base, hold: 9, seats: [5] },
    { op: ClientOp.extend, ...base, hold: 9 },
    { op: ClientOp.bestAvailable, ...base, count: 3, accessible: true },
    { op: ClientOp.mine, screening: 8 },
  );
  const common = { requestId: ID, buyer, atMs: 0 };
  assert.deepEqual(
    stage.bus.submitted.map(({ screening, command }) => [screening, command]),
    [
      [7, { kind: 'hold', ...common, seats: [3, 4] }],
      [7, { kind: 'hold', ...common, seats: [5], hold: 9 }],
      [7, { kind: 'hold', ...common, seats: [5], seatMap: 3 }],
      [7, { kind: 'hold', ...common, seats: [5], hold: 9, seatMap: 3 }],
      [7, { kind: 'release', ...common, hold: 9 }],
      [7, { kind: 'release', ...common, hold: 9, seats: [5] }],
      [7, { kind: 'extend', ...common, hold: 9 }],
      [7, { kind: 'best-available', ...common, count: 3, accessible: true }],
      [8, { kind: 'mine', requestId: '', buyer, payer: buyer, atMs: 0 }],
    ],
  );
  assert.ok(stage.bus.submitted.every(({ deadlineMs }) => deadlineMs === T0 + COMMAND_DEADLINE_MS));
});

test('[G7] a ping is answered by the gateway itself', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says({ op: ClientOp.ping, nonce: 41 }, { op: ClientOp.ping, nonce: 42 });
  await endOfTurn();
  assert.deepEqual(
    socket.hears().map((message) => message.op === ServerOp.pong && message.nonce),
    [41, 42],
  );
});

test('[G2] a flood of messages closes the connection, and nothing of the frame that was too much is done', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 5 });
  const socket = await stage.greeted();
  for (let frame = 0; frame < 3; frame++)
    socket.says(hold(`${ID}-${frame}-a`), hold(`${ID}-${frame}-b`), hold(`${ID}-${frame}-c`));
  const isOpen = socket.closed === null;
  socket.says(hold(`${ID}-last`));
  await turns();
  assert.ok(isOpen);
  assert.deepEqual([socket.closed?.code, stage.bus.submitted.length], [CloseCode.rateLimited, 9]);
});

test('[G8] commands under way are bounded for each connection: "busy", and room again after an answer', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 0 });
  const [socket, other] = [await stage.greeted(), await stage.greeted()];
  for (let frame = 0; frame < COMMANDS_UNDER_WAY_MAX / 64; frame++) {
    socket.says(...Array.from({ length: 64 }, (_, index) => hold(`${ID}-${frame}-${index}`)));
  }
  socket.says(hold(`${ID}-busy`), {
    op: ClientOp.buy,
    requestId: `${ID}-buy`,
    screening: 7,
    hold: 9,
    seats: [[1, 1]],
    method: 'sandbox',
    detail: 'approved',
  });
  other.says(hold(`${ID}-other`));
  await endOfTurn();
  assert.deepEqual(
    socket.hears().map((message) => message.op === ServerOp.answer && [message.requestId, message.code]),
    [
      [`${ID}-busy`, OutcomeCode.busy],
      [`${ID}-buy`, OutcomeCode.busy],
    ],
  );
  assert.equal(stage.bus.submitted.length, COMMANDS_UNDER_WAY_MAX + 1);
  stage.bus.next('hold').answer({ code: OutcomeCode.seatHeld });
  socket.says(hold(`${ID}-room`));
  assert.equal(stage.bus.submitted.at(-1)?.command.requestId, `${ID}-room`);
});

test('[G9] only payments that this server takes reach the checkout', async () => {
  const buy = (method: string): ClientRequest => ({
    op: ClientOp.buy,
    requestId: ID,
    screening: 7,
    hold: 9,
    seats: [[1, 1]],
    method,
    detail: 'approved',
  });
  for (const [sandboxPayments, method, steps] of [
    [true, 'sandbox', 1],
    [true, 'card', 0],
    [false, 'sandbox', 0],
  ] as const) {
    const stage = new GatewayStage({ sandboxPayments });
    const socket = await stage.greeted();
    socket.says(buy(method));
    await turns();
    await endOfTurn();
    const heard = socket.hears().map((message) => message.op === ServerOp.answer && message.code);
    assert.deepEqual([stage.bus.submitted.length, heard], [steps, steps === 1 ? [] : [OutcomeCode.paymentRefused]]);
  }
});

test('[G9] ticket types that are given and not chosen are refused before anybody counts them', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  for (const type of [0, 4, 5]) {
    const buy = {
      op: ClientOp.buy,
      requestId: ID,
      screening: 7,
      hold: 9,
      seats: [[1, type]],
      method: 'sandbox',
      detail: '',
    };
    socket.says(buy as unknown as ClientRequest);
    await turns();
    await endOfTurn();
    const [answer] = socket.hears();
    assert.ok(answer?.op === ServerOp.answer);
    assert.deepEqual([answer.code, stage.bus.submitted.length], [OutcomeCode.badRequest, 0]);
  }
});

test('[G10] a handshake is refused for want of the subprotocol, for its origin, for too many, and while the server stops', () => {
  const stage = new GatewayStage({ connectionsPerAddress: 2 });
  const request = {
    path: '/ws',
    query: '',
    remoteAddress: '203.0.113.7',
    header: () => undefined,
    protocols: ['other'],
  };
  const refusals: number[] = [];
  const refused = (answer: ReturnType<GatewayStage['upgrade']>): void => {
    assert.ok(!answer.accept);
    refusals.push(answer.status);
  };
  refused(stage.gateway.upgrade(request));
  refused(stage.upgrade({ origin: 'https://evil.example', host: 'tickets.example' }));
  for (let time = 0; time < 2; time++) stage.open();
  refused(stage.upgrade());
  assert.ok(stage.upgrade({}, '203.0.113.8').accept);
  stage.gateway.stopAccepting();
  refused(stage.upgrade({}, '203.0.113.9'));
  assert.deepEqual(refusals, [400, 403, 429, 503]);
  assert.equal(SUBPROTOCOL, 'poltrona.1');
});

test('[G10] a place is taken only when the connection is open: a handshake that fails after it was accepted costs none', async () => {
  const stage = new GatewayStage({ connectionsPerAddress: 1 });
  for (let time = 0; time < 3; time++) assert.ok(stage.upgrade().accept);
  const answers = [stage.upgrade(), stage.upgrade()];
  const [first, second] = answers.map((answer) => {
    assert.ok(answer.accept);
    const socket = new FakeSocket(stage.gateway, answer.context);
    stage.gateway.open(socket);
    socket.context.helloTimer?.unref?.();
    return socket;
  });
  await turns();
  assert.deepEqual([first?.closed?.code, second?.closed?.code], [undefined, CloseCode.tooManyConnections]);
  first?.hangsUp();
  assert.deepEqual([stage.upgrade().accept, stage.counters.connections], [true, 0]);
});

test('[G10] a closed connection gives its place back, once, however it was closed', async () => {
  const stage = new GatewayStage({ connectionsPerAddress: 1 });
  for (let time = 0; time < 3; time++) {
    const socket = stage.open();
    assert.ok(!stage.upgrade().accept);
    if (time === 0) socket.hangsUp();
    else socket.says(hold(ID));
    await turns();
  }
  assert.deepEqual([stage.upgrade().accept, stage.counters.connections], [true, 0]);
});

test('[G11] a stopping server begins nothing new: "unavailable"; what was under way is still answered', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(ID));
  stage.gateway.stopAccepting();
  const buy = {
    op: ClientOp.buy,
    screening: 7,
    hold: 9,
    seats: [[1, 1]],
    method: 'sandbox',
    detail: 'approved',
  } as const;
  socket.says(hold(`${ID}-late`), { ...buy, requestId: `${ID}-buy` }, { op: ClientOp.ping, nonce: 5 });
  await turns();
  assert.deepEqual([stage.gateway.commandsUnderWay, stage.bus.submitted.length], [1, 1]);
  stage.bus.next('hold').answer({ code: OutcomeCode.seatHeld });
  await endOfTurn();
  assert.equal(stage.gateway.commandsUnderWay, 0);
  assert.deepEqual(
    socket.hears().map((message) => (message.op === ServerOp.answer ? [message.requestId, message.code] : message.op)),
    [
      [`${ID}-late`, OutcomeCode.unavailable],
      [`${ID}-buy`, OutcomeCode.unavailable],
      ServerOp.pong,
      [ID, OutcomeCode.seatHeld],
    ],
  );
});

test('[G6] the bytes of a frame are not kept: the socket layer reuses them', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  assert.ok(socket instanceof FakeSocket);
  // FakeSocket overwrites them as soon as the gateway has returned.
  socket.says(hold(ID, [11, 12, 13]));
  const { command } = stage.bus.next('hold');
  assert.deepEqual([command.requestId, command.seats], [ID, [11, 12, 13]]);
});
