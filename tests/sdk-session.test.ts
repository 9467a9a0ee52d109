/** Commands over the SDK: whatever the server and the network do, each is answered, refused, or said to have failed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { connect } from '../clients/sdk/session.ts';
import { ClientOp } from '../server/protocol/client-messages.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { ServerOp } from '../server/protocol/server-messages.ts';
import { ManualTime } from './support/manual-time.ts';
import { reconnect, scene } from './support/sdk-scene.ts';

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

test('[MC4] a hold says on which seat map its seats were chosen, unless the server is an older one', async (t) => {
  for (const [serverSays, sentMaps] of [
    [0, [undefined, undefined]],
    [5, [5, undefined]],
  ] as const) {
    const { session, gateway } = await scene(t);
    gateway.screening.seatMap = serverSays;
    const shown = await new Promise((resolve) => {
      session.watch(1, (event) => event.is === 'snapshot' && resolve(event.seats.seatMap));
    });
    assert.equal(shown, serverSays);
    await session.hold(1, [1], { seatMap: 5 });
    await session.hold(1, [2]);
    const holds = gateway.received.flatMap(({ message }) => (message.op === ClientOp.hold ? [message] : []));
    assert.deepEqual(
      holds.map(({ seatMap }) => seatMap),
      sentMaps,
    );
  }
});

test('[PC3] a purchase says which ticket types, and what was shown; without them it is the message of before', async (t) => {
  const { session, gateway } = await scene(t);
  const payment = { method: 'sandbox', detail: 'approved' };
  const held = await session.hold(1, [1, 2]);
  assert.ok(held.is === 'accepted');
  const lines = [
    { seat: 1, type: 1 },
    { seat: 2, type: 2, category: 3 },
  ];
  await session.buy(1, held.hold, lines, payment, { expectedCents: 4_960 });
  await session.buy(1, 99, lines.slice(0, 1), payment);
  const bought = gateway.received.flatMap(({ message }) => (message.op === ClientOp.buy ? [message] : []));
  assert.deepEqual(
    bought.map(({ seats, expectedCents }) => [seats, expectedCents]),
    [
      [
        [
          [1, 1],
          [2, 2, 3],
        ],
        4_960,
      ],
      [[[1, 1]], undefined],
    ],
  );
  await assert.rejects(async () => session.buy(1, 99, lines, payment, { expectedCents: 0.5 }), TypeError);
});

test('[SB2] a bank that asks back: the refusal names the order, and the same call goes on with it', async (t) => {
  const { session, gateway } = await scene(t);
  const held = await session.hold(1, [1]);
  assert.ok(held.is === 'accepted');
  const buy = (requestId?: string) =>
    session.buy(
      1,
      held.hold,
      [{ seat: 1, type: 1 }],
      { method: 'sandbox', detail: 'authenticate' },
      {
        ...(requestId === undefined ? {} : { requestId }),
      },
    );
  const first = await buy();
  assert.ok(first.is === 'refused');
  assert.deepEqual([first.code, first.order], [OutcomeCode.authenticationNeeded, 'order-in-payment']);
  gateway.screening.isChallenged = true;
  const second = await buy(first.requestId);
  assert.ok(second.is === 'accepted');
  assert.equal(second.requestId, first.requestId);
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
