/**
 * What other nodes' monotonic clocks show, seen from here: never more than they do. Deadlines travel in the owner's clock, and
 * computed from a clock that is behind they can only come too early: a command that was delayed on its way is refused
 * although it might have been in time, and never executed although it is late.
 *
 * A clock that was heard showed at least that much when it was heard. Of several hearings the one that travelled fastest is
 * the best; but clocks drift, so that only those of the last seconds are compared.
 */

/** For how long the best hearing is kept, milliseconds: this, and at most as long again. */
const WINDOW_MS = 10_000;
/** How much slower than ours another clock may run: what a time server may bend it by. */
const DRIFT_MAX = 0.0005;
/** Nodes that are remembered; beyond, the one heard longest ago is forgotten. */
const NODES_MAX = 1_024;

interface Hearing {
  /** Their clock, at the least, when ours showed `heardMs`. */
  readonly theirMs: number;
  readonly heardMs: number;
}

interface NodeClock {
  best: Hearing;
  /** Best of the window before. */
  before: Hearing;
  /** When the present window began, on our clock. */
  sinceMs: number;
}

export class NodeClocks {
  readonly #clocks = new Map<string, NodeClock>();

  get size(): number {
    return this.#clocks.size;
  }

  /** `theirMs`: what the node's clock showed when it sent what we heard at `heardMs`, on our own monotonic clock. */
  heard(node: string, theirMs: number, heardMs: number): void {
    const hearing = { theirMs, heardMs };
    const clock = this.#clocks.get(node);
    if (clock === undefined) {
      if (this.#clocks.size >= NODES_MAX) this.#forgetOne();
      this.#clocks.set(node, { best: hearing, before: hearing, sinceMs: heardMs });
      return;
    }
    if (heardMs - clock.sinceMs >= WINDOW_MS) {
      // After a long silence nothing of before is worth keeping.
      clock.before = heardMs - clock.sinceMs >= 2 * WINDOW_MS ? hearing : clock.best;
      clock.best = hearing;
      clock.sinceMs = heardMs;
    } else if (theirMs >= shownBy(clock.best, heardMs)) clock.best = hearing;
  }

  /** What the node's clock shows at the least, while ours shows `nowMs`; null when it was never heard. */
  atLeast(node: string, nowMs: number): number | null {
    const clock = this.#clocks.get(node);
    return clock === undefined ? null : Math.max(shownBy(clock.best, nowMs), shownBy(clock.before, nowMs));
  }

  #forgetOne(): void {
    let oldest: string | null = null;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const [node, { best }] of this.#clocks) {
      if (best.heardMs >= oldestMs) continue;
      oldest = node;
      oldestMs = best.heardMs;
    }
    if (oldest !== null) this.#clocks.delete(oldest);
  }
}

function shownBy({ theirMs, heardMs }: Hearing, nowMs: number): number {
  return theirMs + (nowMs - heardMs) * (1 - DRIFT_MAX);
}
