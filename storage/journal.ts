/**
 * The journal's group commit: decisions go in as they are made, one batch is in flight, the next one fills
 * meanwhile. A batch is as large as what arrived during the last commit, so that it is small and quick when it
 * is calm and large when it is not; no timer decides.
 *
 * Always true:
 * - Entries of one screening are committed in the order of their decisions, or not at all (promise I1: an
 *   owner that lost never gets a later fact in past an earlier one that was refused).
 * - `committed` is told on one line only, in `#release`, and that line stands after the store's commit (I2).
 * - An entry is settled exactly once.
 * - While nobody knows whether a batch was stored, nothing more is accepted: in doubt, do not sell (I6).
 *
 * A batch is all or nothing, so that one screening that another owner has taken refuses everybody's rows. Two
 * obvious cures are wrong: ON CONFLICT DO NOTHING would skip our stale version n and store n+1; trying again
 * with higher numbers would sell on a memory that the new owner does not share. So the stale screenings are
 * found by their versions, told `fenced`, and the others go again in their order.
 */
import { assert } from '../actors/assert.ts';
import { CommitRefused, CommitUnknown, type FactStore } from './fact-store.ts';
import { JournalBatch } from './journal-batch.ts';
import type { JournalEntry, Settlement } from './journal-entry.ts';

export interface JournalLimits {
  /** Most rows in one commit. Above a few thousand the ceiling of COPY is reached, and a longer batch only makes its first entry wait longer. */
  readonly batchRowsMax: number;
  /** Most entries waiting. At the bound `accepting` is false and the runtime answers "busy". */
  readonly queueEntriesMax: number;
}

export const JOURNAL_LIMITS: JournalLimits = { batchRowsMax: 4096, queueEntriesMax: 65_536 };

export interface JournalObserver {
  /** After each commit: rows written and how long it took, milliseconds. */
  committed(rows: number, elapsedMs: number): void;
  fenced(screenings: number): void;
  unknown(cause: unknown): void;
  rejected(screening: number, cause: unknown): void;
  /** PostgreSQL refused a batch for a reason of its own (disk full, no rights). */
  lost(rows: number, cause: unknown): void;
  /** The answers of a commit have all been given; the time to send them, and the deltas. */
  released(): void;
  /** The journal cannot go on (its database lost acknowledged facts); the process must stop. */
  failed(cause: unknown): void;
}

export interface JournalScheduler {
  /** Calls back when the present turn's arrivals have been taken in. */
  soon(callback: () => void): void;
  nowMs(): number;
}

export class Journal {
  readonly #store: FactStore;
  readonly #observer: JournalObserver;
  readonly #scheduler: JournalScheduler;
  readonly #limits: JournalLimits;
  #queue: JournalEntry[] = [];
  #state: 'idle' | 'scheduled' | 'committing' | 'settling' | 'failed' = 'idle';
  #idleWaiters: (() => void)[] = [];
  #marks = 0;
  /** Taken from the queue and not settled yet. */
  readonly #unsettled = new Set<JournalBatch>();

  constructor(store: FactStore, observer: JournalObserver, scheduler: JournalScheduler, limits = JOURNAL_LIMITS) {
    this.#store = store;
    this.#observer = observer;
    this.#scheduler = scheduler;
    this.#limits = limits;
  }

  /** Entries that wait for the next commit. */
  get queueLength(): number {
    return this.#queue.length;
  }

