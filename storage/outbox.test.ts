import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CuttingProxy } from '../tests/support/cutting-proxy.ts';
import { entry, heldFact, TestEntry } from '../tests/support/journal-entries.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { CopyWriter } from './copy-writer.ts';
import type { DatabaseConfig } from './database.ts';
import { createPool } from './database.ts';
import type { Event } from './event.ts';
import { eventsAfter, isRelayed, lastVersionOf, OutboxTail } from './event-history.ts';
import { CommitRefused, CommitUnknown } from './fact-store.ts';
import { JournalBatch } from './journal-batch.ts';
import { OutboxConnection } from './outbox.ts';
import { outboxStatement } from './outbox-row.ts';
import type { Projection } from './projection.ts';

async function writerOn(t: TestContext, config: DatabaseConfig, name = 'test outbox'): Promise<CopyWriter> {
  const writer = new CopyWriter(config, { name, commitDeadlineMs: 5_000, reconnectPauseMaxMs: 50, onWarning() {} });
  t.after(() => writer.close());
  await writer.open();
  return writer;
}

async function outboxOn(t: TestContext, config: DatabaseConfig, asleepSeconds?: number): Promise<OutboxConnection> {
  const outbox = await OutboxConnection.open(config, 'test events', asleepSeconds);
  t.after(() => outbox.close());
  return outbox;
}

function names(events: readonly Event[]): string {
  return events.map(({ screening, version }) => `${screening}.${version}`).join(' ');
}

const order = (id: string): Projection => ({
  kind: 'order-created',
  order: id,
  screening: 1,
  buyer: 'b',
  amountCents: 1,
  atMs: 1,
});

test('[EV1] the row of a batch names its facts in the order of their decisions', () => {
  const spans = (...entries: TestEntry[]): string =>
    /'(.*)'/.exec(outboxStatement(new JournalBatch(entries)))?.[1] ?? '';
  assert.equal(spans(entry(7, 1)), '7.1');
  assert.equal(
    spans(entry(7, 1, 2), entry(8, 4), entry(8, 5), entry(7, 3), entry(9), entry(7, 4)),
    '7.1-2,8.4-5,7.3-4',
  );
  assert.equal(outboxStatement(new JournalBatch([entry(9)])), '');
  const hostile = new TestEntry("1'); drop table journal; --" as unknown as number, [heldFact(1)]);
  assert.throws(() => outboxStatement(new JournalBatch([hostile])), /whole numbers/);
});

test('[EV1] each committed batch adds one row; a refused one adds none, with orders or without', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const outbox = await outboxOn(t, config);
  await writer.commit(new JournalBatch([entry(1, 1, 2), entry(2, 1)]));
  await writer.commit(new JournalBatch([new TestEntry(1, [heldFact(3)], [order('o1')])]));
  const refusals = [
    [entry(3, 1), entry(1, 3)],
    [entry(3, 1), new TestEntry(1, [heldFact(3)], [order('o2')])],
    // The facts are fine, the tables are not.
    [new TestEntry(1, [heldFact(4)], [order('o1')])],
    [new TestEntry(1, [heldFact(4)], [{ kind: 'order-state', order: 'nobody', state: 'sold', atMs: 1 } as const])],
  ];
  for (const refused of refusals) await assert.rejects(writer.commit(new JournalBatch(refused)), CommitRefused);
  await writer.commit(new JournalBatch([entry(2, 2)]));
  const { rows, events, oldestSeconds } = await outbox.next(100);
  assert.equal(names(events), '1.1 1.2 2.1 1.3 2.2');
  assert.equal(rows.length, 3);
  assert.ok(oldestSeconds >= 0 && oldestSeconds < 60);
  const lag = await outbox.lag();
  assert.deepEqual([lag.rows, lag.facts], [3, 5]);
  await outbox.remove(rows);
  assert.deepEqual(await outbox.next(100), { rows: [], events: [], oldestSeconds: 0 });
  assert.deepEqual(await outbox.lag(), { rows: 0, facts: 0, oldestSeconds: 0 });
});

test('[EV1] a commit of unknown fate: the row is there if, and only if, the facts are', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'reader');
  const proxy = await CuttingProxy.start(t, config);
  const writer = await writerOn(t, proxy.config);
  proxy.reset();
  await writer.commit(new JournalBatch([entry(1, 1)]));
  const [sent, answered] = [proxy.toServerBytes, proxy.toClientBytes];
  const judged = { stored: 0, absent: 0 };
  let version = 1;
  const cuts = [
    ...[0, 10, 60, 120, sent - 5, sent - 1].map((bytes) => () => proxy.cutToServerAfter(bytes)),
    ...[0, 3, answered - 6, answered - 1].map((bytes) => () => proxy.cutToClientAfter(bytes)),
  ];
  for (const cut of cuts) {
    const batch = new JournalBatch([entry(1, version + 1)]);
    proxy.reset();
    cut();
    await assert.rejects(writer.commit(batch), CommitUnknown);
    proxy.reset();
    const fate = await writer.readBack(batch);
    judged[fate]++;
    if (fate === 'stored') version++;
    const { rows } = await client.query(
      'select sum(facts)::int as told, (select count(*)::int from journal) as facts from outbox',
    );
    assert.deepEqual(rows, [{ told: version, facts: version }]);
  }
  assert.ok(judged.stored > 0 && judged.absent > 0, JSON.stringify(judged));
});

