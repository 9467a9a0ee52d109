/**
 * How many accessible places an auditorium should have: Decreto 5.296/2004, art. 23, as Decreto 9.404/2018 words it.
 * Up to 1,000 places: 2 % wheelchair spaces, at least one, and 2 % seats for disability or reduced mobility, at
 * least one. Above: 20 of each, and 1 % of what exceeds 1,000. Half of those seats fit obese people. Fractions go up.
 *
 * The decree speaks of the building, the register of auditoriums; each auditorium is looked at by itself, which is
 * stricter for small ones. Hence, and because the register lags behind, what is missing is a warning and never a refusal.
 */
import type { DeclaredSeats } from './derived-layout.ts';

export type AccessibleShortage = 'wheelchair' | 'reduced-mobility' | 'obese';

/** What an auditorium declares too little of, with the places asked for and declared. */
export interface Shortage {
  readonly of: AccessibleShortage;
  readonly asked: number;
  readonly declared: number;
}

/**
 * The register lists seats for obese people beside those for reduced mobility, not among them, and the decree
 * among them: they count towards both.
 */
export function shortagesOf({ seats, wheelchair, reducedMobility, obese }: DeclaredSeats): Shortage[] {
  const each = seats <= 1000 ? Math.max(1, Math.ceil(seats / 50)) : 20 + Math.ceil((seats - 1000) / 100);
  const all: readonly Shortage[] = [
    { of: 'wheelchair', asked: each, declared: wheelchair },
    { of: 'reduced-mobility', asked: each, declared: reducedMobility + obese },
    { of: 'obese', asked: Math.ceil(each / 2), declared: obese },
  ];
  return all.filter(({ asked, declared }) => declared < asked);
}
