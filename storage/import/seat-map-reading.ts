/**
 * What the readers of seat maps have in common. They are pure and read a document that JSON.parse has made; whatever is
 * wrong with one seat refuses the whole map, because half a seat map would sell the wrong half. What is only odd is a
 * warning: foreign formats grow keys that mean nothing to us.
 */
import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import type { SeatLayout } from '../seat-layout.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Columns and rows of a room's grid. */
export const GRID_MAX = 4096;
/** What fits on a ticket. */
export const LABEL_CHARS_MAX = 16;
/** How many faults a refusal lists. */
const FAULTS_SHOWN = 5;
const KEYS_SHOWN = 10;

export interface SeatMapWarning {
  readonly column: string | null;
  readonly kind: string;
  readonly text: string;
}

/** A layout, or why the map is of no use. */
export type SeatMapRead =
  | { readonly layout: SeatLayout; readonly warnings: readonly SeatMapWarning[] }
  | { readonly fault: string };

/** Gathers what is found while a map is read. */
export class SeatMapReading {
  readonly warnings: SeatMapWarning[] = [];
  readonly #faults: string[] = [];

  get isFaulty(): boolean {
    return this.#faults.length > 0;
  }

  fault(what: string): void {
    this.#faults.push(what);
  }

  warn(column: string | null, kind: string, text: string): void {
    this.warnings.push({ column, kind, text });
  }

  /** The keys of `objects` that are not `known`, told once. `of` says what they are: "rows". */
  noteUnknownKeys(objects: readonly Json[], known: readonly string[], of: string): void {
    const unknown = new Set(objects.flatMap((object) => Object.keys(object)).filter((key) => !known.includes(key)));
    if (unknown.size === 0) return;
    const shown = [...unknown].slice(0, KEYS_SHOWN).map((key) => told(key).slice(1, -1));
    const more = unknown.size - shown.length;
    const text = `unknown keys of ${of}, passed over: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    this.warn(null, 'unknown-keys', text);
  }

  checkCount(seats: number): void {
    if (seats === 0 && !this.isFaulty) this.fault('it has no seats');
    if (seats > SEAT_COUNT_MAX) this.fault(`it has ${seats} seats; at most ${SEAT_COUNT_MAX} are possible`);
  }

  /** The end of the reading: `layout` is only made when nothing is at fault. */
  result(layout: () => SeatLayout): SeatMapRead {
    return this.isFaulty ? this.refused() : { layout: layout(), warnings: this.warnings };
  }

  refused(): SeatMapRead {
    const shown = this.#faults.slice(0, FAULTS_SHOWN).join('; ');
    const more = this.#faults.length - FAULTS_SHOWN;
    return { fault: `it is no usable seat map: ${shown}${more > 0 ? `; and ${more} more` : ''}` };
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isWithin(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

/** Any value of the file for a message: its JSON, cut short. (An object of the file may have a `toString` of its own.) */
export function told(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 40 ? `${json.slice(0, 40)}…` : json;
}

/** A text of the file without control characters, with single spaces. */
export function tidy(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim();
}
