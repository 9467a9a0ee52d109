/**
 * What can be imported, and how one kind is told: a table of columns, each with a pure parser of its cells; a judgement
 * over all rows at once, in SQL; and a merge, in SQL too. Reading the file, staging the rows by COPY, counting, the
 * report, the history and the transaction around it all are the same for every kind (table-import.ts).
 *
 * The tables that a kind's SQL works on are temporary ones of the import's transaction:
 *
 * - `staged (line integer primary key, …the columns and the derived ones)`: the rows whose cells could be read. `line`
 *   is the file's own. judge() may correct and fill columns in it (the derived ones are for that).
 * - `own_cinemas (id bigint primary key)`: the cinemas that this import may touch; an administrator's are all.
 * - `rejected (line, column_name, reason)`: judge() puts rows at fault here, as often as it finds faults. `column_name`
 *   is the name of a column of `staged`, or null for the row as a whole; the report calls it as the file does. Rejected
 *   lines leave `staged` when judge() has ended, and whenever it calls `dropRejected`.
 * - `warned (line, column_name, kind, text)`: what a person should look at, although it is imported.
 * - `outcomes (line primary key, outcome)`: merge() puts the lines here that it 'created' or 'updated'. A staged line
 *   that is not there was unchanged, so that a file imported again writes nothing at all.
 *
 * Whatever is not about a row (a file that is another kind's, say) is a FileRefused thrown by either.
 */
import type pg from 'pg';
import type { CopyValue } from '../copy-rows.ts';
import type { ImportWarning } from './import-report.ts';

export const KIND_NAMES = ['films', 'prices', 'screenings', 'auditoriums', 'seatmaps'] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** Why a cell cannot be taken: the end of a sentence that begins with the column ("it is blank"). */
export interface Problem {
  readonly problem: string;
}

/**
 * Reads a cell that is not blank: trimmed, control characters gone. `warn` is for what is odd and does no harm: a word
 * for all warnings of the kind, and a sentence.
 */
export type CellParser = (text: string, warn: (kind: string, text: string) => void) => CopyValue | Problem;

export interface TableColumn {
  /** In `staged`: an SQL name. It is one of the headings that are understood, as is `heading`. */
  readonly name: string;
  /** How the documentation and messages about a missing column call it. */
  readonly heading: string;
  /** Further headings, Portuguese and English; case, accents, blanks and punctuation do not matter. */
  readonly aliases: readonly string[];
  /** Of the column of `staged`: 'text', 'date', 'integer', … */
  readonly type: string;
  /** 'column': the file must have it; 'value': and none of its cells may be blank. Else a file may go without. */
  readonly needed?: 'column' | 'value';
  readonly parse: CellParser;
}

/** A row whose cells were read, before it is staged: the place for what several columns say together. */
export interface DraftRow {
  readonly line: number;
  /** null: blank, or no such column in the file. */
  get(column: string): CopyValue;
  set(column: string, value: CopyValue): void;
  reject(column: string | null, reason: string): void;
  warn(column: string | null, kind: string, text: string): void;
}

/** A file that is one JSON document rather than a table (a seat map): a kind makes its rows itself. */
export interface DocumentForm {
  /**
   * One draft for each row, made by `draft(line)`, whose columns it sets (no CellParser is asked); `line` counts from 1.
   * `document` is whatever JSON.parse made of the file. Pure.
   * @throws FileRefused when it is no such document; `name` is the file's.
   */
  readonly rows: (document: unknown, draft: (line: number) => DraftRow, reading: DocumentReading) => void;
}

export interface DocumentReading {
  readonly name: string;
  readonly settings: ImportSettings;
  /** About the file as a whole. */
  warn(warning: ImportWarning): void;
}

/** What a kind may be told beside the file: {"auditorium": "5003332"}; from the CLI's options or the request's parameters. */
export type ImportSettings = Readonly<Record<string, string>>;

/** What judge() and merge() work with. */
export interface TableWork {
  readonly client: pg.ClientBase;
  /** Names of the columns that the file has. What a file has no column for is left as it is. */
  readonly present: ReadonlySet<string>;
  /** Whose import it is, when a partner's; null: an administrator's. `own_cinemas` is the place to look first. */
  readonly exhibitorId: number | null;
  readonly settings: ImportSettings;
  /** 'user:12', 'key:3' or the operating-system user. */
  readonly who: string;
  /** When the import began; the one clock of judge() and merge(). */
  readonly nowMs: number;
  /**
   * What rows that could not be read have in the column TableKind.together: their fellows are no whole any more. With a
   * null in it a row does not say what it has there, and its fellows may be any.
   */
  readonly faultyTogether: ReadonlySet<CopyValue>;
  /** 0…1 of this step. */
  progress(share: number): void;
  /** About the file as a whole; of lines: insert into `warned`. */
  warn(warning: ImportWarning): void;
  /** Takes the lines in `rejected` out of `staged` now, for checks that should not look at them again. */
  dropRejected(): Promise<void>;
}

/** Figures of the kind's own for the report (new cinemas, seat maps made, …). */
export type ImportDetails = Readonly<Record<string, unknown>>;

export interface TableKind {
  readonly name: KindName;
  readonly columns: readonly TableColumn[];
  /** Columns of `staged` that no file has. */
  readonly derived: readonly { readonly name: string; readonly type: string }[];
  /** Headings that are known and not wanted: a published file has its own columns, and nobody needs to be told. */
  readonly passedOver?: readonly string[];
  /** What the columns of a file lack together ("a code or a title"), as a sentence; null: nothing. */
  readonly lacks?: (present: ReadonlySet<string>) => string | null;
  /** Pure. */
  readonly finish?: (row: DraftRow) => void;
  readonly document?: DocumentForm;
  /** The column by which rows are one thing (the rules of a price table): see TableWork.faultyTogether. */
  readonly together?: string;
  /** A row of a CSV ends with its line, whatever its quotes say: for files known for stray quotes and no long cells. */
  readonly recordsAreLines?: true;
  readonly judge: (work: TableWork) => Promise<void>;
  readonly merge: (work: TableWork) => Promise<ImportDetails>;
  /**
   * Of an import that is kept: when nothing but the commit is left to do, and the temporary tables are still there. For
   * what others may have changed since it was judged; a FileRefused undoes the import.
   */
  readonly last?: (client: pg.ClientBase) => Promise<void>;
  /** true: rows at fault are left out unless asked otherwise, because files of this kind are published with faults. */
  readonly isPartialByDefault: boolean;
  /** What an older export over a newer one does: merely a warning, or refused unless it is asked for (`olderOk`). */
  readonly olderExport: 'warn' | 'refuse';
  /** At most ROWS_MAX. */
  readonly rowsMax: number;
}

/** What a row of somebody else's cinema is told, and of one that does not exist: neither says which. */
export const NOT_YOURS = 'it is not one of your cinemas';

export function isProblem(value: CopyValue | Problem): value is Problem {
  return typeof value === 'object' && value !== null;
}
