/** The remarks of one import as they come: all of them counted, the first NOTES_MAX of each sort kept. */
import { type ImportWarning, NOTES_MAX, type RejectedRow } from './import-report.ts';

export class ReportNotes {
  readonly #rejected: RejectedRow[] = [];
  readonly #ofFile: ImportWarning[] = [];
  readonly #ofLines: ImportWarning[] = [];
  #rejections = 0;
  #warnings = 0;

  get rejections(): number {
    return this.#rejections;
  }

  get warningCount(): number {
    return this.#warnings;
  }

  reject(row: RejectedRow): void {
    this.#rejections++;
    if (this.#rejected.length < NOTES_MAX) this.#rejected.push(row);
  }

  warn(warning: ImportWarning): void {
    this.#warnings++;
    const notes = warning.line === null ? this.#ofFile : this.#ofLines;
    if (notes.length < NOTES_MAX) notes.push(warning);
  }

  /** Notes that were counted elsewhere, the first of which are these. */
  add(rejected: readonly RejectedRow[], rejections: number, warnings: readonly ImportWarning[], count: number): void {
    this.#rejected.push(...rejected);
    this.#rejections += rejections;
    this.#ofLines.push(...warnings);
    this.#warnings += count;
  }

  get rejectedRows(): RejectedRow[] {
    return this.#rejected.toSorted((one, other) => one.line - other.line).slice(0, NOTES_MAX);
  }

  get warnings(): ImportWarning[] {
    const ofLines = this.#ofLines.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
    return [...this.#ofFile, ...ofLines].slice(0, NOTES_MAX);
  }
}
