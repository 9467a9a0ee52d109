/** Which way a command goes, and how followers go along when a shard changes hands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { HandBus } from '../../tests/support/hand-bus.ts';
import { Heard, Watching } from '../../tests/support/heard.ts';
import { hold, T0 } from '../../tests/support/screening.ts';
import type { ActorMessage } from '../bus.ts';
import { shardOf } from '../shard-map.ts';
import { ClusterBus } from './cluster-bus.ts';
import type { ShardOwner } from './shard-owner.ts';

const SHARD = shardOf(7);
const snapshot = (version: number, epoch = 1) => ({
  screening: 7,
  seatMap: 1,
  epoch,
  version,
  salesOpen: true,
  status: new Uint8Array(4),
});

class Stage {
  readonly local = new HandBus();
  readonly link = new HandBus();
  readonly remote = new HandBus();
  isConnected = true;
  owner: ShardOwner | null = null;
  readonly bus = new ClusterBus({
    node: 'here',
    thread: 1,
    ownerOf: (shard) => (shard === SHARD ? this.owner : null),
    local: this.local,
    links: new Map([[0, this.link]]),
    remote: this.remote,
    isConnected: () => this.isConnected,
  });

  own(node: string, thread: number, epoch = 1): void {
    this.owner = { node, thread, epoch };
    this.bus.ownersChanged([SHARD]);
  }

  say(): Heard {
    const heard = new Heard();
    const command = { ...hold('ana', [0]), requestId: 'request-1', atMs: 0 } as ActorMessage;
    this.bus.submit(7, command, heard, 1, T0);
    return heard;
  }

  watch(): Watching {
    const watching = new Watching();
    this.bus.subscribe(7, watching);
    return watching;
  }
}

test('[CL6] a command goes to the owner: this thread, another one, another node', () => {
  const stage = new Stage();
  for (const [node, thread, line] of [
    ['here', 1, stage.local],
    ['here', 0, stage.link],
    ['there', 1, stage.remote],
  ] as const) {
    stage.own(node, thread);
    stage.say();
    assert.equal(line.submitted.length, 1, `${node} ${thread}`);
  }
});

test('[CL6] without an owner, or cut off from him, it is "unavailable" at once', () => {
  const stage = new Stage();
  assert.equal(stage.say().code, 'unavailable');
  stage.own('here', 9);
  assert.equal(stage.say().code, 'unavailable', 'a thread that this process does not have');
  stage.own('there', 1);
  stage.isConnected = false;
  assert.equal(stage.say().code, 'unavailable');
  stage.own('here', 1);
  stage.say();
  assert.equal(stage.local.submitted.length, 1, 'what is ours needs nobody else');
});

test('[CL7] followers wait for an owner, and go along to each new one', () => {
  const stage = new Stage();
  const watching = stage.watch();
  assert.deepEqual(watching.told, []);
  stage.own('there', 1, 1);
  stage.remote.subscriberOf(7).snapshotTaken(snapshot(3));
  stage.own('here', 1, 2);
  stage.local.subscriberOf(7).snapshotTaken(snapshot(5, 2));
  assert.deepEqual(watching.news(), ['snapshot 3', 'snapshot 5']);
  assert.deepEqual(stage.remote.log, ['subscribe 7', 'unsubscribe 7']);
  stage.bus.unsubscribe(7, watching);
  assert.deepEqual(stage.local.log, ['subscribe 7', 'unsubscribe 7']);
});

test('[CL7] the same owner with a new epoch is asked anew', () => {
  const stage = new Stage();
  stage.own('here', 1, 1);
  stage.watch();
  stage.own('here', 1, 2);
  assert.deepEqual(stage.local.log, ['subscribe 7', 'subscribe 7']);
});

test('[CL7] an owner who cannot be followed now is asked again, without a word to the followers', () => {
  const stage = new Stage();
  stage.own('there', 1);
  const watching = stage.watch();
  stage.remote.subscriberOf(7).gone(7, OutcomeCode.unavailable);
  stage.bus.sweep();
  assert.deepEqual([stage.remote.log, watching.told], [['subscribe 7', 'subscribe 7'], []]);
});

test('[CL7] a screening that does not exist is gone, and so is any while this node is cut off', () => {
  const stage = new Stage();
  stage.own('there', 1);
  const [first, second] = [stage.watch(), new Watching()];
  stage.remote.subscriberOf(7).gone(7, OutcomeCode.unknownScreening);
  assert.deepEqual(first.news(), ['gone unknownScreening']);
  stage.bus.subscribe(7, second);
  stage.isConnected = false;
  stage.remote.subscriberOf(7).gone(7, OutcomeCode.unavailable);
  stage.bus.subscribe(7, first);
  assert.deepEqual([second.news(), first.news()], [['gone unavailable'], ['gone unavailable']]);
});

test('[CL7] what a line says after the followers have left reaches nobody', () => {
  const stage = new Stage();
  stage.own('there', 1);
  const watching = stage.watch();
  const line = stage.remote.subscriberOf(7);
  stage.bus.unsubscribe(7, watching);
  line.snapshotTaken(snapshot(3));
  line.gone(7, OutcomeCode.unknownScreening);
  assert.deepEqual(watching.told, []);
  stage.bus.sweep();
  assert.deepEqual(stage.remote.log, ['subscribe 7', 'unsubscribe 7']);
});

test('[CL7] a follower who comes back from inside what it is told is told once', () => {
  const stage = new Stage();
  stage.own('there', 1);
  let told = 0;
  const restless = {
    snapshotTaken: () => {
      told++;
      stage.bus.unsubscribe(7, restless);
      stage.bus.subscribe(7, restless);
    },
    seatsChanged: () => {},
    gone: () => {},
  };
  stage.bus.subscribe(7, restless);
  stage.remote.subscriberOf(7).snapshotTaken(snapshot(3));
  assert.equal(told, 1);
});
