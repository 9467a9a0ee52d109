/**
 * Sets of scores, one for each of so many things (films, classes), as bits: "has it this score?" is asked for each score,
 * day and film of a search, and must cost nothing.
 */

/** Not a score, all of which are less: that the set is complete. */
const COMPLETE = 63;

export class ScoreSets {
  /** Two numbers for each set. */
  readonly #bits: Int32Array;

  constructor(count: number) {
    this.#bits = new Int32Array(count * 2);
  }

  add(set: number, score: number): void {
    this.#bits[set * 2 + (score >>> 5)]! |= 1 << (score & 31);
  }

  has(set: number, score: number): boolean {
    return (this.#bits[set * 2 + (score >>> 5)]! & (1 << (score & 31))) !== 0;
  }

  /** Nothing will be added any more. */
  complete(set: number): void {
    this.add(set, COMPLETE);
  }

  isComplete(set: number): boolean {
    return this.has(set, COMPLETE);
  }
}
