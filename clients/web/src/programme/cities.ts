/** The cities in which there are cinemas, as people choose them. */
import type { CinemaSummary } from '../../../sdk/api/catalogue-api.ts';

export interface City {
  /** As the search and the address name it: "Campinas/SP". */
  readonly value: string;
  /** "Campinas, SP" */
  readonly label: string;
  readonly timeZone: string;
}

/** Each once, by name as Portuguese sorts it. Cinemas that tell no city are in none. */
export function citiesOf(cinemas: readonly CinemaSummary[]): readonly City[] {
  const cities = new Map<string, City>();
  for (const { city, state, timeZone } of cinemas) {
    if (city === null) continue;
    const parts = state === null ? [city] : [city, state];
    const value = parts.join('/');
    if (!cities.has(value)) cities.set(value, { value, label: parts.join(', '), timeZone });
  }
  return [...cities.values()].sort((a, b) => a.label.localeCompare(b.label, 'pt-BR'));
}

/** Those of a city. Null: all. */
export function cinemasIn<Cinema extends CinemaSummary>(
  cinemas: readonly Cinema[],
  city: string | null,
): readonly Cinema[] {
  if (city === null) return cinemas;
  const [name = '', state] = city.split('/');
  return cinemas.filter((one) => one.city === name && (state === undefined || one.state === state));
}

/** "Campinas", for sentences. */
export function cityName(value: string): string {
  return value.split('/')[0] ?? value;
}
