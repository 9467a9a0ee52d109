/** Finds out what a file is, by its bytes and never by its name, and opens it. */
import { FileRefused } from '../file-refused.ts';
import { openCsv } from './csv-rows.ts';
import { openFileBytes } from './file-bytes.ts';
import { isJson, openJson } from './json-rows.ts';
import type { Source, SourceWish } from './source.ts';
import { COLUMNS_MAX } from './source-limits.ts';
import { openXlsx } from './xlsx-rows.ts';

const ZIP = '504b0304';

/** @throws FileRefused with a sentence that says what is wrong with the file and what to do. */
export async function openSource(path: string, wish: SourceWish): Promise<Source> {
  const file = await openFileBytes(path, wish.name);
  const source = await (file.beginning.toString('hex').startsWith(ZIP)
    ? openXlsx(file, wish)
    : isJson(file.beginning)
      ? openJson(file, wish)
      : openCsv(file, wish));
  if (source.form === 'table' && source.header.length > COLUMNS_MAX) {
    throw new FileRefused(`${wish.name} has ${source.header.length} columns; at most ${COLUMNS_MAX} are read`);
  }
  return source;
}
