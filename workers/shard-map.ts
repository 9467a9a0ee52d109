/**
 * Which shard a screening belongs to, for ever, and which thread of this node owns a shard. SHARDS is fixed:
 * changing it would move every screening at once.
 */
export const SHARDS = 256;

/** Fibonacci hashing: consecutive ids, as identity columns give them, spread evenly. */
export function shardOf(screening: number): number {
  return Math.imul(screening, 0x9e3779b1) >>> 24;
}

/** Shards dealt out to threads in turn. Index: shard, value: thread. */
export function dealShards(threads: number): Uint8Array {
  return Uint8Array.from({ length: SHARDS }, (_, shard) => shard % threads);
}
