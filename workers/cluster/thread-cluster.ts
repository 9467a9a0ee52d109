/**
 * A shard thread's part in the cluster: which shards are its own, where the others are, and the lines there. The main
 * thread decides (membership); here it is carried out, in an order that keeps everybody honest:
 *
 * - given: own it, listen for its commands, and only then is it announced to the others;
 * - taken: do not own it any more, do not listen, settle what is under way, forget; only then may another node have it.
 */
import type { Bus } from '../bus.ts';
import type { LinkServer } from '../thread-link.ts';
import { ClusterBus } from './cluster-bus.ts';
import type { ClusterOwnership } from './cluster-ownership.ts';
import { monotonicMs } from './monotonic.ts';
import { NatsBus } from './nats-bus.ts';
import type { NatsConnection } from './nats-connection.ts';
import { type OwnerChange, OwnerTable } from './owner-table.ts';

export interface ThreadClusterOptions {
  readonly node: string;
  readonly thread: number;
  readonly connection: NatsConnection;
  /** Until when this node may serve, on `monotonicMs`. */
  leaseValidUntilMs(): number;
  /** This node is giving its shards away, or has done so, because it was told to. */
  isLeaving(): boolean;
  /** Somebody has written to a shard of ours with this epoch or a newer one. */
  deposed(shard: number, seenEpoch: number): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

export interface ClusterRuntime extends LinkServer {
  letGo(shards: ReadonlySet<number>, snapshotsMs: number): Promise<void>;
}

interface ShardEpoch {
  readonly shard: number;
  readonly epoch: number;
}

/** How long a shard on its way to another node is kept waiting for snapshots, milliseconds. Facts replay faster than a buyer notices. */
const PARTING_SNAPSHOTS_MS = 200;

export class ThreadCluster {
  readonly ownership: ClusterOwnership;
  readonly bus: ClusterBus;
  readonly remote: NatsBus;
  readonly #options: ThreadClusterOptions;
  readonly #runtime: ClusterRuntime;
  readonly #table = new OwnerTable();
  #isConnected = true;
  /** Shards that are being let go; none of them is taken back before it is over. */
  #lettingGo: Promise<unknown> = Promise.resolve();

  constructor(
    options: ThreadClusterOptions,
    ownership: ClusterOwnership,
    runtime: ClusterRuntime,
    links: ReadonlyMap<number, Bus>,
  ) {
    this.#options = options;
    this.#runtime = runtime;
    this.ownership = ownership;
    const ownerOf = (shard: number) => this.#table.ownerOf(shard);
    this.remote = new NatsBus(options.connection, options.node, options.thread, {
      server: runtime,
      ownerOf,
      monotonicMs,
      nowMs: Date.now,
      endOfTurn: (callback) => void setImmediate(callback),
      log: (level, message, details) => options.log(level, message, details),
    });
    this.bus = new ClusterBus({
      node: options.node,
      thread: options.thread,
      ownerOf,
      local: runtime,
      links,
      remote: this.remote,
      // A node that leaves has given up its lease on purpose, after its shards; its visitors are served until they are sent away.
      isConnected: () => this.#isConnected && (options.isLeaving() || monotonicMs() < options.leaseValidUntilMs()),
    });
  }

  /** Resolves when commands for these shards reach this thread. */
  async assign(claims: readonly ShardEpoch[]): Promise<void> {
    await this.#lettingGo;
    this.ownership.give(claims);
    await this.remote.serve(claims);
  }

  /** Resolves when nothing of these shards is left here. */
  async release(shards: readonly number[]): Promise<void> {
    this.ownership.take(shards);
    this.remote.unserve(shards);
    const going = this.#runtime.letGo(new Set(shards), PARTING_SNAPSHOTS_MS);
    this.#lettingGo = Promise.allSettled([this.#lettingGo, going]);
    await going;
  }

  ownersChanged(changes: readonly OwnerChange[]): void {
    const moved = this.#table.apply(changes);
    if (moved.length === 0) return;
    this.remote.ownersChanged(moved);
    this.bus.ownersChanged(moved);
  }

  disconnected(): void {
    this.#isConnected = false;
    this.remote.disconnected();
    this.#options.log('warn', 'NATS is away; commands for other nodes are refused until it is back', {});
  }

  reconnected(): void {
    this.#isConnected = true;
    this.remote.reconnected();
    this.#options.log('info', 'NATS is back', {});
  }

  /** Call once a second. */
  sweep(): void {
    this.remote.sweep();
    this.bus.sweep();
  }

  async close(): Promise<void> {
    await this.remote.close();
    await this.#options.connection.close();
  }
}
