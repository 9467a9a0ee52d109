/** The SDK's connection and the seats that it follows: close codes, silence, reconnects, gaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientOp } from '../server/protocol/client-messages.ts';
import { CloseCode } from '../server/protocol/close-code.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { ServerOp } from '../server/protocol/server-messages.ts';
import { reconnect, scene } from './support/sdk-scene.ts';

test('a connection that has gone silent is given up, and the command goes over the next one', async (t) => {
  const all = await scene(t, ({ faults }) => faults.push('no-answer'));
  await all.reach('open');
  const holding = all.session.hold(1, [1]);
  await all.gateway.until(() => all.gateway.count(ClientOp.hold) === 1);
  // Everything that could still arrive has: the answer to a ping came after it.
  all.gateway.isSilent = true;
  all.time.pass(10_000);
  all.gateway.isSilent = false;
  const waiting = await all.reach('waiting');
  assert.equal(waiting.is === 'waiting' && waiting.text, 'no answer');
  await reconnect(all);
  assert.equal((await holding).is, 'accepted');
  assert.equal(all.gateway.screening.effects.length, 1);
});

test('a quiet connection is pinged as often as the server asks', async (t) => {
  const { gateway, time, reach } = await scene(t, (each) => {
    each.pingSeconds = 20;
  });
  await reach('open');
  time.pass(20_000);
  await gateway.until(() => gateway.count(ClientOp.ping) === 1);
});

test('a gap in the deltas is noticed: the seats are asked for anew', async (t) => {
  const { session, gateway, next, listener, events } = await scene(t);
  const first = next('snapshot');
  const watch = session.watch(1, listener);
  await first;
  gateway.deltasToLose = 1;
  gateway.broadcast(gateway.screening.change([7], 2));
  const again = next('snapshot');
  gateway.broadcast(gateway.screening.change([8], 1));
  await again;
  assert.deepEqual(
    events.map(({ is }) => is),
    ['snapshot', 'stale', 'snapshot'],
  );
  assert.deepEqual(watch.seats?.status, gateway.screening.status);
  assert.deepEqual(gateway.received.at(-1)?.message, { op: ClientOp.watch, screening: 1, epoch: 0, version: 0 });
});

test('a change of owner is a delta like any other; what the old owner says afterwards is not heard', async (t) => {
  const { session, gateway, next, listener, events } = await scene(t);
  const first = next('snapshot');
  const watch = session.watch(1, listener);
  await first;
  const changed = next('changed');
  gateway.broadcast(gateway.screening.changeOwner());
  await changed;
  assert.deepEqual([watch.seats?.epoch, watch.seats?.version], [2, 2]);
  gateway.sendToAll([ServerOp.delta, 1, 1, 2, 3, true, Uint8Array.of(0, (9 << 2) | 2)]);
  assert.equal((await session.ping()).is, 'accepted');
  assert.equal(watch.seats?.status[9], 0);
  assert.equal(events.length, 2);
});

test('after a reconnect it is the same buyer, and the seats are known to be stale until they are fresh', async (t) => {
  const all = await scene(t);
  const { session, gateway, next, listener, events } = all;
  const first = next('snapshot');
  const watch = session.watch(1, listener);
  await first;
  const again = next('snapshot');
  gateway.cutAll();
  await all.reach('waiting');
  gateway.screening.change([11], 2);
  all.time.passToNext();
  await again;
  assert.deepEqual(
    events.map(({ is }) => is),
    ['snapshot', 'stale', 'snapshot'],
  );
  assert.equal(watch.seats?.status[11], 2);
  const hellos = gateway.received.filter(({ message }) => message.op === ClientOp.hello);
  assert.deepEqual(
    hellos.map(({ message }) => message.op === ClientOp.hello && message.token),
    [null, 'token.1'],
  );
  assert.deepEqual(session.state.is === 'open' && session.state.buyer, 'buyer-1');
});

test('an unknown screening is gone; one that only cannot be reached is asked for again', async (t) => {
  const { session, gateway, next, listener, time } = await scene(t);
  const gone = next('gone');
  session.watch(99, listener);
  const event = await gone;
  assert.equal(event.is === 'gone' && event.code, OutcomeCode.unknownScreening);
  const first = next('snapshot');
  session.watch(1, listener);
  await first;
  const stale = next('stale');
  gateway.sendToAll([ServerOp.gone, 1, OutcomeCode.unavailable]);
  await stale;
  const again = next('snapshot');
  time.passToNext();
  await again;
});

test('a watch that begins between the hello and its answer is not forgotten', async (t) => {
  const { session, gateway, next, listener } = await scene(t, (each) => {
    each.isSilent = true;
  });
  await gateway.until(() => gateway.count(ClientOp.hello) === 1);
  const first = next('snapshot');
  session.watch(1, listener);
  gateway.isSilent = false;
  gateway.sendToAll([ServerOp.welcome, 1, 'buyer-1', 'token.1', 'fake', [16_384, 0, 64, 10, 30]]);
  await first;
});

test('after the last listener has stopped, the server is told', async (t) => {
  const { session, gateway, next, listener } = await scene(t);
  const first = next('snapshot');
  const one = session.watch(1, listener);
  await first;
  const second = next('snapshot');
  const other = session.watch(1, listener);
  await second;
  one.stop();
  one.stop();
  assert.equal((await session.ping()).is, 'accepted');
  assert.equal(gateway.count(ClientOp.unwatch), 0);
  other.stop();
  await gateway.until(() => gateway.count(ClientOp.unwatch) === 1);
  assert.equal(other.seats, null);
});

test('"protocolError" is final: commands fail, nothing is tried again', async (t) => {
  const { session, gateway, reach, time } = await scene(t, ({ faults }) => faults.push('no-answer'));
  await reach('open');
  const holding = session.hold(1, [1]);
  await gateway.until(() => gateway.count(ClientOp.hold) === 1);
  gateway.closeAll(CloseCode.protocolError, 'not a message');
  const state = await reach('closed');
  assert.deepEqual(state, { is: 'closed', reason: 'protocol', text: 'not a message' });
  const failed = await holding;
  assert.deepEqual(failed.is === 'failed' && [failed.reason, failed.mayHaveHappened], ['protocol', true]);
  assert.equal(time.timers, 0);
  const late = await session.hold(1, [2]);
  assert.deepEqual(late.is === 'failed' && [late.reason, late.mayHaveHappened], ['protocol', false]);
});

test('[GI6] after a sign-out the session goes on as a new visitor, without asking in his name for what was under way', async (t) => {
  const all = await scene(t, ({ faults }) => faults.push('no-answer'));
  const { session, gateway, next, listener } = all;
  const first = next('snapshot');
  session.watch(1, listener);
  await first;
  assert.equal(session.token, 'token.1');
  const holding = session.hold(1, [1]);
  await gateway.until(() => gateway.count(ClientOp.hold) === 1);
  gateway.closeAll(CloseCode.signedOut, 'signed out');
  const failed = await holding;
  assert.deepEqual(failed.is === 'failed' && [failed.reason, failed.mayHaveHappened], ['closed', true]);
  await all.reach('waiting');
  assert.equal(session.token, null);
  const again = next('snapshot');
  await reconnect(all);
  await again;
  const hellos = gateway.received.filter(({ message }) => message.op === ClientOp.hello);
  assert.deepEqual(
    hellos.map(({ message }) => message.op === ClientOp.hello && message.token),
    [null, null],
  );
  assert.deepEqual([session.token, session.state.is === 'open' && session.state.buyer], ['token.2', 'buyer-2']);
  assert.equal((await session.hold(1, [2])).is, 'accepted');
  assert.equal(gateway.count(ClientOp.hold), 2);
});

test('the close code says how long to wait, and only a wait of our own can be cut short', async (t) => {
  for (const [code, atLeastMs, mayNudge] of [
    [CloseCode.rateLimited, 10_000, false],
    [CloseCode.tooManyConnections, 10_000, false],
    [CloseCode.serviceRestart, 500, true],
    [CloseCode.slowReader, 150, true],
  ] as const) {
    const { session, gateway, reach, time } = await scene(t);
    await reach('open');
    time.randoms = [0];
    gateway.closeAll(code, 'go');
    const state = await reach('waiting');
    assert.ok(state.is === 'waiting' && state.code === code && state.untilMs - time.nowMs() === atLeastMs, `${code}`);
    session.nudge();
    assert.equal(session.state.is, mayNudge ? 'connecting' : 'waiting');
    session.close();
  }
});

test('connections that do not last are tried at growing intervals; one that lasted starts over', async (t) => {
  const { session, gateway, reach, time } = await scene(t);
  const waits: number[] = [];
  for (let round = 0; round < 4; round++) {
    await reach('open');
    if (round === 3) time.pass(5_000);
    gateway.sendBytesToAll('text is not of this protocol');
    await reach('waiting');
    waits.push(time.msToNext!);
    time.passToNext();
  }
  assert.deepEqual(waits, [225, 450, 900, 225]);
  await reach('open');
  // Junk is no better than text.
  gateway.sendBytesToAll(Uint8Array.of(0xc1));
  const state = await reach('waiting');
  assert.match(state.is === 'waiting' ? state.text : '', /not understood/);
  session.close();
});

test('a ping fails with its connection', async (t) => {
  const { session, gateway, reach } = await scene(t);
  assert.equal((await session.ping()).is, 'failed');
  await reach('open');
  gateway.isSilent = true;
  const ping = session.ping();
  await gateway.until(() => gateway.count(ClientOp.ping) === 1);
  gateway.cutAll();
  assert.equal((await ping).is, 'failed');
});

test('after close no timer runs and no state follows', async (t) => {
  const { session, reach, time, states, gateway } = await scene(t);
  await reach('open');
  session.close();
  session.close();
  assert.equal(time.timers, 0);
  assert.deepEqual(states.at(-1), { is: 'closed', reason: 'asked', text: 'closed' });
  await gateway.until(() => gateway.open === 0);
  assert.equal(states.filter(({ is }) => is === 'closed').length, 1);
});
