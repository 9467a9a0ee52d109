/** One connection's way out: what is answered, in what frames, and what becomes of it when nobody listens any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { endOfTurn, type FakeSocket, GatewayStage } from '../tests/support/gateway-stage.ts';
import { turns } from '../tests/support/hand-store.ts';
import { T0 } from '../tests/support/screening.ts';
import type { Connection } from './connection.ts';
import { ClientOp, type ClientRequest } from './protocol/client-messages.ts';
import { ServerOp } from './protocol/opcodes.ts';
import { CloseCode } from './socket/socket-port.ts';

const hold = (number: number, screening = 7): ClientRequest => ({
  op: ClientOp.hold,
  requestId: `request-0123456789-${number}`,
  screening,
  seats: [number],
  hold: 0,
});

/** Answers everything that is under way, as one commit would. */
function commit(stage: GatewayStage): void {
  for (const submitted of [...stage.bus.submitted]) submitted.answer({ code: OutcomeCode.seatHeld, seats: [1] }, 4);
  stage.gateway.flush();
}

function codesIn(socket: FakeSocket): number[][] {
  return socket
    .hearsFrames()
    .map((frame) => frame.map((message) => (message.op === ServerOp.answer ? message.code : -message.op)));
}

test('[G12] the answers of one commit go out as one frame for each socket, at once', async () => {
  const stage = new GatewayStage();
  const [one, other] = [await stage.greeted(), await stage.greeted()];
  one.says(hold(1), hold(2));
  other.says(hold(3));
  one.says(hold(4));
  commit(stage);
  assert.deepEqual(codesIn(one), [[57, 57, 57]]);
  assert.deepEqual(codesIn(other), [[57]]);
  await endOfTurn();
  assert.deepEqual([one.hears(), other.hears()], [[], []], 'and not again at the end of the turn');
});

test('[G12] what is answered without a commit goes out at the end of the turn, in order', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(1), { op: ClientOp.ping, nonce: 7 }, hold(2));
  stage.bus.next('hold').answer({ code: OutcomeCode.seatSold });
  assert.deepEqual(socket.hears(), []);
  await endOfTurn();
  assert.deepEqual(codesIn(socket), [[-ServerOp.pong, 55]]);
});

test('[G12] time is told as time left, by the clock of the owner', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(1));
  stage.nowMs = T0 + 99_999_999;
  stage.bus
    .next('hold')
    .answer({ code: 0, kind: 'hold', hold: 9, seats: [1], deadlineMs: T0 + 480_000 }, 12, T0 + 1_000);
  await endOfTurn();
  const [answer] = socket.hears();
  assert.ok(answer?.op === ServerOp.answer);
  assert.deepEqual([answer.version, answer.body], [12, { kind: 'held', hold: 9, seats: [1], msLeft: 479_000 }]);
});

test('[G13] a closed connection hears nothing, its commands come to their end all the same', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(1), hold(2));
  socket.hangsUp();
  assert.equal(stage.gateway.commandsUnderWay, 2);
  commit(stage);
  await endOfTurn();
  assert.deepEqual([socket.hears(), stage.gateway.commandsUnderWay, socket.context.commandsUnderWay], [[], 0, 0]);
});

test('[G13] of a connection that is gone nothing is kept, not even while its command is under way', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says({ op: ClientOp.watch, screening: 7, epoch: 0, version: 0 }, hold(1));
  socket.hangsUp();
  assert.deepEqual([stage.watch.watchedScreenings, stage.counters.watchers, stage.counters.connections], [0, 0, 0]);
  assert.equal(socket.context.socket, null);
  commit(stage);
  await endOfTurn();
  const gone = new WeakRef<Connection>(socket.context);
  assert.ok(gone.deref() !== undefined && stage.bus.submitted.length === 0);
});

test('[G13] a purchase goes on when the buyer’s connection is lost in the middle', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says({
    op: ClientOp.buy,
    requestId: 'request-0123456789',
    screening: 7,
    hold: 9,
    seats: [[1, 1]],
    method: 'sandbox',
    detail: 'approved',
  });
  await turns();
  const begin = stage.bus.next('begin-payment');
  socket.hangsUp();
  begin.answer({ code: 0, kind: 'payment', order: begin.command.order, hold: 9, amountCents: 3_000, deadlineMs: T0 });
  await turns();
  const confirm = stage.bus.next('confirm');
  confirm.answer({ code: 0, kind: 'sold', order: confirm.command.order, tickets: [] });
  await turns();
  assert.deepEqual([socket.hears(), stage.gateway.commandsUnderWay], [[], 0]);
});

test('[G14] a reader too slow for its answers is closed; the others are not harmed', async () => {
  const stage = new GatewayStage();
  const [slow, quick] = [await stage.greeted(), await stage.greeted()];
  slow.says(hold(1), hold(2));
  quick.says(hold(3));
  slow.sendResult = 'dropped';
  commit(stage);
  await turns();
  assert.deepEqual([slow.closed?.code, stage.counters.slowReadersClosed], [CloseCode.slowReader, 1]);
  assert.deepEqual([slow.hears(), codesIn(quick)], [[], [[57]]]);
  assert.equal(stage.counters.connections, 1);
});

test('[G14] a reader too slow for the seat map is closed, and is nobody’s watcher any more', async () => {
  const stage = new GatewayStage();
  const [slow, quick] = [await stage.greeted(), await stage.greeted()];
  for (const socket of [slow, quick]) socket.says({ op: ClientOp.watch, screening: 7, epoch: 0, version: 0 });
  slow.sendResult = 'dropped';
  const subscriber = stage.bus.subscriberOf(7);
  const seats = { screening: 7, seatMap: 1, epoch: 1, salesOpen: true };
  subscriber.snapshotTaken({ ...seats, version: 3, status: new Uint8Array(16) });
  await turns();
  subscriber.seatsChanged({ ...seats, fromVersion: 3, version: 4, changes: [(2 << 2) | 1] });
  assert.equal(slow.closed?.code, CloseCode.slowReader);
  assert.deepEqual(
    quick.hears().map(({ op }) => op),
    [ServerOp.snapshot, ServerOp.delta],
  );
  assert.equal(stage.counters.watchers, 1);
});

test('[G15] a message that cannot be sent costs its own socket only', async () => {
  const stage = new GatewayStage();
  const [unlucky, other] = [await stage.greeted(), await stage.greeted()];
  unlucky.says(hold(1));
  other.says(hold(2));
  const [first, second] = stage.bus.submitted;
  // A bug somewhere: an answer with a number that no wire carries.
  first?.answer({ code: OutcomeCode.seatHeld, seats: [Number.NaN] });
  second?.answer({ code: OutcomeCode.seatHeld, seats: [2] });
  assert.doesNotThrow(() => stage.gateway.flush());
  await turns();
  assert.deepEqual(codesIn(other), [[57]]);
  assert.deepEqual([unlucky.closed?.code, stage.errors.length], [CloseCode.internalError, 1]);
});

test('[G16] before the connection is closed the reason is said', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(hold(1));
  stage.bus.next('hold').answer({ code: OutcomeCode.seatSold });
  socket.saysBytes(Buffer.from([0xc1]));
  const [frame] = socket.hearsFrames();
  assert.deepEqual(
    frame?.map(({ op }) => op),
    [ServerOp.answer, ServerOp.notice],
    'after what was answered before',
  );
  assert.ok((socket.closed?.reason.length ?? 0) > 0);
});
