/**
 * Shards that somebody else wrote to while they were ours, and when they may be taken again. Two nodes that cannot hear each
 * other may both be sure that a shard is theirs, and each one's taking deposes the other: the pause
 * doubles each time, so that the duel dies away. Safety does not depend on it, only peace.
 */
const PAUSE_FIRST_MS = 250;
const PAUSE_MAX_MS = 30_000;
/** Held in peace for so many of its pauses, a shard has no past. */
const PEACEFUL_PAUSES = 4;

interface Deposed {
  readonly sinceMs: number;
  readonly pauseMs: number;
}

export class DeposedShards {
  readonly #shards = new Map<number, Deposed>();

  add(shard: number, nowMs: number): void {
    const before = this.#shards.get(shard);
    const isPeaceful = before === undefined || nowMs - before.sinceMs > before.pauseMs * (1 + PEACEFUL_PAUSES);
    const pauseMs = isPeaceful ? PAUSE_FIRST_MS : Math.min(before.pauseMs * 2, PAUSE_MAX_MS);
    this.#shards.set(shard, { sinceMs: nowMs, pauseMs });
  }

  /** Its pause is over, and the own lease was renewed (`renewedMs`: when that was sent) since it was lost. */
  mayTake(shard: number, nowMs: number, renewedMs: number): boolean {
    const deposed = this.#shards.get(shard);
    return deposed === undefined || (nowMs >= deposed.sinceMs + deposed.pauseMs && renewedMs > deposed.sinceMs);
  }
}
