/**
 * Days as the programme has them: dates of the cinemas' calendar ("2026-12-24"), never instants. What day it is depends on
 * the clock of the cinema, not on that of the phone.
 */

/** Where most cinemas of the country are, as long as no city has been chosen. */
export const HOME_ZONE = 'America/Sao_Paulo';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The date in a zone; an unknown zone is taken for HOME_ZONE. */
export function todayIn(timeZone: string, nowMs: number): string {
  try {
    return dateIn(timeZone, nowMs);
  } catch {
    return dateIn(HOME_ZONE, nowMs);
  }
}

/** So many days later, or earlier. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The row of days: `count` from today on, and the one that is looked at, should it lie beyond. */
export function dayRow(today: string, count: number, chosen: string | null): readonly string[] {
  const row = Array.from({ length: count }, (_, at) => plusDays(today, at));
  return chosen !== null && chosen > (row.at(-1) ?? '') ? [...row, chosen] : row;
}

export type Nearness = 'today' | 'tomorrow' | 'later';

export function nearnessOf(date: string, today: string): Nearness {
  if (date === today) return 'today';
  return date === plusDays(today, 1) ? 'tomorrow' : 'later';
}

/** The date that a text names; null: none. */
export function dateOf(text: string | undefined): string | null {
  if (text === undefined || !DATE.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // 30 February is taken for 2 March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? null : text;
}

function dateIn(timeZone: string, nowMs: number): string {
  // Swedish writes dates as ISO does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    nowMs,
  );
}
