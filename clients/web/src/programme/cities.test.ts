/** Cities to choose from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cinemasIn, citiesOf, cityName } from './cities.ts';
import { foundCinema } from './found-rows.ts';

const cinemas = [
  ['São Paulo', 'SP'],
  ['Água Boa', 'MT'],
  ['Água Boa', 'MG'],
  ['Zacarias', null],
  [null, null],
  ['São Paulo', 'SP'],
].map(([city = null, state = null], at) => ({ ...foundCinema(at + 1, []).cinema, city, state }));

test('[WF17] each city comes once, with its state, sorted as people read; a cinema without one is in none', () => {
  assert.deepEqual(
    citiesOf(cinemas).map(({ value }) => value),
    ['Água Boa/MG', 'Água Boa/MT', 'São Paulo/SP', 'Zacarias'],
  );
  assert.equal(citiesOf(cinemas)[2]?.label, 'São Paulo, SP');
  assert.equal(cityName('São Paulo/SP'), 'São Paulo');
});

test('[WF17] the cinemas of a city, by its name and, where it is told, its state', () => {
  const ids = (city: string | null): number[] => cinemasIn(cinemas, city).map(({ id }) => id);
  assert.deepEqual(ids('São Paulo/SP'), [1, 6]);
  assert.deepEqual(ids('Água Boa'), [2, 3]);
  assert.deepEqual(ids('Água Boa/MG'), [3]);
  assert.equal(ids(null).length, 6);
});
