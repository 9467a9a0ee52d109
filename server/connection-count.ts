/**
 * Open connections per address, counted across all threads of the process without a lock. Addresses share 65,536
 * counters by a salted hash: two addresses may fall together, which makes the limit a little stricter for them and never
 * looser, and the memory does not grow with every address ever seen.
 */
import { createHash } from 'node:crypto';

const COUNTERS = 65_536;

export function createConnectionCounters(): SharedArrayBuffer {
  return new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT);
}

export class ConnectionCount {
  readonly #counters: Int32Array;
  readonly #salt: string;
  readonly #max: number;

  /** `max` 0: no limit. */
  constructor(counters: SharedArrayBuffer, salt: string, max: number) {
    this.#counters = new Int32Array(counters);
    this.#salt = salt;
    this.#max = max;
  }

  /** Whether `enter` would succeed now. */
  hasRoom(address: string): boolean {
    return this.#max === 0 || Atomics.load(this.#counters, this.#counterOf(address)) < this.#max;
  }

  /** False when the address has as many as it may. After true, `leave` must follow once. */
  enter(address: string): boolean {
    if (this.#max === 0) return true;
    const counter = this.#counterOf(address);
    // Add first, look afterwards: two threads that look first could both let the last one in.
    if (Atomics.add(this.#counters, counter, 1) < this.#max) return true;
    Atomics.sub(this.#counters, counter, 1);
    return false;
  }

  leave(address: string): void {
    if (this.#max > 0) Atomics.sub(this.#counters, this.#counterOf(address), 1);
  }

  #counterOf(address: string): number {
    return createHash('sha1').update(this.#salt).update(address).digest().readUInt16LE(0);
  }
}
