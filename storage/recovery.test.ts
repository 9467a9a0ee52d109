/** How a screening comes back from PostgreSQL: what is read, and that it is of one moment. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { evolve } from '../actors/seat-evolve.ts';
import { FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { initialState } from '../actors/seat-state.ts';
import { readSnapshot, writeSnapshot } from '../actors/snapshot.ts';
import { heldFact } from '../tests/support/journal-entries.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { COMMON } from '../tests/support/screening.ts';
import { addScreenings } from '../tests/support/screenings.ts';
import { copyRows } from './copy-rows.ts';
import { createPool } from './database.ts';
import { encodeRow, JOURNAL_COLUMNS } from './fact-codec.ts';
import { Recovery } from './recovery.ts';

const STARTS_MS = 1_764_000_000_000;

async function recovering(t: TestContext) {
  const database = await testDatabase(t);
  const [screening = 0, other = 0] = await addScreenings(database, {
    count: 2,
    rows: 2,
    columns: 8,
    halfQuota: 5,
    halfPolicy: 'exceed',
    startsAtMs: STARTS_MS,
  });
  const pool = createPool(database, 'shard', 'recovery test', 4);
  t.after(() => pool.end());
  const writer = await connected(t, database, 'shard');
  const warnings: string[] = [];
  const recovery = new Recovery(pool, COMMON, (message) => warnings.push(message));
  const write = (facts: readonly RecordedFact[], into = screening): Promise<void> =>
    copyRows(writer, `journal (${JOURNAL_COLUMNS})`, [facts.map((fact) => encodeRow(into, fact)).join('')]);
  const save = (version: number, state: string): Promise<void> =>
    recovery.saveSnapshot(screening, version, 1, 1_764_000_000_000, state);
  return { database, screening, other, pool, recovery, warnings, write, save };
}

const claim: RecordedFact = {
  version: 1,
  epoch: 1,
  atMs: 1_764_000_000_000,
  requestId: null,
  fingerprint: 0,
  fact: { kind: FactKind.ownerChanged, holdDeadlineMs: 1_764_000_480_000 },
};
/** A claim and holds of one seat each, versions 1 to `last`. */
const history = (last: number): RecordedFact[] => [
  claim,
  ...Array.from({ length: last - 1 }, (_, index) => heldFact(index + 2)),
];

test('[F5] a screening to which nothing has happened: its map, its own rules among the common ones, no facts', async (t) => {
  const { recovery, screening } = await recovering(t);
  const loaded = await recovery.load(screening);
  assert.ok(loaded !== null);
  assert.deepEqual(
    [loaded.map.seatCount, loaded.map.seatLabels[9], loaded.snapshot, loaded.facts],
    [16, 'B2', null, []],
  );
  const { salesAfterStartMs, ...rules } = COMMON;
  assert.deepEqual(loaded.rules, {
    ...rules,
    halfQuota: 5,
    halfPolicy: 'exceed',
    isOnSale: true,
    salesFromMs: null,
    salesUntilMs: STARTS_MS + salesAfterStartMs,
  });
});

test('[F5] its facts, all of them, in order, and nobody else’s', async (t) => {
  const { recovery, screening, other, write } = await recovering(t);
  const facts = history(12);
  await write(facts.slice(0, 7));
  await write([{ ...claim, epoch: 9 }], other);
  await write(facts.slice(7));
  const loaded = await recovery.load(screening);
  assert.deepEqual(loaded?.facts, facts);
});

test('[F6] a snapshot, and only the facts since: together the state that all facts give', async (t) => {
  const { recovery, screening, write, save } = await recovering(t);
  const facts = history(10);
  await write(facts);
  const empty = await recovery.load(screening);
  assert.ok(empty !== null);
  const state = initialState(screening, empty.map, empty.rules);
  for (const fact of facts.slice(0, 6)) evolve(state, fact);
  await save(6, writeSnapshot(state));
  const loaded = await recovery.load(screening);
  assert.ok(loaded !== null && loaded.snapshot !== null);
  assert.deepEqual(
    loaded.facts.map(({ version }) => version),
    [7, 8, 9, 10],
  );
  const replayed = readSnapshot(loaded.snapshot, loaded.map, loaded.rules);
  for (const fact of loaded.facts) evolve(replayed, fact);
  for (const fact of facts.slice(6)) evolve(state, fact);
  assert.equal(writeSnapshot(replayed), writeSnapshot(state));
});

test('[F6] of two snapshots the newer one stays, in whatever order they are saved', async (t) => {
  const { recovery, screening, write, save } = await recovering(t);
  await write(history(9));
  await save(5, 'of version 5');
  await save(3, 'of version 3, late');
  assert.deepEqual(
    [(await recovery.stored(screening)).snapshot, (await recovery.stored(screening)).facts.length],
    ['of version 5', 4],
  );
  await save(8, 'of version 8');
  assert.deepEqual(
    [(await recovery.stored(screening)).snapshot, (await recovery.stored(screening)).facts.length],
    ['of version 8', 1],
  );
});

test('[F6] a snapshot that cannot be read is done without: all facts are there', async (t) => {
  const { recovery, screening, write, save } = await recovering(t);
  await write(history(9));
  await save(5, 'of a newer build');
  const loaded = await recovery.load(screening, true);
  assert.deepEqual([loaded?.snapshot, loaded?.facts.length], [null, 9]);
});

test('[F7] snapshot and facts are of one moment, whatever is saved meanwhile', async (t) => {
  const { recovery, screening, write, save } = await recovering(t);
  await write(history(60));
  const reads: Promise<void>[] = [];
  for (let version = 1; version <= 60; version++) {
    reads.push(save(version, String(version)));
    reads.push(
      recovery.stored(screening).then(({ snapshot, facts }) => {
        const from = Number(snapshot ?? 0);
        assert.deepEqual(
          facts.map((fact) => fact.version),
          Array.from({ length: 60 - from }, (_, index) => from + 1 + index),
        );
      }),
    );
  }
  await Promise.all(reads);
});

test('[F8] a screening that does not exist is null, facts or not', async (t) => {
  const { recovery, write } = await recovering(t);
  await write(history(3), 999);
  for (const screening of [999, 0, Number.MAX_SAFE_INTEGER]) assert.equal(await recovery.load(screening), null);
});

test('[F9] a snapshot that cannot be saved is a warning; a screening that cannot be read is an error', async (t) => {
  const { database, screening, warnings } = await recovering(t);
  // A reader may not write.
  const reader = createPool(database, 'reader', 'recovery test', 1);
  t.after(() => reader.end());
  const reading = new Recovery(reader, COMMON, (message) => warnings.push(message));
  await reading.saveSnapshot(screening, 5, 1, 0, 'state');
  assert.match(warnings.join(), new RegExp(`screening ${screening} was not saved`));
  const nowhere = createPool({ ...database, port: 1 }, 'shard', 'recovery test', 1);
  t.after(() => nowhere.end());
  await assert.rejects(new Recovery(nowhere, COMMON, () => {}).load(screening));
});
