/**
 * Sees to it that no payment is forgotten: takes the orders whose books say that somebody has to look after them by now, and the
 * webhooks that nobody has applied, and does what is to be done. Every node does, on its main thread; whoever takes a row leaves it to
 * nobody else for the length of a lease, and a node that dies in between is made up for by the next one.
 *
 * Looks often while there is something to do, and less and less often while there is not, so that an idle installation asks its
 * database little. What is under way is bounded, and only what begins at once is claimed: the rest waits in the table, where it is safe
 * and any node can take it. One provider that does not answer keeps the lane of its order, and no look waits for it.
 * `poke` brings the next look forward for whoever knows that there is something.
 */
import type { Log } from '../../storage/log.ts';
import type { StoredEvent } from './event-applier.ts';

export interface PaymentSweepPorts {
  /** Orders that are due, the longest first; they are not due again for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly string[]>;
  /** Does what is to be done about an order now. */
  run(order: string): Promise<void>;
  /** Events that nobody has applied in `olderThanMs`, the oldest first. */
  claimEvents(limit: number, olderThanMs: number): Promise<readonly StoredEvent[]>;
  /** Applies it and notes what came of it. Never rejects. */
  apply(event: StoredEvent): Promise<void>;
  /** Calls back once, later; resolves to what takes that back. */
  after(delayMs: number, callback: () => void): () => void;
  readonly log: Log;
}

/** Orders under way at once: providers take a second, and their clients have as many connections. */
export const RUNS_MAX = 16;
/** Events beside them: a great many orders that are due must not keep disputes waiting. */
export const EVENTS_MAX = 8;
/** How long a claimed order is left to whoever claimed it, milliseconds: longer than a run whose provider never answers. */
export const LEASE_MS = 120_000;
/** The thread that took an event applies it within seconds; after this it was lost there, milliseconds. */
export const EVENT_AGE_MS = 15_000;
/** The pauses between two looks that find nothing, milliseconds: doubled each time. */
export const PAUSE_MIN_MS = 250;
export const PAUSE_MAX_MS = 2_000;
/** After a look that failed: the database is away, and the pool tries again by itself. */
export const PAUSE_AWAY_MS = 5_000;

export class PaymentSweep {
  readonly #ports: PaymentSweepPorts;
  readonly #runs = new Lanes(RUNS_MAX);
  readonly #events = new Lanes(EVENTS_MAX);
  #cancelTimer: () => void = () => {};
  #looking: Promise<void> | null = null;
  #isStopped = false;
  #isPoked = false;
  /** The last look took as much as there was room for: there may be more. */
  #isMore = false;
  #pauseMs = PAUSE_MIN_MS;
  #wasAway = false;

  constructor(ports: PaymentSweepPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#in(PAUSE_MIN_MS);
  }

  /** There is something to do: look now, or again when the look under way has ended. */
  poke(): void {
    this.#isPoked = true;
    if (this.#looking === null) this.#in(0);
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#looking;
    await Promise.all([this.#runs.ended(), this.#events.ended()]);
  }

  #in(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.after(delayMs, () => {
      this.#looking = this.#look().finally(() => {
        this.#looking = null;
        this.#in(this.#isPoked ? 0 : this.#pauseMs);
      });
    });
  }

  async #look(): Promise<void> {
    this.#isPoked = false;
    const [runs, events] = [this.#runs.free, this.#events.free];
    const claims = await Promise.allSettled([
      runs === 0 ? [] : this.#ports.claimDue(runs, LEASE_MS),
      events === 0 ? [] : this.#ports.claimEvents(events, EVENT_AGE_MS),
    ]);
    const [due, told] = [claimed(claims[0]), claimed(claims[1])];
    // What was claimed is begun also while a stop waits, and when the other claim has failed: nobody else may have it before its lease
    // is over.
    for (const order of due) this.#begin(this.#runs, () => this.#run(order));
    for (const event of told) this.#begin(this.#events, () => this.#ports.apply(event));
    const failed = claims.find((claim) => claim.status === 'rejected');
    if (failed !== undefined) return this.#away(failed.reason);
    this.#wasAway = false;
    this.#isMore = due.length === runs || told.length === events;
    const hasFound = due.length + told.length > 0;
    this.#pauseMs = hasFound ? PAUSE_MIN_MS : Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
  }

  #away(cause: unknown): void {
    if (!this.#wasAway) this.#ports.log.warn({ cause }, 'payments cannot be looked after; they wait');
    this.#wasAway = true;
    this.#pauseMs = PAUSE_AWAY_MS;
    this.#isMore = false;
    this.#isPoked = false;
  }

  /** Where more is waiting than there was room for, the next look comes with the first lane that is free. */
  #begin(lanes: Lanes, work: () => Promise<void>): void {
    lanes.begin(work, () => {
      if (this.#isMore && !this.#isStopped) this.poke();
    });
  }

  /** What fails comes back with its lease, or sooner where the books say so. */
  async #run(order: string): Promise<void> {
    try {
      await this.#ports.run(order);
    } catch (cause) {
      this.#ports.log.warn({ order, cause }, 'a payment could not be looked after; it is tried again');
    }
  }
}

function claimed<Row>(claim: PromiseSettledResult<readonly Row[]>): readonly Row[] {
  return claim.status === 'fulfilled' ? claim.value : [];
}

/** So many at a time. */
class Lanes {
  readonly #max: number;
  readonly #underWay = new Set<Promise<void>>();

  constructor(max: number) {
    this.#max = max;
  }

  get free(): number {
    return this.#max - this.#underWay.size;
  }

  /** `work` never rejects. */
  begin(work: () => Promise<void>, ended: () => void): void {
    const running = work().finally(() => {
      this.#underWay.delete(running);
      ended();
    });
    this.#underWay.add(running);
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
