/**
 * A seat map out of four numbers. ANCINE's register says how many seats an auditorium has and how many of them are
 * for whom, not where they stand; until somebody imports the real plan, this one is sold from. It is a guess that
 * keeps the sums: every declared seat exists, none is invented, and the same numbers give the same plan for ever,
 * because tickets refer to seats by index.
 *
 * ASSENTOS_SALA counts every place, wheelchair spaces included. The register does not say so; its rows do: in
 * several rooms whose seats are all special (VIP rooms: 81 = 3 + 3 + 75, 66 = 3 + 32 + 31) the sum is exact, and
 * in none that works is the sum of the special places greater than the total.
 *
 * The plan: rows from the screen backwards, about seven seats wide for five rows deep, the narrower rows in front; one
 * aisle from 4 seats to the row, two from 14. Wheelchair spaces stand in front, beside an aisle, each with a companion's
 * seat next to it (taken from the regular ones: the register does not count them); then, along the aisles, the seats for
 * reduced mobility and for obese people.
 */
import { SEAT_COUNT_MAX, SeatKind } from '../../actors/seat-map.ts';
import type { SeatLayout } from '../seat-layout.ts';

/** What the register declares of an auditorium. Whole numbers. */
export interface DeclaredSeats {
  /** All places, the three special kinds included. */
  readonly seats: number;
  readonly wheelchair: number;
  readonly reducedMobility: number;
  readonly obese: number;
}

/** Why no plan can be derived; null when one can. */
export function whyNoLayout({ seats, wheelchair, reducedMobility, obese }: DeclaredSeats): string | null {
  const numbers = [seats, wheelchair, reducedMobility, obese];
  if (!numbers.every((number) => Number.isInteger(number) && number >= 0)) return 'a seat count is no whole number';
  if (seats === 0) return 'it declares no seats';
  if (seats > SEAT_COUNT_MAX) return `it declares ${seats} seats; at most ${SEAT_COUNT_MAX} are possible`;
  const special = wheelchair + reducedMobility + obese;
  if (special > seats) return `it declares ${special} special places among ${seats} seats`;
  return null;
}

const SEATS_PER_ROW_AND_ROWS = 7 / 5;
const ONE_AISLE_FROM = 4;
const TWO_AISLES_FROM = 14;

/** Seats that stand side by side, no aisle between: `[from, to)` within their row, and which ends face an aisle. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly aisleLeft: boolean;
  readonly aisleRight: boolean;
}

interface Row {
  /** Index of its first seat in the room. */
  readonly first: number;
  readonly width: number;
  readonly blocks: readonly Block[];
}

/** The plan for `declared`. @throws Error when `whyNoLayout` has an answer. */
export function deriveLayout(declared: DeclaredSeats): SeatLayout {
  const why = whyNoLayout(declared);
  if (why !== null) throw new Error(`no layout can be derived: ${why}`);
  const rows = rowsFor(declared.seats);
  const kinds = kindsFor(declared, rows);
  const labels = rows.map((_, row) => rowLabel(row));
  const seats: SeatLayout['seats'][number][] = [];
  for (const [row, { blocks }] of rows.entries()) {
    for (const [aislesBefore, { from, to }] of blocks.entries()) {
      for (let place = from; place < to; place++) {
        const kind = kinds[seats.length] ?? SeatKind.regular;
        seats.push([row, place + aislesBefore, kind, `${labels[row]}${place + 1}`]);
      }
    }
  }
  return { rows: labels, seats };
}

/** A, B, … Z, AA, AB, …: no letter is skipped. `row` counts from 0. */
export function rowLabel(row: number): string {
  const letter = String.fromCharCode(65 + (row % 26));
  return row < 26 ? letter : rowLabel(Math.floor(row / 26) - 1) + letter;
}

