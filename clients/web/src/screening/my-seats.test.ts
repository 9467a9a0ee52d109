import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import { ClientOp } from '../../../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../../../server/protocol/outcome-code.ts';
import { FakeGateway } from '../../../../tests/support/fake-gateway.ts';
import { ManualTime } from '../../../../tests/support/manual-time.ts';
import { connect } from '../../../sdk/index.ts';
import { MySeats, QUEUE_MAX, type Said } from './my-seats.ts';

async function scene(t: TestContext) {
  const gateway = await FakeGateway.start();
  const time = new ManualTime();
  const session = connect({ url: gateway.url, webSocket: WebSocket, surroundings: time, deadlineMs: 1_000 });
  const said: Said[] = [];
  let wake: (() => void) | null = null;
  const mine = new MySeats(1, {
    session: () => Promise.resolve(session),
    changed: () => wake?.(),
    said: (each) => said.push(each),
  });
  t.after(async () => {
    mine.close();
    session.close();
    await gateway.stop();
  });
  /** Until nothing is under way any more. */
  const settled = async (): Promise<void> => {
    while (mine.isWorking) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { gateway, time, session, mine, said, settled };
}

test('[WR9] a second seat joins the hold of the first, even when it was tapped before the first was answered', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  void mine.take([4]);
  void mine.take([5]);
  assert.deepEqual([...mine.asked], [4, 5]);
  await settled();
  assert.deepEqual(mine.seats, [4, 5]);
  assert.equal(gateway.screening.holds.size, 1);
  assert.deepEqual(said, [
    { is: 'held', seats: [4] },
    { is: 'held', seats: [5] },
  ]);
});

test('[WR9] the best seats replace those that I had, and a refusal leaves me what I have', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  void mine.take([0]);
  await settled();
  void mine.takeBest(3);
  await settled();
  assert.deepEqual(mine.seats, [1, 2, 3]);
  assert.equal(gateway.screening.holds.size, 1);
  assert.equal(gateway.screening.status[0], 0);
  void mine.takeBest(18);
  await settled();
  assert.deepEqual(mine.seats, [1, 2, 3]);
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.noAdjacentSeats, seats: [], wanted: [] });
});

test('[WR11] when time is up the seats are gone, and can be taken again', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  void mine.take([5, 6]);
  await settled();
  gateway.screening.endHold(mine.hold!.hold);
  mine.timeIsUp();
  await settled();
  assert.equal(mine.hold, null);
  assert.deepEqual(said.at(-1), { is: 'time-up', seats: [5, 6] });
  void mine.takeAgain();
  await settled();
  assert.deepEqual(mine.seats, [5, 6]);
  assert.deepEqual(mine.lapsed, []);
});

test('[WR10] a hold that the server does not know any more is forgotten here too', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  void mine.take([5]);
  await settled();
  gateway.screening.endHold(mine.hold!.hold);
  void mine.extend();
  await settled();
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.holdUnknown, seats: [], wanted: [] });
  assert.equal(mine.hold, null);
});

test('[WR10] after a reload the newest hold and the tickets are there again', async (t) => {
  const { mine, settled, session, gateway } = await scene(t);
  void mine.take([5]);
  await settled();
  const again = new MySeats(1, { session: () => Promise.resolve(session), changed: () => {}, said: () => {} });
  void again.refresh();
  await gateway.until(() => gateway.count(ClientOp.mine) === 1);
  while (again.isWorking) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(again.seats, [5]);
});

test('[WR9] taps beyond the queue are turned away with a word, and change nothing', async (t) => {
  const { mine, settled, said, gateway } = await scene(t);
  for (let tap = 0; tap < QUEUE_MAX + 3; tap++) void mine.refresh();
  void mine.take([1]);
  await settled();
  assert.equal(said.filter(({ is }) => is === 'too-quick').length, 4);
  assert.equal(gateway.screening.effects.length, 0);
  assert.deepEqual([...mine.asked], []);
});

test('[WR6] a swap holds before it gives back: refused, everything stays as it was', async (t) => {
  const { mine, settled, gateway, session } = await scene(t);
  const other = connect({ url: gateway.url, webSocket: WebSocket });
  t.after(() => other.close());
  void mine.take([2, 3]);
  await settled();
  await other.hold(1, [1]);
  void mine.swap([1], [3]);
  await settled();
  assert.deepEqual(mine.seats, [2, 3]);
  void mine.swap([4], [2]);
  await settled();
  assert.deepEqual(mine.seats, [3, 4]);
  const result = await session.mine(1);
  assert.deepEqual(result.is === 'accepted' && result.holds.map(({ seats }) => seats), [[3, 4]]);
});

test('[WR5] a seat that somebody took first is named, and my other seats stay', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  const other = connect({ url: gateway.url, webSocket: WebSocket });
  t.after(() => other.close());
  await other.hold(1, [6]);
  void mine.take([5]);
  void mine.take([6]);
  await settled();
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.seatHeld, seats: [6], wanted: [6] });
  assert.deepEqual(mine.seats, [5]);
});

test('[WR11] of what ran out, as much is taken again as is still free', async (t) => {
  const { mine, settled, gateway } = await scene(t);
  const other = connect({ url: gateway.url, webSocket: WebSocket });
  t.after(() => other.close());
  void mine.take([5, 6, 7]);
  await settled();
  gateway.screening.endHold(mine.hold!.hold);
  mine.timeIsUp();
  await settled();
  await other.hold(1, [6]);
  void mine.takeAgain();
  await settled();
  assert.deepEqual(mine.seats, [5, 7]);
});

test('[WR12] what two tabs held at the same moment becomes one hold', async (t) => {
  const { mine, settled, gateway, session } = await scene(t);
  await session.hold(1, [1, 2]);
  await session.hold(1, [8]);
  void mine.refresh();
  await settled();
  assert.deepEqual([...mine.seats].sort(), [1, 2, 8]);
  assert.equal(gateway.screening.holds.size, 1);
});

test('[WR13] whoever leaves gives everything back, and is told what he had when he returns', async (t) => {
  const { mine, settled, gateway } = await scene(t);
  void mine.take([1, 2]);
  await settled();
  await mine.leave();
  assert.equal(gateway.screening.holds.size, 0);
  assert.deepEqual(mine.lapsed, [1, 2]);
});

test('[WR11] a purchase waits for the taps before it, and its time does not lapse meanwhile', async (t) => {
  const { mine, gateway, settled, said } = await scene(t);
  void mine.take([1]);
  void mine.take([2]);
  const seats = await mine.purchase(async (hold) => {
    mine.timeIsUp();
    return hold?.seats;
  });
  await settled();
  assert.deepEqual(seats, [1, 2]);
  assert.ok(said.every(({ is }) => is !== 'time-up'));
  assert.deepEqual(mine.seats, [1, 2]);
  assert.equal(gateway.screening.holds.size, 1);
});
