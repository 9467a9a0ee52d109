/**
 * Finds screenings by name, date, or both, in memory. Fed with rows of the catalogue; asked with words, a day, a city, a
 * cinema. Pure: no clock, no I/O; each answer is a run of one order that depends on the rows and the words alone:
 *
 *   the better score, the earlier day, the film with more screenings that day (in powers of two), the younger film,
 *   the earlier start, the lower id.
 *
 * Screenings stay until their day is over everywhere, so that the order of a day does not change while it passes.
 */
import type { CatalogueRows, CinemaRow, FilmRow, ScreeningRow } from '../../storage/catalogue-rows.ts';
import { CatalogueNames } from './catalogue-names.ts';
import { findScreenings } from './find-screenings.ts';
import { dayOf, type ProgrammeDay, ProgrammeDays, type SlotList } from './programme-days.ts';
import { ScreeningColumns } from './screening-columns.ts';
import type { SearchPlace } from './search-cursor.ts';

export interface SearchQuery {
  /** Folded, in order; none: by date alone. */
  readonly words: readonly string[];
  /** Days since 1970 in the cinemas' calendars; null: from now on. */
  readonly day: number | null;
  /** Folded name, or name and state ("campinas sp"); null: anywhere. */
  readonly city: string | null;
  /** Id, or folded name; null: any. */
  readonly cinema: number | string | null;
  /** Id; null: any. */
  readonly film: number | null;
  /** Screenings of the page. */
  readonly limit: number;
  /** The last place of the page before. */
  readonly after: SearchPlace | null;
}

export interface SearchFound {
  /** Slots, in the order of the search. */
  readonly slots: readonly number[];
  /** Where the page ended; null: there is no more. */
  readonly last: SearchPlace | null;
  /** Screenings that were looked at for it, some of them twice: what it cost. */
  readonly looked: number;
}

/** A day on which a film is still to be seen. */
export interface FilmDayToCome {
  /** Since 1970, in the cinema's calendar. */
  readonly day: number;
  readonly screenings: number;
}

export interface ToCome {
  readonly screenings: number;
  readonly nextStartsAtMs: number | null;
}

const DAY_MS = 86_400_000;

export class SearchIndex {
  readonly columns = new ScreeningColumns();
  readonly names = new CatalogueNames();
  readonly days = new ProgrammeDays(this.columns);
  /** Counts the readings of everything, modulo 256; screenings of another one are gone at its end. */
  #reading = 0;
  #isReading = false;

  /** Everything follows, see `ends`. */
  begins(): void {
    this.#reading = (this.#reading + 1) % 256;
    this.#isReading = true;
    this.names.begins();
  }

