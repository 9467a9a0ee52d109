/** Many rows into a table in one COPY, for imports and programmes. (The journal has a writer of its own: copy-writer.ts.) */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type CopyValue = string | number | null;

/** One line of COPY text, newline included. */
export function copyRow(values: readonly CopyValue[]): string {
  return `${values.map(copyText).join('\t')}\n`;
}

function copyText(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, escaped) : value;
}

function escaped(character: string): string {
  return character === '\\' ? '\\\\' : character === '\t' ? '\\t' : character === '\n' ? '\\n' : '\\r';
}

/**
 * Streams pieces of COPY text into `target` ("table (column, …)"), as fast as PostgreSQL takes them. An error in the
 * source fails the COPY, and with it the transaction.
 */
export async function copyRows(
  client: pg.ClientBase,
  target: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  await pipeline(Readable.from(pieces), client.query(copyFrom(`copy ${target} from stdin`)));
}
