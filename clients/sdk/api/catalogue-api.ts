/**
 * What is on: searches, films, cinemas. What the answers look like is written here once, for every page that shows them.
 *
 * The last answers are kept with their ETags: whoever asks the same again every few seconds costs the server a comparison and
 * the line a few bytes, and gets the same object back, so that a page knows without looking that nothing changed.
 */
import type { ApiClient, ApiRequest } from './http.ts';

export interface SearchQuery {
  /** Words of a title, a cinema or a city. */
  readonly q?: string | undefined;
  /** "2026-12-24", in the cinemas' calendar; left out: from now on. */
  readonly date?: string | undefined;
  readonly city?: string | undefined;
  /** Id. */
  readonly cinema?: number | undefined;
  /** Id. */
  readonly film?: number | undefined;
  /** Screenings of a page, 1 to 200. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

export interface FilmSummary {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly minutes: number;
  /** Brazilian age rating: L, 10, 12, 14, 16, 18. */
  readonly rating: string;
  readonly genres: readonly string[];
  readonly posterUrl: string | null;
}

export interface CinemaSummary {
  readonly id: number;
  readonly name: string;
  readonly city: string | null;
  readonly state: string | null;
  /** "America/Sao_Paulo" */
  readonly timeZone: string;
}

export interface FoundScreening {
  readonly id: number;
  readonly auditorium: string;
  /** UTC: "2026-12-24T23:30:00.000Z". */
  readonly startsAt: string;
  /** The cinema's own clock: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  /** "2D" */
  readonly projection: string;
  /** dub, leg (subtitled), nac (Brazilian). */
  readonly language: string;
  /** A second old at most when all is well; the seat map knows. */
  readonly seatsLeft: number;
  readonly seatCount: number;
  /** Full price of the cheapest kind of seat, cents. */
  readonly priceFromCents: number;
  readonly currency: string;
  /** Whether seats are sold now; also true when it is sold out. */
  readonly salesOpen: boolean;
}

export interface FoundCinema {
  readonly cinema: CinemaSummary;
  /** By start. */
  readonly screenings: readonly FoundScreening[];
}

export interface FoundFilm {
  readonly film: FilmSummary;
  readonly cinemas: readonly FoundCinema[];
}

/** One page. A film can come again on the next one, with the screenings that did not fit. */
export interface SearchAnswer {
  readonly films: readonly FoundFilm[];
  /** Null: there is no more. */
  readonly next: string | null;
}

interface ToCome {
  /** Screenings to come. */
  readonly screenings: number;
  /** An instant; null: none is announced. */
  readonly nextStartsAt: string | null;
}

export interface ListedFilm extends FilmSummary, ToCome {
  readonly releaseDate: string | null;
  readonly audioDescription: boolean;
  readonly captions: boolean;
  readonly signLanguage: boolean;
}

export interface FilmDetails extends ListedFilm {
  readonly synopsis: string | null;
  readonly distributor: string | null;
  /** The days on which it is on, ascending. */
  readonly days: readonly { readonly date: string; readonly screenings: number }[];
}

export interface ListedCinema extends CinemaSummary, ToCome {
  readonly address: string | null;
  readonly district: string | null;
  readonly postalCode: string | null;
  readonly phone: string | null;
}

export interface CinemaDetails extends ListedCinema {
  readonly auditoriums: readonly { readonly id: number; readonly name: string; readonly seatCount: number }[];
}

export interface ListQuery {
  readonly q?: string | undefined;
  readonly city?: string | undefined;
  /** 1 to 200. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** To stop waiting for an answer that nobody wants any more. */
export interface Asking {
  readonly signal?: AbortSignal | undefined;
}

/** A page of search is about 25 KB; so many answers are the way back through a visit. At the bound the oldest is forgotten. */
const KEPT_MAX = 24;

interface Kept {
  readonly etag: string | null;
  readonly answer: unknown;
}

/** All methods: @throws ApiProblem, ApiUnreachable, or the signal's reason. */
export class CatalogueApi {
  readonly #client: ApiClient;
  /** By address; the oldest first. */
  readonly #kept = new Map<string, Kept>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Screenings by film and cinema. While nothing changed, the object of last time. */
  search(query: SearchQuery, asking: Asking = {}): Promise<SearchAnswer> {
    return this.#ask('/api/search', inOrder(query), asking);
  }

  /** What `search` answered last time, without asking; null: not known (any more). */
  keptSearch(query: SearchQuery): SearchAnswer | null {
    return (this.#kept.get(keyOf('/api/search', inOrder(query)))?.answer ?? null) as SearchAnswer | null;
  }

  films(query: ListQuery = {}, asking: Asking = {}): Promise<{ films: readonly ListedFilm[]; next: string | null }> {
    return this.#ask('/api/films', { ...query }, asking);
  }

  /** `city`: only the days on which it is on there. */
  async film(id: number, city?: string, asking: Asking = {}): Promise<FilmDetails> {
    return (await this.#ask<{ film: FilmDetails }>(`/api/films/${id}`, { city }, asking)).film;
  }

  cinemas(
    query: ListQuery = {},
    asking: Asking = {},
  ): Promise<{ cinemas: readonly ListedCinema[]; next: string | null }> {
    return this.#ask('/api/cinemas', { ...query }, asking);
  }

  async cinema(id: number, asking: Asking = {}): Promise<CinemaDetails> {
    return (await this.#ask<{ cinema: CinemaDetails }>(`/api/cinemas/${id}`, {}, asking)).cinema;
  }

  async #ask<Answer>(path: string, query: NonNullable<ApiRequest['query']>, { signal }: Asking): Promise<Answer> {
    const key = keyOf(path, query);
    const kept = this.#kept.get(key);
    const changed = await this.#client.askIfChanged<Answer>(path, kept?.etag ?? null, {
      query,
      ...(signal === undefined ? {} : { signal }),
    });
    // A 304 without our having sent an ETag cannot be; were it so, there would be nothing to show.
    const now: Kept = changed ?? kept ?? { etag: null, answer: null };
    this.#kept.delete(key);
    this.#kept.set(key, now);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
    return now.answer as Answer;
  }
}

/** Always written alike: the first page is asked for before the scripts are there (early-answer.ts), by the same address. */
function inOrder({ q, date, city, cinema, film, limit, after }: SearchQuery): NonNullable<ApiRequest['query']> {
  return { q, date, city, cinema, film, limit, after };
}

function keyOf(path: string, query: NonNullable<ApiRequest['query']>): string {
  return JSON.stringify([path, query]);
}
