/**
 * Seats drawn anywhere on a plane become rows and columns of a grid, in which neighbours are neighbours and an aisle is
 * a missing column. Pure.
 *
 * Rows are as the plan groups them; those of several zones that bear one name and lie at one height are one row of the
 * room (its blocks left and right of an aisle). Within a row, seats are taken from left to right, and each stands as many
 * columns after the one before it as their distance has seat widths, rounded. Going from neighbour to neighbour, and not
 * by each seat's own place on a ruler, is what makes this work for rows that are curved, shifted by half a seat or drawn
 * a little wider than others: a ruler would find aisles there that do not exist.
 */
import type { SeatKind } from '../../actors/seat-map.ts';
import type { SeatLayout } from '../seat-layout.ts';
import { GRID_MAX, LABEL_CHARS_MAX, type SeatMapReading } from './seat-map-reading.ts';

export interface PlacedSeat {
  readonly x: number;
  readonly y: number;
  readonly kind: SeatKind;
  /** "12" */
  readonly number: string;
  /** Where in the file. */
  readonly where: string;
}

export interface PlacedRow {
  readonly zone: string;
  /** "A"; '' when the plan has no name for it. */
  readonly label: string;
  readonly seats: readonly PlacedSeat[];
}

interface RoomSeat extends PlacedSeat {
  readonly zone: string;
}

interface RoomRow {
  readonly label: string;
  /** Of its seat in the middle: rows may be curved. */
  readonly y: number;
  /** From left to right. */
  readonly seats: readonly RoomSeat[];
}

/** A row's own seat width counts when it has this many gaps, and is not far from the room's. */
const GAPS_FOR_OWN_WIDTH = 4;
const [NARROWEST, WIDEST] = [0.6, 1.6];

/**
 * The layout; null when there can be none, and `reading` hears why. `isTurned`: the screen is drawn below, so that the
 * whole plan is turned by half a turn (the rows alone would mirror the room).
 */
export function gridOf(placed: readonly PlacedRow[], isTurned: boolean, reading: SeatMapReading): SeatLayout | null {
  const sign = isTurned ? -1 : 1;
  const blocks = placed.map((row) => roomRow(row, sign));
  const width = median(blocks.flatMap(gapsOf)) ?? 1;
  const rows = joined(blocks, width / 2);
  const labels = seatLabels(rows, reading);
  const left = Math.min(...rows.map(({ seats }) => seats[0]?.x ?? 0));
  const columns = rows.map((row) => columnsOf(row, width, left));
  const first = Math.min(...columns.map((row) => row[0] ?? 0));
  const last = Math.max(...columns.map((row) => row.at(-1) ?? 0));
  if (last - first >= GRID_MAX) {
    reading.fault(`its seats would be ${last - first + 1} columns apart; at most ${GRID_MAX} are possible`);
    return null;
  }
  return {
    rows: rows.map(({ label }, row) => label || String(row + 1)),
    seats: rows.flatMap(({ seats }, row) =>
      seats.map((seat, rank) => {
        return [row, (columns[row]?.[rank] ?? 0) - first, seat.kind, labels.get(seat) ?? ''] as const;
      }),
    ),
  };
}

function roomRow({ zone, label, seats }: PlacedRow, sign: 1 | -1): RoomRow {
  const turned = seats
    .map((seat) => ({ ...seat, zone, x: sign * seat.x, y: sign * seat.y }))
    .sort((one, other) => one.x - other.x || one.y - other.y);
  return { label, y: median(turned.map(({ y }) => y)) ?? 0, seats: turned };
}

/** The rows from the screen backwards. Those of one name whose heights differ by less than `apart` become one. */
function joined(rows: readonly RoomRow[], apart: number): RoomRow[] {
  const ordered = rows.toSorted((one, other) => one.y - other.y || (one.label < other.label ? -1 : 1));
  const room: RoomRow[] = [];
  for (const row of ordered) {
    const at = room.findLastIndex(({ label, y }) => label === row.label && row.y - y <= apart);
    const before = room[at];
    if (before === undefined) room.push(row);
    else {
      const seats = [...before.seats, ...row.seats].sort((one, other) => one.x - other.x || one.y - other.y);
      room[at] = { ...before, seats };
    }
  }
  return room;
}

/** Distances between neighbours. Seats of a curved row stand at different heights too. */
function gapsOf({ seats }: RoomRow): number[] {
  return seats.slice(1).map(({ x, y }, index) => Math.hypot(x - (seats[index]?.x ?? x), y - (seats[index]?.y ?? y)));
}

/** Ascending, and no two alike: of two seats at one place the second stands one column on. */
function columnsOf(row: RoomRow, roomWidth: number, left: number): number[] {
  const gaps = gapsOf(row);
  const own = gaps.length >= GAPS_FOR_OWN_WIDTH ? (median(gaps) ?? roomWidth) : roomWidth;
  const width = own > NARROWEST * roomWidth && own < WIDEST * roomWidth ? own : roomWidth;
  const columns = [Math.round(((row.seats[0]?.x ?? left) - left) / (roomWidth || 1))];
  for (const gap of gaps) columns.push((columns.at(-1) ?? 0) + Math.max(1, Math.round(gap / (width || 1))));
  return columns;
}

/** What is written on each seat: row and number, and in front of that the zone, where two would be called the same. */
function seatLabels(rows: readonly RoomRow[], reading: SeatMapReading): Map<RoomSeat, string> {
  const plain = new Map(
    rows.flatMap((row) => row.seats.map((seat) => [seat, plainLabel(row.label, seat.number)] as const)),
  );
  const times = new Map<string, number>();
  for (const label of plain.values()) times.set(label, (times.get(label) ?? 0) + 1);
  const labels = new Map<RoomSeat, string>();
  const called = new Map<string, RoomSeat>();
  for (const [seat, short] of plain) {
    const zone =
      times.get(short) === 1 ? '' : seat.zone.slice(0, Math.max(0, LABEL_CHARS_MAX - 1 - short.length)).trim();
    const label = zone === '' ? short : `${zone} ${short}`;
    const twin = called.get(label);
    if (label.length > LABEL_CHARS_MAX)
      reading.fault(`${seat.where} has a label of more than ${LABEL_CHARS_MAX} characters`);
    else if (twin !== undefined) reading.fault(`${seat.where} is called ${label}, and so is ${twin.where}`);
    called.set(label, seat);
    labels.set(seat, label);
  }
  return labels;
}

/** "A" and "12" are A12; "1" and "12" are 1-12, which 112 would not tell; a number that has its row in it is enough. */
function plainLabel(row: string, number: string): string {
  if (row === '' || (number.startsWith(row) && number !== row && /\D/.test(row))) return number;
  return /\d$/.test(row) && /^\d/.test(number) ? `${row}-${number}` : `${row}${number}`;
}

/** The middle one, of an even number the lower; null: there is none. */
function median(numbers: readonly number[]): number | null {
  return numbers.toSorted((one, other) => one - other)[(numbers.length - 1) >> 1] ?? null;
}
