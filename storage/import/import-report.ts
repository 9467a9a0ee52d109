/**
 * What an import did. The four numbers of the rows always add up to `rows`: nothing that was in the file is passed over
 * in silence. Every line number is the file's own, counted from 1 with the header line in it.
 */

/** A row that was not imported. */
export interface SkippedRow {
  readonly line: number;
  /** The column at fault; null: the row as a whole. */
  readonly column: string | null;
  readonly reason: string;
}

/** Something a person should look at, although it was imported. */
export interface ImportWarning {
  /** null: it concerns the file. */
  readonly line: number | null;
  readonly column: string | null;
  /** One word for all warnings of a kind, so that they can be counted. */
  readonly kind: string;
  readonly text: string;
}

export interface Tally {
  readonly created: number;
  readonly updated: number;
}

export interface ImportReport {
  readonly kind: 'auditoriums' | 'seatmap';
  readonly file: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly fileHash: string;
  readonly dryRun: boolean;
  readonly rows: number;
  /** Rows whose auditorium is new. */
  readonly created: number;
  /** Rows that said something new about their auditorium, its cinema or its exhibitor. */
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly skippedRows: readonly SkippedRow[];
  readonly warnings: readonly ImportWarning[];
  readonly elapsedMs: number;
}

export interface AuditoriumsReport extends ImportReport {
  readonly kind: 'auditoriums';
  readonly encoding: string;
  readonly exhibitors: Tally;
  readonly cinemas: Tally;
  readonly auditoriums: Tally;
  /** Seat-map versions that were derived and stored. */
  readonly seatMaps: number;
  /** Auditoriums of the register that the database has and the file has not. They are left as they are. */
  readonly notInFile: number;
}

export interface SeatMapReport extends ImportReport {
  readonly kind: 'seatmap';
  readonly auditorium: number;
  readonly auditoriumName: string;
  readonly cinemaName: string;
  /** The version that is now the auditorium's, new or not. */
  readonly version: number;
  readonly seatCount: number;
  readonly rowCount: number;
}

/** What an import tells while it runs: what it does, and how much is done, 0…1 and never going back. */
export type ImportProgress = (phase: string, done: number) => void;

/** Who imports, and what they want. */
export interface ImportOptions {
  /** For the history: the operating-system user, as a rule. */
  readonly who: string;
  /** Do everything but keep it. */
  readonly dryRun: boolean;
  readonly onProgress?: ImportProgress;
}
