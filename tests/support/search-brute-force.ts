/**
 * What a search has to find, the slow and plain way: look at every screening, compute its score word by word, sort. It
 * shares nothing with the index but the folding of text and the list of joining words.
 */
import { foldText, isJoining, wordsOf } from '../../server/search/folded-text.ts';
import type { AuditoriumRow, CinemaRow, FilmRow, ScreeningRow } from '../../storage/catalogue-rows.ts';

const DAY_MS = 86_400_000;

export interface PlainQuery {
  readonly q: string;
  readonly day: number | null;
  readonly city: string | null;
  readonly cinema: number | string | null;
  readonly film: number | null;
}

export class PlainCatalogue {
  readonly films = new Map<number, FilmRow>();
  readonly cinemas = new Map<number, CinemaRow>();
  readonly auditoriums = new Map<number, AuditoriumRow>();
  readonly screenings = new Map<number, ScreeningRow>();

  /** Ids, in the order of the search. */
  find(query: PlainQuery, nowMs: number, startedMs: number): number[] {
    const words = wordsOf(query.q);
    const firstDay = Math.floor(nowMs / DAY_MS) - 1;
    const public_ = [...this.screenings.values()].filter(
      (row) => row.status !== 'cancelled' && !row.isPrivate && localDay(row) >= firstDay,
    );
    const found = public_.flatMap((row) => {
      const film = this.films.get(row.film);
      const cinema = this.cinemas.get(this.auditoriums.get(row.auditorium)?.cinema ?? 0);
      if (film === undefined || cinema === undefined || row.startsAtMs <= startedMs) return [];
      if (query.day !== null && localDay(row) !== query.day) return [];
      if (query.film !== null && query.film !== row.film) return [];
      if (query.city !== null && !isIn(cinema, query.city)) return [];
      if (query.cinema !== null && !isNamed(cinema, query.cinema)) return [];
      const score = scoreOf(words, film, cinema);
      if (score === null) return [];
      const shown = public_.filter((other) => other.film === row.film && localDay(other) === localDay(row)).length;
      return [{ row, key: [-score, localDay(row), -shown.toString(2).length, -row.film, row.startsAtMs, row.id] }];
    });
    found.sort((a, b) => {
      const at = a.key.findIndex((value, index) => value !== b.key[index]);
      return at < 0 ? 0 : (a.key[at] ?? 0) - (b.key[at] ?? 0);
    });
    return found.map(({ row }) => row.id);
  }
}

export function localDay({ startsAtMs, offsetMinutes }: ScreeningRow): number {
  return Math.floor((startsAtMs + offsetMinutes * 60_000) / DAY_MS);
}

function isIn({ city, state }: CinemaRow, wanted: string): boolean {
  return city !== null && [foldText(city), foldText(`${city} ${state ?? ''}`)].includes(foldText(wanted));
}

function isNamed({ id, name }: CinemaRow, wanted: number | string): boolean {
  return typeof wanted === 'number' ? id === wanted : ` ${foldText(name)} `.includes(` ${foldText(wanted)} `);
}

function scoreOf(words: readonly string[], film: FilmRow, cinema: CinemaRow): number | null {
  const names = [film.title, film.originalTitle ?? '', cinema.name, cinema.city ?? ''].flatMap(wordsOf);
  const counted = words.every(isJoining) ? words : words.filter((word) => !isJoining(word));
  let score = 0;
  for (const word of [...new Set(counted)].slice(0, 6)) {
    const fit = Math.max(...names.map((name) => fitOf(word, name)));
    if (fit === 0) return null;
    score += fit;
  }
  const searched = words.join(' ');
  const isTitle =
    searched !== '' && [film.title, film.originalTitle ?? ''].some((title) => foldText(title) === searched);
  return score + (isTitle ? 7 : 0);
}

function fitOf(word: string, name: string): number {
  if (word === name) return 6;
  if (word.length >= 2 && name.startsWith(word)) return 4;
  const errors = plainDistance(word, name);
  if (word.length >= 4 && errors === 1) return 2;
  return word.length >= 8 && errors === 2 ? 1 : 0;
}

/** By the definition: the whole table, no short cuts. */
export function plainDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      const row = table[i];
      if (row !== undefined) row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped);
    }
  }
  return at(a.length, b.length);
}
