/** What people search for: a name, a day, both, with errors, in a city; by chance, and hardly ever the same twice. */
import { chanceOf, pick } from '../storage/seeded-chance.ts';
import type { SearchCatalogue } from './search-catalogue.ts';

/** What an answer must have: the film first, all of it on that day, in that city, in that cinema. */
export interface SearchExpected {
  readonly title?: string;
  readonly date?: string;
  readonly city?: string;
  readonly cinema?: string;
}

export interface BenchQuery {
  readonly kind: string;
  /** "/api/search?…" */
  readonly path: string;
  readonly expected: SearchExpected;
  /** The answer's screenings are exactly those that SQL gives for `expected`: no word of it can mean anything else. */
  readonly isExact: boolean;
}

/** An endless row of queries, the same for the same seed. */
export function benchQueries(catalogue: SearchCatalogue, seed: number): () => BenchQuery {
  const chance = chanceOf(seed);
  const one = <Item>(items: readonly Item[]): Item => items[pick(chance, items.length)] as Item;
  return () => {
    const title = one(catalogue.titles);
    const date = one(catalogue.days);
    const { name: cinema, city } = one(catalogue.cinemas);
    const word = one(title.split(' '));
    const turn = pick(chance, 20);
    if (turn < 3) return query('title', { q: title }, { title }, true);
    if (turn < 5) return query('title in a city', { q: title, city }, { title, city }, true);
    if (turn < 8) return query('title and day', { q: title, date }, { title, date }, true);
    if (turn < 10) return query('title, day and city', { q: plain(title), date, city }, { title, date, city }, true);
    if (turn < 12) return query('day and city', { date, city }, { date, city }, false);
    if (turn < 14) return query('cinema and day', { q: cinema, date }, { date }, false);
    if (turn < 15) return query('cinema by name', { cinema }, { cinema }, false);
    if (turn < 16)
      return query('beginning of a word', { q: word.slice(0, 3 + pick(chance, 3)), date }, { date }, false);
    if (turn < 17) return query('film and city in one', { q: `${title} em ${city}`, date }, { title, date }, false);
    const wrong = `${mistyped(chance, word)} ${title.replace(word, '')}`;
    return query('typing error', { q: wrong, date }, { title, date }, false);
  };
}

function query(kind: string, values: Record<string, string>, expected: SearchExpected, isExact: boolean): BenchQuery {
  return { kind, path: `/api/search?${new URLSearchParams(values)}`, expected, isExact };
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** One letter too many, missing, or two swapped; never the first. */
function mistyped(chance: () => number, word: string): string {
  const at = 1 + pick(chance, word.length - 2);
  const kind = pick(chance, 3);
  if (kind === 0) return word.slice(0, at) + word.slice(at + 1);
  if (kind === 1) return `${word.slice(0, at)}${String.fromCharCode(97 + pick(chance, 26))}${word.slice(at)}`;
  return word.slice(0, at) + word.slice(at + 1, at + 2) + word.slice(at, at + 1) + word.slice(at + 2);
}