test('[EV3] facts of one screening by two writers come in the order of their versions, whoever commits in between', async (t) => {
  const config = await testDatabase(t);
  const first = await writerOn(t, config, 'first');
  const second = await writerOn(t, config, 'second');
  const outbox = await outboxOn(t, config);
  // A third one has drawn its id and does not commit yet.
  const slow = await connected(t, config, 'shard');
  await slow.query("begin; insert into outbox (facts, spans) values (1, '9.1')");
  await slow.query(
    `insert into journal (screening, version, epoch, at_ms, kind, fingerprint) values (9, 1, 1, 0, 2, 0)`,
  );
  for (let version = 1; version <= 6; version += 2) {
    await first.commit(new JournalBatch([entry(1, version)]));
    await second.commit(new JournalBatch([entry(1, version + 1), entry(2, version, version + 1)]));
  }
  const before = await outbox.next(100);
  assert.equal(names(before.events.filter(({ screening }) => screening === 1)), '1.1 1.2 1.3 1.4 1.5 1.6');
  assert.equal(names(before.events.filter(({ screening }) => screening === 9)), '');
  await outbox.remove(before.rows);
  await slow.query('commit');
  // Its id lies below those that are gone, and it is not overlooked.
  assert.equal(names((await outbox.next(100)).events), '9.1');
});

test('[EV9] a chunk ends at whole rows: at least one, and no more than are asked for', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const outbox = await outboxOn(t, config);
  for (const versions of [[1, 2, 3], [4], [5], [6, 7]]) await writer.commit(new JournalBatch([entry(1, ...versions)]));
  const facts = async (most: number): Promise<number> => (await outbox.next(most)).events.length;
  assert.deepEqual([await facts(1), await facts(3), await facts(4), await facts(5), await facts(6)], [3, 3, 4, 5, 7]);
});

test('[EV9] old rows are pruned, and none while somebody else relays', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const [relaying, other] = [await outboxOn(t, config), await outboxOn(t, config)];
  for (let version = 1; version <= 3; version++) await writer.commit(new JournalBatch([entry(1, version)]));
  assert.equal(await other.prune(3600, 100), 0);
  assert.equal(await relaying.tryLock(), true);
  assert.equal(await other.prune(0, 100), 0);
  assert.equal(await relaying.prune(0, 2), 2);
  await relaying.unlock();
  assert.equal(await other.prune(0, 100), 1);
});

test('[EV7] one session has the lock; one that has gone quiet is ended, one that asks is not', async (t) => {
  const config = await testDatabase(t);
  // Long enough for PostgreSQL's own patience with the first not to end before the others' does.
  const [holder, waiting] = [await outboxOn(t, config, 3600), await outboxOn(t, config, 0.3)];
  const pool = createPool(config, 'reader', 'test', 1);
  t.after(() => pool.end());
  assert.equal(await isRelayed(pool), false);
  assert.equal(await holder.tryLock(), true);
  assert.equal(await isRelayed(pool), true);
  assert.equal(await waiting.tryLock(), false);
  assert.equal(await waiting.endSleeper(), false);
  const endsMs = performance.now() + 10_000;
  while (!(await waiting.endSleeper())) assert.ok(performance.now() < endsMs, 'the sleeper is never ended');
  while (!(await waiting.tryLock())) assert.ok(performance.now() < endsMs, 'the lock is never let go');
  await assert.rejects(holder.next(1));
  // Back in its role: it may delete, and nothing else.
  await waiting.remove([]);
});

test('[EV7] PostgreSQL itself ends a holder that asks nothing, where nobody waits', async (t) => {
  const config = await testDatabase(t);
  const pool = createPool(config, 'reader', 'test', 1);
  t.after(() => pool.end());
  const holder = await outboxOn(t, config, 0.2);
  assert.equal(await holder.tryLock(), true);
  const endsMs = performance.now() + 10_000;
  while (await isRelayed(pool)) assert.ok(performance.now() < endsMs, 'the lock is never let go');
});

test('[EV10] the tail of the outbox sees ids that were passed over, and each row once', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  await writer.commit(new JournalBatch([entry(1, 1)]));
  const pool = createPool(config, 'reader', 'test', 1);
  t.after(() => pool.end());
  const tail = await OutboxTail.open(pool);
  const slow = await connected(t, config, 'shard');
  await slow.query("begin; insert into outbox (facts, spans) values (1, '9.1')");
  await slow.query(
    `insert into journal (screening, version, epoch, at_ms, kind, fingerprint) values (9, 1, 1, 0, 2, 0)`,
  );
  await assert.rejects(writer.commit(new JournalBatch([entry(1, 1)])), CommitRefused);
  await writer.commit(new JournalBatch([entry(1, 2), entry(2, 1)]));
  assert.equal(names(await tail.next(0)), '1.2 2.1');
  assert.equal(names(await tail.next(1)), '');
  await slow.query('commit');
  assert.equal(names(await tail.next(2)), '9.1');
  await writer.commit(new JournalBatch([entry(1, 3)]));
  assert.equal(names(await tail.next(60_000)), '1.3');
});

test('[EV10] the past of a screening is read from any version on', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  await writer.commit(new JournalBatch([entry(1, 1, 2, 3, 4), entry(2, 1)]));
  const pool = createPool(config, 'reader', 'test', 1);
  t.after(() => pool.end());
  assert.equal(names(await eventsAfter(pool, 1, 1, 2)), '1.2 1.3');
  assert.equal(names(await eventsAfter(pool, 1, 4, 2)), '');
  assert.deepEqual([await lastVersionOf(pool, 1), await lastVersionOf(pool, 3)], [4, 0]);
});
