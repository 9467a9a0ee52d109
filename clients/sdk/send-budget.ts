/**
 * How many messages may be sent now without being closed as a flood: a bucket like the server's, but with half
 * its capacity and nine tenths of its flow, since our clocks and the network's pace differ.
 */
export class SendBudget {
  readonly #perMs: number;
  readonly #capacity: number;
  #left: number;
  #atMs: number;

  /** `perSecond` 0: no limit. */
  constructor(perSecond: number, nowMs: number) {
    this.#perMs = (perSecond * 0.9) / 1000;
    this.#capacity = perSecond === 0 ? Number.POSITIVE_INFINITY : Math.max(1, perSecond);
    this.#left = this.#capacity;
    this.#atMs = nowMs;
  }

  /** Whole messages that may be sent. */
  available(nowMs: number): number {
    this.#left = Math.min(this.#capacity, this.#left + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    return Math.max(0, Math.floor(this.#left));
  }

  /** May go below zero: a ping or a watch is sent in any case, and commands wait for it. */
  spend(messages: number): void {
    this.#left -= messages;
  }

  /** Until one more message may be sent. */
  msUntilNext(): number {
    return this.#left >= 1 ? 0 : (1 - this.#left) / this.#perMs;
  }
}
