/**
 * Rows as a table: numbers stand right, the head is bold, nothing is wider than the terminal. In a narrow one the columns that
 * say least go first, then long texts are cut; in a pipe nothing goes and nothing is cut.
 */
import { type CliPorts, painter } from './ports.ts';
import { cutText, harmless, padText, textWidth } from './text-width.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Stands right. */
  readonly isNumber?: true;
  /** May be cut. */
  readonly isLong?: true;
  /** Goes where there is no room; the last one first. */
  readonly isExtra?: true;
}

const GAP = 2;
/** A text cut shorter says nothing. */
const LONG_MIN = 10;

type Ports = Pick<CliPorts, 'hasColours' | 'columns'>;

/** The head and a line for each row. Columns that are empty in every row are left out. */
export function tableText<Row>(rows: readonly Row[], columns: readonly Column<Row>[], ports: Ports): string[] {
  const full = columns
    .map((column) => ({ ...column, cells: rows.map((row) => harmless(column.cell(row))) }))
    .filter(({ cells }) => cells.length === 0 || cells.some((cell) => cell !== ''))
    .map((column) => ({ ...column, width: Math.max(...[column.head, ...column.cells].map(textWidth)) }));
  const shown = fitted(full, ports.columns);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const { width = 0, isNumber } = shown[index] ?? {};
        return padText(cutText(cell, width), width, isNumber === true ? 'left' : 'right');
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    painter(ports)('bold', line(shown.map(({ head }) => head))),
    ...rows.map((_, index) => line(shown.map(({ cells }) => cells[index] ?? ''))),
  ];
}

interface Sized {
  readonly width: number;
  readonly isLong?: true;
  readonly isExtra?: true;
}

function fitted<Full extends Sized>(all: readonly Full[], room: number | null): Full[] {
  const columns = [...all];
  if (room === null) return columns;
  const least = (): number =>
    columns.reduce((sum, { width, isLong }) => sum + (isLong === true ? Math.min(width, LONG_MIN) : width) + GAP, -GAP);
  while (least() > room) {
    const index = columns.findLastIndex(({ isExtra }) => isExtra === true);
    if (index < 0) break;
    columns.splice(index, 1);
  }
  let over = columns.reduce((sum, { width }) => sum + width + GAP, -GAP) - room;
  while (over > 0) {
    // One column from the widest at a time: the others keep what they have.
    const widest = columns
      .filter(({ isLong, width }) => isLong === true && width > LONG_MIN)
      .reduce<Full | null>((best, column) => (best === null || column.width > best.width ? column : best), null);
    if (widest === null) break;
    columns[columns.indexOf(widest)] = { ...widest, width: widest.width - 1 };
    over--;
  }
  return columns;
}

/** `name  value`, one to a line; empty values are left out. */
export function factsText(facts: readonly (readonly [name: string, value: string])[], ports: Ports): string[] {
  const there = facts.filter(([, value]) => value !== '');
  const width = Math.max(0, ...there.map(([name]) => name.length));
  const paint = painter(ports);
  return there.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${harmless(value)}`);
}
