/**
 * Rows by a small number each, their slot, so that other tables name them in two or four bytes and a set of them is an
 * array. A slot is there as soon as somebody names the row's id, the row itself perhaps a moment later.
 */
export class RowSlots<Row extends { readonly id: number }> {
  readonly #slots = new Map<number, number>();
  readonly #rows: (Row | undefined)[] = [];
  readonly #texts: (string | undefined)[] = [];
  readonly #shown: (row: Row) => unknown;

  /** @param shown what answers show of a row. */
  constructor(shown: (row: Row) => unknown) {
    this.#shown = shown;
  }

  /** Slots there are; some may have no row. */
  get length(): number {
    return this.#rows.length;
  }

  /** The slot of an id, a new one if need be. Slots are never given up: films and cinemas are few, and come back. */
  slotFor(id: number): number {
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const slot = this.#rows.push(undefined) - 1;
    this.#texts.push(undefined);
    this.#slots.set(id, slot);
    return slot;
  }

  slotOf(id: number): number | undefined {
    return this.#slots.get(id);
  }

  at(slot: number): Row | undefined {
    return this.#rows[slot];
  }

  /** The row of an id; undefined when it is unknown. */
  get(id: number): Row | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#rows[slot];
  }

  set(slot: number, row: Row | undefined): void {
    this.#rows[slot] = row;
    this.#texts[slot] = undefined;
  }

  /** What is shown of a row, as JSON: made once, because thousands of answers a second have it. "null" without a row. */
  textAt(slot: number): string {
    const known = this.#texts[slot];
    if (known !== undefined) return known;
    const row = this.#rows[slot];
    const text = row === undefined ? 'null' : JSON.stringify(this.#shown(row));
    this.#texts[slot] = text;
    return text;
  }

  *rows(): IterableIterator<Row> {
    for (const row of this.#rows) if (row !== undefined) yield row;
  }
}
