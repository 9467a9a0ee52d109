/**
 * Imports ANCINE's register of auditoriums: exhibitors, cinemas, auditoriums and derived seat maps, in one transaction.
 * Either the whole file is in the catalogue, with its line in the history, or nothing is; who interrupts it has
 * changed nothing, who repeats it changes nothing either. Screenings are never touched.
 *
 * The way: file → lines → checked rows → COPY into a temporary table (auditoriums-merge.ts takes it from there).
 * One import at a time; a second one waits.
 */
import { createHash, type Hash } from 'node:crypto';
import path from 'node:path';
import type pg from 'pg';
import { copyRows } from '../copy-rows.ts';
import { inTransaction } from '../in-transaction.ts';
import { type AccessibleShortage, shortagesOf } from './accessible-seats.ts';
import { storeLayouts } from './auditorium-layouts.ts';
import {
  countRows,
  createStaged,
  dropRepeated,
  gatherCinemas,
  mergeAuditoriums,
  mergeCinemas,
  STAGED,
  stagedRow,
} from './auditoriums-merge.ts';
import { lockImports, recordImport, warnIfOld } from './import-history.ts';
import type { AuditoriumsReport, ImportOptions, ImportProgress, ImportWarning, SkippedRow } from './import-report.ts';
import { declaredSeats, type RegisterHeader, type RegisterRow, readHeader, readRow } from './register-row.ts';
import { FileRefused, inspectTextFile, linesOf, type TextFile } from './text-lines.ts';

/** Thirty times the register of 2025. */
export const ROWS_MAX = 200_000;

/** How much is done when a phase begins, by the time it took on an empty database. */
const PHASES = {
  reading: 0,
  checking: 0.2,
  'exhibitors and cinemas': 0.25,
  auditoriums: 0.3,
  'seat maps': 0.35,
  committing: 1,
};
const SEAT_MAPS_DERIVED = 0.7;

/** What one file has told so far. */
interface Reading {
  rows: number;
  readonly skipped: SkippedRow[];
  readonly warnings: ImportWarning[];
  readonly hash: Hash;
}

/**
 * Imports `file`. `pool` has the app role.
 * @throws FileRefused when the file as a whole is not the register; rows at fault are skipped and reported instead.
 */
export async function importAuditoriums(
  pool: pg.Pool,
  file: string,
  options: ImportOptions,
): Promise<AuditoriumsReport> {
  const startedMs = performance.now();
  const startedAt = new Date();
  const text = await inspectTextFile(file);
  const progress = options.onProgress ?? (() => {});
  const reading: Reading = { rows: 0, skipped: [], warnings: encodingWarning(text), hash: createHash('sha256') };
  const report = await inTransaction(
    pool,
    async (client) => {
      const step = (phase: keyof typeof PHASES): void => progress(phase, PHASES[phase]);
      await lockImports(client);
      await createStaged(client);
      await copyRows(client, STAGED, stagedPieces(text, reading, progress));
      const fileHash = reading.hash.digest('hex');
      step('checking');
      const repeated = await dropRepeated(client);
      const disagreeing = await gatherCinemas(client);
      step('exhibitors and cinemas');
      const { exhibitors, cinemas } = await mergeCinemas(client);
      step('auditoriums');
      const auditoriums = await mergeAuditoriums(client);
      step('seat maps');
      const layouts = await storeLayouts(client, (share) => {
        progress('seat maps', PHASES['seat maps'] + (SEAT_MAPS_DERIVED - PHASES['seat maps']) * share);
      });
      const { notInFile, ...counts } = await countRows(client);
      const skippedRows = [...reading.skipped, ...repeated].sort((one, other) => one.line - other.line);
      const old = await warnIfOld(client, 'auditoriums', fileHash);
      const made: AuditoriumsReport = {
        kind: 'auditoriums',
        file,
        fileHash,
        dryRun: options.dryRun,
        encoding: text.encoding,
        rows: reading.rows,
        ...counts,
        skipped: skippedRows.length,
        exhibitors,
        cinemas,
        auditoriums,
        seatMaps: layouts.stored,
        notInFile,
        skippedRows,
        warnings: [...old, ...byLine([...reading.warnings, ...disagreeing, ...layouts.warnings])],
        elapsedMs: 0,
      };
      await recordImport(client, made, { who: options.who, startedAt });
      step('committing');
      return made;
    },
    !options.dryRun,
  );
  return { ...report, elapsedMs: Math.round(performance.now() - startedMs) };
}

/** The rows of the file as COPY text, a piece for a piece of the file. */
async function* stagedPieces(text: TextFile, reading: Reading, progress: ImportProgress): AsyncGenerator<string> {
  let header: RegisterHeader | null = null;
  let bytes = 0;
  const onPiece = (piece: Buffer): void => {
    reading.hash.update(piece);
    bytes += piece.length;
    progress('reading', (PHASES.checking * bytes) / text.bytes);
  };
  const warn = (warning: ImportWarning): void => void reading.warnings.push(warning);
  for await (const { first, lines } of linesOf(text, onPiece)) {
    let staged = '';
    for (const [index, line] of lines.entries()) {
      if (header === null) {
        header = headerOf(line, path.basename(text.path));
        continue;
      }
      // Spreadsheets leave empty lines at the end; they are no rows.
      if (line.trim() === '') continue;
      const row = readRow(first + index, line, header, warn);
      if (++reading.rows > ROWS_MAX)
        throw new FileRefused(`more than ${ROWS_MAX} rows: is it the register of auditoriums?`);
      if ('reason' in row) reading.skipped.push(row);
      else {
        if (row.auditorium.status === 'active') warnOfShortages(row, warn);
        staged += stagedRow(row);
      }
    }
    yield staged;
  }
}

function headerOf(line: string, name: string): RegisterHeader {
  const header = readHeader(line);
  if ('at' in header) return header;
  if (header.twice.length > 0) throw new FileRefused(`${name} has the column ${header.twice.join(', ')} twice`);
  const all = header.missing.join(', ');
  const other = [',', '\t', '|'].find((character) => line.split(character).length > 5 && line.split(';').length < 3);
  throw new FileRefused(
    other === undefined
      ? `${name} is not ANCINE's register of auditoriums: the first line lacks ${all}`
      : `${name} separates its columns by ${JSON.stringify(other)}; ANCINE's register does it by ";"`,
  );
}

const SHORTAGE_COLUMNS: Readonly<Record<AccessibleShortage, string>> = {
  wheelchair: 'ASSENTOS_CADEIRANTES',
  'reduced-mobility': 'ASSENTOS_MOBILIDADE_REDUZIDA',
  obese: 'ASSENTOS_OBESIDADE',
};

function warnOfShortages({ line, auditorium }: RegisterRow, warn: (warning: ImportWarning) => void): void {
  for (const { of, asked, declared } of shortagesOf(declaredSeats(auditorium))) {
    const text = `${declared} declared for ${auditorium.seats} seats; Decreto 9.404/2018 asks for ${asked}`;
    warn({ line, column: SHORTAGE_COLUMNS[of], kind: `few-${of}`, text });
  }
}

function encodingWarning(text: TextFile): ImportWarning[] {
  if (text.encoding === 'utf-8') return [];
  const sentence = 'the file is no valid UTF-8 and was read as Windows-1252: look at some names with accents';
  return [{ line: null, column: null, kind: 'encoding', text: sentence }];
}

function byLine(warnings: readonly ImportWarning[]): ImportWarning[] {
  return warnings.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}
