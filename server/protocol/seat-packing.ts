/**
 * Seats on the wire. A snapshot has two bits a seat, four seats a byte, seat 0 in the low bits of byte 0; a delta two
 * bytes a changed seat, big-endian, `seat << 2 | status`. Status: 0 free, 1 held, 2 sold, 3 blocked.
 */

/** One byte for each four seats, from one status a seat. The bits above the last seat are zero. */
export function packStatus(status: Uint8Array): Uint8Array {
  const packed = new Uint8Array((status.length + 3) >> 2);
  for (let seat = 0; seat < status.length; seat++) packed[seat >> 2]! |= (status[seat]! & 3) << ((seat & 3) << 1);
  return packed;
}

/** One status a seat; null when the bytes are too few or too many for `seatCount` seats. */
export function unpackStatus(packed: Uint8Array, seatCount: number): Uint8Array | null {
  if (packed.length !== (seatCount + 3) >> 2) return null;
  const status = new Uint8Array(seatCount);
  for (let seat = 0; seat < seatCount; seat++) status[seat] = (packed[seat >> 2]! >> ((seat & 3) << 1)) & 3;
  return status;
}

/** Two bytes a change; each change is `seat << 2 | status`. */
export function packChanges(changes: readonly number[]): Uint8Array {
  const packed = new Uint8Array(changes.length * 2);
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i]!;
    packed[i * 2] = change >> 8;
    packed[i * 2 + 1] = change;
  }
  return packed;
}

/** Null for an odd number of bytes. */
export function unpackChanges(packed: Uint8Array): number[] | null {
  if (packed.length % 2 !== 0) return null;
  const changes: number[] = [];
  for (let at = 0; at < packed.length; at += 2) changes.push((packed[at]! << 8) | packed[at + 1]!);
  return changes;
}
