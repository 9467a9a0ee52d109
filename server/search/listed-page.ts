/**
 * A page of a list in the order of names: the cursor is the name and id of its last row, so that the next page begins
 * behind it even when rows came or went meanwhile.
 */
import { createHash } from 'node:crypto';
import { Problem } from '../api/problem.ts';

/** Something with a name to order by, folded, and an id to tell equal names apart. */
export interface Named {
  readonly id: number;
  readonly folded: string;
}

export function compareNamed(a: Named, b: Named): number {
  return a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : a.id - b.id;
}

/** At most `limit` rows behind the cursor. `all` is in order. @throws Problem 400 for a cursor that is none. */
export function pageOf<Row extends Named>(
  all: readonly Row[],
  limit: number,
  after: string | undefined,
): { readonly rows: readonly Row[]; readonly next: string | null } {
  const place = after === undefined ? null : placeOf(after);
  const from = place === null ? 0 : all.findIndex((row) => compareNamed(row, place) > 0);
  if (from < 0) return { rows: [], next: null };
  const rows = all.slice(from, from + limit);
  const last = rows.at(-1);
  const hasMore = from + limit < all.length && last !== undefined;
  return { rows, next: hasMore ? Buffer.from(`${last.id}\n${last.folded}`).toString('base64url') : null };
}

function placeOf(after: string): Named {
  const parts = /^(\d{1,15})\n([^\n]*)$/.exec(Buffer.from(after, 'base64url').toString());
  if (parts === null)
    throw Problem.invalid([{ path: 'query.after', message: 'must be the "next" of the page before' }]);
  return { id: Number(parts[1]), folded: parts[2] ?? '' };
}

/** Weak: the text may be compressed on its way. */
export function etagOfText(text: string): string {
  return `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}
