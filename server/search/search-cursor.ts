/**
 * Where a page ended: the place of its last screening in the order of the search. Whoever goes on gets what
 * comes after that place now, so that neither sales nor time nor other changes make a page repeat or leave out a
 * screening that stays what it is. For people it is an opaque text; whatever they change in it is refused or another place.
 */
export interface SearchPlace {
  readonly score: number;
  /** Days since 1970. */
  readonly day: number;
  /** Of the film on that day, see `popularityOf`. */
  readonly popularity: number;
  /** Ids. */
  readonly film: number;
  readonly startsAtMs: number;
  readonly screening: number;
}

const FORM = /^1((?:\.-?[0-9a-z]{1,11}){7})$/;

/** @param search a number of the search that the place belongs to, see `searchNumber`. */
export function writeCursor(place: SearchPlace, search: number): string {
  const { score, day, popularity, film, startsAtMs, screening } = place;
  const parts = [search, score, day, popularity, film, startsAtMs, screening].map((value) => value.toString(36));
  return Buffer.from(`1.${parts.join('.')}`).toString('base64url');
}

/** Null when it is no cursor, or one of another search. */
export function readCursor(text: string, search: number): SearchPlace | null {
  if (text.length > 120) return null;
  const parts = FORM.exec(Buffer.from(text, 'base64url').toString('latin1'))?.[1]?.slice(1).split('.') ?? [];
  const [ofSearch, score, day, popularity, film, startsAtMs, screening] = parts.map((part) =>
    Number.parseInt(part, 36),
  );
  if (ofSearch !== search || screening === undefined) return null;
  const place = { score, day, popularity, film, startsAtMs, screening } as SearchPlace;
  return Object.values(place).every((value) => Number.isSafeInteger(value)) ? place : null;
}

/** 32 bits of a text: tells searches apart, nothing more (FNV-1a). */
export function searchNumber(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  return bits >>> 0;
}
