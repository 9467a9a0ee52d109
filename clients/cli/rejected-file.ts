/** Rejected lines as CSV, to be opened beside the file that they are of. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FileReport } from '../../storage/import/import-report.ts';
import { type CliPorts, counted, number } from './ports.ts';

/**
 * Before anything is imported: an import that is kept must not end in an error about a file beside it.
 * @throws when `file` is `source` itself, under whatever name, or cannot be written. `source`: null: it is not here.
 */
export function checkRejected(file: string, source: string | null): void {
  const there = statSync(file, { throwIfNoEntry: false });
  const from = source === null ? undefined : statSync(source, { throwIfNoEntry: false });
  if (there !== undefined && there.dev === from?.dev && there.ino === from.ino)
    throw new Error(`--rejected ${file} is the file that is imported, and would be lost: name another one`);
  if (there?.isDirectory() === true) throw new Error(`--rejected ${file} is a folder: name a file`);
  try {
    if (there === undefined) accessSync(path.dirname(path.resolve(file)), constants.W_OK | constants.X_OK);
    else accessSync(file, constants.W_OK);
  } catch (cause) {
    throw new Error(`--rejected ${file} cannot be written (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** Writes `file` anew. What goes wrong is told and no error: the import is what counts, and its report may be JSON on stdout. */
export function writeRejected(
  file: string,
  report: Pick<FileReport, 'rejectedRows' | 'rejections'>,
  ports: CliPorts,
): void {
  const { rejectedRows, rejections } = report;
  const lines = rejectedRows.map(({ line, column, reason }) =>
    [String(line), column ?? '', reason].map(cell).join(','),
  );
  try {
    writeFileSync(file, `${['line,column,reason', ...lines].join('\r\n')}\r\n`);
  } catch (cause) {
    ports.error(`the reasons could not be written: ${(cause as Error).message}`);
    return;
  }
  const left = rejections - rejectedRows.length;
  ports.error(
    `${counted(lines.length, 'reason', 'reasons')} in ${file}${left > 0 ? `; ${number(left)} more were not kept` : ''}`,
  );
}

/** Quoted where it must be (RFC 4180); nothing that a spreadsheet would take for a formula. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
