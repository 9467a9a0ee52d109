/**
 * A cluster of memberships in one test: one clock, one store of leases, one PostgreSQL that hands out epochs, and threads
 * that take their time. It knows who really serves what, and notes each moment at which two nodes do.
 */
import { Membership } from '../../workers/cluster/membership.ts';
import { NO_LOAD } from '../../workers/cluster/node-record.ts';
import { OwnerTable } from '../../workers/cluster/owner-table.ts';
import { placeShards } from '../../workers/cluster/rendezvous.ts';
import type { Claim } from '../../workers/cluster/shard-owner.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { ClusterClock, ProcessClock } from './cluster-clock.ts';
import { FakeLeases, type NodeLine } from './cluster-leases.ts';

export const LEASE_MS = 3_000;

export interface NodeSettings {
  readonly threads?: number;
  readonly leaseMs?: number;
  readonly build?: string;
  readonly startMs?: number;
  readonly speed?: number;
  /** Takes parts away that must be there, to see that somebody notices. */
  readonly broken?: 'ignores-lease' | 'never-looks' | 'publishes-first';
}

export class FakeCluster {
  readonly clock = new ClusterClock();
  readonly leases = new FakeLeases(this.clock, LEASE_MS);
  readonly nodes: FakeNode[] = [];
  readonly epochs = new Int32Array(SHARDS);
  /** Shards that two nodes served at one moment. */
  readonly overlaps: string[] = [];
  /** The same two, with the same claims, still `lastingMs` later. */
  readonly lasting: string[] = [];
  lastingMs = LEASE_MS;
  /** While false overlaps are not noted: PostgreSQL's business. */
  isBucketSound = true;
  assignMs: () => number = () => 2;
  releaseMs: () => number = () => 20;

  async start(node: string, settings: NodeSettings = {}): Promise<FakeNode> {
    const started = new FakeNode(this, node, settings);
    this.nodes.push(started);
    void started.membership.start();
    await this.clock.pass(0);
    return started;
  }

  get living(): FakeNode[] {
    return this.nodes.filter(({ process }) => !process.isDead);
  }

  /** Nodes that really serve this shard, frozen ones included: they may wake at any moment. */
  serving(shard: number): FakeNode[] {
    return this.living.filter((node) => node.serves(shard));
  }

  noteOverlaps(shard: number): void {
    if (!this.isBucketSound) return;
    const serving = this.serving(shard);
    if (serving.length < 2) return;
    const told = `${Math.round(this.clock.nowMs)} ms: shard ${shard} at ${serving.map(({ id }) => id).join()}`;
    this.overlaps.push(told);
    const claims = serving.map((node) => node.claims.get(shard));
    this.clock.after(this.lastingMs, () => {
      const still = serving.filter((node, index) => node.serves(shard) && node.claims.get(shard) === claims[index]);
      if (still.length > 1 && still.every(({ process }) => !process.isDead)) this.lasting.push(told);
    });
  }

  /** What is wrong with a cluster that was left in peace; null when nothing is. */
  complaint(): string | null {
    const living = this.living;
    const up = living.filter(({ membership }) => membership.state.node === 'up');
    const members = (up.length > 0 ? up : living).map(({ id, threads }) => ({ node: id, threads }));
    const placement = placeShards(members);
    for (let shard = 0; shard < SHARDS; shard++) {
      const [owner, ...others] = this.serving(shard);
      if (owner === undefined) return `nobody serves shard ${shard}`;
      if (others.length > 0) return `several serve shard ${shard}`;
      const { node } = placement[shard]!;
      if (owner.id !== node) return `shard ${shard} is at ${owner.id} and belongs to ${node}`;
      const mistaken = living.find(({ table }) => table.ownerOf(shard)?.epoch !== owner.claims.get(shard)?.epoch);
      if (mistaken !== undefined) return `${mistaken.id} does not know that ${owner.id} has shard ${shard}`;
    }
    return null;
  }

  /** Until nothing is wrong. @returns after how long. */
  inPeace(mostMs: number): Promise<number> {
    return this.clock.passUntil(() => this.complaint() === null, mostMs, `no peace: ${this.complaint()}`);
  }
}

