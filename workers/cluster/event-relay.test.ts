import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CopyWriter } from '../../storage/copy-writer.ts';
import type { DatabaseConfig } from '../../storage/database.ts';
import type { Event } from '../../storage/event.ts';
import { JournalBatch } from '../../storage/journal-batch.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { OutboxConnection } from '../../storage/outbox.ts';
import { CuttingProxy } from '../../tests/support/cutting-proxy.ts';
import { until } from '../../tests/support/deadline.ts';
import { checkEvents, whenRelayed } from '../../tests/support/event-books.ts';
import { heldFact, TestEntry } from '../../tests/support/journal-entries.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { EventRelay, type EventRelayLimits, type EventRelayOptions } from './event-relay.ts';
import { EventStream } from './event-stream.ts';
import { connectNats, parseNatsUrl } from './nats-connection.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };
const QUICK: Partial<EventRelayLimits> = { idleMs: 10, lockMs: 20, backOffMs: [20, 200], lagEveryMs: 20 };

async function streamOn(t: TestContext, server: NatsServer): Promise<EventStream> {
  const connection = await connectNats(parseNatsUrl(server.url), 'test relay', QUIET);
  t.after(() => connection.close());
  return new EventStream(connection, { answerMs: 1_000 });
}

function relayOn(
  t: TestContext,
  database: DatabaseConfig,
  stream: EventRelayOptions['stream'],
  limits: Partial<EventRelayLimits> = {},
): EventRelay {
  const relay = new EventRelay({ database, stream, log: SILENT_LOG, limits: { ...QUICK, ...limits } });
  t.after(() => relay.stop());
  relay.start();
  return relay;
}

/** Commits one fact after another, to a few screenings in turn. */
class Sales {
  readonly #writer: CopyWriter;
  readonly #versions = new Map<number, number>();
  facts = 0;

  constructor(t: TestContext, database: DatabaseConfig) {
    this.#writer = new CopyWriter(database, {
      name: 'test sales',
      commitDeadlineMs: 5_000,
      reconnectPauseMaxMs: 50,
      onWarning() {},
    });
    t.after(() => this.#writer.close());
  }

  async commit(count: number, rowsPerBatch = 3): Promise<void> {
    for (let batch = 0; batch < count; batch++) {
      const entries = Array.from({ length: rowsPerBatch }, () => {
        const screening = 1 + (this.facts++ % 5);
        const version = (this.#versions.get(screening) ?? 0) + 1;
        this.#versions.set(screening, version);
        return new TestEntry(screening, [heldFact(version)]);
      });
      await this.#writer.commit(new JournalBatch(entries));
    }
  }
}

test('[EV2] [EV3] what is committed is published, in order, and what is published leaves the outbox', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  await sales.commit(20);
  const relay = relayOn(t, database, await streamOn(t, server), { chunkFactsMax: 7 });
  await sales.commit(20);
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 120, repeated: 0 });
  await until(
    () => relay.lag().rows === 0,
    5_000,
    () => JSON.stringify(relay.lag()),
  );
  assert.deepEqual(relay.lag(), { rows: 0, oldestSeconds: 0, isRelaying: true, published: 120 });
});

test('[EV4] a relay that dies between publishing and deleting: the next one repeats nothing in the stream', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  const proxy = await CuttingProxy.start(t, database);
  const stream = await streamOn(t, server);
  let deaths = 0;
  const dying = {
    publish: async (events: readonly Event[]) => {
      await stream.publish(events);
      deaths++;
      proxy.cutNow();
    },
    forgetPosition: () => stream.forgetPosition(),
  };
  await sales.commit(10);
  const relay = relayOn(t, proxy.config, dying, { chunkFactsMax: 4 });
  await until(
    () => deaths >= 4,
    10_000,
    () => `${deaths} deaths`,
  );
  await relay.stop();
  await sales.commit(5);
  relayOn(t, database, await streamOn(t, server), { chunkFactsMax: 4 });
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 45, repeated: 0 });
});

test('[EV5] NATS killed in the middle, again and again: events wait, and the stream holds each once', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  const relay = relayOn(t, database, await streamOn(t, server), { chunkFactsMax: 5 });
  for (let round = 0; round < 3; round++) {
    const before = relay.lag().published;
    await sales.commit(60);
    await until(
      () => relay.lag().published > before,
      15_000,
      () => 'nothing is published',
    );
    await server.kill();
    await sales.commit(10);
    await until(
      () => relay.lag().rows > 0 && !relay.lag().isRelaying,
      15_000,
      () => JSON.stringify(relay.lag()),
    );
    await server.start();
  }
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 630, repeated: 0 });
});

