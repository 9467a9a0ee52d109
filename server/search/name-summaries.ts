/** What lists show of a film and of a cinema. */
import type { CinemaRow, FilmRow } from '../../storage/catalogue-rows.ts';

export interface FilmSummary {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly minutes: number;
  readonly rating: string;
  readonly genres: readonly string[];
  readonly posterUrl: string | null;
}

export interface CinemaSummary {
  readonly id: number;
  readonly name: string;
  readonly city: string | null;
  readonly state: string | null;
  readonly timeZone: string;
}

export function filmSummary(row: FilmRow): FilmSummary {
  const { id, title, originalTitle, minutes, rating, genres, posterUrl } = row;
  return { id, title, originalTitle, minutes, rating, genres, posterUrl };
}

export function cinemaSummary({ id, name, city, state, timeZone }: CinemaRow): CinemaSummary {
  return { id, name, city, state, timeZone };
}
