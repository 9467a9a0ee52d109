/** Where letters are written: one thread, started with the first letter and ended when none came for a while. */
import { Piscina } from 'piscina';
import type { LetterOrder } from './letter.ts';

/** Starting the thread takes about as long as a hundred letters. */
const IDLE_MS = 30_000;
/** As many as jobs at a time can ask for, and some; more is refused, and the job tried again later. */
const WAITING_MAX = 16;
/** A letter takes some milliseconds and as many of rest; one that takes this long never ends, milliseconds. */
const LETTER_MS = 10_000;

export interface LetterPress {
  /** The bytes of a letter (RFC 5322). @throws when it cannot be written; the error names no recipient. */
  write(order: LetterOrder, signal: AbortSignal): Promise<Uint8Array>;
}

export class ThreadLetterPress implements LetterPress {
  readonly #pool: Piscina<LetterOrder, Uint8Array>;

  constructor() {
    this.#pool = new Piscina({
      filename: new URL('./letter-thread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      maxQueue: WAITING_MAX,
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    });
    // A thread that dies also fails the letter it was writing.
    this.#pool.on('error', () => {});
  }

  async write(order: LetterOrder, signal: AbortSignal): Promise<Uint8Array> {
    // Aborting ends the thread; the next letter starts another.
    return this.#pool.run(order, { signal: AbortSignal.any([signal, AbortSignal.timeout(LETTER_MS)]) });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
