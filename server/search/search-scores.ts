/**
 * How well films and cinemas fit the words of a search. A screening fits when each word fits its film (title, original
 * title) or its cinema (name, city); its score is the sum of the better of the two, word by word, and something more when
 * the words are the whole title. Words that only join others count when there are no others.
 *
 * Only few films and cinemas fit any word at all, and they fit in few ways. So both are put into classes of those that fit
 * alike, scores are computed for pairs of classes, and a screening's score is found with two look-ups.
 */
import { isJoining } from './folded-text.ts';
import { ScoreSets } from './score-sets.ts';
import { Fit, type Fits, type WordList } from './word-list.ts';

/**
 * Words after that many, not counting those that only join others, are not looked at: a name has fewer. With three bits for
 * each a class is one number, and a score is below 64.
 */
export const WORDS_MAX = 6;
/**
 * Pairs of classes. A few words make some hundred; only short ones that begin many names make more. Filling so many takes
 * about a millisecond, in which the thread sells no seats.
 */
const PAIRS_MAX = 2 ** 16;
const FIT_BITS = 3;
const TITLE_BIT = 1 << (WORDS_MAX * FIT_BITS);
/** More than a word that fits better could add. */
const WHOLE_TITLE = Fit.exact + 1;
/** No score: not all words fit. */
const NONE = -1;
/** The class of everything that fits no word. */
const PLAIN = 0;

export interface ScoredNames {
  readonly words: WordList;
  /** How many slots there are. */
  readonly films: number;
  readonly cinemas: number;
  /** Slots of the films whose whole title, or original title, this is, folded. */
  titled(folded: string): readonly number[];
}

/** The words fit too many names in too many ways. */
export class TooManyFits extends Error {
  override readonly name = 'TooManyFits';
}

/** Films or cinemas by how they fit. */
interface Classes {
  /** By slot. */
  readonly classOf: Uint16Array;
  /** Of each class the fits, three bits a word, and the title's bit. The first is that of what does not fit at all. */
  readonly fits: readonly number[];
  /** Slots of what fits any word. */
  readonly fitting: readonly number[];
}

/** Of one search; the next one takes its arrays. */
export class Scores {
  /** Best first. */
  readonly values: readonly number[];
  readonly #films: Classes;
  readonly #cinemas: Classes;
  /** By film class, then by cinema class. */
  readonly #table: Int16Array;
  readonly #width: number;
  /** By class. */
  readonly #ofFilmClass: ScoreSets;
  readonly #ofCinemaClass: ScoreSets;

  /**
   * @param searched folded words, in order. None: everything fits alike, with score 0.
   * @param wanted slots of the only cinemas that are in question; null: all are. Nothing is known of others then.
   * @throws TooManyFits
   */
  constructor(searched: readonly string[], names: ScoredNames, wanted: readonly number[] | null) {
    const words = wordsThatCount(searched);
    const matches = words.map((word) => names.words.match(word));
    const titled = words.length === 0 ? [] : names.titled(searched.join(' '));
    const ofFilms = matches.map((match) => match.films);
    const ofCinemas = matches.map(({ cinemas }) => (wanted === null ? cinemas : onlyOf(cinemas, wanted)));
    const films = classesOf(ofFilms, names.films, titled, filmScratch);
    const cinemas = classesOf(ofCinemas, names.cinemas, [], cinemaScratch);
    this.#films = films;
    this.#cinemas = cinemas;
    this.#width = cinemas.fits.length;
    const pairs = films.fits.length * this.#width;
    if (pairs > PAIRS_MAX) throw new TooManyFits(`${pairs} pairs of classes`);
    this.#table = new Int16Array(pairs).fill(NONE);
    this.#ofFilmClass = new ScoreSets(films.fits.length);
    this.#ofCinemaClass = new ScoreSets(this.#width);
    // Of wanted cinemas perhaps each fits some word.
    const isPlainWanted = wanted === null || wanted.some((cinema) => cinemas.classOf[cinema] === PLAIN);
    const values = new Set<number>();
    for (const [filmClass, film] of films.fits.entries()) {
      for (let cinemaClass = isPlainWanted ? PLAIN : PLAIN + 1; cinemaClass < this.#width; cinemaClass++) {
        const score = pairScore(film, cinemas.fits[cinemaClass]!, words.length);
        if (score === NONE) continue;
        this.#table[filmClass * this.#width + cinemaClass] = score;
        this.#ofFilmClass.add(filmClass, score);
        this.#ofCinemaClass.add(cinemaClass, score);
        values.add(score);
      }
    }
    this.values = [...values].sort((a, b) => b - a);
  }

