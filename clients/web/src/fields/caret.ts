/**
 * Where the caret stands after a text was written again with its mask ("529982" becomes "529.982"): behind the same letter or
 * digit as before, or every correction in the middle would end at the end.
 */

const COUNTED = /[\p{L}\p{N}]/u;

/** @param format the mask. @param caret in `typed`, UTF-16 units; so is the answer, in `format(typed)`. */
export function caretAfter(format: (text: string) => string, typed: string, caret: number): number {
  const before = [...format(typed.slice(0, caret))].filter((character) => COUNTED.test(character)).length;
  const masked = format(typed);
  let [seen, at] = [0, 0];
  for (const character of masked) {
    if (seen === before) break;
    if (COUNTED.test(character)) seen++;
    at += character.length;
  }
  return at;
}