export class FakeNode {
  readonly id: string;
  readonly threads: number;
  readonly process: ProcessClock;
  readonly line: NodeLine;
  readonly membership: Membership;
  readonly table = new OwnerTable();
  /** What its threads really have. */
  readonly claims = new Map<number, Claim>();
  readonly logged: string[] = [];
  readonly clocks = new Map<string, number>();
  validUntilMs = 0;
  /** Calls to PostgreSQL. */
  postgres: 'sound' | 'refused' | 'cut' = 'sound';
  allocations = 0;
  canStore = true;
  /** While true `release` and `assign` never settle. */
  isStuck = false;
  readonly #cluster: FakeCluster;
  readonly #ignoresLease: boolean;

  constructor(cluster: FakeCluster, id: string, settings: NodeSettings) {
    const { threads = 2, leaseMs = LEASE_MS, build = 'test', startMs = 0, speed = 1, broken } = settings;
    this.id = id;
    this.threads = threads;
    this.#cluster = cluster;
    this.#ignoresLease = broken === 'ignores-lease';
    this.process = new ProcessClock(cluster.clock, startMs, speed);
    this.line = cluster.leases.lineOf(this.process);
    const { process, line } = this;
    const blind = { get: () => Promise.resolve(null), list: () => Promise.resolve([]) };
    this.membership = new Membership(
      { node: id, name: id.split('-')[0]!, build, threads, leaseMs, startedMs: 0 },
      {
        leases:
          broken !== 'never-looks'
            ? line
            : {
                ...blind,
                write: (node, text, revision) => line.write(node, text, revision),
                delete: (node) => line.delete(node),
                watch: (heard) => line.watch(heard),
              },
        allocateEpochs: (shards) => this.#allocate(shards),
        assign: (claims) => this.#assign(claims),
        release: (shards) => {
          const released = this.#release(shards);
          return broken === 'publishes-first' ? Promise.resolve() : released;
        },
        ownersChanged: (changes) => void this.table.apply(changes),
        canStore: () => this.canStore,
        clockHeard: (node, theirMs) => void this.clocks.set(node, theirMs),
        leaseValidUntil: (untilMs) => {
          this.validUntilMs = untilMs;
        },
        load: () => NO_LOAD,
        monotonicMs: () => process.monotonicMs(),
        nowMs: () => process.nowMs(),
        after: (ms, callback) => process.after(ms, callback),
        log: (level, message, details) => void this.logged.push(`${level} ${message} ${JSON.stringify(details)}`),
      },
    );
  }

  serves(shard: number): boolean {
    return this.claims.has(shard) && (this.#ignoresLease || this.process.monotonicMs() < this.validUntilMs);
  }

  get owned(): number {
    return this.membership.state.owned;
  }

  kill(): void {
    this.process.kill();
  }

  #allocate(shards: readonly number[]): Promise<ReadonlyMap<number, number>> {
    this.allocations++;
    if (this.postgres === 'refused') return Promise.reject(new Error('no PostgreSQL'));
    if (this.postgres === 'cut') return new Promise(() => {});
    const { epochs, clock } = this.#cluster;
    return this.#soon(clock, 3, () => {
      for (const shard of shards) epochs[shard]!++;
      return new Map(shards.map((shard) => [shard, epochs[shard]!]));
    });
  }

  #assign(claims: readonly Claim[]): Promise<void> {
    if (this.isStuck) return new Promise(() => {});
    return this.#soon(this.#cluster.clock, this.#cluster.assignMs(), () => {
      for (const claim of claims) {
        this.claims.set(claim.shard, claim);
        this.#cluster.noteOverlaps(claim.shard);
      }
    });
  }

  #release(shards: readonly number[]): Promise<void> {
    if (this.isStuck) return new Promise(() => {});
    return this.#soon(this.#cluster.clock, this.#cluster.releaseMs(), () => {
      for (const shard of shards) this.claims.delete(shard);
    });
  }

  #soon<Result>(clock: ClusterClock, ms: number, work: () => Result): Promise<Result> {
    return new Promise((resolve) => void clock.after(ms, () => this.process.run(() => resolve(work()))));
  }
}
