/**
 * Pieces of SQL for the lists of the administration, whose rows PostgreSQL makes in the shape in which they are answered:
 * numbers as numbers, instants and wall times as text. Nothing of a request is ever part of the text: only of the values.
 */

/** Whose cinemas: null is everybody's. A principal fits (server/api/principal.ts). */
export interface Scope {
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
}

export const EVERYTHING: Scope = { exhibitorId: null, cinemaIds: null };

/** True for the cinemas `cinema` (an alias) of the scope whose two values are `$at` and the one after it. */
export function inScope(cinema: string, at: number): string {
  return `($${at}::bigint is null or ${cinema}.exhibitor_id = $${at}) and ($${at + 1}::bigint[] is null or ${cinema}.id = any ($${at + 1}))`;
}

/** The two values of `inScope`. */
export function scopeValues({ exhibitorId, cinemaIds }: Scope): readonly [number | null, readonly number[] | null] {
  return [exhibitorId, cinemaIds];
}

/** "2026-12-24T23:30:00.000Z" of a timestamptz. */
export function instantText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** "2026-12-24T20:30:00" of a timestamp. */
export function wallText(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS')`;
}

const ACCENTED = 'áàâãäéèêëíìîïóòôõöúùûüçñ';
const PLAIN = 'aaaaaeeeeiiiiooooouuuucn';

/** Lower case without the accents of Portuguese and its neighbours. Not an extension: those need a superuser. */
export function plainText(column: string): string {
  return `translate(lower(${column}), '${ACCENTED}', '${PLAIN}')`;
}

/** A pattern for LIKE that finds `q` anywhere in a `plainText`; null finds everything. */
export function patternOf(q: string | undefined): string | null {
  if (q === undefined) return null;
  const plain = q
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&');
  return `%${plain}%`;
}

/** A page of a list, and whether there is more. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** Of `limit + 1` rows that were asked for. */
export function pageOf<Item>(rows: readonly { readonly item: Item }[], limit: number): Page<Item> {
  return { items: rows.slice(0, limit).map(({ item }) => item), hasMore: rows.length > limit };
}
