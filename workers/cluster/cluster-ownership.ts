/**
 * The shards that this thread owns as one of many nodes. They are given and taken by the main thread (membership); whether
 * they may be served at this moment says the lease, which is looked at before every decision: a process that was frozen
 * longer than its lease lasts must not answer from an old memory when it wakes, not even the first message that waits for it.
 *
 * This guards what is read. What is written is guarded by the journal's key, whatever anybody believes here.
 */
import type { Ownership } from '../ownership.ts';
import { SHARDS } from '../shard-map.ts';

export interface ClusterOwnershipPorts {
  /** Until when this node may serve, on `monotonicMs`; written by the main thread. */
  leaseValidUntilMs(): number;
  monotonicMs(): number;
  /** Somebody has written to this shard with this epoch or a newer one: the main thread decides what becomes of it. */
  deposed(shard: number, seenEpoch: number): void;
}

export class ClusterOwnership implements Ownership {
  readonly #ports: ClusterOwnershipPorts;
  /** By shard; 0: not ours. */
  readonly #epochs = new Int32Array(SHARDS);

  constructor(ports: ClusterOwnershipPorts) {
    this.#ports = ports;
  }

  epochOf(shard: number): number | null {
    const epoch = this.#epochs[shard]!;
    return epoch === 0 || this.#ports.monotonicMs() >= this.#ports.leaseValidUntilMs() ? null : epoch;
  }

  /** How many shards are ours, whether they may be served now or not. */
  get size(): number {
    let size = 0;
    for (const epoch of this.#epochs) if (epoch !== 0) size++;
    return size;
  }

  give(claims: readonly { readonly shard: number; readonly epoch: number }[]): void {
    for (const { shard, epoch } of claims) this.#epochs[shard] = epoch;
  }

  take(shards: Iterable<number>): void {
    for (const shard of shards) this.#epochs[shard] = 0;
  }

  /** Given up at once; whether it is taken back, with a new epoch, is decided elsewhere and later. */
  deposed(shard: number, seenEpoch: number): Promise<void> {
    const epoch = this.#epochs[shard]!;
    if (epoch !== 0 && epoch <= seenEpoch) {
      this.#epochs[shard] = 0;
      this.#ports.deposed(shard, seenEpoch);
    }
    return Promise.resolve();
  }
}
