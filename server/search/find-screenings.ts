/**
 * One page of a search: goes through the scores, the days, the films of a day in the order of the search, and stops when
 * the page is full. Where only a few cinemas are in question, and not just as few films, it gathers their screenings of
 * the day instead of looking through everybody's; both ways give the same.
 *
 * There may be dozens of scores. Which of them the screenings of a film or a day have is kept as soon as they have been
 * looked through once, so that they are looked through again only for something that is found there.
 */
import { DayScores } from './day-scores.ts';
import { byRank, type FilmDay, type ProgrammeDay, popularityOf } from './programme-days.ts';
import type { SearchPlace } from './search-cursor.ts';
import type { SearchFound, SearchIndex, SearchQuery } from './search-index.ts';
import { Scores } from './search-scores.ts';

/** With more cinemas than that, looking through the films is quicker. */
const CINEMAS_GATHERED_MAX = 24;
/** Gathering a screening and putting it in order costs so many times what looking at one does. */
const GATHERING_COST = 64;
/** With more films than that, looking through those of the day is quicker than putting some in order. */
const FILMS_PICKED_MAX = 12;

/** @throws TooManyFits */
export function findScreenings(index: SearchIndex, query: SearchQuery, startedMs: number): SearchFound {
  const { names, days } = index;
  const wanted = wantedCinemas(index, query);
  const film = query.film === null ? null : names.films.slotOf(query.film);
  if (film === undefined || (wanted !== null && wanted.length === 0)) return { slots: [], last: null, looked: 0 };
  const titled = (folded: string): readonly number[] => names.titled(folded);
  const scored = { words: names.words, films: names.films.length, cinemas: names.cinemas.length, titled };
  const scores = new Scores(query.words, scored, wanted);
  const page = new Page(index, scores, wanted, film, query, startedMs);
  const { after } = query;
  for (const score of scores.values) {
    if (after !== null && score > after.score) continue;
    page.score = score;
    for (const day of daysOf(days.inOrder(), query.day)) {
      const from = after !== null && score === after.score ? after : null;
      if (from !== null && day.day < from.day) continue;
      page.addDay(day, from !== null && day.day === from.day ? from : null);
      if (page.isFull) return page.found();
    }
  }
  return page.found();
}

/** Slots; null: all cinemas. */
function wantedCinemas({ names }: SearchIndex, { city, cinema }: SearchQuery): readonly number[] | null {
  const inCity = city === null ? null : names.inCity(city);
  if (cinema === null) return inCity;
  const slot = typeof cinema === 'number' ? names.cinemas.slotOf(cinema) : undefined;
  const named = typeof cinema === 'string' ? names.cinemasNamed(cinema) : slot === undefined ? [] : [slot];
  return inCity === null ? named : named.filter((one) => inCity.includes(one));
}

function daysOf(all: readonly ProgrammeDay[], day: number | null): readonly ProgrammeDay[] {
  return day === null ? all : all.filter((one) => one.day === day);
}

class Page {
  readonly #index: SearchIndex;
  readonly #scores: Scores;
  readonly #cinemas: readonly number[] | null;
  /** The only film (slot) in question; null: all are. */
  readonly #film: number | null;
  /** By slot: 1 is wanted. Null: all are. */
  readonly #isWanted: Uint8Array | null;
  readonly #limit: number;
  readonly #startedMs: number;
  readonly #slots: number[] = [];
  readonly #seen = new Map<ProgrammeDay, DayScores>();
  #looked = 0;
  #last: SearchPlace | null = null;
  #hasMore = false;
  #score = 0;
  /** Cinemas whose lists are gathered; null: films are looked through. */
  #gathered: readonly number[] | null = null;
  /** The only films in question; null: those of the day. */
  #picked: readonly number[] | null = null;

