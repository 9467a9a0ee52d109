/** ANCINE's register into a catalogue, for programs that begin with it: demonstrations, benchmarks, tests. */
import type pg from 'pg';
import { auditoriumsKind } from './auditoriums-kind.ts';
import type { FileImportOptions, FileReport } from './import-report.ts';
import { importFile } from './table-import.ts';

/**
 * Imports `file`. `pool` has the app role.
 * @throws FileRefused
 */
export function importAuditoriums(pool: pg.Pool, file: string, options: FileImportOptions): Promise<FileReport> {
  return importFile(pool, auditoriumsKind, file, options);
}
