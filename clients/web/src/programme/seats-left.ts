/**
 * How many seats are left, in the words that matter: plenty, few, none. And where none are, what to do instead: the nearest
 * screening of the same film that day that still has some, in the same cinema first.
 */
import type { FoundCinema, FoundScreening } from '../../../sdk/api/catalogue-api.ts';

/** Below this share of its seats a screening has few left. */
const FEW = 0.15;

export type SeatsLeft =
  | { readonly is: 'some'; readonly seats: number }
  | { readonly is: 'few'; readonly seats: number }
  | { readonly is: 'none' }
  /** Not on sale at the moment, whatever is left. */
  | { readonly is: 'closed' };

export function seatsLeftOf({ seatsLeft, seatCount, salesOpen }: FoundScreening): SeatsLeft {
  if (seatsLeft <= 0) return { is: 'none' };
  if (!salesOpen) return { is: 'closed' };
  return { is: seatsLeft < seatCount * FEW ? 'few' : 'some', seats: seatsLeft };
}

/** Another one to go to. `cinema`: null when it is in the same. */
export interface Instead {
  readonly screening: FoundScreening;
  readonly cinema: FoundCinema['cinema'] | null;
}

/** @param cinemas of the same film and day. Null: nothing is left that day. */
export function insteadOf(
  screening: FoundScreening,
  cinema: FoundCinema['cinema'],
  cinemas: readonly FoundCinema[],
): Instead | null {
  const startsMs = Date.parse(screening.startsAt);
  let best: { readonly instead: Instead; readonly distance: readonly [number, number] } | null = null;
  for (const other of cinemas) {
    const isHere = other.cinema.id === cinema.id;
    for (const candidate of other.screenings) {
      const { is } = seatsLeftOf(candidate);
      if (is === 'none' || is === 'closed') continue;
      const distance = [isHere ? 0 : 1, Math.abs(Date.parse(candidate.startsAt) - startsMs)] as const;
      if (best !== null && !isNearer(distance, best.distance)) continue;
      best = { instead: { screening: candidate, cinema: isHere ? null : other.cinema }, distance };
    }
  }
  return best?.instead ?? null;
}

function isNearer(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
