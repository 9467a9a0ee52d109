/**
 * The offers of the screenings that are looked at now, as text, each kept for a second. All who ask for one at once share one
 * reading, and while that lasts no other is begun; one that fails is not kept. Bounded: at the bound the one that was read
 * longest ago goes, and so does what nobody has asked for in a minute.
 */
import type { SeatMap } from '../../actors/seat-map.ts';

/** Of six types on three kinds of seat an offer is three kilobytes: three megabytes to a thread, and the layouts. */
const OFFERS_MAX = 1_000;
const KEEP_MS = 1_000;
const FORGET_MS = 60_000;

export interface OfferText {
  readonly text: string;
  readonly etag: string;
  /** Layouts are remembered as long as somebody has them (storage/catalogue.ts): with this the next reading need not parse it. */
  readonly seatMap: SeatMap;
}

interface Kept {
  readonly atMs: number;
  readonly offer: Promise<OfferText | null>;
  isRead: boolean;
}

export class OfferTexts {
  readonly #read: (screening: number) => Promise<OfferText | null>;
  readonly #nowMs: () => number;
  readonly #max: number;
  /** In the order of their reading. */
  readonly #kept = new Map<number, Kept>();

  constructor(read: (screening: number) => Promise<OfferText | null>, nowMs: () => number, max = OFFERS_MAX) {
    this.#read = read;
    this.#nowMs = nowMs;
    this.#max = max;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Null when there is none; that is not kept. Rejects as the reading does. */
  get(screening: number): Promise<OfferText | null> {
    const nowMs = this.#nowMs();
    const known = this.#kept.get(screening);
    if (known !== undefined && (!known.isRead || nowMs - known.atMs < KEEP_MS)) return known.offer;
    const kept: Kept = { atMs: nowMs, offer: this.#read(screening), isRead: false };
    this.#kept.delete(screening);
    this.#kept.set(screening, kept);
    kept.offer.then(
      (found) => {
        kept.isRead = true;
        if (found === null) this.#forget(screening, kept);
      },
      () => this.#forget(screening, kept),
    );
    this.#tidy(nowMs);
    return kept.offer;
  }

  #forget(screening: number, kept: Kept): void {
    if (this.#kept.get(screening) === kept) this.#kept.delete(screening);
  }

  #tidy(nowMs: number): void {
    for (const [screening, { atMs }] of this.#kept) {
      if (this.#kept.size <= this.#max && nowMs - atMs < FORGET_MS) return;
      this.#kept.delete(screening);
    }
  }
}
