/**
 * The bounded window of answered request ids (promise I4): the same id with the same content gets the same answer
 * and does nothing; with other content it is refused.
 *
 * A ring for the order, and beside it a hash table of ring positions in one typed array. Not a Map: with thousands of
 * screenings open, looking an id up and putting it in was a third of the time of a decision and most of the
 * garbage (bench `micro`). The oldest is forgotten first; rule R4 says why that is harmless.
 */
import { fingerprintOf } from './fingerprint.ts';
import type { Command } from './seat-command.ts';
import { type Outcome, OutcomeCode, type Refused } from './seat-outcome.ts';
import type { ScreeningState } from './seat-state.ts';

/** Slots are at least twice as many as entries, so that a search ends after one or two steps. */
const FIRST_SLOTS = 16;

export class RequestWindow {
  readonly capacity: number;
  /** Ring position + 1 by hash, with linear probing; 0 is an empty slot. */
  #slots = new Int32Array(FIRST_SLOTS);
  // The ring; an entry keeps its position until it is forgotten.
  readonly #requestIds: string[] = [];
  readonly #hashes: number[] = [];
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
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = hashOf(requestId);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const position = slots[at]! - 1;
      if (position < 0) return -1;
      if (this.#hashes[position] === hash && this.#requestIds[position] === requestId) return position;
    }
  }

  fingerprintAt(position: number): number {
    return this.#fingerprints[position]!;
  }

  outcomeAt(position: number): Outcome {
    return this.#outcomes[position]!;
  }

  /** `requestId` must not be in the window. At the bound the oldest entry goes. */
  add(requestId: string, fingerprint: number, outcome: Outcome): void {
    const hash = hashOf(requestId);
    let position = this.#requestIds.length;
    if (position < this.capacity) {
      if ((position + 1) * 2 > this.#slots.length) this.#grow();
      this.#requestIds.push(requestId);
      this.#hashes.push(hash);
      this.#fingerprints.push(fingerprint);
      this.#outcomes.push(outcome);
    } else {
      position = this.#oldest;
      this.#emptySlotOf(position);
      this.#requestIds[position] = requestId;
      this.#hashes[position] = hash;
      this.#fingerprints[position] = fingerprint;
      this.#outcomes[position] = outcome;
      this.#oldest = position + 1 === this.capacity ? 0 : position + 1;
    }
    this.#fillSlot(hash, position);
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

  /** The same answers in a window of another size: where it is smaller, the newest of them. */
  resized(capacity: number): RequestWindow {
    const window = new RequestWindow(capacity);
    for (const [requestId, fingerprint, outcome] of this.entries()) window.add(requestId, fingerprint, outcome);
    return window;
  }

  /** Oldest first. */
  *entries(): Generator<readonly [requestId: string, fingerprint: number, outcome: Outcome]> {
    const count = this.#requestIds.length;
    for (let step = 0; step < count; step++) {
      const position = (this.#oldest + step) % count;
      yield [this.#requestIds[position]!, this.#fingerprints[position]!, this.#outcomes[position]!];
    }
  }

  #fillSlot(hash: number, position: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = position + 1;
  }

  /** Closes the gap that the entry leaves, so that no search stops short at it. */
  #emptySlotOf(position: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = this.#hashes[position]! & mask;
    while (slots[gap] !== position + 1) gap = (gap + 1) & mask;
    slots[gap] = 0;
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashes[slots[at]! - 1]! & mask;
      // May move into the gap unless its home lies between the gap and where it is.
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at]!;
      slots[at] = 0;
      gap = at;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let position = 0; position < this.#hashes.length; position++)
      this.#fillSlot(this.#hashes[position]!, position);
  }
}

/** FNV-1a over the characters. Ids chosen to collide make a search walk the window: tens of microseconds, on the screening of whoever chose them. */
function hashOf(requestId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < requestId.length; at++) hash = Math.imul(hash ^ requestId.charCodeAt(at), 0x01000193);
  // FNV's low bits depend on the last characters most; the slots are picked by them.
  return (hash ^ (hash >>> 15)) | 0;
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
