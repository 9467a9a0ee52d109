/**
 * How well films and cinemas fit the words of a search. A screening fits when each word fits its film (title, original
 * title) or its cinema (name, city); its score is the sum of the better of the two, word by word, and something more when
 * the words are the whole title.
 *
 * Only few films and cinemas fit any word at all, and they fit in few ways. So both are put into classes of those that fit
 * alike, scores are computed for pairs of classes, and a screening's score is found with two look-ups.
 */
import { isJoining } from './folded-text.ts';
import { Fit, type Fits, type WordList } from './word-list.ts';

/** Words after that many are not looked at: a name has fewer. With three bits for each a class is one number. */
export const WORDS_MAX = 8;
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

  /** @param searched folded words, in order. None: everything fits alike, with score 0. */
  constructor(searched: readonly string[], names: ScoredNames) {
    const words = [...new Set(searched.slice(0, WORDS_MAX))];
    const matches = words.map((word) => names.words.match(word));
    const titled = words.length === 0 ? [] : names.titled(searched.join(' '));
    const ofFilms = matches.map((match) => match.films);
    const ofCinemas = matches.map((match) => match.cinemas);
    const films = classesOf(ofFilms, names.films, titled, filmScratch);
    const cinemas = classesOf(ofCinemas, names.cinemas, [], cinemaScratch);
    this.#films = films;
    this.#cinemas = cinemas;
    this.#width = cinemas.fits.length;
    this.#table = new Int16Array(films.fits.length * this.#width).fill(NONE);
    const needed = neededBits(words);
    const values = new Set<number>();
    let cell = 0;
    for (const film of films.fits) {
      for (const cinema of cinemas.fits) {
        const score = pairScore(film, cinema, needed);
        if (score !== NONE) values.add(score);
        this.#table[cell++] = score;
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
    return this.#filmClassHas(this.#films.classOf[film]!, score);
  }

  /** The only films (slots) that can have this score; null: any can. */
  filmsWith(score: number): readonly number[] | null {
    if (this.#filmClassHas(PLAIN, score)) return null;
    return this.#films.fitting.filter((film) => this.hasScore(film, score));
  }

  /** The only cinemas (slots) that can have this score; null: any can. */
  cinemasWith(score: number): readonly number[] | null {
    if (this.#cinemaClassHas(PLAIN, score)) return null;
    const { classOf, fitting } = this.#cinemas;
    return fitting.filter((cinema) => this.#cinemaClassHas(classOf[cinema]!, score));
  }

  #filmClassHas(filmClass: number, score: number): boolean {
    const from = filmClass * this.#width;
    for (let cell = from; cell < from + this.#width; cell++) if (this.#table[cell] === score) return true;
    return false;
  }

  #cinemaClassHas(cinemaClass: number, score: number): boolean {
    for (let cell = cinemaClass; cell < this.#table.length; cell += this.#width)
      if (this.#table[cell] === score) return true;
    return false;
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

/** The bits of the words that must fit; of words that only join others, those between them. */
function neededBits(words: readonly string[]): number {
  const isAllJoining = words.every(isJoining);
  let bits = 0;
  for (const [word, text] of words.entries())
    if (isAllJoining || !isJoining(text)) bits |= Fit.all << (word * FIT_BITS);
  return bits;
}

function pairScore(film: number, cinema: number, needed: number): number {
  let score = film & TITLE_BIT ? WHOLE_TITLE : 0;
  for (let shift = 0; shift < WORDS_MAX * FIT_BITS; shift += FIT_BITS) {
    const fit = Math.max((film >>> shift) & Fit.all, (cinema >>> shift) & Fit.all);
    if (fit === 0 && ((needed >>> shift) & Fit.all) !== 0) return NONE;
    score += fit;
  }
  return score;
}
