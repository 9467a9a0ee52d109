/** Another layout, as the database keeps it: the catalogue and the journal agree, and every fact is replayed on its own layout. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { evolve } from '../actors/seat-evolve.ts';
import type { Fact, RecordedFact } from '../actors/seat-fact.ts';
import { initialState, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot, writeSnapshot } from '../actors/snapshot.ts';
import { TestEntry } from '../tests/support/journal-entries.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { COMMON } from '../tests/support/screening.ts';
import { addScreenings, addSeatMap, rectangle } from '../tests/support/screenings.ts';
import { auditDatabase } from './audit.ts';
import { CopyWriter } from './copy-writer.ts';
import { createPool } from './database.ts';
import { CommitRefused } from './fact-store.ts';
import { JournalBatch } from './journal-batch.ts';
import { projectionsOf } from './projection.ts';
import { type RecoveredScreening, Recovery } from './recovery.ts';

const AT_MS = 1_764_000_000_000;
const claimed: Fact = { kind: 1, holdDeadlineMs: AT_MS };
const blocked = (...seats: number[]): Fact => ({ kind: 14, seats, reason: 'broken' });
const held = (hold: number, ...seats: number[]): Fact => ({ kind: 4, hold, buyer: 'ana', seats, deadlineMs: AT_MS });
const begun = (hold: number, order: string, seats: readonly number[], type: 1 | 2 = 1): Fact => ({
  kind: 8,
  hold,
  order,
  payer: 'ana',
  lines: seats.map((seat) => ({ seat, type, priceCents: 3000 })),
  deadlineMs: AT_MS,
});
const sold = (hold: number, order: string, seats: readonly number[]): Fact => ({
  kind: 10,
  order,
  hold,
  tickets: seats.map((seat) => ({ seat, ticket: `${order}-${seat}`, code: `${order}-${seat}` })),
});

async function stage(t: TestContext) {
  const config = await testDatabase(t);
  const [screening = 0, sibling = 0] = await addScreenings(config, { count: 2, rows: 2, columns: 4, halfQuota: 3 });
  const [elsewhere = 0] = await addScreenings(config, { count: 1, rows: 9, columns: 9 });
  const pool = createPool(config, 'shard', 'map change test', 4);
  t.after(() => pool.end());
  const reader = createPool(config, 'reader', 'map change audit', 1);
  t.after(() => reader.end());
  const writer = new CopyWriter(config, {
    name: 'map change test',
    commitDeadlineMs: 5_000,
    reconnectPauseMaxMs: 50,
    onWarning: () => {},
  });
  await writer.open();
  t.after(() => writer.close());
  const client = await connected(t, config, 'reader');
  const recovery = new Recovery(pool, COMMON, (message) => assert.fail(message));
  const mapOf = async (id: number): Promise<number> => (await recovery.stored(id)).seatMap ?? 0;
  const small = await mapOf(screening);
  const large = await addSeatMap(config, screening, rectangle(3, 6));
  const foreign = await mapOf(elsewhere);
  let version = 0;
  /** Writes the next facts of `screening`, with what follows from them, in one batch; each has a request id. */
  const write = async (...facts: readonly Fact[]): Promise<void> => {
    const recorded = facts.map((fact, index) => recordedAs(version + 1 + index, fact));
    const projections = facts.flatMap((fact) => {
      const tickets = fact.kind === 10 ? fact.tickets.map((one) => ({ ...one, type: 1, priceCents: 3000 })) : [];
      return projectionsOf(screening, [fact], { code: 0, kind: 'sold', order: '', tickets }, AT_MS) ?? [];
    });
    await writer.commit(new JournalBatch([new TestEntry(screening, recorded, projections)]));
    version += facts.length;
  };
  const catalogue = async (id = screening): Promise<string> => {
    const { rows } = await client.query<{ seat_map_id: string; half_quota: number }>(
      'select seat_map_id, half_quota from screenings where id = $1',
      [id],
    );
    return `${rows[0]?.seat_map_id} ${rows[0]?.half_quota}`;
  };
  const changed = (from: number, to: number, ...seats: number[]): Fact => ({
    kind: 16,
    from,
    to,
    halfQuota: 7,
    blocked: seats,
  });
  const audit = () => auditDatabase(reader);
  return {
    ...{ config, screening, sibling, small, large, foreign },
    ...{ recovery, write, catalogue, changed, audit },
  };
}

