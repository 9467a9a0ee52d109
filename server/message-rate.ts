/** How many messages a connection may send: a bucket that fills steadily and holds two seconds' worth. */
export class MessageRate {
  readonly #perMs: number;
  readonly #capacity: number;
  #left: number;
  #atMs: number;

  /** `perSecond` 0: no limit. */
  constructor(perSecond: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = perSecond * 2;
    this.#left = this.#capacity;
    this.#atMs = nowMs;
  }

  take(messages: number, nowMs: number): boolean {
    if (this.#perMs === 0) return true;
    this.#left = Math.min(this.#capacity, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#left < messages) return false;
    this.#left -= messages;
    return true;
  }
}
