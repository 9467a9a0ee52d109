/** How many columns of a terminal a text takes, and texts cut to fit. Near enough for names of films: terminals differ. */

const graphemes = new Intl.Segmenter('pt', { granularity: 'grapheme' });

/** Han, Kana, Hangul and full-width forms stand two columns wide, and so do pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f|^[\u{20000}-\u{3fffd}]/u;
/** Nothing to be seen: joiners, marks on their own. */
const EMPTY = /^[\p{Mark}\p{Format}]+$/u;
/** What could move the cursor, change the terminal or the direction of the line: names come from other people's files. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Columns of the terminal. */
export function textWidth(text: string): number {
  // Almost every text, and a hundred times quicker.
  if (/^[\u0020-\u007e\u00a0-\u02ff]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** At most `columns` wide; what was cut ends with "…". */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** `columns` wide, with the blanks on this side; what is wider stays as it is. */
export function padText(text: string, columns: number, side: 'left' | 'right'): string {
  const blank = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return side === 'left' ? blank + text : text + blank;
}

/** One line that does nothing to a terminal but be seen. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, '?');
}

function widthOf(grapheme: string): number {
  if (EMPTY.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
