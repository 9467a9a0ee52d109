/** What `decide` gives back, and the two ways to make it. */
import type { Fact } from './seat-fact.ts';
import type { Accepted, OutcomeCode, Refused } from './seat-outcome.ts';

export interface Decision {
  readonly outcome: Accepted | Refused;
  /** In order; the first gets version `state.version + 1`. A refusal has none. The asker's request id belongs to the last one. */
  readonly facts: readonly Fact[];
  /** The command was answered before, and this is that answer again. */
  readonly repeated: boolean;
}

export const noFacts: readonly Fact[] = [];

export const done: Accepted = { code: 0, kind: 'done' };

export function accepted(outcome: Accepted, facts: readonly Fact[]): Decision {
  return { outcome, facts, repeated: false };
}

export function answeredBefore(outcome: Accepted | Refused): Decision {
  return { outcome, facts: noFacts, repeated: true };
}

/** `seats`: those that are the reason. */
export function refused(code: Exclude<OutcomeCode, 0>, seats?: readonly number[]): Decision {
  return refusedWith(seats === undefined ? { code } : { code, seats });
}

export function refusedWith(outcome: Refused): Decision {
  return { outcome, facts: noFacts, repeated: false };
}
