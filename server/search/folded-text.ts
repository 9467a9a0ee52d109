/** Text as it is compared: without accents, case, punctuation. "São José, 2º ato" is "sao jose 2o ato". */

/** Longest word that is kept; what is longer is cut, on both sides alike. */
const WORD_LENGTH_MAX = 40;

export function foldText(text: string): string {
  return wordsOf(text).join(' ');
}

/** In the order of the text, repeated ones too. */
export function wordsOf(text: string): string[] {
  // Most of it is plain ASCII, and normalising is what costs.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant.
  const plain = /^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const words = plain.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.slice(0, WORD_LENGTH_MAX));
}

/** Words that join others: without them "cinema em Campinas" would find nothing. */
const JOINING = new Set([
  ...['a', 'o', 'as', 'os', 'e', 'em', 'de', 'da', 'do', 'das', 'dos', 'na', 'no', 'nas', 'nos', 'um', 'uma', 'com'],
  ...['the', 'of', 'in', 'at', 'and', 'to', 'an'],
  ...['cinema', 'cine', 'filme', 'sessao'],
]);

/** A search does not fail for want of these; where they are found, they count. */
export function isJoining(word: string): boolean {
  return JOINING.has(word);
}
