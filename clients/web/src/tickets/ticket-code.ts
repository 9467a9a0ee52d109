/**
 * A ticket's code as people type it: read from a screen, a paper, or over the phone. Small letters, blanks and hyphens do not
 * matter. Characters that look like others are in no code, so that there is nothing to guess about them.
 */

export const CODE_CHARACTERS = 10;
/** As the server makes them: without 0, 1, I, L, O and U. */
const ALPHABET = /^[2-9A-HJKMNP-TV-Z]$/;

/** What can be part of a code, in capitals, at most a code's length. What cannot is left out: pasted text brings its own marks. */
export function codeCharacters(text: string): string {
  return [...text.normalize('NFKC').toUpperCase()]
    .filter((character) => ALPHABET.test(character))
    .slice(0, CODE_CHARACTERS)
    .join('');
}

/** "K7P4M 2XWQZ": two groups can be held in mind, ten characters cannot. */
export function codeMask(text: string): string {
  const code = codeCharacters(text);
  return code.length <= CODE_CHARACTERS / 2 ? code : `${code.slice(0, 5)} ${code.slice(5)}`;
}

/** Those of the typed letters and digits that are in no code: to say so, instead of dropping them without a word. */
export function foreignCharacters(text: string): string {
  const foreign = [...text.normalize('NFKC').toUpperCase()].filter(
    (character) => /[\p{L}\p{N}]/u.test(character) && !ALPHABET.test(character),
  );
  return [...new Set(foreign)].join(' ');
}

export function isCode(text: string): boolean {
  return codeCharacters(text).length === CODE_CHARACTERS;
}
