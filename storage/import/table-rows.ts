/** Rows of a file become rows of `staged`: each cell is read by its column's parser, each row looked at as a whole. Pure but for the counting. */
import { type CopyValue, copyRow } from '../copy-rows.ts';
import { plainCell } from './cell-values.ts';
import { FileRefused } from './file-refused.ts';
import type { ReportNotes } from './report-notes.ts';
import type { SourceRow } from './source/source.ts';
import { CELL_CHARS_MAX, CELLS_CHARS_MAX, megabytes } from './source/source-limits.ts';
import type { TableHeader } from './table-header.ts';
import { type DraftRow, isProblem, type Problem, type TableColumn, type TableKind } from './table-kind.ts';

/** Columns of `staged` in their order, `line` first. */
export function stagedColumns({ columns, derived }: TableKind): readonly { name: string; type: string }[] {
  return [{ name: 'line', type: 'integer' }, ...columns, ...derived];
}

export class TableRows {
  readonly #kind: TableKind;
  readonly #header: TableHeader | null;
  readonly #notes: ReportNotes;
  /** Where each column stands in `staged`. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #width: number;
  readonly #needed: readonly TableColumn[];
  /** Of rejected rows, in the column `together` of the kind; null: of one of them that is not known. */
  readonly faultyTogether = new Set<CopyValue>();
  #rows = 0;
  #rejected = 0;
  #chars = 0;

  /** @param header null: the rows are a document's, and come as drafts. */
  constructor(kind: TableKind, header: TableHeader | null, notes: ReportNotes) {
    this.#kind = kind;
    this.#header = header;
    this.#notes = notes;
    const names = stagedColumns(kind).map(({ name }) => name);
    this.#places = new Map(names.map((name, place) => [name, place]));
    this.#width = names.length;
    this.#needed = kind.columns.filter(({ needed }) => needed === 'value');
  }

  get rows(): number {
    return this.#rows;
  }

  get rejected(): number {
    return this.#rejected;
  }

  /**
   * The row as COPY text; '' when it was rejected.
   * @throws FileRefused when there are more rows, or more text, than is read.
   */
  stage({ line, cells }: SourceRow): string {
    const draft = this.draft(line);
    this.#read(cells, draft);
    if (!draft.isRejected) this.#kind.finish?.(draft);
    return this.finished(draft);
  }

  draft(line: number): Draft {
    if (++this.#rows > this.#kind.rowsMax) {
      throw new FileRefused(`more than ${this.#kind.rowsMax} rows: split the file, or is it another one?`);
    }
    return new Draft(line, this.#places, this.#width, this.#notes, (name) => this.#header?.headingOf(name) ?? name);
  }

  finished(draft: Draft): string {
    if (!draft.isRejected) return copyRow(draft.values);
    this.#rejected++;
    const { together } = this.#kind;
    if (together !== undefined) this.faultyTogether.add(draft.get(together));
    return '';
  }

  #read(cells: SourceRow['cells'], draft: Draft): void {
    const columns = this.#header?.columns ?? [];
    if ('problem' in cells) {
      draft.reject(null, cells.problem);
      return;
    }
    // Spreadsheets leave blank cells behind the last column, or drop them.
    const surplus = cells.slice(columns.length).some((cell) => cell !== '');
    if (surplus || cells.length < columns.length - trailingUnknown(columns)) {
      draft.reject(null, `it has ${cells.length} columns, and the header ${columns.length}`);
      this.#noteTogether(cells, columns, draft);
      return;
    }
    for (const [index, column] of columns.entries()) {
      const cell = cells[index] ?? '';
      if (column === null || cell === '') continue;
      this.#take(cell, column, draft);
    }
    for (const { name } of this.#needed) {
      if (draft.get(name) === null && !draft.isAtFault(name)) draft.reject(name, 'it is blank');
    }
  }

  /** What a row of the wrong width may belong to: a cell too many or too few shifts those behind it. */
  #noteTogether(cells: readonly (string | Problem)[], columns: TableHeader['columns'], draft: Draft): void {
    const { together } = this.#kind;
    const place = columns.findIndex((column) => column !== null && column.name === together);
    const column = columns[place];
    if (together === undefined || column === undefined || column === null) return;
    const shifted = place + cells.length - columns.length;
    const meant = cells.slice(Math.max(0, Math.min(place, shifted)), Math.max(place, shifted) + 1).flatMap((cell) => {
      const found = this.#bounded(cell);
      const value = found === '' || isProblem(found) ? null : column.parse(found, () => {});
      return value === null || isProblem(value) ? [] : [value];
    });
    for (const value of meant) this.faultyTogether.add(value);
    draft.set(together, meant[0] ?? null);
  }

  #take(cell: string | Problem, { name, parse }: TableColumn, draft: Draft): void {
    const found = this.#bounded(cell);
    if (found === '') return;
    const value = isProblem(found) ? found : parse(found, (kind, text) => draft.warn(name, kind, text));
    if (isProblem(value)) draft.reject(name, value.problem);
    else draft.set(name, value);
  }

  #bounded(cell: string | Problem): string | Problem {
    if (typeof cell !== 'string') return cell;
    this.#chars += cell.length;
    if (this.#chars > CELLS_CHARS_MAX) {
      throw new FileRefused(`its cells hold more than ${megabytes(CELLS_CHARS_MAX)}: split the file`);
    }
    return cell.length > CELL_CHARS_MAX
      ? { problem: `it is longer than ${CELL_CHARS_MAX} characters` }
      : plainCell(cell);
  }
}

/** Columns at the end that nobody reads: a row may go without them. */
function trailingUnknown(columns: readonly (TableColumn | null)[]): number {
  const last = columns.findLastIndex((column) => column !== null);
  return columns.length - 1 - last;
}

export class Draft implements DraftRow {
  readonly line: number;
  readonly values: CopyValue[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #notes: ReportNotes;
  readonly #headingOf: (name: string) => string;
  readonly #faults = new Set<string | null>();

  constructor(
    line: number,
    places: ReadonlyMap<string, number>,
    width: number,
    notes: ReportNotes,
    headingOf: (name: string) => string,
  ) {
    this.line = line;
    this.values = new Array<CopyValue>(width).fill(null);
    this.values[0] = line;
    this.#places = places;
    this.#notes = notes;
    this.#headingOf = headingOf;
  }

  get isRejected(): boolean {
    return this.#faults.size > 0;
  }

  isAtFault(column: string): boolean {
    return this.#faults.has(column);
  }

  get(column: string): CopyValue {
    return this.values[this.#place(column)] ?? null;
  }

  set(column: string, value: CopyValue): void {
    this.values[this.#place(column)] = value;
  }

  reject(column: string | null, reason: string): void {
    this.#faults.add(column);
    this.#notes.reject({ line: this.line, column: column === null ? null : this.#headingOf(column), reason });
  }

  warn(column: string | null, kind: string, text: string): void {
    this.#notes.warn({ line: this.line, column: column === null ? null : this.#headingOf(column), kind, text });
  }

  #place(column: string): number {
    const place = this.#places.get(column);
    if (place === undefined) throw new Error(`the kind has no column ${column}`);
    return place;
  }
}
