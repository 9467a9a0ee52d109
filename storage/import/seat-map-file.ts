/**
 * A seat map as a large Brazilian ticket site publishes it: `lines[]` of `seats[]`, each with its line, column, label
 * and type, on a grid in which a missing column is an aisle; `stage` says where the screen is. Pure: text in, layout out.
 *
 * Two things are turned round. These maps are drawn with the screen at the bottom, ours count rows from the screen
 * backwards; so the whole plan is turned by half a turn, columns too. (Turning the rows alone would mirror the room: a
 * seat on the left of somebody who faces the screen would be sold as one on the right.) And who sat where when the file
 * was made (`status`) is another shop's business: it is left out.
 *
 * Whatever is wrong with a seat refuses the whole file: half a seat map would sell the wrong half.
 */
import { SeatKind } from '../../actors/seat-map.ts';
import type { SeatLayout } from '../seat-layout.ts';
import { plain } from './cinema-time-zone.ts';
import {
  GRID_MAX,
  isObject,
  isWithin,
  type Json,
  LABEL_CHARS_MAX,
  type SeatMapRead,
  SeatMapReading,
  tidy,
  told,
} from './seat-map-reading.ts';

/** `null`: a place without a seat. Compared by `plain`. */
const KINDS: ReadonlyMap<string, SeatKind | null> = new Map([
  ['REGULAR', SeatKind.regular],
  ['COUPLE', SeatKind.couple],
  ['COMPANION', SeatKind.companion],
  ['DISABILITY', SeatKind.wheelchair],
  ['OBESE', SeatKind.obese],
  ['NONE', null],
]);

const KNOWN_KEYS = {
  file: ['created', 'lines', 'labels', 'bounds', 'stage', 'activeReservations', 'auditorium', 'cinema'],
  line: ['line', 'seats'],
  seat: [
    ...['id', 'line', 'column', 'locationId', 'positionType', 'label', 'positionSubType', 'lineCount', 'columnCount'],
    ...['typeDescription', 'procId', 'type', 'status', 'areaNumber', 'rowIndex'],
  ],
} as const;

interface PlacedSeat {
  readonly line: number;
  readonly column: number;
  readonly kind: SeatKind;
  readonly label: string;
  /** Where in the file: "lines[3].seats[7]". */
  readonly where: string;
}

/** Whether it is a map of this format. */
export function hasLines(document: Json): boolean {
  return Array.isArray(document['lines']);
}

export function readLines(file: Json): SeatMapRead {
  const reading = new SeatMapReading();
  const lines = Array.isArray(file['lines']) ? file['lines'] : [];
  reading.noteUnknownKeys([file], KNOWN_KEYS.file, 'the file');
  const seats = seatsOf(lines, boundsOf(file), reading);
  const turned = !reading.isFaulty && seats.length > 0 && screenIsAfter(file, seats, reading);
  reading.checkCount(seats.length);
  return reading.result(() => layoutFrom(seats, rowNames(file, reading), turned));
}

function seatsOf(lines: readonly unknown[], bounds: Bounds, reading: SeatMapReading): PlacedSeat[] {
  const seats: PlacedSeat[] = [];
  const places = new Map<number, string>();
  const labels = new Map<string, string>();
  const lineObjects: Json[] = [];
  const seatObjects: Json[] = [];
  for (const [index, line] of lines.entries()) {
    if (!isObject(line) || !Array.isArray(line['seats'])) {
      reading.fault(`lines[${index}] has no list "seats"`);
      continue;
    }
    lineObjects.push(line);
    for (const [rank, found] of line['seats'].entries()) {
      const where = `lines[${index}].seats[${rank}]`;
      if (isObject(found)) seatObjects.push(found);
      const seat = readSeat(found, line['line'], where, bounds);
      if (seat === null) continue;
      if (typeof seat === 'string') {
        reading.fault(`${where} ${seat}`);
        continue;
      }
      const atPlace = places.get(seat.line * GRID_MAX + seat.column);
      const atLabel = labels.get(seat.label);
      if (atPlace !== undefined) {
        reading.fault(`${where} is in line ${seat.line}, column ${seat.column}, and so is ${atPlace}`);
      } else if (atLabel !== undefined) {
        reading.fault(`${where} is called ${seat.label}, and so is ${atLabel}`);
      }
      places.set(seat.line * GRID_MAX + seat.column, where);
      labels.set(seat.label, where);
      seats.push(seat);
    }
  }
  reading.noteUnknownKeys(lineObjects, KNOWN_KEYS.line, 'lines');
  reading.noteUnknownKeys(seatObjects, KNOWN_KEYS.seat, 'seats');
  const taken = seatObjects.filter(({ status }) => status !== undefined && status !== 'Available').length;
  if (taken > 0) {
    const text = `${taken} seats are marked as taken in the file; the seats are imported, the marks are not`;
    reading.warn('status', 'marks-left-out', text);
  }
  return seats;
}

