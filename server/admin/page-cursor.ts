/** Where a list goes on: the last item's place in its order. Opaque to clients, and nothing secret: whoever makes one up gets a page of what he may see anyway. */
import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import { Problem } from '../api/problem.ts';

type Place = readonly (number | string)[];

/** The parts of a place, and what one that is made up must not be: the columns that it is compared with are no wider. */
const FITS = {
  number: (part: unknown) => Number.isSafeInteger(part) && (part as number) >= 0,
  seat: (part: unknown) => Number.isSafeInteger(part) && (part as number) >= 0 && (part as number) <= SEAT_COUNT_MAX,
  string: (part: unknown) => typeof part === 'string' && /^[\x20-\x7e]{1,128}$/.test(part),
};

export function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** "next" of a page. */
export function nextOf<Item>(
  page: { readonly items: readonly Item[]; readonly hasMore: boolean },
  placeOf: (item: Item) => Place,
): string | null {
  const last = page.items.at(-1);
  return page.hasMore && last !== undefined ? cursorOf(placeOf(last)) : null;
}

/**
 * The place that `cursor` names, whose parts must be of these types; undefined without a cursor.
 * @throws Problem 400
 */
export function placeIn<const Types extends readonly (keyof typeof FITS)[]>(
  cursor: string | undefined,
  types: Types,
): { readonly [At in keyof Types]: Types[At] extends 'string' ? string : number } | undefined {
  if (cursor === undefined) return undefined;
  const place = parsed(cursor);
  const fits =
    Array.isArray(place) && place.length === types.length && types.every((type, at) => FITS[type](place[at]));
  if (!fits) throw Problem.invalid([{ path: 'query.after', message: 'must be the "next" of the page before' }]);
  return place as never;
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}
