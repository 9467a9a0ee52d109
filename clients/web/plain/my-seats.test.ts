import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import { ClientOp } from '../../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../../server/protocol/outcome-code.ts';
import { FakeGateway } from '../../../tests/support/fake-gateway.ts';
import { ManualTime } from '../../../tests/support/manual-time.ts';
import { connect } from '../../sdk/index.ts';
import { MySeats, type Said } from './my-seats.ts';

async function scene(t: TestContext) {
  const gateway = await FakeGateway.start();
  const time = new ManualTime();
  const session = connect({ url: gateway.url, webSocket: WebSocket, surroundings: time, deadlineMs: 1_000 });
  const said: Said[] = [];
  let wake: (() => void) | null = null;
  const mine = new MySeats(session, 1, {
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

test('a second seat joins the hold of the first, even when it was clicked before the first was answered', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  mine.toggle(4);
  mine.toggle(5);
  assert.ok(mine.isAsked(4) && mine.isAsked(5));
  await settled();
  assert.deepEqual(mine.seats, [4, 5]);
  assert.equal(gateway.screening.holds.size, 1);
  assert.deepEqual(said, [
    { is: 'held', seats: [4] },
    { is: 'held', seats: [5] },
  ]);
});

test('a second click on a seat that is asked for says nothing new', async (t) => {
  const { mine, settled, gateway } = await scene(t);
  mine.toggle(4);
  mine.toggle(4);
  await settled();
  assert.deepEqual(mine.seats, [4]);
  assert.equal(gateway.screening.effects.length, 1);
});

test('my seat is given back by choosing it again; with the last one the hold ends', async (t) => {
  const { mine, settled } = await scene(t);
  mine.take([1, 2]);
  await settled();
  mine.toggle(1);
  await settled();
  assert.deepEqual(mine.seats, [2]);
  mine.toggle(2);
  await settled();
  assert.equal(mine.hold, null);
});

test('the best seats replace those that I had, and a refusal leaves me what I have', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  mine.take([0]);
  await settled();
  mine.takeBest(3);
  await settled();
  assert.deepEqual(mine.seats, [1, 2, 3]);
  assert.equal(gateway.screening.holds.size, 1);
  assert.equal(gateway.screening.status[0], 0);
  mine.takeBest(18);
  await settled();
  assert.deepEqual(mine.seats, [1, 2, 3]);
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.noAdjacentSeats, seats: [] });
});

test('a declined payment leaves the hold, an approved one makes tickets of it', async (t) => {
  const { mine, settled, said } = await scene(t);
  mine.take([7, 8]);
  await settled();
  mine.setType(8, 2);
  mine.buy('declined');
  assert.ok(mine.isBuying);
  await settled();
  assert.ok(!mine.isBuying);
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.paymentDeclined, seats: [] });
  assert.deepEqual(mine.seats, [7, 8]);
  mine.buy('approved');
  await settled();
  assert.deepEqual(said.at(-1), { is: 'bought', tickets: 2 });
  assert.equal(mine.hold, null);
  assert.deepEqual(
    mine.orders.flatMap(({ tickets }) => tickets.map(({ seat, type }) => [seat, type])),
    [
      [7, 1],
      [8, 2],
    ],
  );
  assert.ok(mine.isMine(7));
});

test('[I4] a purchase whose fate is unknown is said again with its own request id', async (t) => {
  const { mine, settled, gateway, time, said } = await scene(t);
  mine.take([3]);
  await settled();
  gateway.faults.push('no-answer');
  mine.buy('approved');
  await gateway.until(() => gateway.count(ClientOp.buy) === 1);
  time.pass(1_000);
  await settled();
  assert.deepEqual(said.at(-1), { is: 'failed', mayHaveHappened: true, tooMany: false });
  // It was done: the server knows, and the page has asked.
  assert.equal(mine.orders.length, 1);
  assert.equal(mine.hold, null);
});

test('[I4] …and when it was not done, repeating it buys once', async (t) => {
  const { mine, settled, gateway, time } = await scene(t);
  mine.take([3]);
  await settled();
  gateway.faults.push('unavailable');
  mine.buy('approved');
  await gateway.until(() => gateway.count(ClientOp.buy) === 1);
  // The answer "unavailable" has arrived once the pause runs, which is shorter than the deadline.
  while (time.msToNext === null || time.msToNext > 200) await new Promise((resolve) => setImmediate(resolve));
  gateway.faults.push('unavailable', 'unavailable', 'unavailable', 'unavailable', 'unavailable');
  time.pass(1_000);
  await settled();
  gateway.faults.length = 0;
  assert.deepEqual(mine.seats, [3]);
  mine.buy('approved');
  await settled();
  const ids = gateway.received.flatMap(({ message }) => (message.op === ClientOp.buy ? [message.requestId] : []));
  assert.equal(new Set(ids).size, 1);
  assert.equal(mine.orders.length, 1);
});

test('when time is up the seats are gone, and can be taken again', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  mine.take([5, 6]);
  await settled();
  gateway.screening.endHold(mine.hold!.hold);
  mine.timeIsUp();
  await settled();
  assert.equal(mine.hold, null);
  assert.deepEqual(said.at(-1), { is: 'time-up', seats: [5, 6] });
  mine.take(mine.lapsed);
  await settled();
  assert.deepEqual(mine.seats, [5, 6]);
  assert.deepEqual(mine.lapsed, []);
});

test('a hold that the server does not know any more is forgotten here too', async (t) => {
  const { mine, settled, gateway, said } = await scene(t);
  mine.take([5]);
  await settled();
  gateway.screening.endHold(mine.hold!.hold);
  mine.extend();
  await settled();
  assert.deepEqual(said.at(-1), { is: 'refused', code: OutcomeCode.holdUnknown, seats: [] });
  assert.equal(mine.hold, null);
});

test('after a reload the newest hold and the tickets are there again', async (t) => {
  const { mine, settled, session, gateway } = await scene(t);
  mine.take([5]);
  await settled();
  const again = new MySeats(session, 1, { changed: () => {}, said: () => {} });
  again.refresh();
  await gateway.until(() => gateway.count(ClientOp.mine) === 1);
  while (again.isWorking) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(again.seats, [5]);
});
