/**
 * Where somebody goes to the cinema: the cities there are, and the one that was chosen last, which is remembered. Nobody is
 * asked for his location: a name that is chosen once serves as well, and tells us less.
 */
import { computed, Injectable, inject, signal } from '@angular/core';
import type { ListedCinema } from '../../../sdk/api/catalogue-api.ts';
import { Catalogue } from './catalogue.ts';
import { citiesOf } from './cities.ts';
import { HOME_ZONE } from './programme-days.ts';

/** Read by index.html as well. */
const CITY_KEY = 'poltrona.city';
const ZONE_KEY = 'poltrona.zone';
const PAGE_LIMIT = 200;
/** The whole country has some 800; more are not chosen from a list. */
const PAGES_MAX = 10;

@Injectable({ providedIn: 'root' })
export class Places {
  readonly #api = inject(Catalogue).api;
  readonly #cinemas = signal<readonly ListedCinema[]>([]);
  /** By name; none until `load` has been answered. */
  readonly cinemas = this.#cinemas.asReadonly();
  readonly cities = computed(() => citiesOf(this.#cinemas()));
  /** The city of last time; null: none was chosen. */
  readonly remembered = signal(stored(CITY_KEY));
  readonly #zone = signal(stored(ZONE_KEY));
  #isAsked = false;

  /** The zone of a city; of the one that was chosen last, as long as the cities are not known. */
  zoneOf(city: string | null): string {
    if (city === null) return HOME_ZONE;
    return this.cities().find(({ value }) => value === city)?.timeZone ?? this.#zone() ?? HOME_ZONE;
  }

  /** Chosen by hand; null: anywhere. */
  remember(city: string | null): void {
    this.remembered.set(city);
    this.#zone.set(city === null ? null : this.zoneOf(city));
    store(CITY_KEY, city);
    store(ZONE_KEY, this.#zone());
  }

  /** Asks for the cinemas, once. Without an answer there is nothing to choose from, and the search finds places by name. */
  async load(): Promise<void> {
    if (this.#isAsked) return;
    this.#isAsked = true;
    try {
      const all: ListedCinema[] = [];
      let after: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        const { cinemas, next } = await this.#api.cinemas({ limit: PAGE_LIMIT, after });
        all.push(...cinemas);
        if (next === null) break;
        after = next;
      }
      this.#cinemas.set(all);
    } catch {
      this.#isAsked = false;
    }
  }
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is switched off: the city lasts as long as the page.
  }
}
