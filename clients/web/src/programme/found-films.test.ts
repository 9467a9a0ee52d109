/** Pages put together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundScreening, SearchAnswer } from '../../../sdk/api/catalogue-api.ts';
import { filmsOf, firstDayOf, screeningsOf } from './found-films.ts';
import { foundCinema, foundFilm, foundScreening } from './found-rows.ts';

function page(film: number, cinema: number, screenings: readonly FoundScreening[]): SearchAnswer {
  return { films: [foundFilm(film, [foundCinema(cinema, screenings)])], next: null };
}

test('[WF7] over the pages each film, cinema and screening comes once, screenings by start', () => {
  const [early, late, later] = [foundScreening(3, 18), foundScreening(1, 20), foundScreening(2, 22)];
  const films = filmsOf([page(1, 1, [late]), page(2, 1, [later]), page(1, 1, [early, late]), page(1, 2, [later])]);
  assert.deepEqual(
    films.map(({ film, cinemas }) => [film.id, cinemas.map(({ cinema }) => cinema.id)]),
    [
      [1, [1, 2]],
      [2, [1]],
    ],
  );
  assert.deepEqual(
    films[0]?.cinemas[0]?.screenings.map(({ id }) => id),
    [3, 1],
  );
  assert.equal(screeningsOf(films).length, 4);
});

test('[WF7] one page is shown as it came: the same objects, so that nothing is drawn again', () => {
  const only = page(1, 1, [foundScreening(1, 20)]);
  assert.equal(filmsOf([only]), only.films);
  assert.deepEqual(filmsOf([]), []);
});

test('[WF8] the nearest day on which something is on', () => {
  const films = filmsOf([
    page(1, 1, [foundScreening(1, 20, { startsLocal: '2026-12-26T20:00:00' }), foundScreening(2, 18)]),
  ]);
  assert.equal(firstDayOf(films), '2026-12-24');
  assert.equal(firstDayOf([]), null);
});
