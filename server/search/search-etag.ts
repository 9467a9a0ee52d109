/**
 * A weak ETag of a page: two equal ones show the same, on whichever thread or node they were made. It is made of what the
 * rows say about themselves, not of the answer's text, so that an answer that is not wanted need not be written.
 */
import type { AnswerTime } from './search-answer.ts';
import type { SearchIndex } from './search-index.ts';

/** Goes up when the answers get another form. */
const FORM = 1;

/** `search`: the number of the search (search-cursor.ts). */
export function etagOf(
  { columns, names }: SearchIndex,
  slots: readonly number[],
  search: number,
  hasMore: boolean,
  time: AnswerTime,
): string {
  begin();
  mix(FORM);
  mix(search);
  mix(hasMore ? 1 : 0);
  for (const slot of slots) {
    const isOnSale = columns.isOnSale(slot, time.nowMs, time.salesAfterStartMs);
    mix(columns.id[slot]!);
    mix(columns.changed[slot]!);
    mix(columns.seatsLeft[slot]! * 2 + (isOnSale ? 1 : 0));
    mix(names.films.at(columns.film[slot]!)?.changed ?? 0);
    mix(names.cinemas.at(columns.cinema[slot]!)?.changed ?? 0);
    mix(names.auditoriums.at(columns.auditorium[slot]!)?.changed ?? 0);
  }
  return `W/"${(one >>> 0).toString(36)}-${(two >>> 0).toString(36)}"`;
}

// Two hashes of 32 bits, mixed in place because there are a hundred numbers to a page: enough to tell the versions of one
// page apart; nobody gains by making two alike.
let one = 0;
let two = 0;

function begin(): void {
  one = 0x811c9dc5 | 0;
  two = 0x9e3779b9 | 0;
}

/** A whole number, or its low 32 bits. */
function mix(value: number): void {
  one = Math.imul(one ^ value, 0x01000193);
  two = Math.imul((two ^ value) + (two >>> 15), 0x85ebca6b);
}

/** Whether an If-None-Match header names this ETag; weakly, as RFC 9110 wants it for GET. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag.slice(2));
}
