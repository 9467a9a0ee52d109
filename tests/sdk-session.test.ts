/** The SDK against a server that misbehaves on command: real sockets, manual time. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import type { ConnectionState } from '../clients/sdk/link.ts';
import { connect, type Session, type SessionOptions } from '../clients/sdk/session.ts';
import type { SeatsEvent } from '../clients/sdk/watched-seats.ts';
import { ClientOp } from '../server/protocol/client-messages.ts';
import { CloseCode } from '../server/protocol/close-code.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { ServerOp } from '../server/protocol/server-messages.ts';
import { FakeGateway } from './support/fake-gateway.ts';
import { ManualTime } from './support/manual-time.ts';

interface Scene {
  readonly gateway: FakeGateway;
  readonly time: ManualTime;
  readonly session: Session;
  readonly states: ConnectionState[];
  readonly events: SeatsEvent[];
  /** The next state of this kind, one that is already there included. */
  reach(is: ConnectionState['is']): Promise<ConnectionState>;
  /** The next event of this kind on the screening that is watched. */
  next(is: SeatsEvent['is']): Promise<SeatsEvent>;
  readonly listener: (event: SeatsEvent) => void;
}

async function scene(
  t: TestContext,
  prepare: (gateway: FakeGateway) => void = () => {},
  options: Partial<SessionOptions> = {},
): Promise<Scene> {
  const gateway = await FakeGateway.start();
  prepare(gateway);
  const time = new ManualTime();
  const states: ConnectionState[] = [];
  const events: SeatsEvent[] = [];
  let wake: (() => void)[] = [];
  const changed = () => {
    const waiting = wake;
    wake = [];
    for (const each of waiting) each();
  };
  const session = connect({
    url: gateway.url,
    webSocket: WebSocket,
    surroundings: time,
    onState: (state) => {
      states.push(state);
      changed();
    },
    ...options,
  });
  t.after(async () => {
    session.close();
    await gateway.stop();
  });
  const find = async <T extends { readonly is: string }>(list: readonly T[], is: string, from: number): Promise<T> => {
    for (;;) {
      const found = list.slice(from).find((each) => each.is === is);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  return {
    gateway,
    time,
    session,
    states,
    events,
    reach: async (is) => (session.state.is === is ? session.state : find(states, is, states.length)),
    next: (is) => find(events, is, events.length),
    listener: (event) => {
      events.push(
        event.is === 'stale' || event.is === 'gone' ? event : { ...event, seats: structuredClone(event.seats) },
      );
      changed();
    },
  };
}

/** Lets the session come back after a cut. */
async function reconnect({ time, reach }: Scene): Promise<void> {
  await reach('waiting');
  time.passToNext();
  await reach('open');
}

test('a new session gets a token, the seats, and an answer; its hold reaches everyone who watches', async (t) => {
  const { session, reach, next, listener, events } = await scene(t);
  assert.equal(session.token, null);
  const state = await reach('open');
  assert.equal(state.is === 'open' && state.buyer, 'buyer-1');
  assert.equal(session.token, 'token.1');
  const snapshot = next('snapshot');
  const watch = session.watch(1, listener);
  await snapshot;
  assert.deepEqual(watch.seats?.status, new Uint8Array(20));
  const changed = next('changed');
  const held = await session.hold(1, [3, 4]);
  assert.ok(held.is === 'accepted');
  assert.deepEqual([held.hold, held.seats, held.msLeft], [1, [3, 4], 480_000]);
  await changed;
  assert.deepEqual(events.at(-1)?.is === 'changed' && events.at(-1), {
    is: 'changed',
    seats: structuredClone(watch.seats),
    changed: [3, 4],
  });
  assert.equal(watch.seats?.status[4], 1);
});

test('each kind of command has its own answer', async (t) => {
  const { session, time } = await scene(t);
  const best = await session.bestAvailable(1, 3);
  assert.ok(best.is === 'accepted');
  assert.deepEqual(best.seats, [0, 1, 2]);
  assert.equal(best.endsAtMs, time.nowMs() + 480_000);
  const more = await session.hold(1, [3], { hold: best.hold });
  assert.ok(more.is === 'accepted');
  assert.deepEqual([more.hold, more.seats], [best.hold, [0, 1, 2, 3]]);
  const less = await session.release(1, best.hold, [0]);
  assert.ok(less.is === 'accepted');
  assert.deepEqual(less.seats, [0]);
  const longer = await session.extend(1, best.hold);
  assert.ok(longer.is === 'accepted');
  assert.deepEqual(longer.seats, [1, 2, 3]);
  const lines = [1, 2, 3].map((seat) => ({ seat, type: seat === 1 ? 2 : 1 }));
  const declined = await session.buy(1, best.hold, lines, { method: 'sandbox', detail: 'declined' });
  assert.deepEqual(declined.is === 'refused' && declined.code, OutcomeCode.paymentDeclined);
  const bought = await session.buy(1, best.hold, lines, { method: 'sandbox', detail: 'approved' });
  assert.ok(bought.is === 'accepted');
  assert.deepEqual(
    bought.tickets.map(({ seat, type, priceCents }) => [seat, type, priceCents]),
    [
      [1, 2, 1600],
      [2, 1, 3200],
      [3, 1, 3200],
    ],
  );
  const mine = await session.mine(1);
  assert.ok(mine.is === 'accepted');
  assert.deepEqual([mine.holds, mine.orders], [[], [{ order: bought.order, tickets: bought.tickets }]]);
});

test('a refusal tells the code and the seats', async (t) => {
  const { session, gateway } = await scene(t);
  gateway.screening.change([5, 6], 2);
  const refused = await session.hold(1, [4, 5, 6]);
  assert.ok(refused.is === 'refused');
  assert.deepEqual([refused.code, refused.seats], [OutcomeCode.seatSold, [5, 6]]);
});

test('[I4] a command whose connection broke before it was carried out is said again with the same request id', async (t) => {
  const all = await scene(t, (gateway) => gateway.faults.push('cut-before'));
  const holding = all.session.hold(1, [1]);
  await reconnect(all);
  const held = await holding;
  assert.equal(held.is, 'accepted');
  assert.deepEqual(all.gateway.screening.effects, [held.requestId]);
});

test('[I4] a command whose answer was lost is said again, gets the same answer, and is done once', async (t) => {
  const all = await scene(t, (gateway) => gateway.faults.push('cut-after'));
  const holding = all.session.hold(1, [1]);
  await reconnect(all);
  const held = await holding;
  assert.equal(held.is, 'accepted');
  assert.deepEqual(all.gateway.screening.effects, [held.requestId]);
  const sent = all.gateway.received.filter(({ message }) => message.op === ClientOp.hold);
  assert.deepEqual(
    sent.map(({ connection, message }) => [connection, 'requestId' in message && message.requestId]),
    [
      [1, held.requestId],
      [2, held.requestId],
    ],
  );
});

test('an answer that comes twice settles once', async (t) => {
  const { session } = await scene(t, (gateway) => gateway.faults.push('answer-twice'));
  assert.equal((await session.hold(1, [1])).is, 'accepted');
  assert.equal((await session.hold(1, [2])).is, 'accepted');
  assert.equal(session.underWay, 0);
});

test('"busy" is asked again with the same request id, after growing pauses', async (t) => {
  const { session, gateway, time, reach } = await scene(t, ({ faults }) => faults.push('busy', 'busy', 'busy'));
  await reach('open');
  const holding = session.hold(1, [1]);
  const pauses: number[] = [];
  for (let times = 1; times <= 3; times++) {
    await gateway.until(() => gateway.count(ClientOp.hold) === times);
    const answered = await session.ping();
    assert.equal(answered.is, 'accepted');
    pauses.push(time.msToNext!);
    time.passToNext();
  }
  const held = await holding;
  assert.equal(held.is, 'accepted');
  assert.deepEqual(pauses, [112.5, 225, 450]);
  assert.equal(gateway.screening.effects.length, 1);
});

test('still "busy" at the deadline: refused with that code, and nothing has happened', async (t) => {
  const options = { deadlineMs: 1_000 };
  const { session, gateway, time, reach } = await scene(
    t,
    ({ faults }) => faults.push(...Array(9).fill('busy')),
    options,
  );
  await reach('open');
  const holding = session.hold(1, [1]);
  let result: string | null = null;
  void holding.then(({ is }) => (result = is));
  for (let times = 1; result === null; times++) {
    await gateway.until(() => gateway.count(ClientOp.hold) >= times);
    await session.ping();
    time.passToNext();
    await session.ping();
  }
  const refused = await holding;
  assert.deepEqual(refused.is === 'refused' && refused.code, OutcomeCode.busy);
});

test('after "unavailable" nobody knows: at the deadline the caller is told that it may have happened', async (t) => {
  const { session, time, gateway, reach } = await scene(t, ({ faults }) => faults.push('unavailable'), {
    deadlineMs: 50,
  });
  await reach('open');
  const holding = session.hold(1, [1]);
  await gateway.until(() => gateway.count(ClientOp.hold) === 1);
  await session.ping();
  time.pass(50);
  const failed = await holding;
  assert.deepEqual(failed.is === 'failed' && [failed.reason, failed.mayHaveHappened], ['deadline', true]);
});

test('the deadline of a command that was never sent says that nothing has happened', async (t) => {
  const time = new ManualTime();
  const session = connect({ url: 'ws://127.0.0.1:9/ws', webSocket: WebSocket, surroundings: time, deadlineMs: 5_000 });
  t.after(() => session.close());
  const holding = session.hold(1, [1]);
  time.pass(5_000);
  const failed = await holding;
  assert.deepEqual(failed.is === 'failed' && [failed.reason, failed.mayHaveHappened], ['deadline', false]);
});

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

test('[I4] a command that is not answered on a living connection is said again there', async (t) => {
  const { session, gateway, reach, time } = await scene(t, ({ faults }) => faults.push('no-answer'));
  await reach('open');
  const holding = session.hold(1, [1]);
  await gateway.until(() => gateway.count(ClientOp.hold) === 1);
  time.pass(9_999);
  assert.equal((await session.ping()).is, 'accepted');
  time.pass(1);
  assert.equal((await holding).is, 'accepted');
  assert.equal(gateway.connectionsEver, 1);
  assert.equal(gateway.screening.effects.length, 1);
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

test('more commands than allowed are turned away at once', async (t) => {
  const { session, gateway, reach } = await scene(t, ({ faults }) => faults.push('no-answer', 'no-answer'), {
    commandsMax: 2,
  });
  await reach('open');
  const waiting = [session.hold(1, [1]), session.hold(1, [2])];
  const third = await session.hold(1, [3]);
  assert.deepEqual(third.is === 'failed' && [third.reason, third.mayHaveHappened], ['too-many-commands', false]);
  await gateway.until(() => gateway.count(ClientOp.hold) === 2);
  session.close();
  for (const result of await Promise.all(waiting)) {
    assert.deepEqual(result.is === 'failed' && [result.reason, result.mayHaveHappened], ['closed', true]);
  }
});

test('a flood of commands is held back to what the server allows, in order, several to a frame', async (t) => {
  const { session, gateway, reach, time } = await scene(t, (each) => {
    each.messagesPerSecond = 20;
  });
  await reach('open');
  const holds = Array.from({ length: 60 }, (_, i) => session.hold(1, [i % 20]));
  await gateway.until(() => gateway.count(ClientOp.hold) === 20);
  let settled = 0;
  for (const hold of holds) void hold.then(() => settled++);
  for (let seconds = 0; settled < 60; seconds++) {
    const before = gateway.count(ClientOp.hold);
    time.pass(1_000);
    assert.equal((await session.ping()).is, 'accepted');
    const sent = gateway.count(ClientOp.hold) - before;
    assert.ok(sent <= 20, `${sent} in a second`);
    assert.ok(seconds < 10, 'it goes on');
  }
  const seats = gateway.received.flatMap(({ message }) => (message.op === ClientOp.hold ? message.seats : []));
  assert.deepEqual(
    seats,
    Array.from({ length: 60 }, (_, i) => i % 20),
  );
});

test('what was given before the connection stood goes out in few frames', async (t) => {
  const { session, gateway } = await scene(t);
  const holds = Array.from({ length: 20 }, (_, i) => session.hold(1, [i]));
  for (const result of await Promise.all(holds)) assert.equal(result.is, 'accepted');
  assert.deepEqual(gateway.frameSizes, [1, 16, 4]);
});

test('"mine" is asked one at a time, again when busy, and refused for an unknown screening', async (t) => {
  const { session, gateway, time } = await scene(t, (each) => {
    each.mineBusy = 1;
  });
  const asked = [session.mine(1), session.mine(99), session.mine(1)];
  await gateway.until(() => gateway.count(ClientOp.mine) === 2);
  assert.equal((await session.ping()).is, 'accepted');
  time.passToNext();
  const [first, unknown, third] = await Promise.all(asked);
  assert.equal(first?.is, 'accepted');
  assert.deepEqual(unknown?.is === 'refused' && unknown.code, OutcomeCode.unknownScreening);
  assert.equal(third?.is, 'accepted');
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

test('what cannot be sent is thrown back at once, and does no harm', async (t) => {
  const { session } = await scene(t);
  assert.throws(() => session.hold(1, [-1]), TypeError);
  assert.throws(() => session.hold(1.5, [1]), TypeError);
  assert.throws(() => session.watch(Number.NaN, () => {}), TypeError);
  const twice = session.hold(1, [1], { requestId: 'the-same-request-id' });
  await assert.rejects(() => session.hold(1, [1], { requestId: 'the-same-request-id' }), TypeError);
  assert.equal((await twice).is, 'accepted');
});

test('the server refuses what is well-formed and wrong, and only that', async (t) => {
  const { session } = await scene(t);
  const [wrong, right] = await Promise.all([session.hold(1, [4096]), session.hold(1, [1])]);
  assert.deepEqual(wrong.is === 'refused' && wrong.code, OutcomeCode.badRequest);
  assert.equal(right.is, 'accepted');
});

test('an acceptance that does not fit the command is not taken for one', async (t) => {
  const { session, gateway, reach } = await scene(t, ({ faults }) => faults.push('no-answer'));
  await reach('open');
  const holding = session.hold(1, [1], { requestId: 'abcdefghijklmnop' });
  await gateway.until(() => gateway.count(ClientOp.hold) === 1);
  gateway.sendBytesToAll(encodeFrame([[ServerOp.answer, 'abcdefghijklmnop', 0, 5]]));
  const failed = await holding;
  assert.deepEqual(failed.is === 'failed' && [failed.reason, failed.mayHaveHappened], ['protocol', true]);
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
