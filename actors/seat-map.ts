/**
 * The seat map of an auditorium: where each seat is, and of what kind. It is immutable and shared by
 * every screening that uses it, so that ten thousand loaded screenings do not carry ten thousand copies.
 *
 * A seat is known by its index, 0…seatCount−1, in reading order: rows from the screen backwards, columns
 * from left to right. Two seats are neighbours when they share a row and their columns differ by one; a
 * missing column is an aisle. Indexes never change within a seat-map version: sold seats refer to them.
 */
export interface SeatMap {
  /** Id of this seat-map version in the catalogue. */
  readonly id: number;
  readonly seatCount: number;
  /** Row labels, from the screen backwards. */
  readonly rowLabels: readonly string[];
  /** Per seat: index into `rowLabels`. Length `seatCount`. */
  readonly seatRow: Uint16Array;
  /** Per seat: column in the room's grid, from the left, 0-based. Length `seatCount`. */
  readonly seatColumn: Uint16Array;
  /** Per seat: a `SeatKind`. Length `seatCount`. */
  readonly seatKind: Uint8Array;
  /** Per seat: what is written on it ("F12"). Length `seatCount`. */
  readonly seatLabels: readonly string[];
}

/** Layouts by id: what a replay may need. */
export type SeatMaps = ReadonlyMap<number, SeatMap>;
export const noMaps: SeatMaps = new Map();

/** Seat kinds, as found in real Brazilian seat maps. The numbers are on the wire and in the database. */
export const SeatKind = {
  regular: 0,
  couple: 1,
  companion: 2,
  wheelchair: 3,
  reducedMobility: 4,
  obese: 5,
} as const;
export type SeatKind = (typeof SeatKind)[keyof typeof SeatKind];

/** The largest auditorium that is accepted; seat indexes travel as 16-bit numbers. */
export const SEAT_COUNT_MAX = 4096;
