/** Questions about lists of seats that somebody sent. */

import type { SeatMap } from './seat-map.ts';
import { beginMarks, mark, unmark } from './seat-marks.ts';
import { OutcomeCode, type Refused } from './seat-outcome.ts';

const noSeats: Refused = { code: OutcomeCode.noSeats };

/**
 * Null for at least one seat, all of them in the auditorium, none twice; else the refusal, naming the seats at fault. Seats
 * that were chosen on another map (`chosenOn`, its id) are unknown here, whatever their numbers: they would be other chairs.
 */
export function refusalOfSeats(seats: readonly number[], map: SeatMap, chosenOn = map.id): Refused | null {
  const { seatCount } = map;
  const length = seats.length;
  if (length === 0) return noSeats;
  if (chosenOn !== map.id) return { code: OutcomeCode.seatUnknown, seats };
  beginMarks();
  for (let at = 0; at < length; at++) {
    const seat = seats[at]!;
    if (!exists(seat, seatCount) || !mark(seat)) return faultsOf(seats, seatCount);
  }
  return null;
}

/** `>>> 0` is the seat itself only for whole numbers from 0 on. */
function exists(seat: number, seatCount: number): boolean {
  return seat >>> 0 === seat && seat < seatCount;
}

function faultsOf(seats: readonly number[], seatCount: number): Refused {
  const unknown = seats.filter((seat) => !exists(seat, seatCount));
  if (unknown.length > 0) return { code: OutcomeCode.seatUnknown, seats: unknown };
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const seat of seats) (seen.has(seat) ? repeated : seen).add(seat);
  return { code: OutcomeCode.seatRepeated, seats: [...repeated] };
}

/**
 * Whether `named` has exactly one entry for each of `seats`: null if so, else the seats without an entry and the
 * entries without a seat.
 */
export function mismatchOf(
  seats: readonly number[],
  named: readonly { readonly seat: number }[],
): readonly number[] | null {
  beginMarks();
  for (let at = 0; at < seats.length; at++) mark(seats[at]!);
  let fits = named.length === seats.length;
  for (let at = 0; at < named.length; at++) if (!unmark(named[at]!.seat)) fits = false;
  if (fits) return null;
  const unnamed = new Set(seats);
  const extra = named.map((entry) => entry.seat).filter((seat) => !unnamed.delete(seat));
  return [...unnamed, ...extra];
}
