/** The pages of a search put together: each film once, each cinema once in a film, each screening once, in the order they came. */
import type { FoundCinema, FoundFilm, FoundScreening, SearchAnswer } from '../../../sdk/api/catalogue-api.ts';

/** One page alone is given back as it is, so that nothing is drawn again when nothing changed. */
export function filmsOf(pages: readonly SearchAnswer[]): readonly FoundFilm[] {
  const [first, ...others] = pages;
  if (first === undefined) return [];
  return others.length === 0 ? first.films : mergedFilms(pages.flatMap(({ films }) => films));
}

export function screeningsOf(films: readonly FoundFilm[]): readonly FoundScreening[] {
  return films.flatMap(({ cinemas }) => cinemas.flatMap(({ screenings }) => screenings));
}

/** The earliest day on which something of it is on; null: nothing is. */
export function firstDayOf(films: readonly FoundFilm[]): string | null {
  const days = screeningsOf(films).map(({ startsLocal }) => startsLocal.slice(0, 10));
  return days.length === 0 ? null : days.reduce((first, day) => (day < first ? day : first));
}

function mergedFilms(all: readonly FoundFilm[]): readonly FoundFilm[] {
  const films = new Map<number, FoundFilm>();
  for (const { film, cinemas } of all) {
    const known = films.get(film.id)?.cinemas ?? [];
    films.set(film.id, { film, cinemas: known.length === 0 ? cinemas : mergedCinemas([...known, ...cinemas]) });
  }
  return [...films.values()];
}

function mergedCinemas(all: readonly FoundCinema[]): readonly FoundCinema[] {
  const cinemas = new Map<number, FoundCinema>();
  for (const { cinema, screenings } of all) {
    const known = cinemas.get(cinema.id)?.screenings ?? [];
    cinemas.set(cinema.id, { cinema, screenings: known.length === 0 ? screenings : merged(known, screenings) });
  }
  return [...cinemas.values()];
}

/** By start. Between two questions something may have moved onto the page before: it is not shown twice. */
function merged(known: readonly FoundScreening[], more: readonly FoundScreening[]): readonly FoundScreening[] {
  const byId = new Map([...known, ...more].map((screening) => [screening.id, screening]));
  return [...byId.values()].sort((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : a.id - b.id));
}