test('[EV6] NATS loses its files: what was published is gone with them, what waited is published', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  relayOn(t, database, await streamOn(t, server));
  await sales.commit(10);
  await whenRelayed(database);
  await server.kill();
  server.forgetEverything();
  await sales.commit(10);
  await server.start();
  await whenRelayed(database);
  const { facts } = await checkEvents(server.url, database, { mayLackPast: true });
  assert.equal(facts, 60);
});

test('[EV7] of several relays one works; when it stops another goes on where it was', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  const relays: EventRelay[] = [];
  for (let count = 0; count < 3; count++) relays.push(relayOn(t, database, await streamOn(t, server)));
  const working = (): EventRelay[] => relays.filter((relay) => relay.lag().isRelaying);
  while (relays.length > 0) {
    await sales.commit(10);
    await whenRelayed(database);
    await until(
      () => working().length === 1,
      5_000,
      () => `${working().length} relay`,
    );
    const [relay] = working();
    assert.ok(relay !== undefined);
    const stopping = relay.stop();
    await sales.commit(10);
    await stopping;
    assert.equal(relay.lag().isRelaying, false);
    relays.splice(relays.indexOf(relay), 1);
  }
  relayOn(t, database, await streamOn(t, server));
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 180, repeated: 0 });
});

test('[EV7] [EV4] a relay that freezes loses its turn, and what it still sends when it wakes changes nothing', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  await sales.commit(10);
  // A frozen process in slow motion: it has read its rows, and neither asks PostgreSQL nor NATS until it wakes.
  const frozen = await OutboxConnection.open(database, 'test frozen', 3_600);
  t.after(() => frozen.close());
  const late = await streamOn(t, server);
  assert.equal(await frozen.tryLock(), true);
  const first = await frozen.next(3);
  await late.publish(first.events);
  await frozen.remove(first.rows);
  const second = await frozen.next(9);
  relayOn(t, database, await streamOn(t, server), { asleepSeconds: 0.5 });
  await sales.commit(10);
  await whenRelayed(database);
  await assert.rejects(late.publish(second.events));
  await assert.rejects(frozen.remove(second.rows));
  await sales.commit(10);
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 90, repeated: 0 });
});

test('[EV5] a relay that cannot reach NATS leaves the lock to one that can', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  const cut = { publish: () => Promise.reject(new Error('no way to NATS')), forgetPosition() {} };
  const isolated = relayOn(t, database, cut);
  await sales.commit(5);
  await until(
    () => isolated.lag().rows === 5,
    5_000,
    () => JSON.stringify(isolated.lag()),
  );
  relayOn(t, database, await streamOn(t, server));
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 15, repeated: 0 });
  assert.equal(isolated.lag().published, 0);
});

test('[EV5] PostgreSQL cuts the relay off, again and again: it comes back, and nothing is lost', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  const relay = relayOn(t, database, await streamOn(t, server), { chunkFactsMax: 4 });
  const killer = await connected(t, database, 'migrator');
  for (let round = 0; round < 5; round++) {
    await sales.commit(20);
    const before = relay.lag().published;
    await until(
      () => relay.lag().published > before,
      10_000,
      () => 'nothing is published',
    );
    await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'poltrona events'`,
    );
  }
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 300, repeated: 0 });
});

test('[EV9] without NATS nobody relays: rows are kept for a while, and then they go', async (t) => {
  const database = await testDatabase(t);
  const sales = new Sales(t, database);
  await sales.commit(5);
  const client = await connected(t, database, 'reader');
  const count = async (): Promise<unknown> =>
    (await client.query('select count(*)::int as rows from outbox')).rows[0]?.rows;
  const keeping = relayOn(t, database, null);
  assert.equal(await count(), 5);
  assert.deepEqual(keeping.lag(), { rows: 0, oldestSeconds: 0, isRelaying: false, published: 0 });
  await keeping.stop();
  assert.equal(await count(), 5);
  relayOn(t, database, null, { keptWithoutNatsSeconds: 0 });
  await until(
    async () => (await count()) === 0,
    5_000,
    () => 'they do not go',
  );
});

test('[EV3] a batch larger than a chunk goes whole', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const sales = new Sales(t, database);
  await sales.commit(2, 4_100);
  const relay = relayOn(t, database, await streamOn(t, server));
  await whenRelayed(database);
  assert.deepEqual(await checkEvents(server.url, database), { facts: 8_200, repeated: 0 });
  assert.equal(relay.lag().published, 8_200);
});
