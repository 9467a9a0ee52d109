/**
 * Where the seats lie, and how one walks through them. Pure: numbers in, numbers out. Lengths are in CSS pixels; the unit of a
 * room is the distance between two neighbours.
 */
import type { RoomSeat } from '../../../sdk/api/room-api.ts';

/** Columns of room on each side, for the row names. */
const SIDE = 1.2;
/** Rows of room above the first row, for the screen, and below the last. */
const ABOVE = 2.4;
const BELOW = 0.5;
/** A seat is never larger, however small the room: as large as a finger at a kiosk wants it. */
export const UNIT_MAX = 64;
/** Fingers are this wide: a tap this near to a seat's middle means it, when it is on no other seat. */
const TOUCH_RADIUS = 22;

/** What part of the room is seen: a point of the room (in units) is drawn at `x * unit + left`, `y * unit + top`. */
export interface View {
  readonly unit: number;
  readonly left: number;
  readonly top: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

export class RoomGeometry {
  readonly seats: readonly RoomSeat[];
  readonly firstColumn: number;
  /** Units from side to side and from top to bottom. */
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  /** Seats of each row, from the left. */
  readonly byRow: readonly (readonly number[])[];
  readonly #seatAt = new Map<string, number>();

  constructor(seats: readonly RoomSeat[], rows: number) {
    this.seats = seats;
    this.rows = rows;
    const columns = seats.map(({ column }) => column);
    this.firstColumn = seats.length === 0 ? 0 : Math.min(...columns);
    const lastColumn = seats.length === 0 ? 0 : Math.max(...columns);
    this.width = lastColumn - this.firstColumn + 1 + 2 * SIDE;
    this.height = rows + ABOVE + BELOW;
    const byRow: number[][] = Array.from({ length: rows }, () => []);
    for (const [seat, { row, column }] of seats.entries()) {
      this.#seatAt.set(`${row} ${column}`, seat);
      byRow[row]?.push(seat);
    }
    for (const row of byRow) row.sort((one, other) => seats[one]!.column - seats[other]!.column);
    this.byRow = byRow;
  }

  /** Middle of a seat, in units. */
  placeOf(seat: number): readonly [x: number, y: number] {
    const { row, column } = this.seats[seat]!;
    return [column - this.firstColumn + SIDE + 0.5, row + ABOVE + 0.5];
  }

  /** Middle of a row, in units from the top. */
  middleOfRow(row: number): number {
    return row + ABOVE + 0.5;
  }

  /** The seat on that side of it, without an aisle in between; null: there is none. */
  beside(seat: number, side: -1 | 1): number | null {
    const { row, column } = this.seats[seat]!;
    return this.#seatAt.get(`${row} ${column + side}`) ?? null;
  }

  /** The seat and those that touch it, corners too. */
  around(seat: number): readonly number[] {
    const { row, column } = this.seats[seat]!;
    return AROUND.flatMap(([dRow, dColumn]) => this.#seatAt.get(`${row + dRow} ${column + dColumn}`) ?? []);
  }

  /** The seat at this point, or, for a finger, the one that it nearly hit. */
  seatAt(x: number, y: number, view: View, isTouch = false): number | null {
    const column = (x - view.left) / view.unit - SIDE + this.firstColumn;
    const row = (y - view.top) / view.unit - ABOVE;
    const exact = this.#seatAt.get(`${Math.floor(row)} ${Math.floor(column)}`);
    if (exact !== undefined || !isTouch) return exact ?? null;
    let nearest: number | null = null;
    let least = TOUCH_RADIUS / view.unit;
    for (const [dRow, dColumn] of AROUND) {
      const seat = this.#seatAt.get(`${Math.floor(row) + dRow} ${Math.floor(column) + dColumn}`);
      if (seat === undefined) continue;
      const found = this.seats[seat]!;
      const away = Math.hypot(found.column + 0.5 - column, found.row + 0.5 - row);
      if (away > least) continue;
      least = away;
      nearest = seat;
    }
    return nearest;
  }

  /** The whole room in the middle of `width` × `height`. */
  fit(width: number, height: number): View {
    const unit = Math.min(UNIT_MAX, width / this.width, height / this.height);
    return { unit, left: (width - this.width * unit) / 2, top: (height - this.height * unit) / 2 };
  }

  /** Larger or smaller by `factor` around a point that stays where it is; never smaller than the whole room. */
  zoom(view: View, factor: number, x: number, y: number, width: number, height: number): View {
    const unit = Math.min(UNIT_MAX, Math.max(this.fit(width, height).unit, view.unit * factor));
    const grown = unit / view.unit;
    return this.keepInside({ unit, left: x - (x - view.left) * grown, top: y - (y - view.top) * grown }, width, height);
  }

  /** Moved so that no emptiness comes in where there could be seats. */
  keepInside({ unit, left, top }: View, width: number, height: number): View {
    return { unit, left: inside(left, this.width * unit, width), top: inside(top, this.height * unit, height) };
  }

  /** The view moved, if it must, so that the seat and its neighbours are seen. */
  reveal(view: View, seat: number, width: number, height: number): View {
    const [x, y] = this.placeOf(seat);
    const margin = view.unit * 1.5;
    const atX = x * view.unit + view.left;
    const atY = y * view.unit + view.top;
    const left = view.left + Math.max(0, margin - atX) - Math.max(0, atX - (width - margin));
    const top = view.top + Math.max(0, margin - atY) - Math.max(0, atY - (height - margin));
    return this.keepInside({ unit: view.unit, left, top }, width, height);
  }

  /** One step: along the row over aisles, or to the nearest seat of the next row that has any. The same seat at the edge. */
  step(seat: number, direction: Direction): number {
    const { row, column } = this.seats[seat]!;
    if (direction === 'left' || direction === 'right') {
      const seats = this.byRow[row] ?? [];
      return seats[seats.indexOf(seat) + (direction === 'right' ? 1 : -1)] ?? seat;
    }
    const by = direction === 'down' ? 1 : -1;
    for (let next = row + by; next >= 0 && next < this.rows; next += by) {
      const seats = this.byRow[next] ?? [];
      if (seats.length === 0) continue;
      const away = (other: number): number => Math.abs(this.seats[other]!.column - column);
      return seats.reduce((nearest, other) => (away(other) < away(nearest) ? other : nearest));
    }
    return seat;
  }

  /** First or last seat of the seat's row. */
  endOfRow(seat: number, end: 'first' | 'last'): number {
    return this.byRow[this.seats[seat]!.row]!.at(end === 'first' ? 0 : -1)!;
  }

  /** Where the keyboard begins: the middle of the room, two thirds of the way back, where most people want to sit. */
  middle(): number {
    const row = this.byRow[Math.floor((this.rows * 2) / 3)] ?? [];
    return row[Math.floor(row.length / 2)] ?? 0;
  }
}

const AROUND = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => [row, column] as const));

function inside(offset: number, content: number, room: number): number {
  if (content <= room) return (room - content) / 2;
  return Math.min(0, Math.max(room - content, offset));
}
