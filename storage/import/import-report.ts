/**
 * What an import did. The four numbers of the rows always add up to `rows`: nothing that was in the file is passed over
 * in silence. Every line number is the file's own, counted from 1 with the header line in it.
 */
import type { FileFormat } from './source/source.ts';
import type { ImportSettings, KindName } from './table-kind.ts';

/** Something a person should look at, although it was imported. */
export interface ImportWarning {
  /** null: it concerns the file. */
  readonly line: number | null;
  readonly column: string | null;
  /** One word for all warnings of a kind, so that they can be counted. */
  readonly kind: string;
  readonly text: string;
}

/** What an import tells while it runs: what it does, and how much is done, 0…1 and never going back. */
export type ImportProgress = (phase: string, done: number) => void;

/** A reason why a row was not taken. A row can have several. */
export interface RejectedRow {
  readonly line: number;
  /** As the file calls it; null: the row as a whole. */
  readonly column: string | null;
  readonly reason: string;
}

/** Why nothing was kept of an import that ran to its end; null: it was kept. */
export type NotKept = 'rehearsal' | 'rejected-rows' | 'older-file';

/** created + updated + unchanged + rejected = rows. Of a file that was not kept: what would have been. */
export interface FileReport {
  readonly kind: KindName;
  /** Its line in the history; null: there is none (a rehearsal at the command line). */
  readonly importId: number | null;
  /** Without its folder. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly fileHash: string;
  readonly format: FileFormat;
  readonly dryRun: boolean;
  readonly partial: boolean;
  readonly notKept: NotKept | null;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** In the order of the lines, the first LINE_RANGES_MAX each; a line in none of them and not rejected is unchanged. */
  readonly createdLines: readonly LineRange[];
  readonly updatedLines: readonly LineRange[];
  /** In the order of the lines, the first NOTES_MAX of `rejections`. */
  readonly rejectedRows: readonly RejectedRow[];
  readonly rejections: number;
  /** Those of the file first, then in the order of the lines; the first NOTES_MAX of `warningCount`. */
  readonly warnings: readonly ImportWarning[];
  readonly warningCount: number;
  /** Headings of the file: those that were read, and those that are not known. */
  readonly columns: { readonly read: readonly string[]; readonly ignored: readonly string[] };
  /** The kind's own figures. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly elapsedMs: number;
}

/** First and last line of neighbours that fared alike: [2, 40]; one line alone is [7, 7]. */
export type LineRange = readonly [number, number];

/** Kept of the ranges of created and updated lines each: a file that is all new is one range, and the worst is 200 KB. */
export const LINE_RANGES_MAX = 10_000;

/** Kept of rejected rows and of warnings each: more than anybody reads, and a few megabytes in the history. */
export const NOTES_MAX = 10_000;

/** Who imports a file, and what they want. Can be sent to a thread but for `onProgress`. */
export interface FileImportOptions {
  /** 'user:12', 'key:3', or the operating-system user. */
  readonly who: string;
  /** Do everything but keep it. */
  readonly dryRun: boolean;
  /** Keep the good rows of a file with bad ones. Default: the kind's own (TableKind.isPartialByDefault). */
  readonly partial?: boolean;
  /** Keep it although a newer file of the same name was imported before. */
  readonly olderOk?: boolean;
  /** A partner's import touches only his exhibitor's cinemas, and of those only `cinemas`, where given. */
  readonly exhibitorId?: number | null;
  readonly cinemaIds?: readonly number[] | null;
  readonly settings?: ImportSettings;
  /** Of a workbook: name or number. */
  readonly sheet?: string | null;
  /** When the file was exported, if that is known; else its time of change counts, where it has one. */
  readonly exportedAtMs?: number | null;
  /** The file's name where people know it by another than the path's. */
  readonly fileName?: string;
  /** An import that the server runs: its line of the history, and who has claimed it. Without it a line is written. */
  readonly job?: { readonly importId: number; readonly runner: string };
  readonly onProgress?: ImportProgress;
}
