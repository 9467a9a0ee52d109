/** Who owns a shard, as everybody in the cluster is told. The epoch orders claims: of two, the higher one is the newer. */
export interface ShardOwner {
  /** The node's id: its name and a random ending, new with each start of the process. A token of NATS subjects: [0-9A-Za-z_-]. */
  readonly node: string;
  /** Thread of that node. */
  readonly thread: number;
  /** Allocated by PostgreSQL (storage/epochs.ts), from 1. */
  readonly epoch: number;
}

/** A shard as its owner's node holds it. */
export interface Claim {
  readonly shard: number;
  readonly thread: number;
  readonly epoch: number;
  /** Since when, milliseconds since 1970 on the owner's wall clock: for people to read, never compared. */
  readonly sinceMs: number;
}
