/**
 * This node as one of many: it renews its lease, listens to the others, works out by itself which shards should be whose,
 * gives away what belongs elsewhere and takes what is its own and nobody's. There is no leader and no vote: all find the
 * same answer from the same list of nodes, and while their lists differ, a shard is taken only when nobody claims it.
 *
 * What this decides is who should try. When it is wrong (a bucket that was lost, clocks that lie), two nodes may believe
 * that a shard is theirs; PostgreSQL lets only one of them write, and the other one drops it here.
 */

import { SHARDS } from '../shard-map.ts';
import type { ClusterTime } from './cluster-time.ts';
import { ClusterView } from './cluster-view.ts';
import { DeposedShards } from './deposed-shards.ts';
import { Lease } from './lease.ts';
import type { LeaseStore } from './lease-store.ts';
import { type NodeLoad, type NodeRecord, type NodeState, RECORD_VERSION, writeRecord } from './node-record.ts';
import type { OwnerChange } from './owner-table.ts';
import { PeerWatch } from './peer-watch.ts';
import { type Member, type Placement, placeShards } from './rendezvous.ts';
import { ShardMoves, type Wish } from './shard-moves.ts';
import type { Claim, ShardOwner } from './shard-owner.ts';

export type { NodeLoad } from './node-record.ts';

export interface MembershipOptions {
  /** The node's id, new with each start: `newNodeId`. */
  readonly node: string;
  readonly name: string;
  readonly build: string;
  readonly threads: number;
  readonly leaseMs: number;
  /** When the process started, wall clock. */
  readonly startedMs: number;
}

