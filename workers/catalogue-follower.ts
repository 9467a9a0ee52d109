/**
 * Keeps what is in memory of the catalogue up to date: reads everything once, then what changed, whenever PostgreSQL gives
 * notice and every few seconds in case a notice was lost; now and then everything again, because rows that were deleted
 * leave no trace.
 *
 * One for a node, on its main thread, which has nothing else to do: the threads get finished rows. One for each thread would read the
 * same rows as many times, through as many connections, and parse them where seats are sold.
 *
 * Between looks it counts the unsold seats of a page of screenings, round and round.
 */
import { CatalogueConnection } from '../storage/catalogue-changes.ts';
import type { CatalogueChange } from '../storage/catalogue-rows.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { Log } from '../storage/log.ts';
import type { SeatsPosition } from '../storage/seats-left.ts';

export interface CatalogueFollowerOptions {
  readonly database: DatabaseConfig;
  readonly log: Log;
  /** In order, and never while the one before is still being taken; a page of rows at a time. */
  onChange(change: CatalogueChange): void;
  readonly limits?: Partial<CatalogueFollowerLimits>;
}

export interface CatalogueFollowerLimits {
  /** Between two looks when nobody gives notice, milliseconds: how stale a lost notice can make us. */
  readonly lookMs: number;
  /** Changes are gathered for so long after a notice: an import gives many. */
  readonly gatherMs: number;
  /** Between two readings of everything. */
  readonly readAllMs: number;
  /** Pause after a failure: doubled from the first to the second. */
  readonly backOffMs: readonly [first: number, longest: number];
}

/** 500 screenings are counted at each look: 50,000 in less than nine minutes. */
export const CATALOGUE_FOLLOWER_LIMITS: CatalogueFollowerLimits = {
  lookMs: 5_000,
  gatherMs: 20,
  readAllMs: 3_600_000,
  backOffMs: [200, 5_000],
};

export class CatalogueFollower {
  readonly #options: CatalogueFollowerOptions;
  readonly #limits: CatalogueFollowerLimits;
  #running: Promise<void> | null = null;
  #isStopping = false;
  #connection: CatalogueConnection | null = null;
  /** Of the last connection. */
  #seen: string | null = null;
  #hasNotice = false;
  /** Ends the present pause. */
  #wake: () => void = () => {};
  #readAllAtMs = 0;
  #counted: SeatsPosition | null = null;
  #failures = 0;
  #tellRead: () => void = () => {};
  /** Resolves when everything has been read for the first time. */
  readonly firstRead = new Promise<void>((resolve) => {
    this.#tellRead = resolve;
  });

  constructor(options: CatalogueFollowerOptions) {
    this.#options = options;
    this.#limits = { ...CATALOGUE_FOLLOWER_LIMITS, ...options.limits };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Nothing is told any more when it resolves. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#connection?.close();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        this.#connection ??= await CatalogueConnection.open(this.#options.database, this.#seen, () => this.#noticed());
        await this.#turn(this.#connection);
        this.#failures = 0;
      } catch (cause) {
        this.#seen = this.#connection?.seen ?? this.#seen;
        this.#connection?.close();
        this.#connection = null;
        if (this.#isStopping) break;
        this.#failures++;
        // Once for each trouble, not for each try.
        if (this.#failures === 1) this.#options.log.warn({ err: cause }, 'changes of the catalogue cannot be read now');
        const [first, longest] = this.#limits.backOffMs;
        await this.#pause(Math.min(first * 2 ** Math.min(this.#failures - 1, 10), longest));
      }
    }
    this.#connection?.close();
  }

  /** One look, and the pause after it. */
  async #turn(connection: CatalogueConnection): Promise<void> {
    this.#hasNotice = false;
    if (!connection.hasSeen || performance.now() >= this.#readAllAtMs) await this.#readAll(connection);
    else for await (const rows of connection.changes()) this.#tell({ kind: 'rows', rows });
    if (!this.#hasNotice) {
      const { counted, next } = await connection.count(this.#counted);
      if (counted.screenings.length > 0) this.#tell({ kind: 'counted', counted });
      this.#counted = next;
    }
    if (!this.#hasNotice) await this.#pause(this.#limits.lookMs);
    if (this.#hasNotice) await this.#pause(this.#limits.gatherMs, true);
  }

  async #readAll(connection: CatalogueConnection): Promise<void> {
    this.#tell({ kind: 'reading' });
    for await (const rows of connection.all()) this.#tell({ kind: 'rows', rows });
    this.#tell({ kind: 'read' });
    this.#readAllAtMs = performance.now() + this.#limits.readAllMs;
    this.#tellRead();
  }

  #tell(change: CatalogueChange): void {
    if (!this.#isStopping) this.#options.onChange(change);
  }

  #noticed(): void {
    this.#hasNotice = true;
    this.#wake();
  }

  /** @param isDeaf notices do not end it. */
  #pause(ms: number, isDeaf = false): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = () => {
        if (!isDeaf || this.#isStopping) end();
      };
    });
  }
}
