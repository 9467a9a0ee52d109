/**
 * How long a screening whose actor was ended rests before it is tried again. The pause doubles while it keeps being ended
 * within a minute, so that two processes that both believe they own it do not take it from each other with every command.
 */
interface Rest {
  pauseMs: number;
  lastMs: number;
}

const MEMORY_MS = 60_000;

export class RestList {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #rests = new Map<number, Rest>();

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** The pause from now on, milliseconds. Without `isDoubling` it is the first one again. */
  pauseMs(screening: number, nowMs: number, isDoubling: boolean): number {
    const before = this.#rests.get(screening);
    const isFirst = !isDoubling || before === undefined || nowMs - before.lastMs > MEMORY_MS;
    const pauseMs = isFirst ? this.#firstMs : Math.min(before.pauseMs * 2, this.#maxMs);
    this.#rests.set(screening, { pauseMs, lastMs: nowMs });
    return pauseMs;
  }

  forgetOld(nowMs: number): void {
    for (const [screening, rest] of this.#rests) if (nowMs - rest.lastMs > MEMORY_MS) this.#rests.delete(screening);
  }
}
