/**
 * Chooses good seats side by side, inside the actor, where nobody can take them meanwhile (rules B).
 *
 * One pass over the seats. A block of `count` seats slides along every stretch of adjacent seats that can be had,
 * and the best block seen so far is kept; what is compared, in this order:
 * 1. single free seats that the block would leave behind, shut in between taken seats, aisles and walls: fewer is better,
 *    since nobody buys one seat between strangers;
 * 2. blocks without couple seats are better;
 * 3. the distance of its middle from the focal point, two thirds of the way back on the centre line;
 * 4. the lower seat index, so that the same question always has the same answer.
 */
import { geometryOf, type SeatGeometry, Trait } from './seat-geometry.ts';
import { SEAT_COUNT_MAX, type SeatMap } from './seat-map.ts';
import { isDue, type ScreeningState, SeatStatus } from './seat-state.ts';

/** Scratch of one call: 1 where a seat is free now or once the due holds are expired. */
const free = new Uint8Array(SEAT_COUNT_MAX);

/**
 * `count` ≥ 1 adjacent seats of one row, left to right; null when no row has them. `accessible`: only wheelchair
 * and companion seats, a wheelchair place among them. Seats of due holds count as free.
 */
export function chooseSeats(
  state: ScreeningState,
  count: number,
  accessible: boolean,
  nowMs: number,
): readonly number[] | null {
  const { map, seatStatus } = state;
  for (let seat = 0; seat < map.seatCount; seat++) free[seat] = seatStatus[seat] === SeatStatus.free ? 1 : 0;
  for (const hold of state.holds.values()) {
    if (isDue(hold, nowMs)) for (const seat of hold.seats) free[seat] = 1;
  }
  const first = bestBlock(map, geometryOf(map), count, accessible);
  return first < 0 ? null : Array.from({ length: count }, (_, index) => first + index);
}

/** First seat of the best block, or −1. */
function bestBlock(map: SeatMap, geometry: SeatGeometry, count: number, accessible: boolean): number {
  const { joinsNext, traits } = geometry;
  const wanted = accessible ? Trait.accessible : Trait.open;
  let best = -1;
  let bestRank = Number.POSITIVE_INFINITY;
  let bestDistance = Number.POSITIVE_INFINITY;
  /** Seats in a row that can be had, ending at `last`; how many wheelchair and couple seats are among the last `count` of them. */
  let length = 0;
  let wheelchairs = 0;
  let couples = 0;
  for (let last = 0; last < map.seatCount; last++) {
    const trait = traits[last]!;
    if (free[last] === 0 || (trait & wanted) === 0) {
      length = 0;
      continue;
    }
    if (length === 0 || joinsNext[last - 1] === 0) {
      length = 0;
      wheelchairs = 0;
      couples = 0;
    }
    length++;
    if ((trait & Trait.wheelchair) !== 0) wheelchairs++;
    if ((trait & Trait.couple) !== 0) couples++;
    if (length < count) continue;
    const first = last - count + 1;
    if (length > count) {
      const left = traits[first - 1]!;
      if ((left & Trait.wheelchair) !== 0) wheelchairs--;
      if ((left & Trait.couple) !== 0) couples--;
    }
    if (accessible ? wheelchairs === 0 : splitsCouple(traits, first, last)) continue;
    const distance = distanceOf(map, geometry, first, last);
    // The usual case once a good block is known, asked first because it is cheap.
    if (bestRank === 0 && distance >= bestDistance) continue;
    const orphans = accessible ? 0 : orphansBeside(geometry, first, last);
    const rank = 2 * orphans + (couples > 0 ? 1 : 0);
    if (rank > bestRank || (rank === bestRank && distance >= bestDistance)) continue;
    best = first;
    bestRank = rank;
    bestDistance = distance;
  }
  return best;
}

function splitsCouple(traits: Uint8Array, first: number, last: number): boolean {
  return (traits[first]! & Trait.coupleRight) !== 0 || (traits[last]! & Trait.coupleLeft) !== 0;
}

/** How many single seats the block first…last would leave on its sides: free, for everybody, and without such a neighbour. */
function orphansBeside(geometry: SeatGeometry, first: number, last: number): number {
  const { joinsNext } = geometry;
  let orphans = 0;
  if (first > 0 && joinsNext[first - 1] === 1 && isForAll(geometry, first - 1)) {
    const hasNeighbour = first > 1 && joinsNext[first - 2] === 1 && isForAll(geometry, first - 2);
    if (!hasNeighbour) orphans++;
  }
  if (joinsNext[last] === 1 && isForAll(geometry, last + 1)) {
    const hasNeighbour = joinsNext[last + 1] === 1 && isForAll(geometry, last + 2);
    if (!hasNeighbour) orphans++;
  }
  return orphans;
}

function isForAll({ traits }: SeatGeometry, seat: number): boolean {
  return free[seat] === 1 && (traits[seat]! & Trait.open) !== 0;
}

/**
 * Square of the distance between the block's middle and the focal point, in sixths of a seat's width. A row is as deep as
 * two seats are wide. Whole numbers, so that every machine finds the same block.
 */
function distanceOf({ seatRow, seatColumn }: SeatMap, geometry: SeatGeometry, first: number, last: number): number {
  const across = 3 * (seatColumn[first]! + seatColumn[last]! - geometry.columnsSum);
  const along = 4 * (3 * seatRow[first]! - geometry.rowsTwice);
  return across * across + along * along;
}
