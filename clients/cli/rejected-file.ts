/** Rejected lines as CSV, to be opened beside the file that they are of. */
import { writeFileSync } from 'node:fs';
import type { FileReport } from '../../storage/import/import-report.ts';
import { type CliPorts, counted, number } from './ports.ts';

/** Writes `file` anew. */
export function writeRejected(
  file: string,
  report: Pick<FileReport, 'rejectedRows' | 'rejections'>,
  ports: CliPorts,
): void {
  const { rejectedRows, rejections } = report;
  const lines = rejectedRows.map(({ line, column, reason }) =>
    [String(line), column ?? '', reason].map(cell).join(','),
  );
  writeFileSync(file, `${['line,column,reason', ...lines].join('\r\n')}\r\n`);
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
