/** When a letter that was not taken is tried again: soon at first (a server that greylists wants minutes), then rarer. */

/** Pauses after the first, second, … failure, minutes. Ten attempts in about a day; later the news is old. */
const PAUSES_MIN = [0.5, 2, 6, 15, 30, 60, 180, 360, 720] as const;
/** Letters that failed together do not come back together: each pause is that much longer or shorter. */
const JITTER = 0.25;

export const ATTEMPTS_MAX = PAUSES_MIN.length + 1;

/**
 * How long to wait after the failure number `failures` (from 1), milliseconds; null when it was the last attempt.
 * `chance` is between 0 and 1.
 */
export function pauseMs(failures: number, chance: number): number | null {
  const minutes = PAUSES_MIN[failures - 1];
  return minutes === undefined ? null : Math.round(minutes * 60_000 * (1 - JITTER + 2 * JITTER * chance));
}
