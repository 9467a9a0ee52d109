/**
 * A look at a sheet's XML before it is read: how far it reaches, and whether formulas have results. Two cells in far
 * corners are a few bytes and would be a table of billions. One pass over the tags, whatever stands in them.
 */
import { quoted } from '../cell-values.ts';
import { FileRefused } from '../file-refused.ts';
import { CELL_CHARS_MAX, COLUMNS_MAX, ROWS_MAX } from './source-limits.ts';

/** Rows × columns, with the blank cells between: the reader makes a value of each. */
const CELLS_MAX = 8_000_000;
const SHOWN = 5;
/** Of Excel. Blank rows are written too when they are formatted; the reader makes little of them. */
const BLANK_ROWS_MAX = 1_048_576;
/** Of a tag, and of a text between two tags: a full cell, each of its letters written as an entity. */
const TAG_CHARS_MAX = 64 * 1024;
const TEXT_CHARS_MAX = 8 * CELL_CHARS_MAX;

/** `[^<>]` and not `[^>]`: a tag that is never closed must not be looked for to the end of the file each time. */
const TAG = /<(\/?)(?:\w+:)?(row|c|f|v|is)(?=[\s/>])([^<>]*)>/g;

/** Attributes as Excel writes them, so that none is looked at here and another by the reader. */
const ATTRIBUTES = /^(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?$/;
const PLACE = /\sr\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ADDRESS = /^[A-Z]{1,3}\d{1,7}$/;
const ROW_NUMBER = /^\d{1,7}$/;

/**
 * What the XML reader would stumble over. It takes its text in pieces, and looks again and again for the end of a tag that
 * has none: minutes for a few megabytes. So each tag must end before the next begins, and none may be longer than any
 * that Excel writes. And it passes over CDATA in silence, which Excel does not write either.
 * @throws FileRefused
 */
export function refuseOddXml(xml: string, where: string): void {
  if (xml.includes('<![CDATA[') || hasEndlessTag(xml)) {
    throw new FileRefused(`${where} is broken: open it in Excel and save it again`);
  }
}

function hasEndlessTag(xml: string): boolean {
  let end = -1;
  for (;;) {
    const start = xml.indexOf('<', end + 1);
    if ((start === -1 ? xml.length : start) - end > TEXT_CHARS_MAX) return true;
    if (start === -1) return false;
    end = xml.indexOf('>', start);
    const next = xml.indexOf('<', start + 1);
    if (end === -1 || (next !== -1 && next < end) || end - start > TAG_CHARS_MAX) return true;
  }
}

/**
 * @param where the file's and the sheet's name, for messages
 * @throws FileRefused with the addresses of the cells at fault
 */
export function scanSheet(xml: string, where: string): void {
  let address = '';
  let isError = false;
  let hasFormula = false;
  let hasValue = false;
  let rows = 0;
  let columns = 0;
  /** Where the reader is: it fills the gap before each row that has a number, and counts on where there is none. */
  let place = 0;
  const uncalculated: string[] = [];
  for (const [, slash, tag, attributes = ''] of xml.matchAll(TAG)) {
    if (tag === 'row') {
      if (slash !== '') continue;
      const number = placeIn(attributes, ROW_NUMBER, where);
      place = Math.max(place + 1, Number(number));
      // Without a number and cells it is kept by the reader, as any other.
      if (number === '') rows = Math.max(rows, place);
    } else if (tag === 'c' && slash === '') {
      address = placeIn(attributes, ADDRESS, where);
      const row = Number(/\d+$/.exec(address)?.[0] ?? 0);
      place = Math.max(place, row);
      if (attributes.endsWith('/')) continue; // Formatted and blank.
      rows = Math.max(rows, place);
      columns = Math.max(columns, columnOf(address));
      isError = /(?:^|\s)t=["']e["']/.test(attributes);
      hasFormula = false;
      hasValue = false;
    } else if (tag === 'c') {
      // The reader makes blanks of errors, and a blank cell says something of its own.
      if (isError || (hasFormula && !hasValue)) uncalculated.push(address);
    } else if (tag === 'f') hasFormula = true;
    else if (slash === '' && !attributes.endsWith('/')) hasValue = true;
  }
  if (place > BLANK_ROWS_MAX) throw brokenPlace(`row ${place}`, where);
  if (columns > COLUMNS_MAX || rows > ROWS_MAX + 1 || rows * columns > CELLS_MAX) {
    throw new FileRefused(
      `${where} reaches to row ${rows} and column ${columns}; at most ${ROWS_MAX} rows, ${COLUMNS_MAX} columns and ` +
        `${CELLS_MAX} cells are read: delete what stands beside the table`,
    );
  }
  if (uncalculated.length > 0) {
    const more = uncalculated.length - SHOWN;
    throw new FileRefused(
      `${where} has formulas without a result or with an error, in ${uncalculated.slice(0, SHOWN).join(', ')}` +
        `${more > 0 ? ` and ${more} more cells` : ''}: put that right in Excel, or paste the values`,
    );
  }
}

/** The attribute `r` of a row or a cell; '' when it has none. */
function placeIn(attributes: string, form: RegExp, where: string): string {
  if (!ATTRIBUTES.test(attributes)) throw brokenPlace(attributes.trim(), where);
  const [first, second] = [...attributes.matchAll(PLACE)];
  if (first === undefined) return '';
  const place = first[1] ?? first[2] ?? '';
  if (second !== undefined || !form.test(place)) throw brokenPlace(place, where);
  return place;
}

function brokenPlace(place: string, where: string): FileRefused {
  return new FileRefused(
    `${where} is broken: ${quoted(place)} is no place on a sheet. Open it in Excel and save it again`,
  );
}

/** "AB12" → 28 */
function columnOf(address: string): number {
  let column = 0;
  for (const letter of address.replace(/\d+$/, '')) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
