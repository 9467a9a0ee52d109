/**
 * The search of one thread: takes the changes that the main thread passes on, a page of rows in each turn of the event
 * loop so that no seat waits for an import, and keeps the index.
 *
 * What waits here is at most one reading of the catalogue: the follower begins the next one an hour later.
 */
import type { CatalogueChange } from '../../storage/catalogue-rows.ts';
import { SearchIndex } from './search-index.ts';
import { decodeSeatsLeft } from './seats-left-codec.ts';

export interface ThreadSearchPorts {
  nowMs(): number;
  /**
   * Screenings whose row, film, cinema or auditorium is not what it was; also past ones. When everything is read, also what
   * the search does not keep, because it may have changed while nobody followed: more than what changed, and never less.
   */
  onScreenings(screenings: readonly number[]): void;
  /** Calls back when the event loop has turned: `setImmediate`. */
  later(callback: () => void): void;
}

export class ThreadSearch {
  readonly index = new SearchIndex();
  readonly #ports: ThreadSearchPorts;
  #waiting: CatalogueChange[] = [];
  #isComplete = false;

  constructor(ports: ThreadSearchPorts) {
    this.#ports = ports;
  }

  /** Whether the whole catalogue has been read once. Before that a search would leave out what is there. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** In the order of the follower. */
  change(change: CatalogueChange): void {
    this.#waiting.push(change);
    if (this.#waiting.length === 1) this.#ports.later(() => this.#turn());
  }

  /** What owners of screenings told, of this node or of others (seats-left.ts). */
  seatsLeft(bytes: Uint8Array): void {
    const nowMs = this.#ports.nowMs();
    for (const [screening, left] of decodeSeatsLeft(bytes) ?? []) this.index.columns.told(screening, left, nowMs);
  }

  #turn(): void {
    const [change] = this.#waiting;
    if (change === undefined) return;
    try {
      this.#apply(change);
    } finally {
      this.#waiting.shift();
      if (this.#waiting.length > 0) this.#ports.later(() => this.#turn());
    }
  }

  #apply(change: CatalogueChange): void {
    const { index } = this;
    const nowMs = this.#ports.nowMs();
    switch (change.kind) {
      case 'reading':
        index.begins();
        return;
      case 'rows':
        this.#tell(index.apply(change.rows, nowMs));
        return;
      case 'read':
        this.#tell(index.ends());
        index.forgetPast(nowMs);
        this.#isComplete = true;
        return;
      case 'counted': {
        const { screenings, left, askedAtMs } = change.counted;
        for (const [at, screening] of screenings.entries()) index.columns.counted(screening, left[at] ?? 0, askedAtMs);
        index.forgetPast(nowMs);
        return;
      }
    }
  }

  #tell(screenings: readonly number[]): void {
    if (screenings.length > 0) this.#ports.onScreenings(screenings);
  }
}