/** A seat; null where there is none; a text: what is wrong with it. */
function readSeat(found: unknown, lineNumber: unknown, where: string, bounds: Bounds): PlacedSeat | string | null {
  if (!isObject(found)) return 'is no object';
  const kind = KINDS.get(typeof found['type'] === 'string' ? plain(found['type']) : '');
  if (kind === undefined) return `is of the unknown type ${told(found['type'])}`;
  if (kind === null) return null;
  const line = found['line'] ?? lineNumber;
  const column = found['column'];
  if (lineNumber !== undefined && line !== lineNumber) return `says line ${told(line)} inside line ${told(lineNumber)}`;
  if (!isWithin(line, bounds.lines)) return `is in line ${told(line)}, outside 0…${bounds.lines}`;
  if (!isWithin(column, bounds.columns)) return `is in column ${told(column)}, outside 0…${bounds.columns}`;
  const label = typeof found['label'] === 'string' ? shortLabel(found['label']) : '';
  if (label === '') return 'has no label';
  if (label.length > LABEL_CHARS_MAX) return `has a label of more than ${LABEL_CHARS_MAX} characters`;
  return { line, column, kind, label, where };
}

/** "M 13" is written M13. Not so "1 11" and "11 1", which would be the same. */
function shortLabel(label: string): string {
  return tidy(label).replace(/^(\p{L}+) (\d+)$/u, '$1$2');
}

interface Bounds {
  readonly lines: number;
  readonly columns: number;
}

function boundsOf(file: Json): Bounds {
  const bounds = isObject(file['bounds']) ? file['bounds'] : {};
  const max = (value: unknown): number => (isWithin(value, GRID_MAX - 1) ? value : GRID_MAX - 1);
  return { lines: max(bounds['lines']), columns: max(bounds['columns']) };
}

/** Whether the screen stands after the last line: then the plan is turned. */
function screenIsAfter(file: Json, seats: readonly PlacedSeat[], reading: SeatMapReading): boolean {
  const stage = isObject(file['stage']) ? file['stage'] : {};
  const from = isObject(stage['upperLeft']) ? stage['upperLeft']['line'] : undefined;
  const to = isObject(stage['lowerRight']) ? stage['lowerRight']['line'] : from;
  const lines = seats.map(({ line }) => line);
  if (typeof from !== 'number' || typeof to !== 'number') {
    const text = 'the file does not say where the screen is; it is taken to be before the first line';
    reading.warn('stage', 'no-screen', text);
    return false;
  }
  if (from > lines.reduce((one, other) => Math.max(one, other))) return true;
  if (to >= lines.reduce((one, other) => Math.min(one, other)))
    reading.fault('its screen ("stage") stands among the seats');
  return false;
}

/** What is written at each line, where the file says so, and says it once. */
function rowNames(file: Json, reading: SeatMapReading): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const entry of Array.isArray(file['labels']) ? file['labels'] : []) {
    const { label, line } = isObject(entry) ? entry : {};
    if (typeof label !== 'string' || typeof line !== 'number' || label.trim() === '') continue;
    if (names.has(line) && names.get(line) !== label.trim()) {
      const text = `line ${line} is called ${names.get(line)} and ${label.trim()}; the first counts`;
      reading.warn('labels', 'two-names', text);
    } else names.set(line, label.trim().slice(0, LABEL_CHARS_MAX));
  }
  return names;
}

function layoutFrom(seats: readonly PlacedSeat[], names: ReadonlyMap<number, string>, turned: boolean): SeatLayout {
  const sign = turned ? -1 : 1;
  const ordered = seats.toSorted((one, other) => sign * (one.line - other.line) || sign * (one.column - other.column));
  const lines = [...new Set(ordered.map(({ line }) => line))];
  const firstColumn = ordered.map(({ column }) => sign * column).reduce((one, other) => Math.min(one, other));
  return {
    rows: lines.map((line) => names.get(line) ?? lettersOf(ordered, line) ?? String(line)),
    seats: ordered.map(({ line, column, kind, label }) => {
      return [lines.indexOf(line), sign * column - firstColumn, kind, label] as const;
    }),
  };
}

/** The letters that all labels of a line begin with: "M" of "M13", "M12", … */
function lettersOf(seats: readonly PlacedSeat[], line: number): string | null {
  const prefixes = new Set(seats.filter((seat) => seat.line === line).map(({ label }) => label.replace(/ ?\d+$/, '')));
  const [prefix] = prefixes;
  return prefixes.size === 1 && prefix !== undefined && prefix !== '' ? prefix : null;
}
