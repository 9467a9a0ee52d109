/**
 * When which screening has to be looked at again. Deadlines are rounded up to ticks, and a screening stands once
 * in a tick however many of its holds end there, so that a hot screening costs one entry a second and not
 * one a hold. Nothing is ever taken out: a look that finds nothing due is cheaper than keeping the wheel exact.
 */
export class DeadlineWheel<Item> {
  readonly #tickMs: number;
  readonly #ticks = new Map<number, Set<Item>>();
  #nextTick: number;

  constructor(tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#nextTick = Math.floor(nowMs / tickMs);
  }

  /** Look at `item` at the first tick at or after `deadlineMs`. A deadline in the past is due at the next `due`. */
  add(item: Item, deadlineMs: number): void {
    const tick = Math.max(Math.ceil(deadlineMs / this.#tickMs), this.#nextTick);
    const items = this.#ticks.get(tick);
    if (items === undefined) this.#ticks.set(tick, new Set([item]));
    else items.add(item);
  }

  /** Everything whose tick has come, each item once. */
  due(nowMs: number): Set<Item> {
    const due = new Set<Item>();
    const lastTick = Math.floor(nowMs / this.#tickMs);
    // After a long pause (a suspended machine) there may be more ticks than entries.
    if (lastTick - this.#nextTick > this.#ticks.size) {
      for (const [tick, items] of this.#ticks) {
        if (tick > lastTick) continue;
        for (const item of items) due.add(item);
        this.#ticks.delete(tick);
      }
    } else {
      for (let tick = this.#nextTick; tick <= lastTick; tick++) {
        const items = this.#ticks.get(tick);
        if (items === undefined) continue;
        for (const item of items) due.add(item);
        this.#ticks.delete(tick);
      }
    }
    this.#nextTick = Math.max(this.#nextTick, lastTick + 1);
    return due;
  }
}
