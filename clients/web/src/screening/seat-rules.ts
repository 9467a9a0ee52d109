/**
 * What belongs together on the map: the two halves of a couple seat, a wheelchair space and its companion; which seats are as good as
 * one that was lost; which single seat my choice would leave between strangers. Pure. The server takes any free seat: these are
 * offers and sentences, except that couple seats go in pairs.
 */
import type { RoomGeometry } from './room-geometry.ts';

export const SeatKind = { regular: 0, couple: 1, companion: 2, wheelchair: 3, reducedMobility: 4, obese: 5 } as const;

/** Whether a seat could be taken now. */
export type IsFree = (seat: number) => boolean;

/** Per seat: its other half, or −1. Couples are paired from the left, as the server's best-available pairs them. */
export function couplesOf(geometry: RoomGeometry): Int16Array {
  const partner = new Int16Array(geometry.seats.length).fill(-1);
  for (const row of geometry.byRow) {
    for (const seat of row) {
      const next = geometry.beside(seat, 1);
      if (next === null || partner[seat] !== -1) continue;
      if (geometry.seats[seat]!.kind !== SeatKind.couple || geometry.seats[next]!.kind !== SeatKind.couple) continue;
      partner[seat] = next;
      partner[next] = seat;
    }
  }
  return partner;
}

/** The free companion seat beside a wheelchair space; null: there is none. */
export function companionOf(geometry: RoomGeometry, seat: number, isFree: IsFree): number | null {
  if (geometry.seats[seat]?.kind !== SeatKind.wheelchair) return null;
  for (const side of [1, -1] as const) {
    const beside = geometry.beside(seat, side);
    if (beside !== null && geometry.seats[beside]!.kind === SeatKind.companion && isFree(beside)) return beside;
  }
  return null;
}

/**
 * Up to `count` free seats of the same kind, the nearest to the lost one first; among equals, the nearest to what I still have.
 * A row is as deep as two seats are wide.
 */
export function nearestEqual(
  geometry: RoomGeometry,
  lost: number,
  mine: readonly number[],
  isFree: IsFree,
  count: number,
): readonly number[] {
  const { kind } = geometry.seats[lost]!;
  const away = (one: number, other: number): number => {
    const [a, b] = [geometry.seats[one]!, geometry.seats[other]!];
    return Math.hypot(a.column - b.column, 2 * (a.row - b.row));
  };
  const cost = (seat: number): number =>
    away(seat, lost) + (mine.length === 0 ? 0 : Math.min(...mine.map((each) => away(seat, each))) / 8);
  return geometry.seats
    .flatMap((found, seat) => (found.kind === kind && seat !== lost && isFree(seat) ? [seat] : []))
    .map((seat) => ({ seat, cost: cost(seat) }))
    .sort((one, other) => one.cost - other.cost || one.seat - other.seat)
    .slice(0, count)
    .map(({ seat }) => seat);
}

export interface Shift {
  /** The single seat that would be left. */
  readonly orphan: number;
  /** The seat to give for it. */
  readonly give: number;
}

/**
 * A shift by one seat that leaves nobody a single seat between strangers, if my choice leaves one and the shift mends it. A seat
 * is single when it is free, for everybody, and has no free neighbour; it is my doing when one of its neighbours is mine.
 */
export function orphanShift(geometry: RoomGeometry, mine: readonly number[], isFree: IsFree): Shift | null {
  const have = new Set(mine);
  const isOpen = (seat: number | null): boolean =>
    seat !== null && isFree(seat) && !have.has(seat) && isForAll(geometry.seats[seat]!.kind);
  for (const seat of mine.toSorted((one, other) => one - other)) {
    if (!isForAll(geometry.seats[seat]!.kind)) continue;
    for (const side of [-1, 1] as const) {
      const orphan = geometry.beside(seat, side);
      if (orphan === null || !isOpen(orphan) || isOpen(geometry.beside(orphan, side))) continue;
      const give = farEnd(geometry, seat, side === 1 ? -1 : 1, have);
      const behind = geometry.beside(give, side === 1 ? -1 : 1);
      // The other way round it would only be another single seat; and what lies in between two of my blocks is filled by nobody.
      if (!isOpen(behind) || !isForAll(geometry.seats[give]!.kind)) continue;
      if (have.has(geometry.beside(orphan, side) ?? -1)) continue;
      return { orphan, give };
    }
  }
  return null;
}

function isForAll(kind: number): boolean {
  return kind === SeatKind.regular;
}

/** The last of my seats in this direction. */
function farEnd(geometry: RoomGeometry, from: number, side: -1 | 1, have: ReadonlySet<number>): number {
  let seat = from;
  for (;;) {
    const next = geometry.beside(seat, side);
    if (next === null || !have.has(next)) return seat;
    seat = next;
  }
}
