import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type Event, eventOf } from '../../storage/event.ts';
import { until } from '../../tests/support/deadline.ts';
import { wholeStream } from '../../tests/support/event-books.ts';
import { heldFact } from '../../tests/support/journal-entries.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { EventFollower } from './event-follower.ts';
import { EVENT_STREAM, EventStream, messageIdOf } from './event-stream.ts';
import { connectNats, type NatsConnection, parseNatsUrl } from './nats-connection.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

async function connected(t: TestContext, server: NatsServer): Promise<NatsConnection> {
  const connection = await connectNats(parseNatsUrl(server.url), 'test', QUIET);
  t.after(() => connection.close());
  return connection;
}

function events(screening: number, ...versions: readonly number[]): Event[] {
  return versions.map((version) => eventOf(screening, heldFact(version)));
}

async function names(server: NatsServer): Promise<string> {
  return (await wholeStream(server.url)).map(messageIdOf).join(' ');
}

test('[EV2] the stream is made when it is missing, once, and events lie under the subjects of their kinds', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const heard: string[] = [];
  connection.subscribe('poltrona.events.held', {
    callback: (_, message) => {
      heard.push(message.json<Event>().kind);
    },
  });
  const streams = [1, 2, 3].map(() => new EventStream(connection));
  await Promise.all(streams.map((stream) => stream.publish([])));
  await streams[0]?.publish([...events(1, 1, 2), eventOf(2, { ...heldFact(1), fact: { kind: 3 } })]);
  await connection.flush();
  assert.deepEqual(heard, ['held', 'held']);
  const { config } = await (await jetstreamManager(connection)).streams.info(EVENT_STREAM);
  assert.deepEqual(
    [config.subjects, config.storage, config.discard, config.num_replicas, config.max_bytes],
    [['poltrona.events.>'], 'file', 'old', 1, 1024 ** 3],
  );
  assert.deepEqual([config.max_age / 1e9, config.duplicate_window / 1e9], [7 * 86_400, 120]);
});

test('[EV4] a list that is published again, whole or in part, is in the stream once, also when its ids are long forgotten', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const manager = await jetstreamManager(connection);
  const stream = new EventStream(connection);
  await stream.publish(events(1, 1, 2, 3));
  // NATS's own memory of ids ends here.
  const { config } = await manager.streams.info(EVENT_STREAM);
  await manager.streams.update(EVENT_STREAM, { ...config, duplicate_window: 100e6 });
  await until(
    async () => {
      // It answers "duplicate" for as long as it remembers.
      const answer = await jetstream(connection).publish('poltrona.events.held', '{}', { msgID: 'probe' });
      return !answer.duplicate && answer.seq > 4;
    },
    10_000,
    () => 'the ids are never forgotten',
  );
  const second = new EventStream(connection);
  await second.publish(events(1, 2, 3, 4));
  second.forgetPosition();
  await second.publish(events(1, 1, 2, 3, 4, 5));
  assert.equal(await names(server).then((text) => text.replace(/undefined\.undefined /g, '')), '1.1 1.2 1.3 1.4 1.5');
});

test('[EV4] another relay that went on meanwhile: the late one stores nothing out of order and finds its place again', async (t) => {
  const server = await startNats(t);
  const [late, present] = [new EventStream(await connected(t, server)), new EventStream(await connected(t, server))];
  await late.publish(events(1, 1, 2));
  await present.publish(events(1, 1, 2, 3));
  await present.publish([...events(1, 4), ...events(2, 1)]);
  // It still believes that 1.2 was the last.
  await assert.rejects(late.publish(events(1, 3, 4)));
  assert.equal(await names(server), '1.1 1.2 1.3 1.4 2.1');
  await late.publish(events(1, 3, 4));
  await late.publish(events(1, 5));
  assert.equal(await names(server), '1.1 1.2 1.3 1.4 2.1 1.5');
  await assert.rejects(present.publish(events(2, 2)));
  await present.publish(events(2, 2));
  assert.equal(await names(server), '1.1 1.2 1.3 1.4 2.1 1.5 2.2');
});

test('[EV4] an order that differs from the one in the stream loses nothing: what is missing comes after', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  await new EventStream(connection).publish([...events(5, 1), ...events(7, 1)]);
  const stream = new EventStream(connection);
  await stream.publish([...events(5, 1), ...events(6, 1), ...events(7, 1), ...events(8, 1)]);
  assert.equal(await names(server), '5.1 7.1 6.1 8.1');
});

test('[EV5] NATS killed and started again: nothing is missing, and nothing twice', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const stream = new EventStream(connection, { answerMs: 1_000 });
  await stream.publish(events(1, 1, 2));
  await server.kill();
  await assert.rejects(stream.publish(events(1, 3, 4)));
  await server.start();
  await until(
    () =>
      stream.publish(events(1, 3, 4)).then(
        () => true,
        () => false,
      ),
    15_000,
    () => 'it never goes on',
  );
  await stream.publish(events(1, 5));
  assert.equal(await names(server), '1.1 1.2 1.3 1.4 1.5');
});

test('[EV6] NATS comes back without its files: the stream is made anew and goes on', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const stream = new EventStream(connection, { answerMs: 1_000 });
  await stream.publish(events(1, 1, 2));
  await server.kill();
  server.forgetEverything();
  await server.start();
  await until(
    () =>
      stream.publish(events(1, 3)).then(
        () => true,
        () => false,
      ),
    15_000,
    () => 'it never goes on',
  );
  assert.equal(await names(server), '1.3');
});

test('[EV4] the ids are read far back: thousands of events that nobody removed from the outbox', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const many = Array.from({ length: 6_000 }, (_, index) => index + 1);
  await new EventStream(connection).publish(events(1, ...many));
  const stream = new EventStream(connection);
  await stream.publish([...events(1, ...many), ...events(2, 1)]);
  const all = await wholeStream(server.url);
  assert.equal(all.length, 6_001);
  assert.ok(all.slice(0, -1).every(({ version }, index) => version === index + 1));
});

test('[EV10] who follows the stream hears each event once and in order, over a restart of NATS and a lost stream', async (t) => {
  const server = await startNats(t);
  const connection = await connected(t, server);
  const stream = new EventStream(connection, { answerMs: 1_000 });
  const publish = (list: readonly Event[]): Promise<void> =>
    until(
      () =>
        stream.publish(list).then(
          () => true,
          () => false,
        ),
      15_000,
      () => 'it cannot be published',
    );
  await publish(events(1, 1));
  const follower = new EventFollower(await connected(t, server), () => {});
  const controller = new AbortController();
  const heard: string[] = [];
  const following = (async () => {
    const place = await follower.end();
    for await (const event of follower.follow(place, null, controller.signal)) heard.push(messageIdOf(event));
  })();
  const hears = (name: string): Promise<void> =>
    until(
      () => heard.at(-1) === name,
      15_000,
      () => `${name}: ${heard}`,
    );
  // The place was taken when one event is heard; until then each may come too early.
  for (let version = 2; heard.length === 0; version++) await publish(events(2, version));
  await publish(events(1, 2, 3));
  await hears('1.3');
  await server.kill();
  await server.start();
  await publish(events(1, 4));
  await hears('1.4');
  await server.kill();
  server.forgetEverything();
  await server.start();
  await publish(events(1, 5));
  await publish(events(1, 6));
  await hears('1.6');
  controller.abort();
  await following;
  assert.equal(heard.filter((name) => name.startsWith('1.')).join(' '), '1.2 1.3 1.4 1.5 1.6');
});
