/** What every format of file comes down to: a header and rows of texts, or one JSON document. */
import type { Problem } from '../table-kind.ts';

export interface FileFormat {
  readonly format: 'csv' | 'json' | 'json-lines' | 'xlsx';
  readonly isCompressed: boolean;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Of a CSV. */
  readonly separator: string | null;
  /** Of a workbook. */
  readonly sheet: string | null;
  /** What `line` counts, from 1: lines of a text, rows of a sheet, objects of a JSON list. */
  readonly unit: 'line' | 'row' | 'object';
}

/** A text, or why the cell has none (a formula that was never calculated). */
export type Cell = string | Problem;

export interface SourceRow {
  readonly line: number;
  /** In the order of the header; as many as the file has in this row. A Problem: the row as a whole cannot be read. */
  readonly cells: readonly Cell[] | Problem;
}

export interface TableSource {
  readonly form: 'table';
  readonly format: FileFormat;
  readonly header: readonly string[];
  /**
   * The rows after the header, in pieces of bounded size; blank ones are left out. `onRead` hears how much of the file is
   * read, 0…1. To be called once.
   * @throws FileRefused
   */
  rows(onRead: (share: number) => void): AsyncGenerator<readonly SourceRow[]>;
}

export interface DocumentSource {
  readonly form: 'document';
  readonly format: FileFormat;
  /** What JSON.parse made of it. */
  readonly document: unknown;
}

export type Source = TableSource | DocumentSource;

/** What an import wants of a file. */
export interface SourceWish {
  /** Of the file as people know it, for messages; the path may be a temporary one. */
  readonly name: string;
  /** Of a workbook: its name, or its number from 1; null: the first. */
  readonly sheet: string | null;
  /** JSON is handed over as it is, instead of as a table. */
  readonly asDocument: boolean;
  /** A row of a CSV ends with its line, whatever its quotes say (TableKind.recordsAreLines). */
  readonly recordsAreLines: boolean;
}
