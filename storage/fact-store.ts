/**
 * What the journal asks of a database. The real one is `copy-writer.ts`; the simulation has one that delays,
 * refuses and forgets on purpose. Three ends of a commit are told apart, because they mean three things:
 * durable (resolves), certainly not stored (`CommitRefused`), and nobody knows (`CommitUnknown`).
 */
import type { RecordedFact } from '../actors/seat-fact.ts';
import type { JournalBatch } from './journal-batch.ts';

/** PostgreSQL answered that nothing of the batch was stored. */
export class CommitRefused extends Error {
  override readonly name = 'CommitRefused';
  /** Whether some row is the reason (a key, a type), and not the state of the server (disk full, no rights). */
  readonly rowsAtFault: boolean;

  constructor(message: string, rowsAtFault: boolean, options?: ErrorOptions) {
    super(message, options);
    this.rowsAtFault = rowsAtFault;
  }
}

/** The connection or the deadline ended before the answer: the batch may be stored, or may be stored in a moment. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** The database has lost facts that had been acknowledged (a fail-over to a stale standby, a restored backup): selling on would sell twice. */
export class JournalRegressed extends Error {
  override readonly name = 'JournalRegressed';
}

export interface FactStore {
  /**
   * Stores all rows and projections of the batch in one transaction; resolves after the commit.
   * @throws CommitRefused, CommitUnknown; nothing else.
   */
  commit(batch: JournalBatch): Promise<void>;
  /**
   * Settles a commit of which nobody knows: makes sure that it cannot happen any more, then looks. Waits for the
   * database to come back for as long as it takes (or until closed: then it rejects).
   * @throws JournalRegressed
   */
  readBack(batch: JournalBatch): Promise<'stored' | 'absent'>;
  /** The last version of each of these screenings; 0 for one without facts. Same waiting as `readBack`. */
  lastVersions(screenings: readonly number[]): Promise<Map<number, number>>;
}

/** What an actor is made of again. */
export interface StoredScreening {
  readonly snapshot: string | null;
  /** The facts after the snapshot, in order. */
  readonly facts: readonly RecordedFact[];
}
