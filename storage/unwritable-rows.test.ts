/** Facts that cannot be written as a row: a bug of ours, which must cost its own screening and nobody else's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactKind } from '../actors/seat-fact.ts';
import { entry, heldFact, TestEntry } from '../tests/support/journal-entries.ts';
import { testDatabase } from '../tests/support/postgres.ts';
import { addScreenings } from '../tests/support/screenings.ts';
import { CopyWriter } from './copy-writer.ts';
import { Journal } from './journal.ts';

test('[J7] a fact that cannot be encoded ends its own screening; the others of the batch are stored', async (t) => {
  const database = await testDatabase(t);
  await addScreenings(database, { count: 2, rows: 2, columns: 4 });
  const writer = new CopyWriter(database, {
    name: 'unwritable rows',
    commitDeadlineMs: 5_000,
    reconnectPauseMaxMs: 50,
    onWarning: () => {},
  });
  t.after(() => writer.close());
  const told: string[] = [];
  const journal = new Journal(
    writer,
    {
      committed: () => {},
      fenced: () => told.push('fenced'),
      unknown: () => told.push('unknown'),
      rejected: (screening) => told.push(`rejected ${screening}`),
      lost: () => told.push('lost'),
      released: () => {},
      failed: () => told.push('failed'),
    },
    { soon: (callback) => void setImmediate(callback), nowMs: () => 0 },
  );
  for (const deadlineMs of [Number.NaN, 0.5]) {
    const version = deadlineMs === 0.5 ? 2 : 1;
    const broken = { ...heldFact(version), fact: { kind: FactKind.extended, hold: 1, deadlineMs } as const };
    const [before, bad, after] = [entry(1, version), new TestEntry(2, [{ ...broken, version: 1 }]), entry(3, version)];
    for (const one of [before, bad, after]) journal.append(one);
    await journal.whenIdle();
    assert.deepEqual(
      [before.settlements, bad.settlements, after.settlements],
      [['committed'], ['rejected'], ['committed']],
      told.join(),
    );
  }
});
