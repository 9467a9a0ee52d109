/**
 * Sees to it that everybody is told who has bought: looks once a second for orders that were sold and not told yet, and
 * queues their messages by the hundred (storage/order-confirmations.ts). Every node does; they do not get in each other's
 * way, and whichever dies is missed by nobody.
 *
 * A look that finds nothing should cost nothing: it begins a minute before the last one that left nothing behind. What was sold
 * by a node whose clock is further behind, or committed later than that, is found by the look at everything once a minute.
 */
import type { Log } from '../../storage/log.ts';
import type { Swept } from '../../storage/order-confirmations.ts';

export interface ConfirmationSweepPorts {
  /** Queues the messages of at most `limit` orders that were sold since then; null: of all. */
  sweep(limit: number, sinceMs: number | null): Promise<Swept>;
  nowMs(): number;
  /** Calls back once, later; resolves to what takes that back. */
  after(delayMs: number, callback: () => void): () => void;
  readonly log: Log;
}

/** Orders in one statement: their rows are locked for the few milliseconds that it takes. */
export const SWEEP_ORDERS = 100;
/** Between two looks, milliseconds. */
export const SWEEP_EVERY_MS = 1_000;
/** Of so many looks one is at everything. */
export const LOOKS_PER_FULL_LOOK = 60;
/** How far a clock may be behind, and a commit behind its sale, not to wait for that one, milliseconds. */
export const SWEEP_MARGIN_MS = 60_000;
/** After one that failed: the database is away, and the pool tries again by itself. */
export const SWEEP_PAUSE_MS = 5_000;

/** Orders that are remembered as refused. */
const REFUSED_KEPT = 1_000;

export class ConfirmationSweep {
  readonly #ports: ConfirmationSweepPorts;
  #cancelTimer: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;
  #looks = 0;
  /** Everything that was sold before has been told, by our clock; null: not known. */
  #doneMs: number | null = null;
  #wasFull = false;
  #wasAway = false;
  /** Orders that the log has named: each is named once. */
  #refused = new Set<string>();

  constructor(ports: ConfirmationSweepPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#in(SWEEP_EVERY_MS);
  }

  /** Resolves when the statement under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  #in(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer = this.#ports.after(delayMs, () => {
      this.#running = this.#look();
    });
  }

  async #look(): Promise<void> {
    try {
      const isFullLook = this.#looks++ % LOOKS_PER_FULL_LOOK === 0 || this.#doneMs === null;
      const beganMs = this.#ports.nowMs();
      const sinceMs = isFullLook ? null : this.#doneMs;
      let swept: Swept;
      do {
        swept = await this.#ports.sweep(SWEEP_ORDERS, sinceMs);
        this.#noteRefused(swept);
      } while (swept.taken === SWEEP_ORDERS && !this.#isStopped);
      if (!swept.isFull && swept.taken < SWEEP_ORDERS) this.#doneMs = beganMs - SWEEP_MARGIN_MS;
      this.#noteFull(swept.isFull);
      this.#wasAway = false;
      this.#in(SWEEP_EVERY_MS);
    } catch (cause) {
      if (!this.#wasAway) this.#ports.log.warn({ cause }, 'confirmations of orders cannot be queued; they wait');
      this.#wasAway = true;
      this.#in(SWEEP_PAUSE_MS);
    }
  }

  #noteRefused({ refused }: Swept): void {
    for (const { order, code } of refused) {
      if (this.#refused.has(order)) continue;
      // Nobody sells so many broken ones; if so, each is said again now and then.
      if (this.#refused.size >= REFUSED_KEPT) this.#refused.clear();
      this.#refused.add(order);
      this.#ports.log.error({ order, code }, 'the confirmation of an order cannot be queued; the others are');
    }
  }

  #noteFull(isFull: boolean): void {
    if (isFull && !this.#wasFull) {
      this.#ports.log.warn({}, 'letters go out more slowly than tickets are sold; further confirmations wait for them');
    }
    this.#wasFull = isFull;
  }
}
