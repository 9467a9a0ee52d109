/**
 * Everything of one shard thread below the gateway: journal connection, runtime, bus. Shared with nothing but
 * the links to the other threads.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type pg from 'pg';
import type { Command } from '../actors/seat-command.ts';
import type { OutcomeCode } from '../actors/seat-outcome.ts';
import { CopyWriter } from '../storage/copy-writer.ts';
import { createPool, type DatabaseConfig } from '../storage/database.ts';
import { allocateEpochs } from '../storage/epochs.ts';
import { Journal } from '../storage/journal.ts';
import { type CommonRules, Recovery } from '../storage/recovery.ts';
import type { Bus } from './bus.ts';
import { ClusterOwnership } from './cluster/cluster-ownership.ts';
import { monotonicMs } from './cluster/monotonic.ts';
import { ThreadCluster, type ThreadClusterOptions } from './cluster/thread-cluster.ts';
import { SoleOwnership } from './ownership.ts';
import { RulesRefresh } from './rules-refresh.ts';
import { RUNTIME_LIMITS, ShardRuntime, TICK_MS } from './shard-runtime.ts';
import { ThreadBus } from './thread-bus.ts';
import { type LinkPort, ThreadLink } from './thread-link.ts';

export interface EngineOptions {
  readonly thread: number;
  /** Unique per process and thread; shown in pg_stat_activity. */
  readonly writerName: string;
  readonly database: DatabaseConfig;
  readonly rules: CommonRules;
  /** `owners[shard]`: the thread that owns it. */
  readonly owners: Uint8Array;
  readonly epochs: ReadonlyMap<number, number>;
  readonly links: ReadonlyMap<number, MessagePort>;
  /** Null: one node alone, to which `owners` and `epochs` belong. */
  readonly cluster: Omit<ThreadClusterOptions, 'thread' | 'log'> | null;
}

