/**
 * Whoever is to hear the outcome of a command. `tag` comes back unchanged, so that one asker can have many
 * commands under way without a closure for each.
 */
import type { Answer } from '../actors/seat-outcome.ts';

export interface Asker {
  /**
   * Exactly once for each command, in the order of the screening's decisions. `version` is the screening's version
   * that the outcome rests on (0 when no actor answered); `nowMs` the owner's clock, to which the outcome's deadlines refer.
   */
  answered(tag: number, requestId: string, outcome: Answer, version: number, nowMs: number): void;
}

/** For commands of the system itself, which nobody waits for. */
export const nobody: Asker = { answered: () => {} };
