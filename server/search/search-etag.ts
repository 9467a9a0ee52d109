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
  const mixer = new Mixer();
  mixer.add(FORM);
  mixer.add(search);
  mixer.add(hasMore ? 1 : 0);
  for (const slot of slots) {
    mixer.add(columns.id[slot]!);
    mixer.add(columns.changed[slot]!);
    mixer.add(columns.seatsLeft[slot]! * 2 + (columns.isOnSale(slot, time.nowMs, time.salesAfterStartMs) ? 1 : 0));
    mixer.add(names.films.at(columns.film[slot]!)?.changed ?? 0);
    mixer.add(names.cinemas.at(columns.cinema[slot]!)?.changed ?? 0);
    mixer.add(names.auditoriums.at(columns.auditorium[slot]!)?.changed ?? 0);
  }
  return mixer.etag();
}

/** Whether an If-None-Match header names this ETag; weakly, as RFC 9110 wants it for GET. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag.slice(2));
}

/** Two independent hashes of 32 bits: enough to tell the versions of one page apart; nobody gains by making two alike. */
class Mixer {
  #one = 0x811c9dc5;
  #two = 0x9e3779b9;

  /** The low 32 bits of a whole number. */
  add(value: number): void {
    this.#one = Math.imul(this.#one ^ value, 0x01000193);
    this.#two = Math.imul((this.#two ^ value) + (this.#two >>> 15), 0x85ebca6b);
  }

  etag(): string {
    return `W/"${(this.#one >>> 0).toString(36)}-${(this.#two >>> 0).toString(36)}"`;
  }
}
