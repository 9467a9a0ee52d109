/**
 * What is looked for, and its place in the address (?q=&date=&city=&cinema=), so that going back, reloading and sharing work.
 * What somebody wrote into the address by hand is taken where it makes sense, and else left out: never an error page.
 */
import type { SearchQuery } from '../../../sdk/api/catalogue-api.ts';
import { dateOf } from '../programme/programme-days.ts';

export interface FindFilters {
  /** Trimmed; empty: anything. */
  readonly q: string;
  /** "2026-12-24"; null: today. */
  readonly date: string | null;
  /** With its state where cities share a name: "Campinas/SP"; null: anywhere. */
  readonly city: string | null;
  /** Id; null: any. */
  readonly cinema: number | null;
}

/** As the router gives it. */
export interface FindParams {
  readonly q?: string | undefined;
  readonly date?: string | undefined;
  readonly city?: string | undefined;
  readonly cinema?: string | undefined;
}

/** As much as the server looks at. */
const TEXT_MAX = 100;

/** Screenings of one page: on a phone a dozen screens, and about 15 KB. */
export const PAGE_LIMIT = 60;

export function filtersOf({ q, date, city, cinema }: FindParams): FindFilters {
  return {
    q: (q ?? '').trim().slice(0, TEXT_MAX),
    date: dateOf(date),
    city: textOrNull(city),
    cinema: cinema !== undefined && /^[1-9]\d{0,14}$/.test(cinema) ? Number(cinema) : null,
  };
}

/** For the router: null takes a parameter out of the address. */
export function paramsOf({ q, date, city, cinema }: FindFilters): Readonly<Record<keyof FindFilters, string | null>> {
  return { q: q === '' ? null : q, date, city, cinema: cinema === null ? null : String(cinema) };
}

/** The question to the server, for the day that is shown. */
export function queryOf({ q, city, cinema }: FindFilters, date: string | undefined): SearchQuery {
  return { q, date, city: city ?? undefined, cinema: cinema ?? undefined, limit: PAGE_LIMIT };
}

function textOrNull(text: string | undefined): string | null {
  const trimmed = (text ?? '').trim().slice(0, TEXT_MAX);
  return trimmed === '' ? null : trimmed;
}
