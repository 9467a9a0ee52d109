/** What a batch of the journal tells the outbox: one row, written in the batch's own transaction. */
import { InvariantViolation } from '../actors/assert.ts';
import type { JournalBatch } from './journal-batch.ts';

/**
 * The statement that adds the batch's row; empty for a batch without facts. It carries its values in its text, because only
 * a statement without parameters can go in one message with the COPY that follows. They are numbers, and checked to be.
 */
export function outboxStatement(batch: JournalBatch): string {
  if (batch.rowCount === 0) return '';
  return `insert into outbox (facts, spans) values (${batch.rowCount},'${spansOf(batch)}');`;
}

/** "7.1,8.4-6": the versions of each decision; those of one screening that follow each other are one span. */
function spansOf(batch: JournalBatch): string {
  let spans = '';
  let screening = 0;
  let first = 0;
  let last = 0;
  for (const entry of batch.entries) {
    const { facts } = entry;
    if (facts.length === 0) continue;
    const begin = facts[0]!.version;
    const end = facts[facts.length - 1]!.version;
    if (!Number.isSafeInteger(entry.screening) || !Number.isSafeInteger(begin) || !Number.isSafeInteger(end)) {
      throw new InvariantViolation('screenings and versions are whole numbers');
    }
    if (entry.screening === screening && begin === last + 1) {
      last = end;
      continue;
    }
    if (last > 0) spans += last === first ? `${screening}.${first},` : `${screening}.${first}-${last},`;
    screening = entry.screening;
    first = begin;
    last = end;
  }
  return `${spans}${last === first ? `${screening}.${first}` : `${screening}.${first}-${last}`}`;
}
