/**
 * CSV as people export it: separated by ; , | or tabs (found in the header line), cells in quotes where they need them,
 * line ends inside quotes. csv-parse reads it, lenient with quotes that stand inside a cell (7" screen) and strict about
 * those that open one and never close: they would swallow the rest of the file.
 */
import { Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { FileRefused } from '../file-refused.ts';
import type { FileBytes } from './file-bytes.ts';
import type { SourceRow, SourceWish, TableSource } from './source.ts';
import { RECORD_CHARS_MAX, RECORDS_MAX } from './source-limits.ts';
import { type Encoding, encodingOf, textOf } from './text-pieces.ts';

const SEPARATORS = [';', '\t', ',', '|'] as const;
const LENIENT = { relax_quotes: true, relax_column_count: true } as const;
/** Records that csv-parse holds for us: never fewer than are made of one piece, so that a write ends at once. */
const RECORDS_HELD = 1_000_000;

/** @throws FileRefused */
export async function openCsv(file: FileBytes, wish: SourceWish): Promise<TableSource> {
  const encoding = await encodingOf(file);
  const separator = separatorOf(await beginningOf(file, encoding));
  let header: readonly string[] | null = null;
  const all = wish.recordsAreLines ? lineRows : recordRows;
  // The header alone, and then the rows: a second reading costs less than rows that wait somewhere.
  for await (const rows of all(file, encoding, separator, () => {})) {
    const cells = rows.find(isFilled)?.cells;
    if (cells === undefined) continue;
    if ('problem' in cells) throw new FileRefused(`the first line of ${file.name} is no header: ${cells.problem}`);
    header = cells.map(String);
    break;
  }
  if (header === null) throw new FileRefused(`${file.name} holds nothing but blank lines`);
  return {
    form: 'table',
    format: { format: 'csv', isCompressed: file.isCompressed, encoding, separator, sheet: null, unit: 'line' },
    header,
    async *rows(onRead) {
      let isHeaderSeen = false;
      for await (const rows of all(file, encoding, separator, onRead)) {
        const filled = rows.filter(isFilled);
        yield isHeaderSeen ? filled : filled.slice(1);
        isHeaderSeen ||= filled.length > 0;
      }
    },
  };
}

/** The character that cuts the first filled line into most cells; quotes are not looked into. */
export function separatorOf(beginning: string): string {
  const line = beginning.split(/\r\n|\r|\n/).find((text) => text.trim() !== '') ?? '';
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => bare.split(separator).length - 1);
  const most = Math.max(...counts);
  return most === 0 ? ';' : (SEPARATORS[counts.indexOf(most)] ?? ';');
}

async function beginningOf(file: FileBytes, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const piece of textOf(file, encoding, () => {})) {
    text += piece;
    if (text.trim().includes('\n') || text.length > RECORD_CHARS_MAX) break;
  }
  return text.trimStart();
}

type Rows = AsyncGenerator<readonly SourceRow[]>;

async function* recordRows(
  file: FileBytes,
  encoding: Encoding,
  separator: string,
  onRead: (share: number) => void,
): Rows {
  const settings = {
    ...LENIENT,
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: RECORD_CHARS_MAX,
    // A record for each blank line would cost more than all others together.
    skip_empty_lines: true,
    info: true,
    readableHighWaterMark: RECORDS_HELD,
  };
  const parser = new Parser(settings);
  const lines = new RecordLines();
  const taken = (): SourceRow[] => {
    const rows: SourceRow[] = [];
    for (;;) {
      const found = parser.read() as { record: string[]; info: { empty_lines: number } } | null;
      if (found === null) return rows;
      rows.push({ line: lines.next(found.record, found.info.empty_lines), cells: found.record });
      if (lines.records > RECORDS_MAX) throw new FileRefused(`${file.name} has more than ${RECORDS_MAX} lines`);
    }
  };
  let failure: CsvFailure | null = null;
  parser.on('error', (cause) => {
    failure = cause;
  });
  const ended = new Promise<void>((resolve) => parser.once('end', resolve).once('error', () => resolve()));
  for await (const piece of textOf(file, encoding, onRead)) {
    await new Promise<void>((resolve) => parser.write(piece, () => resolve()));
    yield taken();
    if (failure !== null) throw refusalOf(failure, file.name, lines);
  }
  const rest: SourceRow[] = [];
  parser.on('readable', () => rest.push(...taken()));
  parser.end();
  rest.push(...taken());
  await ended;
  if (failure !== null) throw refusalOf(failure, file.name, lines);
  yield rest;
}

type CsvFailure = Error & { readonly code?: string; readonly empty_lines?: number };

/**
 * Which line each record begins in. csv-parse tells the line that it ends in, and counts a CRLF inside quotes twice; so
 * lines are counted here, from what it tells of blank ones.
 */
class RecordLines {
  #next = 1;
  #blank = 0;
  #records = 0;

  get records(): number {
    return this.#records;
  }

  /** @param blank how many blank lines there were in the file until the record's end */
  next(record: readonly string[], blank: number): number {
    const line = this.begun(blank);
    this.#records++;
    this.#blank = blank;
    this.#next = line + 1;
    for (const cell of record) if (/[\r\n]/.test(cell)) this.#next += cell.match(/\r\n|\r|\n/g)?.length ?? 0;
    return line;
  }

  /** Where the record that comes next begins. */
  begun(blank: number): number {
    return this.#next + blank - this.#blank;
  }
}

/** For files in which a stray quote must not reach beyond its line. Only lines with quotes need a parser. */
async function* lineRows(
  file: FileBytes,
  encoding: Encoding,
  separator: string,
  onRead: (share: number) => void,
): Rows {
  let line = 0;
  let rest = '';
  let records = 0;
  const rowsOf = (lines: readonly string[]): SourceRow[] => {
    const rows: SourceRow[] = [];
    for (const text of lines) {
      line++;
      if (text.trim() !== '') rows.push({ line, cells: cellsOf(text, separator) });
    }
    records += rows.length;
    if (records > RECORDS_MAX) throw new FileRefused(`${file.name} has more than ${RECORDS_MAX} lines`);
    return rows;
  };
  for await (const piece of textOf(file, encoding, onRead)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    const tooLong = [...lines, rest].findIndex((text) => text.length > RECORD_CHARS_MAX);
    if (tooLong !== -1) throw tooLongLine(file.name, line + tooLong + 1);
    yield rowsOf(lines);
  }
  yield rowsOf([rest]);
}

function cellsOf(line: string, separator: string): SourceRow['cells'] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (!text.includes('"')) return text.split(separator);
  try {
    return (parse(text, { ...LENIENT, delimiter: separator })[0] as string[] | undefined) ?? [];
  } catch {
    return { problem: 'a quote is opened and not closed' };
  }
}

function isFilled({ cells }: SourceRow): boolean {
  return 'problem' in cells || cells.some((cell) => typeof cell !== 'string' || cell.trim() !== '');
}

function refusalOf(cause: CsvFailure, name: string, lines: RecordLines): unknown {
  const line = lines.begun(cause.empty_lines ?? 0);
  switch (cause.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new FileRefused(
        `${name}: a quote (") is opened in the row that begins in line ${line}, and never closed: close it, or double it`,
        { cause },
      );
    case 'CSV_MAX_RECORD_SIZE':
      return tooLongLine(name, line);
    default:
      return cause;
  }
}

function tooLongLine(name: string, line: number): FileRefused {
  return new FileRefused(
    `${name}: the row that begins in line ${line} is longer than ${RECORD_CHARS_MAX} characters: ` +
      'is a quote (") opened there and never closed, or is it another file?',
  );
}
