/**
 * What buyers have to do, asked of their providers once for all who ask at the same moment, and kept for a moment: a page that waits
 * asks every second, in several tabs, and an order's access is in more than one hand. Only in memory, since it holds a secret of
 * the buyer's.
 */
import type { BuyerAction } from './provider-port.ts';

/** As old as it may be, milliseconds: a page asks again by then. */
const KEPT_MS = 2_500;
/** Orders whose buyers look at them within that time; beyond it the oldest is asked for again. */
const KEPT_MAX = 1_000;

interface Kept {
  readonly action: Promise<BuyerAction | null>;
  readonly untilMs: number;
}

export class KeptActions {
  readonly #nowMs: () => number;
  /** By the provider's object, the oldest first. */
  readonly #kept = new Map<string, Kept>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** What is kept, or what `ask` resolves with; what rejects is not kept. */
  of(object: string, ask: () => Promise<BuyerAction | null>): Promise<BuyerAction | null> {
    const nowMs = this.#nowMs();
    const known = this.#kept.get(object);
    if (known !== undefined && known.untilMs > nowMs) return known.action;
    this.#forgetOld(nowMs);
    const action = ask();
    const kept: Kept = { action, untilMs: nowMs + KEPT_MS };
    // Put at the end, where the youngest are.
    this.#kept.delete(object);
    this.#kept.set(object, kept);
    action.catch(() => {
      if (this.#kept.get(object) === kept) this.#kept.delete(object);
    });
    return action;
  }

  #forgetOld(nowMs: number): void {
    for (const [object, { untilMs }] of this.#kept) {
      if (untilMs > nowMs && this.#kept.size < KEPT_MAX) return;
      this.#kept.delete(object);
    }
  }
}