  /** Of a film in a cinema (slots); negative: they do not fit. */
  of(film: number, cinema: number): number {
    return this.#table[this.#films.classOf[film]! * this.#width + this.#cinemas.classOf[cinema]!]!;
  }

  /** Whether the film (slot) has this score in some cinema. */
  hasScore(film: number, score: number): boolean {
    return this.#ofFilmClass.has(this.#films.classOf[film]!, score);
  }

  /** The only films (slots) that can have this score; null: any can. */
  filmsWith(score: number): readonly number[] | null {
    if (this.#ofFilmClass.has(PLAIN, score)) return null;
    return this.#films.fitting.filter((film) => this.hasScore(film, score));
  }

  /** The only cinemas (slots) that can have this score; null: any can. */
  cinemasWith(score: number): readonly number[] | null {
    if (this.#ofCinemaClass.has(PLAIN, score)) return null;
    const { classOf, fitting } = this.#cinemas;
    return fitting.filter((cinema) => this.#ofCinemaClass.has(classOf[cinema]!, score));
  }
}

/** Arrays that each search uses again: making them would cost more than filling them. Whoever makes `Scores` owns them until the next. */
class Scratch {
  fitsOf = new Uint32Array(64);
  classOf = new Uint16Array(64);
  #used: readonly number[] = [];

  /** All zero, for so many slots; `used`: those that will not be zero then. */
  begin(slots: number, used: readonly number[]): void {
    if (slots > this.fitsOf.length) {
      this.fitsOf = new Uint32Array(slots * 2);
      this.classOf = new Uint16Array(slots * 2);
    }
    for (const slot of this.#used) {
      this.fitsOf[slot] = 0;
      this.classOf[slot] = 0;
    }
    this.#used = used;
  }
}

const filmScratch = new Scratch();
const cinemaScratch = new Scratch();

function classesOf(matches: readonly Fits[], slots: number, titled: readonly number[], scratch: Scratch): Classes {
  const fitting: number[] = [];
  scratch.begin(slots, fitting);
  const { fitsOf, classOf } = scratch;
  for (const [word, match] of matches.entries()) {
    for (const [slot, fit] of match) {
      if (fitsOf[slot] === 0) fitting.push(slot);
      fitsOf[slot]! |= fit << (word * FIT_BITS);
    }
  }
  for (const slot of titled) if (fitsOf[slot] !== 0) fitsOf[slot]! |= TITLE_BIT;
  const numbers = new Map<number, number>();
  const fits = [0];
  for (const slot of fitting) {
    let number = numbers.get(fitsOf[slot]!);
    if (number === undefined) {
      number = fits.push(fitsOf[slot]!) - 1;
      numbers.set(fitsOf[slot]!, number);
    }
    classOf[slot] = number;
  }
  return { classOf, fits, fitting };
}

/** Each once. */
function wordsThatCount(searched: readonly string[]): readonly string[] {
  const words = [...new Set(searched)];
  const others = words.filter((word) => !isJoining(word));
  return (others.length > 0 ? others : words).slice(0, WORDS_MAX);
}

function onlyOf(fits: Fits, wanted: readonly number[]): Fits {
  const only = new Map<number, number>();
  for (const slot of wanted) {
    const fit = fits.get(slot);
    if (fit !== undefined) only.set(slot, fit);
  }
  return only;
}

function pairScore(film: number, cinema: number, words: number): number {
  let score = film & TITLE_BIT ? WHOLE_TITLE : 0;
  for (let shift = 0; shift < words * FIT_BITS; shift += FIT_BITS) {
    const fit = Math.max((film >>> shift) & Fit.all, (cinema >>> shift) & Fit.all);
    if (fit === 0) return NONE;
    score += fit;
  }
  return score;
}
