/**
 * A file of seat maps: one map, a list of them, or {"seatMaps": [maps]}. Each is in one of three formats, recognised by
 * what it is made of and not by the file's name: ours (`rows` and `seats`), the one of a large Brazilian ticket site
 * (`lines`), or a seating plan of pretix (`zones`). Any of them may say whose it is: `auditorium`, and `cinema` where
 * that is a code or a name. Pure.
 */

import { clean } from './cell-values.ts';
import { FileRefused } from './file-refused.ts';
import { hasZones, readPretixPlan } from './pretix-plan.ts';
import { hasLines, readLines } from './seat-map-file.ts';
import { hasSeats, readOwnSeatMap } from './seat-map-own.ts';
import { isObject, type Json, type SeatMapRead } from './seat-map-reading.ts';

export interface FoundSeatMap {
  /** As the file writes it; null: it does not say. */
  readonly auditorium: string | null;
  readonly cinema: string | null;
  readonly read: SeatMapRead;
}

const FORMATS: readonly (readonly [is: (map: Json) => boolean, read: (map: Json) => SeatMapRead])[] = [
  [hasLines, readLines],
  [hasZones, readPretixPlan],
  [hasSeats, readOwnSeatMap],
];

const WANTED =
  'a seat map is an object with "rows" and "seats" (ours), with "lines", or with "zones" and "categories" (pretix)';

/** @throws FileRefused when the document holds no seat maps at all; one that is at fault is told by its `fault`. */
export function seatMapsOf(document: unknown, name: string): FoundSeatMap[] {
  const maps = isObject(document) && Array.isArray(document['seatMaps']) ? document['seatMaps'] : document;
  const list: readonly unknown[] = Array.isArray(maps) ? maps : [maps];
  if (!list.some(isSeatMap)) throw new FileRefused(`${name} holds no seat map: ${WANTED}`);
  return list.map((map) => {
    const format = isObject(map) ? FORMATS.find(([is]) => is(map)) : undefined;
    if (!isObject(map) || format === undefined) {
      return { auditorium: null, cinema: null, read: { fault: WANTED } };
    }
    return { auditorium: wordOf(map['auditorium']), cinema: wordOf(map['cinema']), read: format[1](map) };
  });
}

function isSeatMap(map: unknown): boolean {
  return isObject(map) && FORMATS.some(([is]) => is(map));
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  const word = typeof value === 'string' ? clean(value) : '';
  return word === '' ? null : word;
}
