/**
 * The screenings by day (of the cinema's own calendar), and in each day by film and by cinema, both in the order of their
 * starts. Lists are put in order when somebody looks at them, because an import adds thousands at once.
 */
import type { ScreeningColumns } from './screening-columns.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Days since 1970 of the cinema's calendar. */
export function dayOf(startsAtMs: number, offsetMinutes: number): number {
  return Math.floor((startsAtMs + offsetMinutes * MINUTE_MS) / DAY_MS);
}

/** A film on one day. */
export interface FilmDay {
  /** Slot. */
  readonly film: number;
  readonly filmId: number;
  readonly list: SlotList;
}

export interface ProgrammeDay {
  readonly day: number;
  readonly films: Map<number, FilmDay>;
  /** By cinema slot. */
  readonly cinemas: Map<number, SlotList>;
  /** Its screenings. */
  size: number;
  /** Its films, those with many screenings first; null: to be made again. */
  ranking: readonly FilmDay[] | null;
}

/** Slots of screenings by start, then by id. */
export class SlotList {
  readonly slots: number[] = [];
  #isInOrder = true;

  add(slot: number): void {
    this.slots.push(slot);
    this.#isInOrder = false;
  }

  remove(slot: number): void {
    const at = this.slots.indexOf(slot);
    if (at >= 0) this.slots.splice(at, 1);
  }

  inOrder(columns: ScreeningColumns): readonly number[] {
    if (!this.#isInOrder) {
      const { startsAtMs, id } = columns;
      this.slots.sort((a, b) => startsAtMs[a]! - startsAtMs[b]! || id[a]! - id[b]!);
      this.#isInOrder = true;
    }
    return this.slots;
  }
}

/**
 * How much of a film is on that day, in powers of two. So coarse, because pages are cut by it (search-cursor.ts): one
 * screening more or less should not put the film on another page.
 */
export function popularityOf({ list }: FilmDay): number {
  return 32 - Math.clz32(list.slots.length);
}

/** Much shown films first, of two alike the younger one. */
export function byRank(a: FilmDay, b: FilmDay): number {
  return popularityOf(b) - popularityOf(a) || b.filmId - a.filmId;
}

export class ProgrammeDays {
  readonly #columns: ScreeningColumns;
  readonly #days = new Map<number, ProgrammeDay>();
  /** Ascending; null: to be made again. */
  #order: readonly ProgrammeDay[] | null = null;

  constructor(columns: ScreeningColumns) {
    this.#columns = columns;
  }

  /** @param filmId of its film, the id. */
  add(slot: number, filmId: number): void {
    const { film, cinema } = this.#columns;
    const day = this.#dayFor(this.#dayOfSlot(slot));
    const filmSlot = film[slot]!;
    let filmDay = day.films.get(filmSlot);
    if (filmDay === undefined) {
      filmDay = { film: filmSlot, filmId, list: new SlotList() };
      day.films.set(filmSlot, filmDay);
    }
    filmDay.list.add(slot);
    let cinemaList = day.cinemas.get(cinema[slot]!);
    if (cinemaList === undefined) {
      cinemaList = new SlotList();
      day.cinemas.set(cinema[slot]!, cinemaList);
    }
    cinemaList.add(slot);
    day.size++;
    day.ranking = null;
  }

  /** Before the columns of the slot are changed. */
  remove(slot: number): void {
    const { film, cinema } = this.#columns;
    const day = this.#days.get(this.#dayOfSlot(slot));
    if (day === undefined) return;
    const filmDay = day.films.get(film[slot]!);
    filmDay?.list.remove(slot);
    if (filmDay?.list.slots.length === 0) day.films.delete(film[slot]!);
    const cinemaList = day.cinemas.get(cinema[slot]!);
    cinemaList?.remove(slot);
    day.size--;
    if (cinemaList?.slots.length === 0) day.cinemas.delete(cinema[slot]!);
    day.ranking = null;
    if (day.films.size === 0) {
      this.#days.delete(day.day);
      this.#order = null;
    }
  }

  /** Into another cinema (slot). */
  move(slot: number, cinema: number): void {
    const day = this.#days.get(this.#dayOfSlot(slot));
    const filmDay = day?.films.get(this.#columns.film[slot]!);
    if (filmDay === undefined) return;
    this.remove(slot);
    this.#columns.cinema[slot] = cinema;
    this.add(slot, filmDay.filmId);
  }

  /** Ascending. */
  inOrder(): readonly ProgrammeDay[] {
    this.#order ??= [...this.#days.values()].sort((a, b) => a.day - b.day);
    return this.#order;
  }

  get(day: number): ProgrammeDay | undefined {
    return this.#days.get(day);
  }

  /** Its films in order. */
  ranking(day: ProgrammeDay): readonly FilmDay[] {
    day.ranking ??= [...day.films.values()].sort(byRank);
    return day.ranking;
  }

  #dayOfSlot(slot: number): number {
    return dayOf(this.#columns.startsAtMs[slot]!, this.#columns.offsetMinutes[slot]!);
  }

  #dayFor(number: number): ProgrammeDay {
    let day = this.#days.get(number);
    if (day === undefined) {
      day = { day: number, films: new Map(), cinemas: new Map(), size: 0, ranking: null };
      this.#days.set(number, day);
      this.#order = null;
    }
    return day;
  }
}
