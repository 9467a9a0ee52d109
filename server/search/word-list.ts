/**
 * The words of films and cinemas, and which of them a searched word means: the word itself, what it begins, or what it is
 * when a typing error is forgiven. Of all screenings there are only some thousand words, so that looking at each of them
 * costs some ten microseconds; an index of misspelt words would cost megabytes on every thread.
 *
 * Films and cinemas are named by their slots.
 */
import { bitCount, editDistance, errorsForgiven, lettersOf } from './edit-distance.ts';

/**
 * How well a word fits; 0: not at all. Two words that fit by their beginning count more than one that fits exactly. `all`:
 * the bits that hold one of them.
 */
export const Fit = { exact: 6, beginning: 4, oneError: 2, twoErrors: 1, all: 7 } as const;

export type WordOwner = 'films' | 'cinemas';

/** Slots, and how well each fits. */
export type Fits = ReadonlyMap<number, number>;

export interface WordMatch {
  readonly films: Fits;
  readonly cinemas: Fits;
}

interface Word {
  readonly text: string;
  readonly letters: number;
  readonly films: number[];
  readonly cinemas: number[];
}

/** Shorter ones begin too much. */
const BEGINNING_LENGTH_MIN = 2;
/** Searched words whose matches are kept, twenty kilobytes each at worst; at the bound the one that was asked for longest ago goes. */
const MATCHES_MAX = 500;

export class WordList {
  /** By text. */
  readonly #words: Word[] = [];
  readonly #matches = new Map<string, WordMatch>();

  get size(): number {
    return this.#words.length;
  }

  /** A film or cinema has these words; repeated ones count once. */
  add(words: Iterable<string>, kind: WordOwner, slot: number): void {
    this.#matches.clear();
    for (const text of new Set(words)) {
      const at = this.#indexOf(text);
      let word = this.#words[at];
      if (word?.text !== text) {
        word = { text, letters: lettersOf(text), films: [], cinemas: [] };
        this.#words.splice(at, 0, word);
      }
      word[kind].push(slot);
    }
  }

  /** Takes back what `add` was told with the same arguments. */
  remove(words: Iterable<string>, kind: WordOwner, slot: number): void {
    this.#matches.clear();
    for (const text of new Set(words)) {
      const at = this.#indexOf(text);
      const word = this.#words[at];
      if (word?.text !== text) continue;
      const owner = word[kind].indexOf(slot);
      if (owner >= 0) word[kind].splice(owner, 1);
      if (word.films.length === 0 && word.cinemas.length === 0) this.#words.splice(at, 1);
    }
  }

  /** What a folded word may mean. */
  match(searched: string): WordMatch {
    const known = this.#matches.get(searched);
    if (known !== undefined) {
      this.#matches.delete(searched);
      this.#matches.set(searched, known);
      return known;
    }
    const films = new Map<number, number>();
    const cinemas = new Map<number, number>();
    const fits = (word: Word, fit: number): void => {
      for (const slot of word.films) if ((films.get(slot) ?? 0) < fit) films.set(slot, fit);
      for (const slot of word.cinemas) if ((cinemas.get(slot) ?? 0) < fit) cinemas.set(slot, fit);
    };
    for (let at = this.#indexOf(searched); at < this.#words.length; at++) {
      const word = this.#words[at]!;
      if (word.text === searched) fits(word, Fit.exact);
      else if (searched.length >= BEGINNING_LENGTH_MIN && word.text.startsWith(searched)) fits(word, Fit.beginning);
      else break;
    }
    this.#forgive(searched, fits);
    const match: WordMatch = { films, cinemas };
    this.#matches.set(searched, match);
    if (this.#matches.size > MATCHES_MAX) {
      for (const oldest of this.#matches.keys()) {
        this.#matches.delete(oldest);
        break;
      }
    }
    return match;
  }

  #forgive(searched: string, fits: (word: Word, fit: number) => void): void {
    const max = errorsForgiven(searched);
    if (max === 0) return;
    const letters = lettersOf(searched);
    for (const word of this.#words) {
      if (bitCount(word.letters ^ letters) > 2 * max) continue;
      const errors = editDistance(searched, word.text, max);
      if (errors === 1) fits(word, Fit.oneError);
      else if (errors === 2 && max >= 2) fits(word, Fit.twoErrors);
    }
  }

  /** Where the word is or would be. */
  #indexOf(text: string): number {
    let from = 0;
    let to = this.#words.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#words[middle]!.text < text) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
