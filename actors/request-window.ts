/**
 * The bounded window of answered request ids (promise I4): the same id with the same content gets the same answer
 * and does nothing; with other content it is refused.
 *
 * A ring for the order and a map from id to ring position, with the outcomes beside them: about 100 bytes an
 * entry beside the id and the outcome. A map alone could forget its oldest entry too, but V8's maps keep a hole for every
 * deleted entry, over which each search for the oldest would have to walk. The oldest is forgotten first; rule R4
 * says why that is harmless.
 */
import { fingerprintOf } from './fingerprint.ts';
import type { Command } from './seat-command.ts';
import { type Outcome, OutcomeCode, type Refused } from './seat-outcome.ts';
import type { ScreeningState } from './seat-state.ts';

export class RequestWindow {
  readonly capacity: number;
  readonly #positions = new Map<string, number>();
  readonly #requestIds: string[] = [];
  readonly #fingerprints: number[] = [];
  readonly #outcomes: Outcome[] = [];
  /** Ring position of the oldest entry, once the ring is full. */
  #oldest = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#requestIds.length;
  }

  /** A ring position for the methods below; −1 when the id is not (or no longer) known. */
  find(requestId: string): number {
    return this.#positions.get(requestId) ?? -1;
  }

  fingerprintAt(position: number): number {
    return this.#fingerprints[position]!;
  }

  outcomeAt(position: number): Outcome {
    return this.#outcomes[position]!;
  }

  /**
   * At the bound the oldest entry goes. An id that is in the window already gets a second entry, and the newer one counts:
   * that happens when the journal is replayed with a larger window than the one it was decided with.
   */
  add(requestId: string, fingerprint: number, outcome: Outcome): void {
    let position = this.#requestIds.length;
    if (position < this.capacity) {
      this.#requestIds.push(requestId);
      this.#fingerprints.push(fingerprint);
      this.#outcomes.push(outcome);
    } else {
      position = this.#oldest;
      const oldest = this.#requestIds[position]!;
      if (this.#positions.get(oldest) === position) this.#positions.delete(oldest);
      this.#requestIds[position] = requestId;
      this.#fingerprints[position] = fingerprint;
      this.#outcomes[position] = outcome;
      this.#oldest = position + 1 === this.capacity ? 0 : position + 1;
    }
    this.#positions.set(requestId, position);
  }

  /** An owner change: answers that name a deadline of a hold which is still open name the new owner's from now on. */
  renewDeadlines(openHolds: ReadonlyMap<number, unknown>, deadlineMs: number): void {
    for (let position = 0; position < this.#outcomes.length; position++) {
      const outcome = this.#outcomes[position]!;
      if (outcome.code !== OutcomeCode.accepted) continue;
      if ((outcome.kind === 'hold' || outcome.kind === 'payment') && openHolds.has(outcome.hold)) {
        this.#outcomes[position] = { ...outcome, deadlineMs };
      }
    }
  }

  /** Oldest first. */
  *entries(): Generator<readonly [requestId: string, fingerprint: number, outcome: Outcome]> {
    const count = this.#requestIds.length;
    for (let step = 0; step < count; step++) {
      const position = (this.#oldest + step) % count;
      yield [this.#requestIds[position]!, this.#fingerprints[position]!, this.#outcomes[position]!];
    }
  }
}

/**
 * Remembers that `decide` refused `command`, so that its repetition hears the same while this owner lives. Only for
 * refusals that `decide` gave; to refuse for "busy" must not outlive the moment.
 */
export function rememberRefusal(state: ScreeningState, command: Command, outcome: Refused): void {
  // A reused id belongs to its first use.
  if (outcome.code === OutcomeCode.requestIdReused || state.refused.find(command.requestId) >= 0) return;
  state.refused.add(command.requestId, fingerprintOf(command), outcome);
}