  constructor(
    index: SearchIndex,
    scores: Scores,
    cinemas: readonly number[] | null,
    film: number | null,
    { limit }: SearchQuery,
    startedMs: number,
  ) {
    this.#index = index;
    this.#scores = scores;
    this.#cinemas = cinemas;
    this.#film = film;
    this.#isWanted = cinemas === null ? null : new Uint8Array(index.names.cinemas.length);
    for (const slot of cinemas ?? []) if (this.#isWanted !== null) this.#isWanted[slot] = 1;
    this.#limit = limit;
    this.#startedMs = startedMs;
  }

  /** One more than fits has been found. */
  get isFull(): boolean {
    return this.#hasMore;
  }

  /** What is added from now on has this score. */
  set score(score: number) {
    this.#score = score;
    const films = this.#filmsWith(score);
    this.#picked = films !== null && films.length <= FILMS_PICKED_MAX ? films : null;
    const cinemas = this.#cinemas ?? (films === null ? this.#scores.cinemasWith(score) : null);
    const isFew = this.#picked === null && cinemas !== null && cinemas.length <= CINEMAS_GATHERED_MAX;
    this.#gathered = isFew ? cinemas : null;
  }

  /** The only films (slots) that can have this score; null: any can. */
  #filmsWith(score: number): readonly number[] | null {
    if (this.#film === null) return this.#scores.filmsWith(score);
    return this.#scores.hasScore(this.#film, score) ? [this.#film] : [];
  }

  found(): SearchFound {
    return { slots: this.#slots, last: this.#hasMore ? this.#last : null, looked: this.#looked };
  }

  /** The screenings of a day that have this score, from behind `after` on. */
  addDay(day: ProgrammeDay, after: SearchPlace | null): void {
    const seen = this.#seenOf(day);
    // In wanted cinemas there is little to look through. Elsewhere the page is probably full soon, and the second time not.
    if (!seen.isComplete && (this.#cinemas !== null || seen.wasVisited)) {
      const lists = this.#cinemas?.flatMap((cinema) => day.cinemas.get(cinema) ?? []) ?? day.cinemas.values();
      this.#looked += seen.lookThrough(lists, this.#index.columns, this.#scores, this.#startedMs);
    }
    if (seen.lacks(this.#score)) return;
    const cinemas = this.#gathered;
    if (cinemas !== null && this.#isWorthGathering(day, cinemas)) this.#addGathered(day, after, cinemas);
    else {
      seen.wasVisited ||= this.#picked === null;
      this.#addFilms(day, after);
    }
  }

  #seenOf(day: ProgrammeDay): DayScores {
    let seen = this.#seen.get(day);
    if (seen === undefined) {
      seen = new DayScores(this.#index.names.films.length);
      this.#seen.set(day, seen);
    }
    return seen;
  }

  /** The more of a day's screenings are in question, the sooner looking through its films fills the page. */
  #isWorthGathering(day: ProgrammeDay, cinemas: readonly number[]): boolean {
    let count = 0;
    for (const cinema of cinemas) count += day.cinemas.get(cinema)?.slots.length ?? 0;
    return count * count * GATHERING_COST < this.#limit * day.size;
  }

  #addFilms(day: ProgrammeDay, after: SearchPlace | null): void {
    const films = this.#filmsOf(day);
    const own = after === null ? undefined : films.find(({ filmId }) => filmId === after.film);
    if (own !== undefined) this.#addFilm(own, day, after);
    for (const filmDay of films) {
      if (this.#hasMore) return;
      if (after === null || comesAfter(filmDay, after)) this.#addFilm(filmDay, day, after);
    }
  }

  /** In the order of the search; films that are not in question may be among them. */
  #filmsOf(day: ProgrammeDay): readonly FilmDay[] {
    if (this.#picked === null) return this.#index.days.ranking(day);
    const films = this.#picked.flatMap((film) => day.films.get(film) ?? []);
    return films.length < 2 ? films : films.sort(byRank);
  }

  #addFilm(filmDay: FilmDay, day: ProgrammeDay, after: SearchPlace | null): void {
    const { columns } = this.#index;
    const { film } = filmDay;
    if (!this.#scores.hasScore(film, this.#score) || this.#index.film(film) === undefined) return;
    const seen = this.#seenOf(day);
    if (seen.filmLacks(film, this.#score)) return;
    const slots = filmDay.list.inOrder(columns);
    for (let at = firstAfter(slots, columns.startsAtMs, this.#startedMs); at < slots.length; at++) {
      const slot = slots[at]!;
      const cinema = columns.cinema[slot]!;
      this.#looked++;
      if (this.#isWanted !== null && this.#isWanted[cinema] === 0) continue;
      const score = this.#scores.of(film, cinema);
      seen.seen(film, score);
      if (score !== this.#score || !this.#isBehind(slot, filmDay, after)) continue;
      this.#add(slot, filmDay, day, after);
      if (this.#hasMore) return;
    }
    seen.filmSeen(film);
  }

  #addGathered(day: ProgrammeDay, after: SearchPlace | null, cinemas: readonly number[]): void {
    const { columns } = this.#index;
    const { startsAtMs, id } = columns;
    const found: { slot: number; filmDay: FilmDay; popularity: number }[] = [];
    for (const cinema of cinemas) {
      const slots = day.cinemas.get(cinema)?.inOrder(columns) ?? [];
      for (let at = firstAfter(slots, startsAtMs, this.#startedMs); at < slots.length; at++) {
        const slot = slots[at]!;
        const film = columns.film[slot]!;
        this.#looked++;
        if (this.#scores.of(film, cinema) !== this.#score) continue;
        const filmDay = day.films.get(film);
        if (filmDay === undefined || this.#index.film(film) === undefined) continue;
        if (after !== null && filmDay.filmId !== after.film && !comesAfter(filmDay, after)) continue;
        if (!this.#isBehind(slot, filmDay, after)) continue;
        found.push({ slot, filmDay, popularity: popularityAt(filmDay, after) });
      }
    }
    found.sort(
      (a, b) =>
        b.popularity - a.popularity ||
        b.filmDay.filmId - a.filmDay.filmId ||
        startsAtMs[a.slot]! - startsAtMs[b.slot]! ||
        id[a.slot]! - id[b.slot]!,
    );
    for (const { slot, filmDay } of found) {
      this.#add(slot, filmDay, day, after);
      if (this.#hasMore) return;
    }
  }

  /** Of the film in which the page before ended: whether that page did not have it yet. */
  #isBehind(slot: number, { filmId }: FilmDay, after: SearchPlace | null): boolean {
    if (after === null || filmId !== after.film) return true;
    const { startsAtMs, id } = this.#index.columns;
    const later = startsAtMs[slot]! - after.startsAtMs;
    return later > 0 || (later === 0 && id[slot]! > after.screening);
  }

  #add(slot: number, filmDay: FilmDay, { day }: ProgrammeDay, after: SearchPlace | null): void {
    if (this.#index.cinema(this.#index.columns.cinema[slot]!) === undefined) return;
    if (this.#slots.length === this.#limit) {
      this.#hasMore = true;
      return;
    }
    const { startsAtMs, id } = this.#index.columns;
    this.#slots.push(slot);
    if (this.#slots.length < this.#limit) return;
    const popularity = popularityAt(filmDay, after);
    const score = this.#score;
    this.#last = { score, day, popularity, film: filmDay.filmId, startsAtMs: startsAtMs[slot]!, screening: id[slot]! };
  }
}

/** The film in which the page before ended keeps the place that it had then. */
function popularityAt(filmDay: FilmDay, after: SearchPlace | null): number {
  return after !== null && filmDay.filmId === after.film ? after.popularity : popularityOf(filmDay);
}

/** Whether it is another film than the place's, and stands behind it. */
function comesAfter(filmDay: FilmDay, after: SearchPlace): boolean {
  const less = after.popularity - popularityOf(filmDay);
  return less > 0 ? filmDay.filmId !== after.film : less === 0 && filmDay.filmId < after.film;
}

/** The first of slots in the order of their starts that starts after an instant. */
function firstAfter(slots: readonly number[], startsAtMs: Float64Array, instantMs: number): number {
  let from = 0;
  let to = slots.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (startsAtMs[slots[middle]!]! > instantMs) to = middle;
    else from = middle + 1;
  }
  return from;
}
