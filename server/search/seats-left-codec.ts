/**
 * Seats left of screenings as bytes, for other threads and nodes: a version, then ten bytes for each screening, its id as a
 * float64 and the number as a uint16, little-endian. Nothing but ids and counts.
 */

/** A screening, and its free seats. */
export type SeatsLeft = readonly [screening: number, left: number];

const VERSION = 1;
const ENTRY_BYTES = 10;
/** A message of 160 KB; NATS takes 1 MB. */
export const ENTRIES_MAX = 16_384;
/** Of a seat map. */
const SEATS_MAX = 4_096;

/** @param seats at most `ENTRIES_MAX` */
export function encodeSeatsLeft(seats: readonly SeatsLeft[]): Uint8Array {
  const bytes = new Uint8Array(1 + seats.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  for (const [index, [screening, left]] of seats.entries()) {
    const at = 1 + index * ENTRY_BYTES;
    view.setFloat64(at, screening, true);
    view.setUint16(at + 8, left, true);
  }
  return bytes;
}

/** Null for anything else: of a newer build, or of nobody we know. */
export function decodeSeatsLeft(bytes: Uint8Array): SeatsLeft[] | null {
  const entries = (bytes.length - 1) / ENTRY_BYTES;
  if (bytes[0] !== VERSION || !Number.isInteger(entries) || entries > ENTRIES_MAX) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seats: SeatsLeft[] = [];
  for (let at = 1; at < bytes.length; at += ENTRY_BYTES) {
    const screening = view.getFloat64(at, true);
    const left = view.getUint16(at + 8, true);
    if (!Number.isSafeInteger(screening) || screening < 1 || left > SEATS_MAX) return null;
    seats.push([screening, left]);
  }
  return seats;
}
