/** Entries for tests of the journal: what a screening's actor would hand in, and how each one was settled. */
import type { RecordedFact } from '../../actors/seat-fact.ts';
import type { JournalEntry, Settlement } from '../../storage/journal-entry.ts';
import type { Projection } from '../../storage/projection.ts';

export class TestEntry implements JournalEntry {
  readonly screening: number;
  readonly facts: readonly RecordedFact[];
  readonly projections: readonly Projection[] | null;
  readonly settlements: Settlement[] = [];
  onSettled: ((settlement: Settlement) => void) | null = null;

  constructor(screening: number, facts: readonly RecordedFact[], projections: readonly Projection[] | null = null) {
    this.screening = screening;
    this.facts = facts;
    this.projections = projections;
  }

  settled(settlement: Settlement): void {
    this.settlements.push(settlement);
    this.onSettled?.(settlement);
  }
}

/** A hold of one seat at `version`. */
export function heldFact(version: number, epoch = 1, seat = version): RecordedFact {
  return {
    version,
    epoch,
    atMs: 1_764_000_000_000 + version,
    requestId: `request-${epoch}-${version}-0123456789`,
    fingerprint: 7,
    fact: { kind: 4, hold: version, buyer: 'buyer', seats: [seat], deadlineMs: 1_764_000_600_000 },
  };
}

/** An entry with one fact for each version. */
export function entry(screening: number, ...versions: readonly number[]): TestEntry {
  return new TestEntry(
    screening,
    versions.map((version) => heldFact(version)),
  );
}
