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
  const parts = [FORM, search, hasMore ? 1 : 0];
  for (const slot of slots) {
    const isOnSale = columns.isOnSale(slot, time.nowMs, time.salesAfterStartMs);
    parts.push(
      columns.id[slot]!,
      columns.changed[slot]!,
      columns.seatsLeft[slot]! * 2 + (isOnSale ? 1 : 0),
      names.films.at(columns.film[slot]!)?.changed ?? 0,
      names.cinemas.at(columns.cinema[slot]!)?.changed ?? 0,
      names.auditoriums.at(columns.auditorium[slot]!)?.changed ?? 0,
    );
  }
  return mixed(parts);
}

/** Whether an If-None-Match header names this ETag; weakly, as RFC 9110 wants it for GET. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag.slice(2));
}

/** Two hashes of 32 bits of whole numbers: enough to tell the versions of one page apart; nobody gains by making two alike. */
function mixed(parts: readonly number[]): string {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (const part of parts) {
    one = Math.imul(one ^ part, 0x01000193);
    two = Math.imul((two ^ part) + (two >>> 15), 0x85ebca6b);
  }
  return `W/"${(one >>> 0).toString(36)}-${(two >>> 0).toString(36)}"`;
}