export interface EngineObserver {
  decided(command: Command, code: OutcomeCode): void;
  committed(rows: number, elapsedMs: number): void;
  fenced(screenings: number): void;
  commitUnknown(): void;
  /** The answers of a commit were given; send them now, the deltas follow. */
  answersReleased(): void;
  paymentDue(screening: number, order: string): void;
  /** So many seats of a screening of this thread are free by what has just been committed; only when the number is another one. */
  freeSeats?(screening: number, freeSeats: number): void;
  /** The journal cannot go on; the process must stop. */
  failed(cause: unknown): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

/** How long a commit may take before its fate is looked up, milliseconds. A commit takes 1–50 ms; a disk that stalls this long is a failure. */
const COMMIT_DEADLINE_MS = 5_000;
const RECONNECT_PAUSE_MAX_MS = 500;
const PASSIVATE_EVERY_MS = 30_000;
const SWEEP_EVERY_MS = 1_000;
/** A thousand facts replay in milliseconds: not worth keeping a restart waiting. */
const DRAIN_SNAPSHOTS_MS = 1_500;
/** Connections for loading screenings. Loads are bounded by `RUNTIME_LIMITS.loadsMax`. */
const POOL_MAX = 4;
/** A connection that has gone silent must not be waited for until TCP gives it up. */
const READ_DEADLINE_MS = 10_000;
/** How long a stop waits for a commit whose fate is unknown, and for connections to say goodbye, milliseconds. */
const STOP_JOURNAL_MS = 5_000;
const STOP_CONNECTIONS_MS = 1_000;
/** Screenings with unfinished orders that are woken at the start. */
const OPEN_ORDERS_MAX = 20_000;

export class ShardEngine {
  readonly bus: Bus;
  readonly runtime: ShardRuntime;
  readonly journal: Journal;
  /** For reading the catalogue on this thread. */
  readonly pool: pg.Pool;
  readonly #writer: CopyWriter;
  readonly #links: ReadonlyMap<number, ThreadLink>;
  readonly #rules: RulesRefresh;
  #isStopping = false;
  readonly #warn: (message: string, cause: unknown) => void;
  /** Null: one node alone. */
  readonly cluster: ThreadCluster | null;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: EngineOptions, observer: EngineObserver) {
    const warn = (message: string, cause: unknown): void => observer.log('warn', message, { cause });
    this.#warn = warn;
    this.pool = createPool(
      options.database,
      'shard',
      `${options.writerName} reads`,
      POOL_MAX,
      (cause) => warn('an idle database connection broke', cause),
      READ_DEADLINE_MS,
    );
    this.#writer = new CopyWriter(options.database, {
      name: options.writerName,
      commitDeadlineMs: COMMIT_DEADLINE_MS,
      reconnectPauseMaxMs: RECONNECT_PAUSE_MAX_MS,
      onWarning: warn,
    });
    this.journal = new Journal(
      this.#writer,
      {
        committed: (rows, elapsedMs) => observer.committed(rows, elapsedMs),
        fenced: (screenings) => observer.fenced(screenings),
        unknown: (cause) => {
          observer.commitUnknown();
          warn('the fate of a commit is unknown; reading back', cause);
        },
        rejected: (screening, cause) => observer.log('error', 'PostgreSQL refuses rows of ours', { screening, cause }),
        lost: (rows, cause) =>
          observer.log('error', 'PostgreSQL refused a batch; nothing of it was stored', { rows, cause }),
        released: () => {
          this.#flushLinks();
          observer.answersReleased();
          this.runtime.publishChanges();
          this.#flushLinks();
        },
        failed: (cause) => {
          // While stopping it is our own closing of the writer.
          if (this.#isStopping) warn('the journal was closed with a commit under way', cause);
          else observer.failed(cause);
        },
      },
      { soon: (callback) => void setImmediate(callback), nowMs: () => performance.now() },
    );
    const { cluster } = options;
    const ownership =
      cluster === null
        ? new SoleOwnership(
            ownEpochs(options),
            (shard) => this.#allocateEpoch(shard),
            (cause) => warn('no new epoch could be allocated', cause),
          )
        : new ClusterOwnership({
            leaseValidUntilMs: () => cluster.leaseValidUntilMs(),
            monotonicMs,
            deposed: (shard, seenEpoch) => cluster.deposed(shard, seenEpoch),
          });
    const loader = new Recovery(this.pool, options.rules, warn);
    this.runtime = new ShardRuntime({
      journal: this.journal,
      loader,
      ownership,
      limits: RUNTIME_LIMITS,
      nowMs: Date.now,
      paymentDue: (screening, order) => observer.paymentDue(screening, order),
      freeSeats: (screening, freeSeats) => observer.freeSeats?.(screening, freeSeats),
      decided: (command, code) => observer.decided(command, code),
      log: (level, message, details) => observer.log(level, message, details),
    });
    this.#rules = new RulesRefresh({
      isLoaded: (screening) => this.runtime.isLoaded(screening),
      load: (screenings) => loader.rules(screenings),
      take: (screening, rules) => this.runtime.liveActor(screening)?.takeRules(rules),
      warn,
    });
    const ports = {
      server: this.runtime,
      nowMs: Date.now,
      endOfTurn: (callback: () => void) => void setImmediate(callback),
    };
    this.#links = new Map(
      [...options.links].map(([thread, port]) => [thread, new ThreadLink(port as unknown as LinkPort, ports)]),
    );
    this.cluster =
      cluster === null || ownership instanceof SoleOwnership
        ? null
        : new ThreadCluster(
            {
              ...cluster,
              thread: options.thread,
              log: (level, message, details) => observer.log(level, message, details),
            },
            ownership,
            this.runtime,
            this.#links,
          );
    this.bus = this.cluster?.bus ?? new ThreadBus(options.owners, options.thread, this.runtime, this.#links);
  }

  /** Connects to the database and starts the clocks. */
  async start(): Promise<void> {
    await this.#writer.open();
    await this.wakeOpenOrders();
    this.#every(TICK_MS, () => this.runtime.tick());
    this.#every(SWEEP_EVERY_MS, () => {
      for (const link of this.#links.values()) link.sweep();
      this.cluster?.sweep();
    });
    this.#every(PASSIVATE_EVERY_MS, () => void this.runtime.passivateIdle());
  }

  /**
   * Settles what is in flight, writes snapshots, closes the connections. No command may come any more. When PostgreSQL is
   * away, what is in flight is given up after a while: nobody was told "yes", and everybody repeats.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#rules.stop();
    await within(STOP_JOURNAL_MS, this.runtime.drain(DRAIN_SNAPSHOTS_MS));
    this.#flushLinks();
    if (this.cluster !== null) await within(STOP_CONNECTIONS_MS, this.cluster.close());
    await within(STOP_CONNECTIONS_MS, this.#writer.close());
    await within(STOP_CONNECTIONS_MS, this.pool.end());
  }

  /** Rows of these screenings have changed in the catalogue: actors that are loaded take the new terms, soon. */
  catalogueChanged(screenings: Iterable<number>): void {
    this.#rules.changed(screenings);
  }

  /** Payments that were under way when the last owner stopped: their screenings must not sleep until somebody happens to ask. */
  async wakeOpenOrders(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ screening: string }>(
        `select distinct screening from orders where state in ('created', 'authorised') limit ${OPEN_ORDERS_MAX}`,
      );
      for (const { screening } of rows) this.runtime.wake(Number(screening));
    } catch (cause) {
      this.#warn('unfinished orders were not looked for', cause);
    }
  }

  #every(intervalMs: number, act: () => void): void {
    this.#timers.push(setInterval(act, intervalMs));
  }

  #flushLinks(): void {
    for (const link of this.#links.values()) link.flush();
    this.cluster?.remote.flush();
  }

  async #allocateEpoch(shard: number): Promise<number> {
    const epoch = (await allocateEpochs(this.pool, [shard])).get(shard);
    if (epoch === undefined) throw new Error(`shard ${shard} has no row in the table shards`);
    return epoch;
  }
}

/** Of the epochs of all shards those that are this thread's. */
function ownEpochs({ epochs, owners, thread }: EngineOptions): ReadonlyMap<number, number> {
  return new Map([...epochs].filter(([shard]) => owners[shard] === thread));
}

/** Resolves when `work` has ended, or after `ms`. Rejects as `work` does. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const patience = new AbortController();
  try {
    await Promise.race([work, delay(ms, undefined, { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
}