function rowsFor(seats: number): readonly Row[] {
  const count = Math.max(1, Math.round(Math.sqrt(seats / SEATS_PER_ROW_AND_ROWS)));
  const narrow = Math.floor(seats / count);
  const wideRows = seats % count;
  const aisles = aislesFor(wideRows > 0 ? narrow + 1 : narrow);
  let first = 0;
  return Array.from({ length: count }, (_, row) => {
    const width = row < count - wideRows ? narrow : narrow + 1;
    const made = { first, width, blocks: blocksOf(width, aisles) };
    first += width;
    return made;
  });
}

/** Before which places of a row there is an aisle. The same for every row, so that aisles are straight. */
function aislesFor(width: number): readonly number[] {
  if (width < ONE_AISLE_FROM) return [];
  if (width < TWO_AISLES_FROM) return [Math.floor(width / 2)];
  const side = Math.floor(width / 4);
  return [side, width - side];
}

function blocksOf(width: number, aisles: readonly number[]): readonly Block[] {
  // Without an aisle among the seats one walks along the walls.
  if (aisles.length === 0) return [{ from: 0, to: width, aisleLeft: true, aisleRight: true }];
  const edges = [0, ...aisles, width];
  return edges.slice(1).map((to, block) => ({
    from: edges[block] ?? 0,
    to,
    aisleLeft: block > 0,
    aisleRight: block < aisles.length,
  }));
}

/** Per seat its kind; as many of each as declared. */
function kindsFor(declared: DeclaredSeats, rows: readonly Row[]): Uint8Array {
  const { seats, wheelchair, reducedMobility, obese } = declared;
  const kinds = new Uint8Array(seats).fill(SeatKind.regular);
  const companionsWanted = Math.min(wheelchair, seats - wheelchair - reducedMobility - obese);
  let companions = 0;
  for (const row of rows) {
    if (companions === companionsWanted) break;
    for (const [space, companion] of pairsOf(row).slice(0, companionsWanted - companions)) {
      kinds[space] = SeatKind.wheelchair;
      kinds[companion] = SeatKind.companion;
      companions++;
    }
  }
  const free = seatsByAisle(rows).filter((seat) => kinds[seat] === SeatKind.regular);
  // More spaces than companions can sit beside (no regular seat is left, or blocks are odd): those stand alone.
  const alone = wheelchair - companions;
  for (const [rank, seat] of free.entries()) {
    if (rank < alone) kinds[seat] = SeatKind.wheelchair;
    else if (rank < alone + reducedMobility) kinds[seat] = SeatKind.reducedMobility;
    else if (rank < alone + reducedMobility + obese) kinds[seat] = SeatKind.obese;
  }
  return kinds;
}

/**
 * Where a row can take a wheelchair and a companion: the space is the nearer one to the aisle. The blocks take
 * turns, in order that not all of them end up on one side of the room.
 */
function pairsOf({ first, blocks }: Row): (readonly [space: number, companion: number])[] {
  const byBlock = blocks.map(({ from, to, aisleLeft, aisleRight }) => {
    const pairs: [number, number][] = [];
    let left = first + from;
    let right = first + to - 1;
    while (right - left >= 1) {
      const fromLeft = aisleLeft && (!aisleRight || pairs.length % 2 === 0);
      pairs.push(fromLeft ? [left, left + 1] : [right, right - 1]);
      if (fromLeft) left += 2;
      else right -= 2;
    }
    return pairs;
  });
  const turns = Math.max(...byBlock.map((pairs) => pairs.length));
  return Array.from({ length: turns }, (_, turn) => byBlock.flatMap((pairs) => pairs.slice(turn, turn + 1))).flat();
}

/** All seats: those on an aisle first, and among those at the same distance the ones nearer the screen. */
function seatsByAisle(rows: readonly Row[]): number[] {
  const byDistance: number[][] = [];
  for (const { first, blocks } of rows) {
    for (const { from, to, aisleLeft, aisleRight } of blocks) {
      for (let place = from; place < to; place++) {
        const left = aisleLeft ? place - from : Number.POSITIVE_INFINITY;
        const right = aisleRight ? to - 1 - place : Number.POSITIVE_INFINITY;
        const distance = Math.min(left, right);
        byDistance[distance] ??= [];
        byDistance[distance].push(first + place);
      }
    }
  }
  return byDistance.flat();
}
