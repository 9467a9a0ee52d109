/**
 * Catalogue records by id, read once and kept for a minute: prices and titles change rarely, and a purchase must not
 * wait for a query. Bounded: at the bound the oldest goes. Two that ask at once share one read.
 */
const RECORDS_MAX = 10_000;
const KEEP_MS = 60_000;

export class RecordCache<Item> {
  readonly #read: (id: number) => Promise<Item | null>;
  readonly #nowMs: () => number;
  readonly #entries = new Map<number, { readonly atMs: number; readonly item: Promise<Item | null> }>();

  constructor(read: (id: number) => Promise<Item | null>, nowMs: () => number) {
    this.#read = read;
    this.#nowMs = nowMs;
  }

  /** Null when there is none: that is not kept, it may be created in a moment. Rejects as the read does, and keeps nothing. */
  get(id: number): Promise<Item | null> {
    const nowMs = this.#nowMs();
    const known = this.#entries.get(id);
    if (known !== undefined && nowMs - known.atMs < KEEP_MS) return known.item;
    const item = this.#read(id);
    this.#entries.delete(id);
    this.#entries.set(id, { atMs: nowMs, item });
    item.then(
      (found) => found === null && this.#forget(id, item),
      () => this.#forget(id, item),
    );
    if (this.#entries.size > RECORDS_MAX) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return item;
  }

  /** These have changed: whoever asks next reads them anew, and a read that is under way is not kept. */
  invalidate(ids: Iterable<number>): void {
    for (const id of ids) this.#entries.delete(id);
  }

  /**
   * Somebody doubts this one: whoever asks next reads it anew, unless it was read within the last `ageMs`. The bound is for
   * doubts that a stranger can raise as often as he likes.
   */
  doubt(id: number, ageMs: number): void {
    const known = this.#entries.get(id);
    if (known !== undefined && this.#nowMs() - known.atMs >= ageMs) this.#entries.delete(id);
  }

  #forget(id: number, item: Promise<Item | null>): void {
    if (this.#entries.get(id)?.item === item) this.#entries.delete(id);
  }
}
