import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, type TestEntry } from '../tests/support/journal-entries.ts';
import { CommitRefused, CommitUnknown, type FactStore } from './fact-store.ts';
import { JOURNAL_LIMITS, Journal, type JournalLimits, type JournalObserver } from './journal.ts';
import type { JournalBatch } from './journal-batch.ts';

/** A store that does what the script says for each commit, and stores nothing unless told so. */
class ScriptedStore implements FactStore {
  readonly batches: JournalBatch[] = [];
  readonly last = new Map<number, number>();
  script: ((batch: JournalBatch) => Promise<void>)[] = [];
  readBackAnswer: Promise<'stored' | 'absent'> = Promise.resolve('absent');

  commit(batch: JournalBatch): Promise<void> {
    this.batches.push(batch);
    return (this.script.shift() ?? ((taken) => this.store(taken)))(batch);
  }
  /** The key (screening, version) as PostgreSQL keeps it. */
  store(batch: JournalBatch): Promise<void> {
    const next = new Map(this.last);
    for (const { screening, facts } of batch.entries) {
      for (const { version } of facts) {
        if (version <= (next.get(screening) ?? 0)) return Promise.reject(new CommitRefused('duplicate key', true));
        next.set(screening, version);
      }
    }
    for (const [screening, version] of next) this.last.set(screening, version);
    return Promise.resolve();
  }
  readBack(): Promise<'stored' | 'absent'> {
    return this.readBackAnswer;
  }
  lastVersions(screenings: readonly number[]): Promise<Map<number, number>> {
    return Promise.resolve(new Map(screenings.map((screening) => [screening, this.last.get(screening) ?? 0])));
  }
}

function journalOn(store: FactStore, limits: JournalLimits = JOURNAL_LIMITS) {
  const told: string[] = [];
  const observer: JournalObserver = {
    committed: (rows) => told.push(`committed ${rows}`),
    fenced: (screenings) => told.push(`fenced ${screenings}`),
    unknown: () => told.push('unknown'),
    rejected: (screening) => told.push(`rejected ${screening}`),
    lost: () => told.push('lost'),
    released: () => told.push('released'),
    failed: () => told.push('failed'),
  };
  const journal = new Journal(
    store,
    observer,
    { soon: (callback) => queueMicrotask(callback), nowMs: () => 0 },
    limits,
  );
  return { journal, told };
}

function appendAll(journal: Journal, entries: readonly TestEntry[]): void {
  for (const one of entries) journal.append(one);
}

test('[I2] nothing is acknowledged before the store has committed', async () => {
  const store = new ScriptedStore();
  const { promise, resolve } = withResolvers();
  store.script = [() => promise];
  const { journal } = journalOn(store);
  const first = entry(1, 1);
  journal.append(first);
  await turns();
  assert.equal(store.batches.length, 1);
  assert.deepEqual(first.settlements, []);
  resolve();
  await journal.whenIdle();
  assert.deepEqual(first.settlements, ['committed']);
});

test('[I2] an answer that only saw uncommitted facts waits with them', async () => {
  const store = new ScriptedStore();
  const { promise, resolve } = withResolvers();
  store.script = [() => promise];
  const { journal } = journalOn(store);
  const fact = entry(1, 1);
  const refusal = entry(1);
  appendAll(journal, [fact, refusal]);
  await turns();
  assert.deepEqual(refusal.settlements, []);
  resolve();
  await journal.whenIdle();
  assert.deepEqual([fact.settlements, refusal.settlements], [['committed'], ['committed']]);
});

test('[J1] one batch is in flight, the next fills meanwhile with everything that arrives', async () => {
  const store = new ScriptedStore();
  const { promise, resolve } = withResolvers();
  store.script = [() => promise];
  const { journal } = journalOn(store);
  journal.append(entry(1, 1));
  await turns();
  appendAll(journal, [entry(1, 2), entry(2, 1), entry(3, 1)]);
  await turns();
  assert.equal(store.batches.length, 1);
  resolve();
  await journal.whenIdle();
  assert.deepEqual(
    store.batches.map((batch) => batch.rowCount),
    [1, 3],
  );
});

test('[J2] a batch is bounded; what does not fit goes next, in order', async () => {
  const store = new ScriptedStore();
  const { journal } = journalOn(store, { ...JOURNAL_LIMITS, batchRowsMax: 3 });
  const entries = [entry(1, 1, 2), entry(2, 1), entry(1, 3, 4, 5, 6), entry(2, 2)];
  appendAll(journal, entries);
  await journal.whenIdle();
  assert.deepEqual(
    store.batches.map((batch) => batch.rowCount),
    [3, 4, 1],
  );
  assert.ok(entries.every((one) => one.settlements.join() === 'committed'));
});

test('[J3] at its bound the queue says busy, and yes again when there is room', async () => {
  const store = new ScriptedStore();
  const { journal } = journalOn(store, { ...JOURNAL_LIMITS, queueEntriesMax: 2 });
  appendAll(journal, [entry(1, 1), entry(1, 2)]);
  assert.equal(journal.accepting, 'busy');
  await journal.whenIdle();
  assert.equal(journal.accepting, 'yes');
});

