/**
 * Films, cinemas and auditoriums in memory, with the words that find them. A few thousand rows at most, kept as they come.
 */
import type { AuditoriumRow, CatalogueRows, CinemaRow, FilmRow } from '../../storage/catalogue-rows.ts';
import { foldText, wordsOf } from './folded-text.ts';
import { cinemaSummary, filmSummary } from './name-summaries.ts';
import { RowSlots } from './row-slots.ts';
import { Fit, WordList } from './word-list.ts';

/** Slots of known rows that are not what they were. */
export interface NamesChanged {
  readonly films: ReadonlySet<number>;
  readonly cinemas: ReadonlySet<number>;
  readonly auditoriums: ReadonlySet<number>;
}

export class CatalogueNames {
  readonly films = new RowSlots<FilmRow>(filmSummary);
  readonly cinemas = new RowSlots<CinemaRow>(cinemaSummary);
  readonly auditoriums = new RowSlots<AuditoriumRow>(({ name }) => name);
  readonly words = new WordList();
  /** Folded titles and original titles → slots. */
  readonly #titles = new Map<string, number[]>();
  /** Folded cities, with and without their state → slots of cinemas. */
  readonly #cities = new Map<string, number[]>();
  /** Slots of cinemas → folded names between blanks. */
  readonly #cinemaNames = new Map<number, string>();
  /** Ids that came with the reading of everything that is under way. */
  #seen: { films: Set<number>; cinemas: Set<number>; auditoriums: Set<number> } | null = null;

  begins(): void {
    this.#seen = { films: new Set(), cinemas: new Set(), auditoriums: new Set() };
  }

  /** What did not come is gone. */
  ends(): void {
    const seen = this.#seen;
    this.#seen = null;
    if (seen === null) return;
    for (const film of [...this.films.rows()]) if (!seen.films.has(film.id)) this.#setFilm(film.id, undefined);
    for (const cinema of [...this.cinemas.rows()])
      if (!seen.cinemas.has(cinema.id)) this.#setCinema(cinema.id, undefined);
    for (const { id } of [...this.auditoriums.rows()])
      if (!seen.auditoriums.has(id)) this.auditoriums.set(this.auditoriums.slotFor(id), undefined);
  }

  apply(rows: CatalogueRows): NamesChanged {
    const changed = { films: new Set<number>(), cinemas: new Set<number>(), auditoriums: new Set<number>() };
    for (const row of rows.cinemas) {
      this.#seen?.cinemas.add(row.id);
      const known = this.cinemas.get(row.id);
      if (known?.changed === row.changed) continue;
      const slot = this.#setCinema(row.id, row);
      if (known !== undefined) changed.cinemas.add(slot);
    }
    for (const row of rows.auditoriums) {
      this.#seen?.auditoriums.add(row.id);
      const slot = this.auditoriums.slotFor(row.id);
      const known = this.auditoriums.at(slot);
      if (known !== undefined && known.changed !== row.changed) changed.auditoriums.add(slot);
      this.auditoriums.set(slot, row);
    }
    for (const row of rows.films) {
      this.#seen?.films.add(row.id);
      const known = this.films.get(row.id);
      if (known?.changed === row.changed) continue;
      const slot = this.#setFilm(row.id, row);
      if (known !== undefined) changed.films.add(slot);
    }
    return changed;
  }

  /** Slot of the cinema in which an auditorium (id) is. */
  cinemaOf(auditorium: number): number | undefined {
    const slot = this.auditoriums.slotOf(auditorium);
    return slot === undefined ? undefined : this.cinemaAt(slot);
  }

  /** Slot of the cinema in which an auditorium (slot) is. */
  cinemaAt(auditorium: number): number | undefined {
    const row = this.auditoriums.at(auditorium);
    return row === undefined ? undefined : this.cinemas.slotFor(row.cinema);
  }

  titled(folded: string): readonly number[] {
    return this.#titles.get(folded) ?? [];
  }

  /** Slots of the cinemas of a city, folded: "campinas" or "campinas sp". */
  inCity(folded: string): readonly number[] {
    return this.#cities.get(folded) ?? [];
  }

  /** Slots of the cinemas whose name has these folded words, side by side. */
  cinemasNamed(folded: string): number[] {
    const part = ` ${folded} `;
    const [first = ''] = folded.split(' ');
    const having = [...this.words.match(first).cinemas].filter(([, fit]) => fit === Fit.exact);
    return having.map(([slot]) => slot).filter((slot) => this.#cinemaNames.get(slot)?.includes(part));
  }

  #setFilm(id: number, row: FilmRow | undefined): number {
    const slot = this.films.slotFor(id);
    const before = this.films.at(slot);
    if (before !== undefined) {
      this.words.remove(filmWords(before), 'films', slot);
      for (const title of titlesOf(before)) take(this.#titles, title, slot);
    }
    if (row !== undefined) {
      this.words.add(filmWords(row), 'films', slot);
      for (const title of titlesOf(row)) give(this.#titles, title, slot);
    }
    this.films.set(slot, row);
    return slot;
  }

  #setCinema(id: number, row: CinemaRow | undefined): number {
    const slot = this.cinemas.slotFor(id);
    const before = this.cinemas.at(slot);
    if (before !== undefined) {
      this.words.remove(cinemaWords(before), 'cinemas', slot);
      for (const city of citiesOf(before)) take(this.#cities, city, slot);
      this.#cinemaNames.delete(slot);
    }
    if (row !== undefined) {
      this.words.add(cinemaWords(row), 'cinemas', slot);
      for (const city of citiesOf(row)) give(this.#cities, city, slot);
      this.#cinemaNames.set(slot, ` ${foldText(row.name)} `);
    }
    this.cinemas.set(slot, row);
    return slot;
  }
}

export function filmWords({ title, originalTitle }: FilmRow): string[] {
  return wordsOf(`${title} ${originalTitle ?? ''}`);
}

export function cinemaWords({ name, city }: CinemaRow): string[] {
  return wordsOf(`${name} ${city ?? ''}`);
}

function titlesOf({ title, originalTitle }: FilmRow): Set<string> {
  return new Set([foldText(title), foldText(originalTitle ?? '')].filter((folded) => folded !== ''));
}

function citiesOf({ city, state }: CinemaRow): Set<string> {
  return city === null ? new Set() : new Set([foldText(city), foldText(`${city} ${state ?? ''}`)]);
}

function give(lists: Map<string, number[]>, key: string, slot: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [slot]);
  else list.push(slot);
}

function take(lists: Map<string, number[]>, key: string, slot: number): void {
  const list = lists.get(key);
  const at = list?.indexOf(slot) ?? -1;
  if (at >= 0) list?.splice(at, 1);
  if (list?.length === 0) lists.delete(key);
}
