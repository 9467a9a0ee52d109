/**
 * JSON as a table: a list of objects, {"rows": [objects]}, or one object in each line. Its columns are the keys, in the
 * order in which they are first met. Anything else is one document, for the kinds that have such (seat maps).
 */
import { FileRefused } from '../file-refused.ts';
import type { FileBytes } from './file-bytes.ts';
import type { Cell, FileFormat, Source, SourceRow, SourceWish } from './source.ts';
import { JSON_BYTES_MAX, megabytes } from './source-limits.ts';
import { encodingOf, wholeText } from './text-pieces.ts';

const PIECE_ROWS = 1_000;
type Json = Readonly<Record<string, unknown>>;

export function isJson(beginning: Buffer): boolean {
  // As UTF-8, or as the lower halves of UTF-16: the first sign is what matters.
  const text = beginning.toString('latin1').replace(/^(\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '');
  return /^[\s\0]*[[{]/.test(text);
}

/** @throws FileRefused */
export async function openJson(file: FileBytes, wish: SourceWish): Promise<Source> {
  const encoding = await encodingOf(file);
  if (encoding === 'windows-1252') throw new FileRefused(`${file.name} is no UTF-8, and JSON is always UTF-8`);
  const advice = `of JSON at most ${megabytes(JSON_BYTES_MAX)} are read; send it as CSV`;
  const text = await wholeText(file, encoding, JSON_BYTES_MAX, advice);
  const { value, isLines } = parsed(text, file.name);
  const format: FileFormat = {
    format: isLines ? 'json-lines' : 'json',
    isCompressed: file.isCompressed,
    encoding,
    separator: null,
    sheet: null,
    unit: isLines ? 'line' : 'object',
  };
  if (wish.asDocument && !isLines) return { form: 'document', format, document: value };
  const objects = isLines ? (value as Line[]) : objectsOf(value, file.name);
  const header = [...new Set(objects.flatMap(({ object }) => (isObject(object) ? Object.keys(object) : [])))];
  return {
    form: 'table',
    format,
    header,
    async *rows(onRead) {
      for (let from = 0; from < objects.length; from += PIECE_ROWS) {
        yield objects.slice(from, from + PIECE_ROWS).map((found) => rowOf(found, header));
        onRead(Math.min(1, (from + PIECE_ROWS) / objects.length));
      }
    },
  };
}

interface Line {
  readonly line: number;
  readonly object: unknown;
  /** Why the line is no JSON. */
  readonly fault?: string;
}

function parsed(text: string, name: string): { value: unknown; isLines: boolean } {
  try {
    return { value: JSON.parse(text), isLines: false };
  } catch (cause) {
    const lines = objectsInLines(text);
    if (lines !== null) return { value: lines, isLines: true };
    throw new FileRefused(`${name} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

/** One object in each line; null when that is not how it was meant: the first line is none by itself. */
function objectsInLines(text: string): Line[] | null {
  const lines = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ line: index + 1, text: line }]));
  const objects: Line[] = [];
  for (const { line, text: json } of lines) {
    try {
      objects.push({ line, object: JSON.parse(json) });
    } catch (cause) {
      if (objects.length === 0) return null;
      objects.push({ line, object: null, fault: `it is no JSON: ${(cause as Error).message}` });
    }
  }
  return objects.length > 1 && isObject(objects[0]?.object) ? objects : null;
}

function objectsOf(value: unknown, name: string): Line[] {
  const list = isObject(value) && Array.isArray(value['rows']) ? value['rows'] : value;
  if (!Array.isArray(list)) {
    throw new FileRefused(`${name} is no table: it must be a list of objects, or {"rows": [objects]}`);
  }
  return list.map((object: unknown, index) => ({ line: index + 1, object }));
}

function rowOf({ line, object, fault }: Line, header: readonly string[]): SourceRow {
  if (!isObject(object)) return { line, cells: { problem: fault ?? 'it is no object' } };
  return { line, cells: header.map((key) => cellOf(Object.hasOwn(object, key) ? object[key] : null)) };
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')) {
    return value.join('; ');
  }
  return { problem: 'it is an object or a list of such; a text or a number is wanted' };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
