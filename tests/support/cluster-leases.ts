/**
 * A store of leases that lives in the test, with everything that can go wrong between it and a node: requests and answers that
 * are lost, writes that are not heard, a store that is emptied or comes back from an old copy.
 */
import {
  type LeaseHeard,
  type LeaseStore,
  type StoredLease,
  WrongRevision,
} from '../../workers/cluster/lease-store.ts';
import type { ClusterClock, ProcessClock } from './cluster-clock.ts';

/**
 * `cut`: nothing passes, calls never settle. `refused`: calls reject. `mute`: requests arrive, answers do not.
 * `deaf`: calls work, writes of others are not heard.
 */
export type Line = 'sound' | 'cut' | 'refused' | 'mute' | 'deaf';

interface Entry {
  readonly revision: number;
  readonly text: string | null;
  readonly storedMs: number;
}

export interface StoreCopy {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly revision: number;
}

interface Listener {
  readonly process: ProcessClock;
  readonly line: NodeLine;
  readonly heard: LeaseHeard;
}

export class FakeLeases {
  readonly #clock: ClusterClock;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<Listener>();
  #revision = 0;
  /** Milliseconds from a node to the store, and back. */
  delayMs: () => number = () => 1;

  constructor(clock: ClusterClock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  lineOf(process: ProcessClock): NodeLine {
    return new NodeLine(this, this.#clock, process);
  }

  wipe(): void {
    this.#entries.clear();
    this.#revision = 0;
  }

  copy(): StoreCopy {
    return { entries: new Map(this.#entries), revision: this.#revision };
  }

  restore(copy: StoreCopy): void {
    this.#entries.clear();
    for (const [node, entry] of copy.entries) this.#entries.set(node, entry);
    this.#revision = copy.revision;
  }

  get(node: string): Entry | null {
    const entry = this.#entries.get(node);
    if (entry === undefined) return null;
    if (this.#clock.nowMs - entry.storedMs < this.#ttlMs) return entry;
    this.#entries.delete(node);
    return null;
  }

  list(): string[] {
    return [...this.#entries.keys()].filter((node) => this.get(node) !== null);
  }

  /** As plain messages: everybody hears a write, also one that the store then refuses. */
  write(node: string, text: string | null, revision: number | null): number {
    for (const { process, line, heard } of this.#listeners) {
      if (line.state === 'sound' || line.state === 'mute') line.inOrder(() => process.run(() => heard(node, text)));
    }
    if (revision !== null && (this.get(node)?.revision ?? 0) !== revision) throw new WrongRevision();
    this.#revision++;
    this.#entries.set(node, { revision: this.#revision, text, storedMs: this.#clock.nowMs });
    return this.#revision;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The store as one node reaches it. */
export class NodeLine implements LeaseStore {
  readonly #store: FakeLeases;
  readonly #clock: ClusterClock;
  readonly #process: ProcessClock;
  state: Line = 'sound';
  #lastMs = 0;

  constructor(store: FakeLeases, clock: ClusterClock, process: ProcessClock) {
    this.#store = store;
    this.#clock = clock;
    this.#process = process;
  }

  write(node: string, text: string, revision: number): Promise<number> {
    return this.#call(() => this.#store.write(node, text, revision));
  }

  delete(node: string): Promise<void> {
    return this.#call(() => void this.#store.write(node, null, null));
  }

  get(node: string): Promise<StoredLease | null> {
    return this.#call(() => this.#store.get(node));
  }

  list(): Promise<readonly string[]> {
    return this.#call(() => this.#store.list());
  }

  watch(heard: LeaseHeard): () => void {
    return this.#store.listen({ process: this.#process, line: this, heard });
  }

  /** What travels one line does not overtake. */
  inOrder(callback: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, this.#clock.nowMs + this.#store.delayMs());
    this.#clock.after(this.#lastMs - this.#clock.nowMs, callback);
  }

  #call<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.state === 'refused') {
        reject(new Error('no NATS'));
        return;
      }
      this.#clock.after(this.#store.delayMs(), () => {
        if (this.state === 'cut' || this.state === 'refused') return;
        const answer = attempt(work, resolve, reject);
        if (this.state === 'mute') return;
        this.inOrder(() => {
          if (this.state !== 'cut') this.#process.run(answer);
        });
      });
    });
  }
}

function attempt<Result>(work: () => Result, resolve: (result: Result) => void, reject: (cause: unknown) => void) {
  try {
    const result = work();
    return () => resolve(result);
  } catch (cause) {
    return () => reject(cause);
  }
}
