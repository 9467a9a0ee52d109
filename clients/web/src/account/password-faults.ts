/** What a password must be, said while it is typed; the server has the last word, and some words more. */

export const PASSWORD_CHARACTERS_MIN = 10;
export const PASSWORD_BYTES_MAX = 128;

/** too-common, repeats and own-name are known by what the server says of the field. */
export type PasswordFault = 'too-short' | 'too-long' | 'too-common' | 'repeats' | 'own-name';

/** Null: nothing against it so far. Counted as the server counts. */
export function passwordFault(password: string): PasswordFault | null {
  const prepared = password.normalize('NFKC');
  if ([...prepared].length < PASSWORD_CHARACTERS_MIN) return 'too-short';
  if (new TextEncoder().encode(prepared).length > PASSWORD_BYTES_MAX) return 'too-long';
  return null;
}

const SAID: readonly (readonly [RegExp, PasswordFault])[] = [
  [/at least \d+ characters/, 'too-short'],
  [/at most \d+ bytes/, 'too-long'],
  [/commonest/, 'too-common'],
  [/repeats/, 'repeats'],
  [/own name/, 'own-name'],
];

/** From the sentence of the API about the field "password"; null when it says something else. */
export function saidPasswordFault(sentence: string): PasswordFault | null {
  return SAID.find(([pattern]) => pattern.test(sentence))?.[1] ?? null;
}
