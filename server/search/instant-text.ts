/** Instants as text, as `toISOString` writes them, several times as fast: a page has a hundred of them, all on few days. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Days whose text is kept; at the bound all are forgotten. */
const DAYS_MAX = 1_000;

const days = new Map<number, string>();
/** "T20:30:00" of each minute of a day: one piece of text instead of four, for each of a hundred instants a page. */
const minutes = Array.from({ length: 1_440 }, (_, minute) => new Date(minute * MINUTE_MS).toISOString().slice(10, 19));

/** "2026-12-24" of a day since 1970. */
export function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length);
    if (days.size === DAYS_MAX) days.clear();
    days.set(day, text);
  }
  return text;
}

/** "2026-12-24T23:30:00.000Z" */
export function instantText(ms: number): string {
  if (ms % MINUTE_MS !== 0) return new Date(ms).toISOString();
  return `${wallText(ms)}.000Z`;
}

/** The wall clock that is so much ahead of UTC: "2026-12-24T20:30:00". */
export function localText(ms: number, offsetMinutes: number): string {
  const localMs = ms + offsetMinutes * MINUTE_MS;
  if (ms % MINUTE_MS !== 0) return new Date(localMs).toISOString().slice(0, -'.000Z'.length);
  return wallText(localMs);
}

/** Of a whole minute. */
function wallText(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  return dayText(day) + (minutes[(ms - day * DAY_MS) / MINUTE_MS] ?? '');
}

/** Days since 1970 of "2026-12-24"; null when there is no such day. */
export function dayNumber(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // 30 February is taken for 2 March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? null : ms / DAY_MS;
}
