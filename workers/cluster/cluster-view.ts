/**
 * The other nodes, as this one has heard of them. Time is this node's own: a record says when it was written on a clock
 * that nobody else has, so that what counts is when it was heard. Hearing comes after writing, which makes every
 * judgement here too late rather than too early.
 */
import { SHARDS } from '../shard-map.ts';
import type { NodeRecord } from './node-record.ts';
import type { ShardOwner } from './shard-owner.ts';

export interface Peer {
  readonly record: NodeRecord;
  /** On our monotonic clock. */
  readonly heardMs: number;
}

/** So many nodes that are gone are remembered, for messages of theirs that were long on the way. */
const GONE_MAX = 1_000;

export class ClusterView {
  readonly #peers = new Map<string, Peer>();
  /** The last clock heard of nodes that are gone. */
  readonly #gone = new Map<string, number>();
  #claims: (ShardOwner | null)[] | null = null;

  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  get size(): number {
    return this.#peers.size;
  }

  peer(node: string): Peer | null {
    return this.#peers.get(node) ?? null;
  }

  /** `stale`: it was written before what is known, or is the same; nothing changes. */
  heard(record: NodeRecord, heardMs: number): 'joined' | 'renewed' | 'stale' {
    const known = this.#peers.get(record.node);
    const lastMs = known?.record.clockMs ?? this.#gone.get(record.node);
    if (lastMs !== undefined && record.clockMs <= lastMs) return 'stale';
    this.#peers.set(record.node, { record, heardMs });
    this.#gone.delete(record.node);
    this.#claims = null;
    return known === undefined ? 'joined' : 'renewed';
  }

  /** It left, or it is dead. */
  forget(node: string): boolean {
    const peer = this.#peers.get(node);
    if (peer === undefined) return false;
    this.#peers.delete(node);
    this.#gone.set(node, peer.record.clockMs);
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > GONE_MAX && oldest !== undefined) this.#gone.delete(oldest);
    this.#claims = null;
    return true;
  }

  /** Those of whom nothing was heard for a whole lease: theirs or ours, whichever is longer. */
  silent(nowMs: number, leaseMs: number): Peer[] {
    return [...this.#peers.values()].filter(
      ({ record, heardMs }) => nowMs - heardMs >= Math.max(leaseMs, record.leaseMs),
    );
  }

  /** Who of the others has this shard; of two claims the one with the higher epoch. */
  claimOf(shard: number): ShardOwner | null {
    this.#claims ??= this.#collect();
    return this.#claims[shard] ?? null;
  }

  #collect(): (ShardOwner | null)[] {
    const claims = new Array<ShardOwner | null>(SHARDS).fill(null);
    for (const { record } of this.#peers.values()) {
      for (const { shard, thread, epoch } of record.claims) {
        if (epoch > (claims[shard]?.epoch ?? 0)) claims[shard] = { node: record.node, thread, epoch };
      }
    }
    return claims;
  }
}