test('[I1] [J4] a stale screening is fenced with all that stands behind it; the others are stored in order', async () => {
  const store = new ScriptedStore();
  store.last.set(2, 5);
  const { journal, told } = journalOn(store);
  const mine = [entry(1, 1), entry(3, 1), entry(1, 2)];
  const stale = [entry(2, 5), entry(2, 6)];
  appendAll(journal, [mine[0]!, stale[0]!, mine[1]!, stale[1]!, mine[2]!]);
  await journal.whenIdle();
  assert.ok(stale.every((one) => one.settlements.join() === 'fenced'));
  assert.ok(mine.every((one) => one.settlements.join() === 'committed'));
  assert.deepEqual(
    [...store.last],
    [
      [2, 5],
      [1, 2],
      [3, 1],
    ],
  );
  assert.ok(told.includes('fenced 1'));
});

test('[I1] [J4] what was queued for a stale screening while its batch was in flight is fenced as well', async () => {
  const store = new ScriptedStore();
  const { promise, resolve } = withResolvers();
  store.script = [
    async (batch) => {
      await promise;
      return store.store(batch);
    },
  ];
  const { journal } = journalOn(store);
  const first = entry(2, 1);
  journal.append(first);
  await turns();
  const behind = entry(2, 2);
  const other = entry(1, 1);
  appendAll(journal, [behind, other]);
  store.last.set(2, 1);
  resolve();
  await journal.whenIdle();
  assert.deepEqual([first.settlements, behind.settlements, other.settlements], [['fenced'], ['fenced'], ['committed']]);
});

test('[I1] a version that the journal does not reach yet is as stale as one that is taken', async () => {
  const store = new ScriptedStore();
  store.script = [() => Promise.reject(new CommitRefused('anything', true))];
  const { journal } = journalOn(store);
  const ahead = entry(1, 4);
  journal.append(ahead);
  await journal.whenIdle();
  assert.deepEqual(ahead.settlements, ['fenced']);
});

test('[J5] an unknown commit that is found stored is acknowledged', async () => {
  const store = new ScriptedStore();
  store.script = [() => Promise.reject(new CommitUnknown('connection lost'))];
  store.readBackAnswer = Promise.resolve('stored');
  const { journal, told } = journalOn(store);
  const one = entry(1, 1);
  journal.append(one);
  await journal.whenIdle();
  assert.deepEqual(one.settlements, ['committed']);
  assert.equal(told[0], 'unknown');
});

test('[I6] [J6] while a commit is unknown nothing is taken in; found absent, it is lost with all behind it', async () => {
  const store = new ScriptedStore();
  const { promise, resolve } = withResolvers<'absent'>();
  const commit = withResolvers();
  store.script = [() => commit.promise.then(() => Promise.reject(new CommitUnknown('connection lost')))];
  store.readBackAnswer = promise;
  const { journal } = journalOn(store);
  const one = entry(1, 1);
  journal.append(one);
  await turns();
  const behind = entry(1, 2);
  const other = entry(2, 1);
  appendAll(journal, [behind, other]);
  commit.resolve();
  await turns();
  assert.equal(journal.accepting, 'unavailable');
  assert.throws(() => journal.append(entry(3, 1)), /not accepting/);
  resolve('absent');
  await journal.whenIdle();
  assert.deepEqual([one.settlements, behind.settlements, other.settlements], [['lost'], ['lost'], ['committed']]);
  assert.equal(journal.accepting, 'yes');
});

test('[J7] rows that PostgreSQL refuses whoever sends them harm their own screening only', async () => {
  const store = new ScriptedStore();
  const poisoned = (batch: JournalBatch): Promise<void> =>
    batch.entries.some((one) => one.screening === 2)
      ? Promise.reject(new CommitRefused('a ticket code is taken', true))
      : store.store(batch);
  store.script = [poisoned, poisoned, poisoned, poisoned];
  const { journal, told } = journalOn(store);
  const good = [entry(1, 1), entry(1, 2), entry(3, 1)];
  const bad = entry(2, 1);
  appendAll(journal, [good[0]!, bad, good[1]!, good[2]!]);
  await journal.whenIdle();
  assert.deepEqual(bad.settlements, ['rejected']);
  assert.ok(good.every((one) => one.settlements.join() === 'committed'));
  assert.ok(told.includes('rejected 2'));
});

test('[J8] a refusal that is not about the rows (disk full) loses the batch, and is tried again by nobody', async () => {
  const store = new ScriptedStore();
  store.script = [() => Promise.reject(new CommitRefused('disk full', false))];
  const { journal, told } = journalOn(store);
  const one = entry(1, 1);
  journal.append(one);
  await journal.whenIdle();
  assert.deepEqual(one.settlements, ['lost']);
  assert.equal(store.batches.length, 1);
  assert.ok(told.includes('lost'));
});

test('[J9] a store that breaks its contract stops the journal: everybody waiting hears lost, nothing is taken in', async () => {
  const store = new ScriptedStore();
  const commit = withResolvers();
  store.script = [() => commit.promise.then(() => Promise.reject(new Error('a bug')))];
  const { journal, told } = journalOn(store);
  journal.append(entry(1, 1));
  await turns();
  const behind = entry(2, 1);
  journal.append(behind);
  commit.resolve();
  await journal.whenIdle();
  assert.ok(told.includes('failed'));
  assert.deepEqual(behind.settlements, ['lost']);
  assert.equal(journal.accepting, 'unavailable');
});

test('[J10] answers of a batch are all given before its end is told', async () => {
  const store = new ScriptedStore();
  const { journal, told } = journalOn(store);
  const entries = [entry(1, 1), entry(2, 1)];
  for (const one of entries) one.onSettled = () => told.push('settled');
  appendAll(journal, entries);
  await journal.whenIdle();
  assert.deepEqual(told, ['committed 2', 'settled', 'settled', 'released']);
});

function withResolvers<Value = void>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Lets everything run that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
