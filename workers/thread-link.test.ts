/** What is the line's own: its bounds, its patience, its end. (What every bus keeps is in the contract, bus.test.ts.) */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { turns } from '../tests/support/hand-store.ts';
import { Heard, Watching } from '../tests/support/heard.ts';
import { EndsOfTurn, memoryPorts } from '../tests/support/port-pair.ts';
import { T0 } from '../tests/support/screening.ts';
import type { Asker } from './asker.ts';
import type { ActorMessage } from './bus.ts';
import { dealShards, SHARDS } from './shard-map.ts';
import type { Subscriber } from './shard-runtime.ts';
import { ThreadBus } from './thread-bus.ts';
import { type LinkServer, ThreadLink, UNDER_WAY_MAX } from './thread-link.ts';

/** An owner that does nothing until the test says so. */
class HandServer implements LinkServer {
  readonly taken: { command: ActorMessage; asker: Asker; tag: number }[] = [];
  readonly subscribers = new Map<number, Set<Subscriber>>();

  submit(_screening: number, command: ActorMessage, asker: Asker, tag: number): void {
    this.taken.push({ command, asker, tag });
  }

  answerNext(): void {
    const next = this.taken.shift();
    next?.asker.answered(next.tag, next.command.requestId, { code: OutcomeCode.seatHeld, seats: [1] }, 3, T0);
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    const subscribers = this.subscribers.get(screening) ?? new Set();
    this.subscribers.set(screening, subscribers.add(subscriber));
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    this.subscribers.get(screening)?.delete(subscriber);
  }

  forgetSubscriber(subscriber: Subscriber): void {
    for (const subscribers of this.subscribers.values()) subscribers.delete(subscriber);
  }
}

const clock = { nowMs: T0 };

function linked() {
  clock.nowMs = T0;
  const endsOfTurn = new EndsOfTurn();
  const pair = memoryPorts(endsOfTurn);
  const [near, far] = [new HandServer(), new HandServer()];
  const nowMs = (): number => clock.nowMs;
  const link = new ThreadLink(pair.ends[0], { server: near, nowMs, endOfTurn: endsOfTurn.add });
  const other = new ThreadLink(pair.ends[1], { server: far, nowMs, endOfTurn: endsOfTurn.add });
  return { link, other, pair, near, far, deliver: () => pair.deliver() };
}

const hold = (requestId: string): ActorMessage => ({ kind: 'hold', requestId, buyer: 'ana', atMs: 0, seats: [0] });

test('[U9] commands under way are bounded: at the bound "busy", and room again after an answer', async () => {
  const { link, far, deliver } = linked();
  const heard = new Heard();
  for (let id = 1; id <= UNDER_WAY_MAX; id++) link.submit(7, hold(`request-${id}`), heard, id, T0 + 5_000);
  assert.deepEqual([heard.answers.length, link.commandsUnderWay], [0, UNDER_WAY_MAX]);
  const refused = new Heard();
  link.submit(7, hold('one-too-many'), refused, 1, T0 + 5_000);
  assert.equal(refused.code, 'busy');
  await deliver();
  assert.equal(far.taken.length, UNDER_WAY_MAX, 'what was refused did not travel');
  far.answerNext();
  await deliver();
  const taken = new Heard();
  link.submit(7, hold('room-again'), taken, 1, T0 + 5_000);
  assert.equal(taken.code, null);
});

test('[U10] what is not answered in time is given up, and repeated by whoever asked', async () => {
  const { link, deliver } = linked();
  const [first, second] = [new Heard(), new Heard()];
  link.submit(7, hold('first'), first, 1, T0 + 5_000);
  link.submit(7, hold('second'), second, 2, T0 + 6_000);
  await deliver();
  clock.nowMs = T0 + 6_000;
  link.sweep();
  assert.deepEqual([first.code, second.code], [null, null], 'the owner says "expired" by itself before');
  clock.nowMs = T0 + 6_001;
  link.sweep();
  assert.deepEqual([first.code, second.code, link.commandsUnderWay], ['unavailable', null, 1]);
});

