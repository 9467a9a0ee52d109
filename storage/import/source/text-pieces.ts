/**
 * Text of unknown encoding. A byte order mark says it; without one it is UTF-8 when all of its bytes are, and else
 * Windows-1252, which is what old Brazilian exports are. The whole file is looked through before a row is taken from it:
 * nobody should find half a programme in the wrong encoding.
 */
import { TextDecoder } from 'node:util';
import { FileRefused } from '../file-refused.ts';
import { type FileBytes, piecesOf } from './file-bytes.ts';
import type { FileFormat } from './source.ts';

export type Encoding = FileFormat['encoding'];

const MARKS: readonly (readonly [hex: string, encoding: Encoding])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];
const NO_TEXT: readonly (readonly [hex: string, what: string])[] = [
  ['25504446', 'a PDF: export the table as CSV or as an Excel workbook (.xlsx)'],
  ['d0cf11e0', 'a workbook of Excel 97 (.xls): save it as .xlsx or as CSV'],
  ['89504e47', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['377abcaf', 'a 7-Zip archive: unpack it first'],
  ['52617221', 'a RAR archive: unpack it first'],
];

/** @throws FileRefused when it is no text. */
export async function encodingOf(file: FileBytes): Promise<Encoding> {
  const hex = file.beginning.toString('hex');
  const found = NO_TEXT.find(([beginning]) => hex.startsWith(beginning));
  if (found !== undefined) throw new FileRefused(`${file.name} is ${found[1]}`);
  const marked = MARKS.find(([mark]) => hex.startsWith(mark))?.[1];
  if (marked === 'utf-16le' || marked === 'utf-16be') return marked;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  for await (const piece of piecesOf(file)) {
    if (piece.includes(0)) throw new FileRefused(`${file.name} is no text file: it holds zero bytes`);
    isUtf8 &&= decodes(decoder, piece, true);
  }
  isUtf8 &&= decodes(decoder, Buffer.alloc(0), false);
  if (!isUtf8 && marked === 'utf-8') {
    throw new FileRefused(`${file.name} says that it is UTF-8 and is not: save it again as UTF-8`);
  }
  return isUtf8 ? 'utf-8' : 'windows-1252';
}

/** The text in pieces, without its byte order mark. `onRead` hears how much of the file is read, 0…1. */
export async function* textOf(
  file: FileBytes,
  encoding: Encoding,
  onRead: (share: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of piecesOf(file, (bytes) => onRead(bytes / file.bytes))) {
    yield decoder.decode(piece, { stream: true });
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** All of it, for formats that are parsed in one piece. */
export async function wholeText(
  file: FileBytes,
  encoding: Encoding,
  bytesMax: number,
  advice: string,
): Promise<string> {
  let text = '';
  for await (const piece of textOf(file, encoding, () => {})) {
    text += piece;
    if (text.length > bytesMax) throw new FileRefused(`${file.name} is too large: ${advice}`);
  }
  return text;
}

function decodes(decoder: TextDecoder, piece: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(piece, { stream });
    return true;
  } catch {
    return false; // The decoder was told to throw at what is no UTF-8.
  }
}
