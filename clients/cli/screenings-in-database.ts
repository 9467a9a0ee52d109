/** The list of screenings read from the database itself, for where no server runs. */
import type pg from 'pg';
import { listScreenings, type ScreeningSummary } from '../../storage/catalogue.ts';

const PAGE = 1000;
const DAY_MS = 86_400_000;
const YEARS_AHEAD_DAYS = 3650;

/** By start: those to come, or those of a day. A day is meant in each cinema's own time, and so begins and ends at several instants. */
export async function screeningsOf(pool: pg.Pool, day: string | null, limit: number): Promise<ScreeningSummary[]> {
  const midnight = day === null ? Date.now() : Date.parse(`${day}T00:00Z`);
  const window =
    day === null
      ? { fromMs: midnight, toMs: midnight + YEARS_AHEAD_DAYS * DAY_MS }
      : { fromMs: midnight - DAY_MS, toMs: midnight + 2 * DAY_MS };
  const found: ScreeningSummary[] = [];
  for (let afterId = 0; found.length < limit; ) {
    const page = await listScreenings(pool, { ...window, afterId, limit: PAGE });
    found.push(...page.filter(({ startsLocal }) => day === null || startsLocal.startsWith(day)));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    afterId = last.id;
  }
  return found.slice(0, limit);
}
