/**
 * What best-available wants to know of a seat map, worked out once for each map (maps never change): where the
 * stretches of adjacent seats end, which couple seats belong together, how good each place is.
 */
import { SeatKind, type SeatMap } from './seat-map.ts';

export interface SeatGeometry {
  /** Per seat: 1 when the next seat of the row is adjacent to it. */
  readonly joinsNext: Uint8Array;
  /** Per seat: what is to be known about its kind, see below. */
  readonly traits: Uint8Array;
  /** Leftmost plus rightmost column: twice the centre. */
  readonly columnsSum: number;
  /** Twice the index of the last row; the focal row is at a third of it, two thirds of the way from the screen. */
  readonly rowsTwice: number;
}

/** Traits, as bits. */
export const Trait = {
  /** May be offered to anybody. */
  open: 1,
  /** May be offered to those who ask for accessible seats. */
  accessible: 2,
  wheelchair: 4,
  couple: 8,
  /** The first, the second seat of a couple. */
  coupleLeft: 16,
  coupleRight: 32,
} as const;

const known = new WeakMap<SeatMap, SeatGeometry>();

export function geometryOf(map: SeatMap): SeatGeometry {
  let geometry = known.get(map);
  if (geometry === undefined) {
    geometry = measure(map);
    known.set(map, geometry);
  }
  return geometry;
}

function measure({ seatCount, seatRow, seatColumn, seatKind, rowLabels }: SeatMap): SeatGeometry {
  const joinsNext = new Uint8Array(seatCount);
  const traits = new Uint8Array(seatCount);
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (let seat = 0; seat < seatCount; seat++) {
    const column = seatColumn[seat]!;
    left = Math.min(left, column);
    right = Math.max(right, column);
    const isAdjacent = seatRow[seat + 1] === seatRow[seat] && seatColumn[seat + 1] === column + 1;
    joinsNext[seat] = isAdjacent ? 1 : 0;
    switch (seatKind[seat]) {
      case SeatKind.regular:
        traits[seat] = Trait.open;
        break;
      case SeatKind.wheelchair:
        traits[seat] = Trait.accessible | Trait.wheelchair;
        break;
      case SeatKind.companion:
        traits[seat] = Trait.accessible;
        break;
      case SeatKind.couple: {
        // Paired from the left; one without a partner is offered to nobody.
        const isSecond = seat > 0 && joinsNext[seat - 1] === 1 && (traits[seat - 1]! & Trait.coupleLeft) !== 0;
        if (isSecond) traits[seat] = Trait.open | Trait.couple | Trait.coupleRight;
        else if (isAdjacent && seatKind[seat + 1] === SeatKind.couple) {
          traits[seat] = Trait.open | Trait.couple | Trait.coupleLeft;
        }
        break;
      }
    }
  }
  return { joinsNext, traits, columnsSum: left + right, rowsTwice: 2 * (rowLabels.length - 1) };
}
