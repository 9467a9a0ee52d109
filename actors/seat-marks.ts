/**
 * A set of seats without allocation, for questions like "is a seat named twice?". One set for the whole thread,
 * begun anew by each question: clearing is counting up. Nothing of it outlives the function that began it, so that
 * `decide` stays pure.
 */
import { SEAT_COUNT_MAX } from './seat-map.ts';

const marks = new Uint32Array(SEAT_COUNT_MAX);
let current = 0;

/** Empties the set. */
export function beginMarks(): void {
  current++;
  if (current > 0xffff_ffff) {
    marks.fill(0);
    current = 1;
  }
}

/** False when the seat was in the set already. `seat` must be below SEAT_COUNT_MAX. */
export function mark(seat: number): boolean {
  if (marks[seat] === current) return false;
  marks[seat] = current;
  return true;
}

/** False when the seat, or whatever number it is, was not in the set. */
export function unmark(seat: number): boolean {
  if (marks[seat] !== current) return false;
  marks[seat] = 0;
  return true;
}