  /** Everything was told: what was not, is gone. Returns the ids of screenings that are gone. */
  ends(): number[] {
    const { columns } = this;
    const gone: number[] = [];
    if (!this.#isReading) return gone;
    this.#isReading = false;
    for (const id of columns.ids()) if (columns.reading[columns.slotOf(id)!] !== this.#reading) gone.push(id);
    for (const id of gone) this.#remove(id);
    this.names.ends();
    return gone;
  }

  /**
   * Takes rows in: new ones, changed ones, the same again. Returns the ids of screenings that are not what they were:
   * their own row, or their film's, auditorium's or cinema's; also of those that are not searched (past, private), of which
   * nobody knows here what they were.
   */
  apply(rows: CatalogueRows, nowMs: number): number[] {
    const touched = new Set<number>();
    const { films, cinemas, auditoriums } = this.names.apply(rows);
    if (films.size + cinemas.size + auditoriums.size > 0) this.#touch(films, cinemas, auditoriums, touched);
    const firstDay = Math.floor(nowMs / DAY_MS) - 1;
    for (const row of rows.screenings) {
      const slot = this.columns.slotOf(row.id);
      if (slot !== undefined && this.columns.changed[slot] === row.changed % 2 ** 32) {
        this.columns.reading[slot] = this.#reading;
        continue;
      }
      this.#put(row, firstDay);
      touched.add(row.id);
    }
    return [...touched];
  }

  /** Drops the days that are over everywhere. */
  forgetPast(nowMs: number): void {
    const firstDay = Math.floor(nowMs / DAY_MS) - 1;
    for (const day of this.days.inOrder()) {
      if (day.day >= firstDay) return;
      for (const { list } of day.films.values())
        for (const slot of [...list.slots]) this.#remove(this.columns.id[slot]!);
    }
  }

  /**
   * A page. Screenings that started at `startedMs` or before are not shown.
   * @throws TooManyFits when the words fit too many names in too many ways.
   */
  find(query: SearchQuery, startedMs: number): SearchFound {
    return findScreenings(this, query, startedMs);
  }

  /** What of a film (slot) is still to come. */
  filmToCome(slot: number, startedMs: number): ToCome {
    return this.#toCome((day) => day.films.get(slot)?.list, startedMs);
  }

  /** The days on which a film (slot) is still to come; `cinemas`: only in these (slots). Days without it are left out. */
  filmDays(slot: number, cinemas: readonly number[] | null, startedMs: number): FilmDayToCome[] {
    const { startsAtMs, cinema } = this.columns;
    const wanted = cinemas === null ? null : new Set(cinemas);
    const found: FilmDayToCome[] = [];
    for (const { day, films } of this.days.inOrder()) {
      const slots = films.get(slot)?.list.slots ?? [];
      const isShown = (one: number): boolean => startsAtMs[one]! > startedMs && wanted?.has(cinema[one]!) !== false;
      const screenings = slots.filter(isShown).length;
      if (screenings > 0) found.push({ day, screenings });
    }
    return found;
  }

  /** What in a cinema (slot) is still to come. */
  cinemaToCome(slot: number, startedMs: number): ToCome {
    return this.#toCome((day) => day.cinemas.get(slot), startedMs);
  }

  film(slot: number): FilmRow | undefined {
    return this.names.films.at(slot);
  }

  cinema(slot: number): CinemaRow | undefined {
    return this.names.cinemas.at(slot);
  }

  #toCome(listOf: (day: ProgrammeDay) => SlotList | undefined, startedMs: number): ToCome {
    let screenings = 0;
    let nextStartsAtMs: number | null = null;
    for (const day of this.days.inOrder()) {
      for (const slot of listOf(day)?.inOrder(this.columns) ?? []) {
        const startsAtMs = this.columns.startsAtMs[slot]!;
        if (startsAtMs <= startedMs) continue;
        screenings++;
        nextStartsAtMs ??= startsAtMs;
      }
    }
    return { screenings, nextStartsAtMs };
  }

  #put(row: ScreeningRow, firstDay: number): void {
    const { columns, names, days } = this;
    const cinema = names.cinemaOf(row.auditorium);
    const isOver = dayOf(row.startsAtMs, row.offsetMinutes) < firstDay;
    // A screening without its auditorium cannot be: both are read in the same transaction.
    if (row.status === 'cancelled' || row.isPrivate || isOver || cinema === undefined) {
      this.#remove(row.id);
      return;
    }
    const film = names.films.slotFor(row.film);
    const known = columns.slotOf(row.id);
    // Another price or other sales do not move it, and the lists stay in order.
    const stays =
      known !== undefined &&
      columns.film[known] === film &&
      columns.cinema[known] === cinema &&
      columns.startsAtMs[known] === row.startsAtMs &&
      columns.offsetMinutes[known] === row.offsetMinutes;
    if (known !== undefined && !stays) days.remove(known);
    const slot = columns.put(row, film, names.auditoriums.slotFor(row.auditorium), cinema);
    columns.reading[slot] = this.#reading;
    if (!stays) days.add(slot, row.film);
  }

  #remove(id: number): void {
    const slot = this.columns.slotOf(id);
    if (slot === undefined) return;
    this.days.remove(slot);
    this.columns.remove(id);
  }

  /** Rare: somebody has renamed something, or an import has put an auditorium into its right cinema. */
  #touch(
    films: ReadonlySet<number>,
    cinemas: ReadonlySet<number>,
    auditoriums: ReadonlySet<number>,
    touched: Set<number>,
  ): void {
    const { columns, names, days } = this;
    for (const id of columns.ids()) {
      const slot = columns.slotOf(id)!;
      const auditorium = columns.auditorium[slot]!;
      if (films.has(columns.film[slot]!) || cinemas.has(columns.cinema[slot]!)) touched.add(id);
      if (!auditoriums.has(auditorium)) continue;
      touched.add(id);
      const cinema = names.cinemaAt(auditorium);
      if (cinema !== undefined && cinema !== columns.cinema[slot]) days.move(slot, cinema);
    }
  }
}
