/** Who watches what: one replica for each screening and thread, one frame for all its watchers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { endOfTurn, type FakeSocket, GatewayStage } from '../tests/support/gateway-stage.ts';
import { turns } from '../tests/support/hand-store.ts';
import type { SeatDelta, SeatSnapshot } from '../workers/seat-replica.ts';
import { ClientOp, type ClientRequest } from './protocol/client-messages.ts';
import { ServerOp } from './protocol/opcodes.ts';

const WATCHES_MAX = 32;

const watch = (screening = 7, epoch = 0, version = 0): ClientRequest => ({
  op: ClientOp.watch,
  screening,
  epoch,
  version,
});
const unwatch = (screening = 7): ClientRequest => ({ op: ClientOp.unwatch, screening });
const snapshotAt = (version: number, epoch = 1): SeatSnapshot => ({
  screening: 7,
  seatMap: 1,
  epoch,
  version,
  salesOpen: true,
  status: Uint8Array.from({ length: 9 }, (_, seat) => seat & 3),
});
const deltaTo = (version: number, seat: number, status: number, fromVersion = version - 1, epoch = 1): SeatDelta => ({
  screening: 7,
  epoch,
  fromVersion,
  version,
  salesOpen: version < 100,
  changes: [(seat << 2) | status],
});

/** "snapshot 3", "delta 3-4", "gone 13", … as the client sees them. */
function seen(socket: FakeSocket): string[] {
  return socket.hears().map((message) => {
    switch (message.op) {
      case ServerOp.snapshot:
        return `snapshot ${message.version}`;
      case ServerOp.delta:
        return `delta ${message.fromVersion}-${message.version}`;
      case ServerOp.gone:
        return `gone ${message.code}`;
      default:
        return `other ${message.op}`;
    }
  });
}

async function watching(version = 3): Promise<{ stage: GatewayStage; socket: FakeSocket }> {
  const stage = new GatewayStage({ messagesPerSecond: 0 });
  const socket = await stage.greeted();
  socket.says(watch());
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(version));
  return { stage, socket };
}

test('[V1] the first watcher makes the thread follow; the snapshot goes to all who wait for it', async () => {
  const stage = new GatewayStage();
  const [one, other] = [await stage.greeted(), await stage.greeted()];
  one.says(watch());
  other.says(watch());
  assert.deepEqual([stage.bus.log, seen(one), seen(other)], [['subscribe 7'], [], []]);
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(3));
  assert.deepEqual([seen(one), seen(other)], [['snapshot 3'], ['snapshot 3']]);
  assert.deepEqual([stage.watch.watchedScreenings, stage.counters.watchers], [1, 2]);
});

test('[V1] a snapshot says every seat', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(watch());
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(3));
  const [snapshot] = socket.hears();
  assert.ok(snapshot?.op === ServerOp.snapshot);
  assert.deepEqual(
    [snapshot.screening, snapshot.epoch, snapshot.salesOpen, [...snapshot.status]],
    [7, 1, true, [0, 1, 2, 3, 0, 1, 2, 3, 0]],
  );
});

test('[V2] whoever comes later gets the present seat map from this thread; the owner is not asked again', async () => {
  const { stage, socket } = await watching();
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(4, 0, 2));
  const late = await stage.greeted();
  late.says(watch());
  const [snapshot] = late.hears();
  assert.ok(snapshot?.op === ServerOp.snapshot);
  assert.deepEqual([snapshot.version, snapshot.status[0]], [4, 2]);
  assert.deepEqual([stage.bus.log, seen(socket)], [['subscribe 7'], ['snapshot 3', 'delta 3-4']]);
});

test('[V2] a client whose own replica is at exactly this epoch and version gets no second snapshot', async () => {
  const { stage } = await watching();
  const [current, stale, strange] = [await stage.greeted(), await stage.greeted(), await stage.greeted()];
  current.says(watch(7, 1, 3));
  stale.says(watch(7, 1, 2));
  strange.says(watch(7, 2, 3));
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(4, 0, 1));
  assert.deepEqual(seen(current), ['delta 3-4']);
  assert.deepEqual(
    [seen(stale), seen(strange)],
    [
      ['snapshot 3', 'delta 3-4'],
      ['snapshot 3', 'delta 3-4'],
    ],
  );
});

test('[V3] each delta is one frame, the same bytes for every watcher', async () => {
  const { stage, socket } = await watching();
  const other = await stage.greeted();
  other.says(watch());
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(4, 8, 2));
  assert.deepEqual(socket.frames.at(-1), other.frames.at(-1));
  const delta = other.hears().at(-1);
  assert.ok(delta?.op === ServerOp.delta);
  assert.deepEqual(delta.changes, [(8 << 2) | 2]);
});

test('[V3] answers that came before a delta go before it', async () => {
  const { stage, socket } = await watching();
  socket.says({ op: ClientOp.hold, requestId: 'request-0123456789', screening: 7, seats: [0], hold: 0 });
  socket.hears();
  stage.bus.next('hold').answer({ code: OutcomeCode.seatHeld });
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(4, 0, 1));
  await endOfTurn();
  assert.deepEqual(
    socket.hears().map(({ op }) => op),
    [ServerOp.answer, ServerOp.delta],
  );
});

