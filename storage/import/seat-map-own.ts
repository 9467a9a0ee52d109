/**
 * Our own format of a seat map, which is also what the server tells of a screening's seats:
 * {"auditorium": "5003401", "rows": ["A", "B"], "seats": [[0, 0, "regular", "A1"], [0, 1, "couple", "A2"], …]}.
 * Rows from the screen backwards; a seat is its row (index into `rows`), its column in the room's grid from the left of
 * who faces the screen, its kind (word or number) and what is written on it. A missing column is an aisle.
 */
import { SeatKind } from '../../actors/seat-map.ts';
import { bare } from './cell-values.ts';
import {
  GRID_MAX,
  isWithin,
  type Json,
  LABEL_CHARS_MAX,
  type SeatMapRead,
  SeatMapReading,
  tidy,
  told,
} from './seat-map-reading.ts';

const KNOWN_KEYS = ['auditorium', 'cinema', 'name', 'rows', 'seats'];
const KINDS: ReadonlyMap<unknown, SeatKind> = new Map<unknown, SeatKind>([
  ...Object.values(SeatKind).map((kind) => [kind, kind] as const),
  ...Object.entries(SeatKind).map(([word, kind]) => [bare(word), kind] as const),
]);

type Seat = readonly [row: number, column: number, kind: number, label: string];

/** Whether it is a map of this format. */
export function hasSeats(document: Json): boolean {
  return Array.isArray(document['seats']) && Array.isArray(document['rows']);
}

export function readOwnSeatMap(map: Json): SeatMapRead {
  const reading = new SeatMapReading();
  reading.noteUnknownKeys([map], KNOWN_KEYS, 'the map');
  const rows = rowsOf(map['rows'] as readonly unknown[], reading);
  const seats: Seat[] = [];
  const places = new Map<number, number>();
  const labels = new Map<string, number>();
  for (const [index, found] of (map['seats'] as readonly unknown[]).entries()) {
    const seat = seatOf(found, rows.length);
    if (typeof seat === 'string') {
      reading.fault(`seats[${index}] ${seat}`);
      continue;
    }
    const [row, column, , label] = seat;
    const [atPlace, atLabel] = [places.get(row * GRID_MAX + column), labels.get(label)];
    if (atPlace !== undefined)
      reading.fault(`seats[${index}] is in row ${row}, column ${column}, and so is seats[${atPlace}]`);
    else if (atLabel !== undefined) reading.fault(`seats[${index}] is called ${label}, and so is seats[${atLabel}]`);
    places.set(row * GRID_MAX + column, index);
    labels.set(label, index);
    seats.push(seat);
  }
  reading.checkCount(seats.length);
  return reading.result(() => ({
    rows,
    seats: seats.sort((one, other) => one[0] - other[0] || one[1] - other[1]),
  }));
}

function rowsOf(found: readonly unknown[], reading: SeatMapReading): string[] {
  if (found.length > GRID_MAX) reading.fault(`it has ${found.length} rows; at most ${GRID_MAX} are possible`);
  return found.slice(0, GRID_MAX).map((label, index) => {
    const clean = typeof label === 'string' ? tidy(label) : '';
    if (clean === '' || clean.length > LABEL_CHARS_MAX)
      reading.fault(`rows[${index}] is ${told(label)}, no name of a row`);
    return clean;
  });
}

/** A text: what is wrong with it. */
function seatOf(found: unknown, rows: number): Seat | string {
  if (!Array.isArray(found)) return 'is no list of row, column, kind, label';
  const [row, column, kindFound, labelFound] = found as readonly unknown[];
  const kind = KINDS.get(typeof kindFound === 'string' ? bare(kindFound) : kindFound);
  const label = typeof labelFound === 'string' ? tidy(labelFound) : '';
  if (!isWithin(row, rows - 1)) return `is in row ${told(row)} of ${rows}`;
  if (!isWithin(column, GRID_MAX - 1)) return `is in column ${told(column)}`;
  if (kind === undefined) return `is of the unknown kind ${told(kindFound)}`;
  if (label === '') return 'has no label';
  if (label.length > LABEL_CHARS_MAX) return `has a label of more than ${LABEL_CHARS_MAX} characters`;
  return [row, column, kind, label];
}
