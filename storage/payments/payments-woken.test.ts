/** Facts that void tickets wake the books, in their own transaction. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Fact } from '../../actors/seat-fact.ts';
import { BooksStage } from '../../tests/support/books-stage.ts';
import { entry, TestEntry } from '../../tests/support/journal-entries.ts';
import { CopyWriter } from '../copy-writer.ts';
import { CommitRefused } from '../fact-store.ts';
import { JournalBatch } from '../journal-batch.ts';
import { projectionsOf } from '../projection.ts';

async function sold(t: TestContext): Promise<{ stage: BooksStage; writer: CopyWriter }> {
  const stage = await BooksStage.create(t);
  await stage.sold('o1', [0, 1]);
  await stage.sold('o2', [2]);
  for (const order of ['o1', 'o2']) await stage.begin(order);
  await stage.rows('update payments set due_at = null');
  const writer = new CopyWriter(stage.config, {
    ...{ name: 'test writer', commitDeadlineMs: 5_000, reconnectPauseMaxMs: 50, onWarning: () => {} },
  });
  await writer.open();
  t.after(() => writer.close());
  return { stage, writer };
}

/** Order o1's first ticket is given back. */
function voided(stage: BooksStage): TestEntry {
  const fact: Fact = { kind: 12, order: 'o1', tickets: ['o1-0'] };
  const atMs = Date.now();
  const recorded = { version: 1, epoch: 1, atMs, requestId: 'r1', fingerprint: 1, fact };
  const projections = projectionsOf(stage.screening, [fact], { code: 0, kind: 'refunded' } as never, atMs);
  return new TestEntry(stage.screening, [recorded], projections);
}

const due = (stage: BooksStage) =>
  stage.rows('select order_id, version, due_at <= now() as due from payments order by order_id');

test('[PB8] tickets that are voided have their order looked after at once; nobody else is woken', async (t) => {
  const { stage, writer } = await sold(t);
  await writer.commit(new JournalBatch([voided(stage)]));
  assert.deepEqual(await due(stage), [
    { order_id: 'o1', version: 2, due: true },
    { order_id: 'o2', version: 1, due: null },
  ]);
});

test('[PB8] a batch that is refused wakes nobody', async (t) => {
  const { stage, writer } = await sold(t);
  await writer.commit(new JournalBatch([entry(stage.screening + 1, 1)]));
  await assert.rejects(
    writer.commit(new JournalBatch([voided(stage), entry(stage.screening + 1, 1)])),
    (cause: unknown) => cause instanceof CommitRefused,
  );
  assert.deepEqual(await due(stage), [
    { order_id: 'o1', version: 1, due: null },
    { order_id: 'o2', version: 1, due: null },
  ]);
});
