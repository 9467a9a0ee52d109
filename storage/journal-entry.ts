/**
 * What waits for a commit: one decision of one screening, with the facts it made (none for an answer that only
 * saw facts which are not committed yet) and whoever is to hear how it ended.
 *
 * It is a class with a method, and not a record with a closure, because there is one for every decision.
 */
import type { RecordedFact } from '../actors/seat-fact.ts';
import type { Projection } from './projection.ts';

/**
 * How an entry ended.
 * - committed: its facts are durable, and so is everything it saw. The only one that releases a "yes".
 * - fenced: another owner has written these versions; nothing of ours was stored. The actor is dropped.
 * - lost: not stored, or nobody knows; the actor's memory is ahead of the journal and is dropped. The asker may repeat.
 * - rejected: PostgreSQL refuses these very rows whoever sends them: a bug of ours. The actor stops.
 */
export type Settlement = 'committed' | 'fenced' | 'lost' | 'rejected';

export interface JournalEntry {
  readonly screening: number;
  readonly facts: readonly RecordedFact[];
  readonly projections: readonly Projection[] | null;
  settled(settlement: Settlement): void;
}
