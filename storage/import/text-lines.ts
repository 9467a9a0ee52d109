/**
 * A text file of unknown origin, line by line. It is read twice: once to learn what it is (its size, its encoding, or
 * that it is no text at all), once for its lines, because nobody should find half a register in the wrong encoding.
 * Memory stays at one piece of the file, whatever its size; a line has a limit too, so that a file without line ends
 * is no way round that.
 */
import { createReadStream, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { TextDecoder } from 'node:util';

/** The file cannot be imported; the message says why and what to do. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

export interface TextFile {
  readonly path: string;
  readonly bytes: number;
  readonly encoding: 'utf-8' | 'windows-1252';
}

/** Some lines that follow each other. `first` counts from 1, as editors do. */
export interface Lines {
  readonly first: number;
  readonly lines: readonly string[];
}

export const FILE_BYTES_MAX = 64 * 1024 * 1024;
export const LINE_CHARS_MAX = 64 * 1024;

const BEGINNINGS: readonly (readonly [bytes: string, what: string])[] = [
  ['504b0304', 'an Excel workbook or a zip archive: export it as CSV in UTF-8 first'],
  ['fffe', 'text in UTF-16: save it as CSV in UTF-8 first'],
  ['feff', 'text in UTF-16: save it as CSV in UTF-8 first'],
  ['1f8b', 'compressed: unpack it first'],
  ['25504446', 'a PDF: the import needs the CSV'],
];

/**
 * Looks the whole file through. Bytes that are no UTF-8 make it Windows-1252, which is what old Brazilian exports are.
 * @throws FileRefused
 */
export async function inspectTextFile(file: string, bytesMax: number = FILE_BYTES_MAX): Promise<TextFile> {
  const name = path.basename(file);
  const bytes = sizeOf(file, name, bytesMax);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let isFirst = true;
  for await (const piece of piecesOf(file)) {
    if (isFirst) refuseBinary(piece, name);
    isFirst = false;
    if (piece.includes(0)) throw new FileRefused(`${name} is no text file: it holds zero bytes`);
    isUtf8 &&= decodes(decoder, piece, true);
  }
  isUtf8 &&= decodes(decoder, Buffer.alloc(0), false);
  return { path: file, bytes, encoding: isUtf8 ? 'utf-8' : 'windows-1252' };
}

/**
 * The lines of a file that was inspected, in batches. `onPiece` sees the bytes as they are read. A byte order mark and
 * the line ends (LF or CRLF) are not part of a line.
 * @throws FileRefused when a line is too long.
 */
export async function* linesOf(file: TextFile, onPiece: (piece: Buffer) => void): AsyncGenerator<Lines> {
  const decoder = new TextDecoder(file.encoding);
  let first = 1;
  let rest = '';
  for await (const piece of piecesOf(file.path)) {
    onPiece(piece);
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const tooLong = [...lines, rest].findIndex((line) => line.length > LINE_CHARS_MAX);
    if (tooLong !== -1) {
      throw new FileRefused(
        `line ${first + tooLong} of ${path.basename(file.path)} is longer than ${LINE_CHARS_MAX} characters: is it the right file?`,
      );
    }
    yield { first, lines: lines.map(withoutReturn) };
    first += lines.length;
  }
  rest += decoder.decode();
  if (rest !== '') yield { first, lines: [withoutReturn(rest)] };
}

function sizeOf(file: string, name: string, bytesMax: number): number {
  let found: Stats;
  try {
    found = statSync(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FileRefused(missing ? `there is no file ${file}` : `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!found.isFile()) throw new FileRefused(`${file} is not a file`);
  if (found.size === 0) throw new FileRefused(`${name} is empty`);
  if (found.size > bytesMax) {
    const [has, may] = [found.size, bytesMax].map((bytes) => Math.ceil(bytes / 1024 / 1024));
    throw new FileRefused(`${name} has ${has} MB; at most ${may} MB are read`);
  }
  return found.size;
}

async function* piecesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 256 * 1024 })) yield piece as Buffer;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new FileRefused(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function refuseBinary(piece: Buffer, name: string): void {
  const hex = piece.subarray(0, 4).toString('hex');
  const found = BEGINNINGS.find(([bytes]) => hex.startsWith(bytes));
  if (found !== undefined) throw new FileRefused(`${name} is ${found[1]}`);
}

function decodes(decoder: TextDecoder, piece: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(piece, { stream });
    return true;
  } catch {
    return false; // The decoder was told to throw at what is no UTF-8.
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
