/**
 * Listens to the other nodes and keeps the view of them. Three ways lead to it, because each of them may fail: their
 * writes are heard at once; the list of keys is read twice in a lease; and a node that was silent for a whole lease
 * is looked up before it is held for dead.
 *
 * Dead is a node of whom nothing was heard for a lease, and whose key is gone or says nothing newer. A node whose renewal was
 * stored since then would be found; one that could not store any has stopped serving by its own clock, a tenth earlier.
 */
import { type ClusterTime, within } from './cluster-time.ts';
import type { ClusterView, Peer } from './cluster-view.ts';
import type { LeaseStore } from './lease-store.ts';
import { readRecord } from './node-record.ts';

const DEADLINE_PART = 0.4;
const LISTS_PER_LEASE = 2;
/** So many nodes with unreadable records are remembered, each to be warned of once. */
const UNREADABLE_MAX = 1_000;

export interface PeerWatchPorts extends ClusterTime {
  readonly leases: LeaseStore;
  clockHeard(node: string, theirMs: number, heardMs: number): void;
  /** A node that was not in the view; it may not know of us either. */
  joined(node: string): void;
  changed(): void;
  /** Somebody deleted our own key. */
  ownDeleted(): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

export class PeerWatch {
  readonly #self: string;
  readonly #leaseMs: number;
  readonly #view: ClusterView;
  readonly #ports: PeerWatchPorts;
  readonly #unreadable = new Set<string>();
  readonly #lookingUp = new Set<string>();
  #listedMs = Number.NEGATIVE_INFINITY;
  #isListing = false;
  #stop: (() => void) | null = null;

  constructor(self: string, leaseMs: number, view: ClusterView, ports: PeerWatchPorts) {
    this.#self = self;
    this.#leaseMs = leaseMs;
    this.#view = view;
    this.#ports = ports;
  }

  start(): void {
    this.#stop ??= this.#ports.leases.watch((node, text) => this.#heard(node, text));
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** Call often. Looks after those of whom nothing is heard. */
  sweep(): void {
    const nowMs = this.#ports.monotonicMs();
    for (const peer of this.#view.silent(nowMs, this.#leaseMs)) void this.#lookUp(peer);
    if (nowMs - this.#listedMs < this.#leaseMs / LISTS_PER_LEASE || this.#isListing) return;
    // A failure is nothing new: renewing fails too, and says so.
    this.readAll().catch(() => {});
  }

  /** Reads everybody who was not heard lately. Rejects when not all could be read. */
  async readAll(): Promise<void> {
    const startedMs = this.#ports.monotonicMs();
    this.#listedMs = startedMs;
    this.#isListing = true;
    try {
      const nodes = await this.#within('listing the nodes', this.#ports.leases.list());
      const lately = startedMs - this.#leaseMs / LISTS_PER_LEASE;
      const unheard = nodes.filter((node) => {
        const heardMs = this.#view.peer(node)?.heardMs ?? Number.NEGATIVE_INFINITY;
        return node !== this.#self && heardMs < lately;
      });
      await Promise.all(unheard.map((node) => this.#read(node)));
    } finally {
      this.#isListing = false;
    }
  }

  async #read(node: string): Promise<void> {
    const stored = await this.#within('reading a node', this.#ports.leases.get(node));
    if (stored?.text != null) this.#heard(node, stored.text);
  }

  async #lookUp(peer: Peer): Promise<void> {
    const { node } = peer.record;
    if (this.#lookingUp.has(node)) return;
    this.#lookingUp.add(node);
    try {
      await this.#read(node);
      // Another entry: it was heard after all.
      if (this.#view.peer(node) !== peer) return;
      this.#ports.log('warn', 'a node is dead: it was silent for a whole lease', { node });
      this.#view.forget(node);
      this.#ports.changed();
    } catch {
      // Nobody can say whether it lives: then it is not dead.
    } finally {
      this.#lookingUp.delete(node);
    }
  }

  #heard(node: string, text: string | null): void {
    if (node === this.#self) {
      if (text === null) this.#ports.ownDeleted();
      return;
    }
    if (text === null) {
      if (!this.#view.forget(node)) return;
      this.#ports.log('info', 'a node has left', { node });
      this.#ports.changed();
      return;
    }
    const record = readRecord(text);
    if (record?.node !== node) {
      this.#warnOnce(node);
      return;
    }
    const heardMs = this.#ports.monotonicMs();
    const news = this.#view.heard(record, heardMs);
    if (news === 'stale') return;
    this.#ports.clockHeard(node, record.clockMs, heardMs);
    if (news === 'joined') {
      const { name, build, state, threads } = record;
      this.#ports.log('info', 'a node has joined', { node, name, build, state, threads });
      this.#ports.joined(node);
    }
    this.#ports.changed();
  }

  #warnOnce(node: string): void {
    if (this.#unreadable.has(node) || this.#unreadable.size >= UNREADABLE_MAX) return;
    this.#unreadable.add(node);
    this.#ports.log('warn', 'the record of a node cannot be read; it is taken for absent', { node });
  }

  #within<Result>(what: string, work: Promise<Result>): Promise<Result> {
    return within(this.#ports, this.#leaseMs * DEADLINE_PART, what, work);
  }
}
