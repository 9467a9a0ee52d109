/**
 * The screenings in memory: a column for each property instead of an object for each screening, about seventy bytes
 * instead of several hundred, and nothing for the garbage collector to look through. A screening's slot is its place in
 * all columns; slots that become free are used again.
 *
 * Seats left come from two sources. The owner of a screening tells the exact number after each commit; a count of the
 * tickets, which does not know of held and blocked seats, may only lower what was told, and not what was told just now.
 */
import type { ScreeningRow } from '../../storage/catalogue-rows.ts';

const SLOTS_FIRST = 1_024;
/** A count that was asked for so soon after the owner spoke may not know yet what he told. */
const COUNT_LAG_MS = 5_000;
/** Ways of showing whose text is kept; at the bound all are forgotten. */
const SHOWN_MAX = 1_000;

export class ScreeningColumns {
  id = new Float64Array(SLOTS_FIRST);
  startsAtMs = new Float64Array(SLOTS_FIRST);
  /** -Infinity: from the beginning. */
  salesFromMs = new Float64Array(SLOTS_FIRST);
  /** NaN: for as long as the rules say. */
  salesUntilMs = new Float64Array(SLOTS_FIRST);
  offsetMinutes = new Int16Array(SLOTS_FIRST);
  /** Slots. */
  film = new Uint32Array(SLOTS_FIRST);
  auditorium = new Uint32Array(SLOTS_FIRST);
  cinema = new Uint32Array(SLOTS_FIRST);
  priceFromCents = new Int32Array(SLOTS_FIRST);
  seatCount = new Uint16Array(SLOTS_FIRST);
  seatsLeft = new Uint16Array(SLOTS_FIRST);
  /** Seconds since 1970; 0: the owner has not told anything. */
  toldAtSeconds = new Uint32Array(SLOTS_FIRST);
  projection = new Uint16Array(SLOTS_FIRST);
  language = new Uint16Array(SLOTS_FIRST);
  currency = new Uint16Array(SLOTS_FIRST);
  /** 1: sales were closed by hand. */
  isClosed = new Uint8Array(SLOTS_FIRST);
  /** The low half of the transaction. */
  changed = new Uint32Array(SLOTS_FIRST);
  /** The last reading of everything that it was in. */
  reading = new Uint8Array(SLOTS_FIRST);

  readonly words = new FewWords();
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;

  get size(): number {
    return this.#slots.size;
  }

  slotOf(id: number): number | undefined {
    return this.#slots.get(id);
  }

  ids(): IterableIterator<number> {
    return this.#slots.keys();
  }

  /** Writes a row; `film`, `auditorium` and `cinema` are slots. Returns its slot. */
  put(row: ScreeningRow, film: number, auditorium: number, cinema: number): number {
    const known = this.#slots.get(row.id);
    const slot = known ?? this.#newSlot(row.id);
    const hasOtherMap = known === undefined || this.seatCount[slot] !== row.seatCount;
    this.startsAtMs[slot] = row.startsAtMs;
    this.salesFromMs[slot] = row.salesFromMs ?? Number.NEGATIVE_INFINITY;
    this.salesUntilMs[slot] = row.salesUntilMs ?? Number.NaN;
    this.offsetMinutes[slot] = row.offsetMinutes;
    this.film[slot] = film;
    this.auditorium[slot] = auditorium;
    this.cinema[slot] = cinema;
    this.priceFromCents[slot] = row.priceFromCents;
    this.seatCount[slot] = row.seatCount;
    this.projection[slot] = this.words.numberOf(row.projection);
    this.language[slot] = this.words.numberOf(row.language);
    this.currency[slot] = this.words.numberOf(row.currency);
    this.isClosed[slot] = row.status === 'closed' ? 1 : 0;
    this.changed[slot] = row.changed % 2 ** 32;
    if (hasOtherMap) {
      this.toldAtSeconds[slot] = 0;
      this.seatsLeft[slot] = Math.max(0, row.seatCount - row.sold);
    }
    return slot;
  }

  /** Whether seats can be taken now, as far as the catalogue knows: sold out is another question. */
  isOnSale(slot: number, nowMs: number, salesAfterStartMs: number): boolean {
    const saidMs = this.salesUntilMs[slot]!;
    const untilMs = Number.isNaN(saidMs) ? this.startsAtMs[slot]! + salesAfterStartMs : saidMs;
    return this.isClosed[slot] === 0 && nowMs >= this.salesFromMs[slot]! && nowMs < untilMs;
  }

  /** The owner's own number. */
  told(id: number, left: number, nowMs: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.seatsLeft[slot] = left;
    this.toldAtSeconds[slot] = Math.floor(nowMs / 1000);
  }

  /** Unsold seats, counted at `askedAtMs`. */
  counted(id: number, left: number, askedAtMs: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const toldAtMs = this.toldAtSeconds[slot]! * 1000;
    if (toldAtMs === 0) this.seatsLeft[slot] = left;
    else if (toldAtMs + COUNT_LAG_MS < askedAtMs && left < this.seatsLeft[slot]!) this.seatsLeft[slot] = left;
  }

  remove(id: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    this.#free.push(slot);
  }

  #newSlot(id: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.id.length) this.#grow();
    this.id[slot] = id;
    this.#slots.set(id, slot);
    return slot;
  }

  /** By half and not to the double: what is never used is paid for on every thread. */
  #grow(): void {
    const length = Math.ceil(this.id.length * 1.5);
    const columns = this as unknown as Record<string, unknown>;
    for (const [name, column] of Object.entries(this)) {
      if (!ArrayBuffer.isView(column)) continue;
      const Column = column.constructor as new (length: number) => { set(from: ArrayLike<number>): void };
      const grown = new Column(length);
      grown.set(column as unknown as ArrayLike<number>);
      columns[name] = grown;
    }
  }
}

/** Words that come again and again ("2D", "dub", "BRL") as numbers. */
class FewWords {
  /** As JSON. */
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #shown = new Map<number, string>();

  numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    // The columns have sixteen bits. Nobody has so many projections; if somebody should, the last one stands for the rest.
    if (this.#words.length === 2 ** 16) return this.#words.length - 1;
    const number = this.#words.push(JSON.stringify(word)) - 1;
    this.#numbers.set(word, number);
    return number;
  }

  #quoted(number: number): string {
    return this.#words[number] ?? '""';
  }

  /** How a screening is shown: three of these as properties of JSON. There are few such threes, so that each is made once. */
  shown(projection: number, language: number, currency: number): string {
    const key = (projection * 2 ** 16 + language) * 2 ** 16 + currency;
    let text = this.#shown.get(key);
    if (text === undefined) {
      text = `"projection":${this.#quoted(projection)},"language":${this.#quoted(language)},"currency":${this.#quoted(currency)}`;
      if (this.#shown.size === SHOWN_MAX) this.#shown.clear();
      this.#shown.set(key, text);
    }
    return text;
  }
}
