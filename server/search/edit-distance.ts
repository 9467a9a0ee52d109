/**
 * How many typing errors lie between two words: a letter missing, one too many, another one, or two neighbours swapped
 * (Damerau and Levenshtein; no letter is touched twice).
 */

const LENGTH_MAX = 64;
/** Three rows of the table, used again by each call: nothing here waits. */
const rows = [new Uint8Array(LENGTH_MAX + 1), new Uint8Array(LENGTH_MAX + 1), new Uint8Array(LENGTH_MAX + 1)] as const;

/** The number of errors, or `max + 1` when there are more than `max`. Words of more than 64 letters are equal or far apart. */
export function editDistance(a: string, b: string, max: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > max || a.length > LENGTH_MAX || b.length > LENGTH_MAX) return max + 1;
  let [before, last, row]: [Uint8Array, Uint8Array, Uint8Array] = [rows[0], rows[1], rows[2]];
  for (let j = 0; j <= b.length; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    const letter = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const other = b.charCodeAt(j - 1);
      let errors = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (letter === other ? 0 : 1));
      if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other)
        errors = Math.min(errors, before[j - 2]! + 1);
      row[j] = errors;
      if (errors < least) least = errors;
    }
    // A row has at most one error more than the one before, so that a swap, which reaches back two, does not help either.
    if (least > max) return max + 1;
    [before, last, row] = [last, row, before];
  }
  return Math.min(last[b.length]!, max + 1);
}

/** Errors that are forgiven in a word: none in short ones, where another word is never far. */
export function errorsForgiven(word: string): number {
  return word.length >= 8 ? 2 : word.length >= 4 ? 1 : 0;
}

/**
 * One bit for each letter or digit that stands in the word. An error changes at most two bits, so that words with more
 * than twice as many different bits need not be compared.
 */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

export function bitCount(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