  /** 'busy': the queue is full. 'unavailable': a commit's fate is unknown, or the journal has failed. */
  get accepting(): 'yes' | 'busy' | 'unavailable' {
    if (this.#state === 'settling' || this.#state === 'failed') return 'unavailable';
    return this.#queue.length >= this.#limits.queueEntriesMax ? 'busy' : 'yes';
  }

  /** Takes an entry in; it will be settled, once. Only while `accepting` is 'yes'. */
  append(entry: JournalEntry): void {
    assert(this.#state !== 'settling' && this.#state !== 'failed', 'an entry came while the journal was not accepting');
    this.#queue.push(entry);
    if (this.#state === 'idle') {
      this.#state = 'scheduled';
      this.#scheduler.soon(this.#begin);
    }
  }

  /** Resolves when nothing waits and nothing is in flight. */
  whenIdle(): Promise<void> {
    if (this.#state === 'idle' || this.#state === 'failed') return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /**
   * Resolves when everything that was appended before is settled, whatever comes after. Under load the journal is never idle,
   * but its entries are settled in their order: an empty one of no screening goes along as the last.
   */
  whenSettled(): Promise<void> {
    if (this.#state === 'idle' || this.#state === 'failed') return Promise.resolve();
    // A number of its own: a batch that is lost takes along what is queued for the same screenings.
    const screening = --this.#marks;
    return new Promise((resolve) =>
      this.#queue.push({ screening, facts: [], projections: null, settled: () => resolve() }),
    );
  }

  readonly #begin = (): void => {
    this.#drain().catch((cause: unknown) => this.#fail(cause));
  };

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      this.#state = 'committing';
      await this.#commit(this.#takeBatch());
    }
    this.#state = 'idle';
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #takeBatch(): JournalBatch {
    let rows = 0;
    let taken = 0;
    while (taken < this.#queue.length) {
      rows += this.#queue[taken]?.facts.length ?? 0;
      if (taken > 0 && rows > this.#limits.batchRowsMax) break;
      taken++;
    }
    if (taken === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return new JournalBatch(all);
    }
    return new JournalBatch(this.#queue.splice(0, taken));
  }

  async #commit(batch: JournalBatch): Promise<void> {
    this.#unsettled.add(batch);
    const startedMs = this.#scheduler.nowMs();
    try {
      if (batch.rowCount > 0) await this.#store.commit(batch);
    } catch (cause) {
      if (cause instanceof CommitRefused) return this.#refused(batch, cause);
      if (cause instanceof CommitUnknown) return this.#unknown(batch, cause);
      throw cause;
    }
    this.#release(batch, startedMs);
  }

  /** The one place where a "yes" gets out: the batch is committed. */
  #release(batch: JournalBatch, startedMs: number): void {
    this.#unsettled.delete(batch);
    this.#observer.committed(batch.rowCount, this.#scheduler.nowMs() - startedMs);
    for (const entry of batch.entries) entry.settled('committed');
    this.#observer.released();
  }

  /** Nothing was stored. Who is stale? */
  async #refused(batch: JournalBatch, cause: CommitRefused): Promise<void> {
    const stale = await this.#staleScreenings(batch);
    if (stale.size > 0) {
      this.#observer.fenced(stale.size);
      this.#unsettled.delete(batch);
      const { inside, outside } = batch.split(stale);
      const queued = new JournalBatch(this.#queue).split(stale);
      this.#queue = [...outside, ...queued.outside];
      this.#settle([...inside, ...queued.inside], 'fenced');
      return;
    }
    if (cause.rowsAtFault) await this.#isolate(batch, cause);
    else this.#lose(batch, cause);
  }

  async #staleScreenings(batch: JournalBatch): Promise<Set<number>> {
    const first = batch.firstVersions();
    const last = await this.#store.lastVersions([...first.keys()]);
    const stale = new Set<number>();
    // Behind is as wrong as ahead: then facts that we build on are not in the journal.
    for (const [screening, version] of first) if ((last.get(screening) ?? 0) !== version - 1) stale.add(screening);
    return stale;
  }

  /** Refused for another reason than a version: each screening goes alone, so that a poisoned one harms itself only. */
  async #isolate(batch: JournalBatch, cause: CommitRefused): Promise<void> {
    this.#unsettled.delete(batch);
    const screenings = [...batch.firstVersions().keys()];
    if (screenings.length <= 1) {
      const only = new Set(screenings);
      this.#observer.rejected(screenings[0] ?? 0, cause);
      const { inside, outside } = batch.split(only);
      const queued = new JournalBatch(this.#queue).split(only);
      this.#queue = [...outside, ...queued.outside];
      this.#settle([...inside, ...queued.inside], 'rejected');
      return;
    }
    const parts = screenings.map((screening) => new JournalBatch(batch.split(new Set([screening])).inside));
    // Answers of screenings that have no facts in this batch saw only what is committed by now.
    parts.push(new JournalBatch(batch.split(new Set(screenings)).outside));
    for (const part of parts) this.#unsettled.add(part);
    for (const part of parts) await this.#commit(part);
  }

  /** Nobody knows. Nothing more is taken in until the database has said what it holds. */
  async #unknown(batch: JournalBatch, cause: CommitUnknown): Promise<void> {
    this.#state = 'settling';
    this.#observer.unknown(cause);
    const startedMs = this.#scheduler.nowMs();
    const found = await this.#store.readBack(batch);
    this.#state = 'committing';
    if (found === 'stored') {
      this.#release(batch, startedMs);
      return;
    }
    this.#lose(batch);
  }

  /** Not stored: the memory of the batch's screenings is ahead of the journal, and so is whatever was decided on it since. */
  #lose(batch: JournalBatch, cause?: unknown): void {
    if (cause !== undefined) this.#observer.lost(batch.rowCount, cause);
    this.#unsettled.delete(batch);
    const screenings = new Set(batch.entries.map((entry) => entry.screening));
    const queued = new JournalBatch(this.#queue).split(screenings);
    this.#queue = queued.outside;
    this.#settle([...batch.entries, ...queued.inside], 'lost');
  }

  #settle(entries: readonly JournalEntry[], settlement: Exclude<Settlement, 'committed'>): void {
    for (const entry of entries) entry.settled(settlement);
    this.#observer.released();
  }

  /** Cannot happen, or the database lost facts: everybody hears "not now", and the observer stops the process. */
  #fail(cause: unknown): void {
    this.#state = 'failed';
    const waiting = [...[...this.#unsettled].flatMap((batch) => batch.entries), ...this.#queue.splice(0)];
    this.#unsettled.clear();
    this.#observer.failed(cause);
    this.#settle(waiting, 'lost');
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
