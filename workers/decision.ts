/** One decision on its way to the journal and back: the journal's entry, and the answer that waits for it. */
import type { RecordedFact } from '../actors/seat-fact.ts';
import type { Answer } from '../actors/seat-outcome.ts';
import type { JournalEntry, Settlement } from '../storage/journal-entry.ts';
import type { Projection } from '../storage/projection.ts';
import type { Asker } from './asker.ts';
import type { SeatSnapshot } from './seat-replica.ts';

/** Who settles a decision: the actor that made it. */
export interface DecisionOwner {
  decisionSettled(decision: Decision, settlement: Settlement): void;
}

export class Decision implements JournalEntry {
  readonly screening: number;
  readonly facts: readonly RecordedFact[];
  readonly projections: readonly Projection[] | null;
  readonly owner: DecisionOwner;
  readonly asker: Asker;
  readonly tag: number;
  readonly requestId: string;
  readonly outcome: Answer;
  /** The screening's version after the decision. */
  readonly version: number;
  /** `seat << 2 | status` of every seat that its facts touched. */
  readonly changes: readonly number[];
  readonly salesOpen: boolean;
  /** The state after the decision, when it is time for a snapshot. */
  readonly snapshot: string | null;
  /** All seats after the decision, when it changed the layout: then there are no `changes`. */
  readonly anew: SeatSnapshot | null;

  constructor(
    screening: number,
    facts: readonly RecordedFact[],
    projections: readonly Projection[] | null,
    owner: DecisionOwner,
    asker: Asker,
    tag: number,
    requestId: string,
    outcome: Answer,
    version: number,
    changes: readonly number[],
    salesOpen: boolean,
    snapshot: string | null,
    anew: SeatSnapshot | null,
  ) {
    this.screening = screening;
    this.facts = facts;
    this.projections = projections;
    this.owner = owner;
    this.asker = asker;
    this.tag = tag;
    this.requestId = requestId;
    this.outcome = outcome;
    this.version = version;
    this.changes = changes;
    this.salesOpen = salesOpen;
    this.snapshot = snapshot;
    this.anew = anew;
  }

  settled(settlement: Settlement): void {
    this.owner.decisionSettled(this, settlement);
  }
}
