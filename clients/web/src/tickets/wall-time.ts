/** An instant by the clock of a place: what formats of the shop write is wall time, without a zone of its own. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** "2026-12-24T20:30:00" of "2026-12-24T23:30:00.000Z" in America/Sao_Paulo; `timeZone` undefined: the device's own. */
export function wallTime(instant: string | number, timeZone: string | undefined): string {
  const key = timeZone ?? '';
  const known = formats.get(key) ?? newFormat(timeZone);
  formats.set(key, known);
  const parts = new Map(known.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`;
}

function newFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/** Whole days from one wall time's day to another's: 0 the same day, 1 the next. */
export function daysBetween(from: string, to: string): number {
  const day = (local: string): number => Date.parse(`${local.slice(0, 10)}T00:00:00Z`);
  return Math.round((day(to) - day(from)) / 86_400_000);
}
