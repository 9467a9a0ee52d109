/**
 * A seat map as the database keeps it: JSON that a person can read, seats in the order of their index. Stored
 * layouts were checked when they were imported; they are checked again here, because tickets refer to seats by
 * index and a wrong map would move people's seats in silence.
 */
import { SEAT_COUNT_MAX, SeatKind, type SeatMap } from '../actors/seat-map.ts';

export interface SeatLayout {
  /** Row labels, from the screen backwards. */
  readonly rows: readonly string[];
  /** Per seat: index into `rows`, column in the room's grid from the left (0-based), a `SeatKind`, what is written on it. */
  readonly seats: readonly (readonly [row: number, column: number, kind: number, label: string])[];
}

/** A layout that no auditorium can have. */
export class LayoutInvalid extends Error {
  override readonly name = 'LayoutInvalid';
}

const KIND_MAX = Math.max(...Object.values(SeatKind));
const COLUMN_MAX = 65_535;

/** @throws LayoutInvalid, naming the first seat at fault. */
export function seatMapFromLayout(id: number, layout: SeatLayout): SeatMap {
  const seatCount = layout.seats.length;
  refuse(seatCount < 1 || seatCount > SEAT_COUNT_MAX, `${seatCount} seats; 1 to ${SEAT_COUNT_MAX} are possible`);
  const seatRow = new Uint16Array(seatCount);
  const seatColumn = new Uint16Array(seatCount);
  const seatKind = new Uint8Array(seatCount);
  const seatLabels: string[] = [];
  for (const [seat, [row, column, kind, label]] of layout.seats.entries()) {
    refuse(!within(row, layout.rows.length - 1), `seat ${seat} is in row ${row} of ${layout.rows.length}`);
    refuse(!within(column, COLUMN_MAX), `seat ${seat} is in column ${column}`);
    refuse(!within(kind, KIND_MAX), `seat ${seat} is of the unknown kind ${kind}`);
    refuse(typeof label !== 'string' || label === '', `seat ${seat} has no label`);
    const before = seat === 0 ? -1 : (seatRow[seat - 1] ?? 0) * (COLUMN_MAX + 1) + (seatColumn[seat - 1] ?? 0);
    refuse(row * (COLUMN_MAX + 1) + column <= before, `seat ${seat} (${label}) is not in reading order, or twice`);
    seatRow[seat] = row;
    seatColumn[seat] = column;
    seatKind[seat] = kind;
    seatLabels.push(label);
  }
  return { id, seatCount, rowLabels: layout.rows, seatRow, seatColumn, seatKind, seatLabels };
}

/** The layout of a seat map, for storing it. */
export function layoutOf(map: SeatMap): SeatLayout {
  const seats = map.seatLabels.map(
    (label, seat) => [map.seatRow[seat] ?? 0, map.seatColumn[seat] ?? 0, map.seatKind[seat] ?? 0, label] as const,
  );
  return { rows: map.rowLabels, seats };
}

function within(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function refuse(wrong: boolean, what: string): void {
  if (wrong) throw new LayoutInvalid(`invalid seat layout: ${what}`);
}
