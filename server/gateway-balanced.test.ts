/** The gateway behind a balancer: whose connection it is, and how visitors are sent to the other nodes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { endOfTurn, type FakeSocket, GatewayStage } from '../tests/support/gateway-stage.ts';
import { ClientOp } from './protocol/client-messages.ts';
import { CloseCode } from './socket/socket-port.ts';

const BALANCER = '10.0.0.1';
const codes = (sockets: readonly FakeSocket[]) => sockets.map(({ closed }) => closed?.code ?? null);

test('[CL10] connections are counted by the visitor\u2019s address when a trusted balancer brings them', () => {
  const stage = new GatewayStage({ connectionsPerAddress: 1, trustedProxies: ['10.0.0.0/8'] });
  const from = (visitor: string) => stage.upgrade({ 'x-forwarded-for': visitor }, BALANCER);
  const first = from('198.51.100.1');
  assert.ok(first.accept);
  assert.equal(first.context.address, '198.51.100.1');
  stage.connections.enter(first.context.address);
  assert.deepEqual([from('198.51.100.1').accept, from('198.51.100.2').accept], [false, true]);
});

test('[CL10] without trust the header is only words', () => {
  const stage = new GatewayStage();
  const answer = stage.upgrade({ 'x-forwarded-for': '198.51.100.1' }, BALANCER);
  assert.ok(answer.accept);
  assert.equal(answer.context.address, BALANCER);
});

test('[CL11] a leaving node sends everybody away, those without an answer under way first, and takes nobody new', async () => {
  const stage = new GatewayStage();
  const [idle, busy] = [await stage.greeted(), await stage.greeted()];
  busy.says({ op: ClientOp.hold, requestId: 'request-0123456789', screening: 7, seats: [1], hold: 0 });
  const over = stage.gateway.sendAway(100);
  assert.deepEqual(codes([idle, busy]), [CloseCode.nodeLeaving, null]);
  const refused = stage.upgrade();
  assert.ok(!refused.accept);
  assert.equal(refused.status, 503);
  stage.bus.next('hold').answer({ code: OutcomeCode.seatHeld });
  await endOfTurn();
  await over;
  assert.deepEqual(codes([idle, busy]), [CloseCode.nodeLeaving, CloseCode.nodeLeaving]);
  assert.equal(
    busy.hears().some((message) => 'code' in message && message.code === OutcomeCode.seatHeld),
    true,
  );
});

test('[CL11] until its turn comes a connection is served as ever', async () => {
  const stage = new GatewayStage();
  const sockets = [await stage.greeted(), await stage.greeted(), await stage.greeted(), await stage.greeted()];
  const over = stage.gateway.sendAway(200);
  const waiting = sockets.findLast(({ closed }) => closed === null);
  assert.ok(waiting !== undefined);
  waiting.says({ op: ClientOp.hold, requestId: 'request-0123456789', screening: 7, seats: [1], hold: 0 });
  assert.equal(stage.bus.submitted.length, 1);
  stage.bus.next('hold').answer({ code: OutcomeCode.seatHeld });
  await over;
  assert.ok(codes(sockets).every((code) => code === CloseCode.nodeLeaving));
});

test('[CL11] with nobody connected it is over at once', async () => {
  await new GatewayStage().gateway.sendAway(60_000);
});