export interface MembershipPorts extends ClusterTime {
  readonly leases: LeaseStore;
  /** With no shards it must ask PostgreSQL all the same: it is how a node finds out that it can be reached again. */
  allocateEpochs(shards: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Gives shards to this node's threads; resolves when each thread listens for its commands. */
  assign(claims: readonly Claim[]): Promise<void>;
  /** Takes shards from the threads, also ones that never arrived there; resolves when everything of them is settled and forgotten. */
  release(shards: readonly number[]): Promise<void>;
  /** For all threads: who owns what has changed. */
  ownersChanged(changes: readonly OwnerChange[]): void;
  /** The clock of another node was heard: `theirMs` on its monotonic clock, `heardMs` on ours. */
  clockHeard(node: string, theirMs: number, heardMs: number): void;
  /** False while this node cannot reach PostgreSQL, as far as it knows. */
  canStore(): boolean;
  /** Until when (our monotonic clock) this node may serve; 0: not at all. */
  leaseValidUntil(monotonicMs: number): void;
  load(): NodeLoad;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

/** `joining`: not yet heard by the others, or lapsed. */
export type MembershipPhase = 'joining' | 'member' | 'left';

export interface MembershipState {
  readonly phase: MembershipPhase;
  readonly node: NodeState;
  /** Shards that are ours now. */
  readonly owned: number;
  /** Shards that nobody is known to own. */
  readonly orphaned: number;
  /** Living nodes, this one included. */
  readonly nodes: number;
  readonly leaseValidUntilMs: number;
}

/** How often things are looked after, of the lease: a dead node is noticed so much later at most. */
const TICK_PART = 1 / 16;
/** Between reading who is there and taking anything: others who have just heard of us answer meanwhile. */
const SETTLING_MS = 50;
/** Shards on their way out together. More, and a buyer would wait for other people's seats; fewer, and a drain would take long. */
const WAVE = 32;
/**
 * A node that cannot store says so after half a lease, and drops everything after a whole one if there are others. The
 * time between lets all of them say it when PostgreSQL is away from all: then nothing moves.
 */
const UNFIT_PART = 1 / 2;
/** No shard is longer on its way than this, or than a lease. */
const MOVE_DEADLINE_MS = 3_000;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #ports: MembershipPorts;
  readonly #view = new ClusterView();
  readonly #deposed = new DeposedShards();
  readonly #lease: Lease;
  readonly #peers: PeerWatch;
  readonly #moves: ShardMoves;
  readonly #told: (ShardOwner | null)[] = new Array<ShardOwner | null>(SHARDS).fill(null);
  #phase: 'new' | MembershipPhase = 'new';
  #validUntilMs = 0;
  /** When the last renewal that was acknowledged was sent. */
  #renewedMs = Number.NEGATIVE_INFINITY;
  #isSettling = false;
  #lapses = 0;
  /** Since when PostgreSQL cannot be reached; null while it can. */
  #unstorableMs: number | null = null;
  #isAnnouncedUnfit = false;
  #isDraining = false;
  #isLeaving = false;
  #members = '';
  #placement: Placement = [];
  #callOff: () => void = () => {};
  readonly #waiters: { readonly isOver: () => boolean; readonly resolve: () => void }[] = [];

  constructor(options: MembershipOptions, ports: MembershipPorts) {
    const { node, leaseMs } = options;
    this.#options = options;
    this.#ports = ports;
    const basics = {
      leases: ports.leases,
      monotonicMs: () => ports.monotonicMs(),
      nowMs: () => ports.nowMs(),
      after: (ms: number, callback: () => void) => ports.after(ms, callback),
      log: ports.log.bind(ports),
    };
    this.#lease = new Lease(node, leaseMs, {
      ...basics,
      record: (clockMs) => this.#record(clockMs),
      renewed: (untilMs, sentMs) => this.#renewed(untilMs, sentMs),
    });
    this.#peers = new PeerWatch(node, leaseMs, this.#view, {
      ...basics,
      clockHeard: (other, theirMs, heardMs) => ports.clockHeard(other, theirMs, heardMs),
      // It may not have heard of us, and waits only a moment before it takes what seems to be nobody's.
      joined: () => this.#lease.renew(),
      changed: () => this.#think(),
      ownDeleted: () => this.#lease.renew(),
    });
    this.#moves = new ShardMoves(Math.max(leaseMs, MOVE_DEADLINE_MS), {
      ...basics,
      allocateEpochs: (shards) => ports.allocateEpochs(shards),
      assign: (claims) => ports.assign(claims),
      release: (shards) => ports.release(shards),
      mayTake: (shard) => this.#mayTake(shard),
      changed: () => {
        this.#think();
        this.#lease.renew();
      },
    });
  }

  /** Resolves when this node is one of the others, as soon as NATS can be reached; or when it has left before that. */
  start(): Promise<void> {
    if (this.#phase !== 'new') throw new Error('membership begins once');
    this.#phase = 'joining';
    this.#peers.start();
    this.#lease.renew();
    this.#tick();
    return this.#when(() => this.#phase !== 'joining');
  }

  /** Somebody wrote to a shard of ours with this epoch or a newer one: ours is worth nothing any more. */
  deposed(shard: number, seenEpoch: number): void {
    const claim = this.#moves.owned.get(shard);
    if (claim === undefined || claim.epoch > seenEpoch) return;
    const { epoch } = claim;
    this.#ports.log('warn', 'a shard was taken from us; giving it up', { shard, epoch, seenEpoch });
    this.#deposed.add(shard, this.#ports.monotonicMs());
    this.#moves.drop([shard]);
    this.#think();
    this.#lease.renew();
  }

  /** Gives everything away, and takes nothing, until `resume`. Resolves when nothing is owned or nobody is left to take it. */
  drain(): Promise<void> {
    this.#isDraining = true;
    this.#lease.renew();
    const done = this.#when(() => !this.#isDraining || this.#moves.isEmpty || !this.#canOthersTake());
    this.#think();
    return done;
  }

  resume(): void {
    if (this.#isLeaving) return;
    this.#isDraining = false;
    this.#think();
    this.#lease.renew();
  }

  /** For good. Shards go to others in waves if there are any, else all at once; then the lease ends. Never rejects. */
  async leave(): Promise<void> {
    if (this.#phase === 'new' || this.#phase === 'left') return;
    this.#isLeaving = true;
    await this.drain();
    const gone = this.#when(() => this.#moves.isEmpty);
    this.#moves.give([...this.#moves.owned.keys()]);
    this.#think();
    await gone;
    if (this.state.phase === 'left') return;
    this.#phase = 'left';
    this.#callOff();
    this.#peers.stop();
    this.#validUntilMs = 0;
    this.#ports.leaseValidUntil(0);
    this.#think();
    await this.#lease.end().catch((cause: unknown) => {
      this.#ports.log('warn', 'the lease could not be deleted; it runs out by itself', { cause });
    });
  }

  get state(): MembershipState {
    return {
      phase: this.#phase === 'new' ? 'joining' : this.#phase,
      node: this.#nodeState,
      owned: this.#moves.owned.size,
      orphaned: this.#told.filter((owner) => owner === null).length,
      nodes: this.#view.size + 1,
      leaseValidUntilMs: this.#validUntilMs,
    };
  }

  get #nodeState(): NodeState {
    if (this.#isDraining) return 'draining';
    return this.#moves.isFit && this.#unstorableFor() < this.#options.leaseMs * UNFIT_PART ? 'up' : 'unfit';
  }

  /** How long nothing could be stored, milliseconds. */
  #unstorableFor(): number {
    return this.#unstorableMs === null ? 0 : this.#ports.monotonicMs() - this.#unstorableMs;
  }

  /** What is ours and cannot be sold here goes to those who can. Not in order, since nothing can be settled: the journal's key sees to it. */
  #dropIfUnstorable(): void {
    if (this.#unstorableFor() < this.#options.leaseMs || !this.#canOthersTake()) return;
    const shards = [...this.#moves.owned.keys()];
    if (shards.length === 0) return;
    this.#ports.log('warn', 'PostgreSQL cannot be reached from here; leaving the shards to others', {
      shards: shards.length,
    });
    this.#moves.drop(shards);
    this.#lease.renew();
  }

  /** Told to the others as soon as it changes. */
  #lookAtStorage(): void {
    const before = this.#nodeState;
    if (this.#ports.canStore()) this.#unstorableMs = null;
    else this.#unstorableMs ??= this.#ports.monotonicMs();
    if (this.#isAnnouncedUnfit !== (this.#nodeState === 'unfit') || before !== this.#nodeState) {
      this.#isAnnouncedUnfit = this.#nodeState === 'unfit';
      this.#lease.renew();
    }
  }

  #record(clockMs: number): string {
    const { node, name, build, threads, leaseMs, startedMs } = this.#options;
    const about: Omit<NodeRecord, 'load' | 'claims'> = {
      version: RECORD_VERSION,
      node,
      name,
      build,
      state: this.#nodeState,
      threads,
      leaseMs,
      startedMs,
      clockMs,
    };
    return writeRecord({ ...about, load: this.#ports.load(), claims: [...this.#moves.owned.values()] });
  }

  #tick(): void {
    this.#callOff = this.#ports.after(this.#options.leaseMs * TICK_PART, () => this.#tick());
    this.#lapseIfDue();
    this.#lookAtStorage();
    this.#peers.sweep();
    if (this.#phase === 'joining' && this.#validUntilMs > 0) void this.#settle();
    this.#think();
  }

  #renewed(untilMs: number, sentMs: number): void {
    // First: a renewal that came too late does not undo the lapse.
    this.#lapseIfDue();
    this.#renewedMs = Math.max(this.#renewedMs, sentMs);
    if (untilMs > this.#validUntilMs && untilMs > this.#ports.monotonicMs()) {
      this.#validUntilMs = untilMs;
      if (this.#phase === 'member') this.#ports.leaseValidUntil(untilMs);
      else if (this.#phase === 'joining') void this.#settle();
    }
    this.#think();
  }

  /** The lease was not renewed in time, or the process was stopped: others may have taken everything. */
  #lapseIfDue(): void {
    if (this.#validUntilMs === 0 || this.#ports.monotonicMs() < this.#validUntilMs) return;
    this.#validUntilMs = 0;
    this.#lapses++;
    this.#ports.leaseValidUntil(0);
    if (this.#phase === 'member') this.#phase = 'joining';
    const shards = this.#moves.owned.size;
    this.#ports.log('warn', 'the lease has lapsed; giving everything up', { shards });
    this.#moves.dropAll();
    this.#think();
  }

  /** Between having a lease and taking part: who else is there? */
  async #settle(): Promise<void> {
    if (this.#isSettling) return;
    this.#isSettling = true;
    const lapses = this.#lapses;
    try {
      await this.#peers.readAll();
      // Threads that have not forgotten yet what was lost must not hear that the lease holds again.
      await this.#when(() => this.#moves.isEmpty);
      await new Promise<void>((resolve) => void this.#ports.after(SETTLING_MS, resolve));
      this.#lapseIfDue();
      if (this.#phase === 'joining' && this.#lapses === lapses && this.#isValid()) {
        this.#phase = 'member';
        this.#ports.leaseValidUntil(this.#validUntilMs);
      }
    } catch {
      // NATS is away again. The next tick tries again.
    } finally {
      this.#isSettling = false;
    }
    this.#think();
  }

  #mayTake(shard: number): boolean {
    const isAble = !this.#isLeaving && this.#unstorableMs === null;
    return this.#phase === 'member' && isAble && this.#isValid() && this.#view.claimOf(shard) === null;
  }

  #isValid(): boolean {
    return this.#ports.monotonicMs() < this.#validUntilMs;
  }

  #canOthersTake(): boolean {
    return this.#isValid() && [...this.#view.peers].some(({ record }) => record.state === 'up');
  }

  /** After everything that happens: what follows from what is known. */
  #think(): void {
    this.#yield();
    this.#place();
    this.#tellOwners();
    if (this.#phase === 'member' && this.#isValid()) {
      this.#dropIfUnstorable();
      this.#give();
      this.#take();
    }
    for (const waiter of this.#waiters.filter(({ isOver }) => isOver())) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  }

  /** Of two claims the higher epoch is the newer one. Equal ones cannot be, unless PostgreSQL forgot something: then neither. */
  #yield(): void {
    const lost = [...this.#moves.owned.values()].filter(({ shard, epoch }) => {
      const other = this.#view.claimOf(shard);
      return other !== null && other.epoch >= epoch;
    });
    if (lost.length === 0) return;
    const shards = lost.map(({ shard }) => shard);
    this.#ports.log('warn', 'others own these shards with newer epochs; giving them up', { shards });
    this.#moves.drop(shards);
    this.#lease.renew();
  }

  /** Draining and unfit nodes get nothing while there are others. */
  #place(): void {
    const { node, threads } = this.#options;
    const all = [...this.#view.peers].map(({ record }) => record);
    const everybody = [...all, { node, threads, state: this.#nodeState }];
    const ready = everybody.filter(({ state }) => state === 'up');
    const members: Member[] = (ready.length > 0 ? ready : everybody).map((one) => ({
      node: one.node,
      threads: one.threads,
    }));
    const key = members
      .map((one) => `${one.node}*${one.threads}`)
      .sort()
      .join();
    if (key === this.#members) return;
    this.#members = key;
    this.#placement = placeShards(members);
  }

  #tellOwners(): void {
    const { node } = this.#options;
    const changes: OwnerChange[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      const own = this.#moves.owned.get(shard);
      const owner = own === undefined ? this.#view.claimOf(shard) : { node, thread: own.thread, epoch: own.epoch };
      const before = this.#told[shard] ?? null;
      if (before?.node === owner?.node && before?.epoch === owner?.epoch && before?.thread === owner?.thread) continue;
      this.#told[shard] = owner;
      changes.push([shard, owner]);
    }
    if (changes.length > 0) this.#ports.ownersChanged(changes);
  }

  /** One wave at a time: while it settles, the other shards go on selling. */
  #give(): void {
    // What cannot be settled cannot be given in order; it is dropped when the time has come.
    if (this.#moves.isGiving || this.#unstorableMs !== null) return;
    const { node } = this.#options;
    const wave: number[] = [];
    for (const { shard } of this.#moves.owned.values()) {
      // On whichever thread: a shard is not stopped for the sake of balance within one process.
      if (this.#placement[shard]!.node === node) continue;
      wave.push(shard);
      if (wave.length === WAVE) break;
    }
    this.#moves.give(wave);
  }

  #take(): void {
    if (!this.#moves.canTake) return;
    const { node } = this.#options;
    const nowMs = this.#ports.monotonicMs();
    const wishes: Wish[] = [];
    this.#placement.forEach((place, shard) => {
      const isWanted =
        place.node === node &&
        !this.#moves.owned.has(shard) &&
        !this.#moves.isMoving(shard) &&
        this.#mayTake(shard) &&
        this.#deposed.mayTake(shard, nowMs, this.#renewedMs);
      if (isWanted) wishes.push({ shard, thread: place.thread });
    });
    if (wishes.length > 0 || !this.#moves.isFit) this.#moves.take(wishes);
  }

  #when(isOver: () => boolean): Promise<void> {
    return isOver() ? Promise.resolve() : new Promise((resolve) => this.#waiters.push({ isOver, resolve }));
  }
}