test('[V4] a delta that leaves a gap is not shown: the seat map is fetched anew, and everybody gets it', async () => {
  const { stage, socket } = await watching();
  seen(socket);
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(6, 0, 2));
  assert.deepEqual([seen(socket), stage.bus.log], [[], ['subscribe 7', 'unsubscribe 7', 'subscribe 7']]);
  // What was on its way before the new snapshot is of no use.
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(7, 0, 2));
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(7));
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(8, 0, 2));
  assert.deepEqual(seen(socket), ['snapshot 7', 'delta 7-8']);
});

test('[V4] a delta of an older epoch is not shown; one of a newer epoch is', async () => {
  const { stage, socket } = await watching();
  const subscriber = stage.bus.subscriberOf(7);
  subscriber.snapshotTaken(snapshotAt(3, 5));
  seen(socket);
  subscriber.seatsChanged(deltaTo(4, 0, 2, 3, 6));
  assert.deepEqual(seen(socket), ['delta 3-4']);
  subscriber.seatsChanged(deltaTo(5, 0, 0, 4, 5));
  assert.deepEqual(seen(socket), []);
});

test('[V4] when the owner lost its memory, its new snapshot replaces what was shown', async () => {
  const { stage, socket } = await watching(9);
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(8, 2));
  stage.bus.subscriberOf(7).seatsChanged(deltaTo(9, 0, 2, 8, 2));
  assert.deepEqual(seen(socket), ['snapshot 9', 'snapshot 8', 'delta 8-9']);
});

test('[V5] watchers of a screening that is gone are told, and may ask again', async () => {
  const stage = new GatewayStage();
  const socket = await stage.greeted();
  socket.says(watch());
  stage.bus.subscriberOf(7).gone(7, OutcomeCode.unknownScreening);
  assert.deepEqual([seen(socket), stage.watch.watchedScreenings], [[`gone ${OutcomeCode.unknownScreening}`], 0]);
  socket.says(watch());
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(1));
  assert.deepEqual(seen(socket), ['snapshot 1']);
});

test('[V5] what is gone takes up no place among those that a connection may watch', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 0 });
  const socket = await stage.greeted();
  for (let screening = 100; screening < 100 + WATCHES_MAX; screening++) {
    socket.says(watch(screening));
    stage.bus.subscriberOf(screening).gone(screening, OutcomeCode.unknownScreening);
  }
  seen(socket);
  socket.says(watch());
  stage.bus.subscriberOf(7).snapshotTaken(snapshotAt(1));
  assert.deepEqual([seen(socket), stage.counters.watchers], [['snapshot 1'], 1]);
});

test('[V7] a connection watches so many at once; more are "busy" until it lets one go', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 0 });
  const socket = await stage.greeted();
  for (let screening = 1; screening <= WATCHES_MAX; screening++) socket.says(watch(screening));
  socket.says(watch(99));
  await endOfTurn();
  assert.deepEqual([seen(socket), stage.watch.watchedScreenings], [[`gone ${OutcomeCode.busy}`], WATCHES_MAX]);
  socket.says(unwatch(1), watch(99));
  await endOfTurn();
  assert.deepEqual([seen(socket), stage.bus.log.slice(-2)], [[], ['unsubscribe 1', 'subscribe 99']]);
  socket.says(watch(99));
  assert.equal(stage.counters.watchers, WATCHES_MAX, 'asking again for the same one counts once');
});

test('[V6] after unwatch nothing comes; with its last watcher the thread stops following', async () => {
  const { stage, socket } = await watching();
  const other = await stage.greeted();
  other.says(watch());
  const subscriber = stage.bus.subscriberOf(7);
  socket.says(unwatch(), unwatch());
  seen(socket);
  subscriber.seatsChanged(deltaTo(4, 0, 1));
  assert.deepEqual([seen(socket), seen(other).at(-1), stage.bus.log], [[], 'delta 3-4', ['subscribe 7']]);
  other.hangsUp();
  assert.deepEqual(
    [stage.bus.log.at(-1), stage.watch.watchedScreenings, stage.counters.watchers],
    ['unsubscribe 7', 0, 0],
  );
  // What was on its way does no harm.
  subscriber.seatsChanged(deltaTo(5, 0, 1));
  subscriber.snapshotTaken(snapshotAt(5));
  subscriber.gone(7, OutcomeCode.unavailable);
  assert.deepEqual([seen(socket), stage.watch.watchedScreenings], [[], 0]);
});

test('[V6] a connection that is closed watches nothing any more', async () => {
  const stage = new GatewayStage({ messagesPerSecond: 0 });
  const socket = await stage.greeted();
  for (let screening = 1; screening <= 5; screening++) socket.says(watch(screening));
  socket.saysBytes(Buffer.from([0xc1]));
  await turns();
  assert.deepEqual([stage.watch.watchedScreenings, stage.counters.watchers, stage.bus.subscribers.size], [0, 0, 0]);
});

test('[I2] the thread’s replica is not the owner’s memory: what the owner does next does not reach into it', async () => {
  const { stage } = await watching();
  const owners = snapshotAt(5);
  stage.bus.subscriberOf(7).snapshotTaken(owners);
  owners.status[0] = 2;
  assert.equal(stage.watch.replicaOf(7)?.status[0], 0);
});