function recordedAs(version: number, fact: Fact): RecordedFact {
  const requestId = fact.kind === 1 ? null : `request-${version}`;
  return { version, epoch: 1, atMs: AT_MS, requestId, fingerprint: 7, fact };
}

function replayed(screening: number, loaded: RecoveredScreening): ScreeningState {
  const { snapshot, map, rules, facts, maps } = loaded;
  const state = snapshot === null ? initialState(screening, map, rules) : readSnapshot(snapshot, map, rules);
  for (const fact of facts) evolve(state, fact, maps);
  return state;
}

test('[MC9] the catalogue has the new layout and its quota when the fact is committed, of that screening only', async (t) => {
  const { write, changed, small, large, catalogue, sibling } = await stage(t);
  assert.equal(await catalogue(), `${small} 3`);
  await write(claimed, changed(small, large));
  assert.deepEqual([await catalogue(), await catalogue(sibling)], [`${large} 7`, `${small} 3`]);
  // There and back within one batch, and no change at all.
  await write(changed(large, small), changed(small, large), changed(large, small), {
    ...changed(small, small),
    halfQuota: 2,
  } as Fact);
  assert.equal(await catalogue(), `${small} 2`);
});

test('[MC9] a change that does not fit the catalogue is refused with its whole batch, and nothing of it is stored', async (t) => {
  const { write, changed, small, large, foreign, catalogue, recovery, screening } = await stage(t);
  await write(claimed);
  for (const wrong of [changed(small, foreign), changed(large, small), changed(small, 999_999)]) {
    await assert.rejects(write(held(2, 0), wrong), (cause) => cause instanceof CommitRefused && cause.rowsAtFault);
  }
  assert.equal(await catalogue(), `${small} 3`);
  assert.equal((await recovery.stored(screening)).facts.length, 1);
});

test('[MC9] a row that somebody else is changing is not waited for: the batch is refused at once', async (t) => {
  const { config, write, changed, small, large, catalogue, recovery, screening } = await stage(t);
  await write(claimed);
  const app = await connected(t, config, 'app');
  await app.query('begin');
  await app.query('update screenings set price_cents = 1 where id = $1', [screening]);
  await assert.rejects(write(changed(small, large)), (cause) => cause instanceof CommitRefused && cause.rowsAtFault);
  await assert.rejects(recovery.loadMap(screening, large), /lock/);
  await app.query('commit');
  assert.equal((await recovery.loadMap(screening, large))?.id, large);
  await write(changed(small, large));
  assert.equal(await catalogue(), `${large} 7`);
});

test('[MC7] a screening comes back on the layout of its facts: none, one, or several changes', async (t) => {
  const { write, changed, small, large, recovery, screening } = await stage(t);
  await write(claimed, blocked(7));
  const before = (await recovery.load(screening)) ?? assert.fail();
  assert.deepEqual([before.map.id, [...before.maps.keys()], before.map.seatLabels[7]], [small, [small], 'B4']);
  await write(changed(small, large, 9), held(4, 17));
  const after = (await recovery.load(screening)) ?? assert.fail();
  assert.deepEqual([after.map.id, new Set(after.maps.keys())], [small, new Set([small, large])]);
  const state = replayed(screening, after);
  assert.equal([...state.seatStatus].join(''), '000000000300000001');
  assert.equal(state.map.seatLabels[9], 'B4');
  await write({ kind: 6, hold: 4, seats: [17] }, changed(large, small, 7), changed(small, large, 9));
  const last = replayed(screening, (await recovery.load(screening)) ?? assert.fail());
  assert.deepEqual([last.map.id, [...last.seatStatus].join('')], [large, '000000000300000000']);
});