test('[U10] an answer that comes after that is not heard', async () => {
  const { link, far, deliver } = linked();
  const heard = new Heard();
  link.submit(7, hold('late'), heard, 1, T0 + 5_000);
  await deliver();
  clock.nowMs = T0 + 10_000;
  link.sweep();
  far.answerNext();
  await deliver();
  assert.deepEqual([heard.codes, link.commandsUnderWay], [['unavailable'], 0]);
});

test('[U11] when the other side is gone everything under way is "unavailable", once, and followers hear "gone"', async () => {
  const { link, far, pair, deliver } = linked();
  const heard = new Heard();
  for (let id = 1; id <= 3; id++) link.submit(7, hold(`request-${id}`), heard, id, T0 + 5_000);
  const watching = new Watching();
  link.subscribe(7, watching);
  await deliver();
  far.answerNext();
  await deliver();
  await pair.close();
  link.close();
  link.sweep();
  assert.deepEqual(heard.codes, ['seatHeld', 'unavailable', 'unavailable']);
  assert.deepEqual([watching.news(), link.commandsUnderWay], [['gone unavailable'], 0]);
});

test('[U11] nothing waits for a side that is gone: commands are "unavailable", followers hear "gone"', async () => {
  const { link, pair } = linked();
  await pair.close();
  const heard = new Heard();
  link.submit(7, hold('too-late'), heard, 1, T0 + 5_000);
  assert.equal(heard.code, 'unavailable');
  const watching = new Watching();
  link.subscribe(7, watching);
  await turns();
  assert.deepEqual(watching.news(), ['gone unavailable']);
});

test('[U11] whoever asks again from inside the bad news is refused at once, and nothing hangs', async () => {
  const { link, pair, deliver } = linked();
  const again = new Heard();
  const stubborn: Asker = { answered: () => link.submit(7, hold('again'), again, 1, T0 + 5_000) };
  link.submit(7, hold('first'), stubborn, 1, T0 + 5_000);
  await deliver();
  await pair.close();
  assert.deepEqual([again.codes, link.commandsUnderWay], [['unavailable'], 0]);
});

test('[U11] the owner stops following for a side that is gone', async () => {
  const { link, far, pair, deliver } = linked();
  link.subscribe(7, new Watching());
  await deliver();
  assert.equal(far.subscribers.get(7)?.size, 1);
  await pair.close();
  assert.equal(far.subscribers.get(7)?.size, 0);
});

test('[U12] what is sent in one turn travels as one message', async () => {
  const { link, pair, deliver } = linked();
  for (let id = 1; id <= 100; id++) link.submit(7, hold(`request-${id}`), new Heard(), id, T0 + 5_000);
  link.subscribe(7, new Watching());
  await deliver();
  assert.equal(pair.posted, 1);
});

test('[U12] after a commit it is sent without waiting for the end of the turn, and not twice', async () => {
  const { link, pair, far, deliver } = linked();
  link.submit(7, hold('request-1'), new Heard(), 1, T0 + 5_000);
  link.flush();
  assert.equal(pair.posted, 1);
  await deliver();
  assert.deepEqual([pair.posted, far.taken.length], [1, 1]);
});

test('[U13] both sides ask and answer over the one line', async () => {
  const { link, other, near, far, deliver } = linked();
  const [here, there] = [new Heard(), new Heard()];
  link.submit(7, hold('from-here'), here, 1, T0 + 5_000);
  other.submit(8, hold('from-there'), there, 1, T0 + 5_000);
  await deliver();
  near.answerNext();
  far.answerNext();
  await deliver();
  assert.deepEqual([here.answer?.requestId, there.answer?.requestId], ['from-here', 'from-there']);
});

test('[U14] a shard whose owner cannot be reached is not decided here', () => {
  const local = new HandServer();
  const bus = new ThreadBus(new Uint8Array(SHARDS).fill(1), 0, local, new Map());
  const heard = new Heard();
  bus.submit(7, hold('stray'), heard, 1, T0 + 5_000);
  assert.deepEqual([local.taken.length, heard.code], [0, 'unavailable']);
});

test('[U14] every shard has one owner, whatever the number of threads, and they share evenly', () => {
  for (const threads of [1, 2, 3, 64]) {
    const owners = dealShards(threads);
    assert.equal(owners.length, SHARDS);
    const counts = Array.from({ length: threads }, (_, thread) => owners.filter((owner) => owner === thread).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
  }
});