test('[MC7] a snapshot belongs to the layout of its moment: one of before the change, one of after it', async (t) => {
  const { write, changed, small, large, recovery, screening } = await stage(t);
  const facts = [
    claimed,
    blocked(7),
    held(3, 0),
    { kind: 7, holds: [3] } as const,
    changed(small, large, 9),
    held(6, 17),
  ];
  await write(...facts);
  const all = (await recovery.load(screening)) ?? assert.fail();
  const state = initialState(screening, all.map, all.rules);
  const snapshots = all.facts.map((fact) => {
    evolve(state, fact, all.maps);
    return { version: state.version, text: writeSnapshot(state) };
  });
  for (const { version, text } of snapshots) {
    await recovery.saveSnapshot(screening, version, 1, AT_MS, text);
    const loaded = (await recovery.load(screening)) ?? assert.fail();
    assert.equal(loaded.facts.length, facts.length - version);
    assert.equal(loaded.map.id, version < 5 ? small : large);
    assert.equal(writeSnapshot(replayed(screening, loaded)), writeSnapshot(state), `from version ${version}`);
  }
  assert.equal((await recovery.load(screening, true))?.map.id, small);
});

test('[MC11] the audit follows a screening over its layouts, with a snapshot of either', async (t) => {
  const { write, changed, small, large, recovery, screening, audit } = await stage(t);
  // Three at half price are all that the first layout allows; the second one would not allow so many.
  await write(claimed, blocked(7), held(3, 0, 1, 2), begun(3, 'o1', [0, 1, 2], 2));
  const change = { ...changed(small, large, 9), halfQuota: 2 } as Fact;
  await write({ kind: 9, order: 'o1', hold: 3, deadlineMs: null }, change);
  const loaded = (await recovery.load(screening)) ?? assert.fail();
  await write(held(7, 10, 11), begun(7, 'o2', [10, 11]), sold(7, 'o2', [10, 11]), blocked(17));
  assert.deepEqual((await audit()).violations, []);
  await recovery.saveSnapshot(screening, 6, 1, AT_MS, writeSnapshot(replayed(screening, loaded)));
  const report = await audit();
  assert.deepEqual([report.ok, report.facts, report.tickets, report.violations], [true, 10, 2, []]);
});

test('[MC11] a layout that changed under somebody’s seat, or not as the books say, is found', async (t) => {
  const wrongs: readonly (readonly [string, (s: Awaited<ReturnType<typeof stage>>) => readonly Fact[], string[]])[] = [
    ['under a hold', (s) => [held(2, 0), s.changed(s.small, s.large)], ['replay', 'sold-once']],
    [
      'under a ticket',
      (s) => [held(2, 0), begun(2, 'o1', [0]), sold(2, 'o1', [0]), s.changed(s.small, s.large)],
      ['replay', 'sold-once'],
    ],
    ['with a blocked seat forgotten', (s) => [blocked(7), s.changed(s.small, s.large)], ['facts']],
    ['with a seat blocked that was not', (s) => [s.changed(s.small, s.large, 3)], ['facts']],
  ];
  for (const [name, factsOf, rules] of wrongs) {
    await t.test(name, async (sub) => {
      const staged = await stage(sub);
      await staged.write(claimed, ...factsOf(staged));
      const { violations } = await staged.audit();
      assert.deepEqual([...new Set(violations.map(({ rule }) => rule))].sort(), rules);
    });
  }
});

test('[MC11] a catalogue that has another layout than the journal is found', async (t) => {
  const { config, write, changed, small, large, screening, audit } = await stage(t);
  await write(claimed, changed(small, large));
  const app = await connected(t, config, 'app');
  await app.query('update screenings set seat_map_id = $1 where id = $2', [small, screening]);
  const { violations } = await audit();
  assert.deepEqual(
    violations.map(({ rule, screening: at }) => [rule, at]),
    [['projection', screening]],
  );
  assert.match(violations[0]?.message ?? '', new RegExp(`layout is ${small} in the catalogue and ${large}`));
});
