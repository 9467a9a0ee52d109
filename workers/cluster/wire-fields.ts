/**
 * Checks of single fields in messages between nodes. NATS can be reached by others than us, and a neighbour can be of
 * another build: nothing that was not looked at here comes near an actor or the journal.
 */
import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import { OutcomeCode, type Refused } from '../../actors/seat-outcome.ts';

/** Longest id, in characters. */
const ID_MAX = 128;
/** Longest text that a person wrote, in characters. */
const TEXT_MAX = 1_024;
/** Visible ASCII: what ids consist of; no quotes to be escaped, nothing that PostgreSQL would refuse. */
const ID = /^[\x21-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;

const REFUSALS: ReadonlySet<unknown> = new Set(
  Object.values(OutcomeCode).filter((code) => code !== OutcomeCode.accepted),
);

export function isWhole(value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** A clock or a version of it: any number that is one, from 0. */
export function isClock(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

export function isId(value: unknown, lengthMin = 1): value is string {
  return typeof value === 'string' && value.length >= lengthMin && value.length <= ID_MAX && ID.test(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_MAX && !CONTROL.test(value);
}

export function isRefusal(value: unknown): value is Refused['code'] {
  return REFUSALS.has(value);
}

export function isSeat(value: unknown): value is number {
  return isWhole(value, 0, SEAT_COUNT_MAX - 1);
}

export function isSeats(value: unknown): value is readonly number[] {
  return isListOf(value, isSeat);
}

/** No list between nodes is longer than an auditorium has seats. */
export function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  if (!Array.isArray(value) || value.length > SEAT_COUNT_MAX) return false;
  for (let at = 0; at < value.length; at++) if (!isOne(value[at])) return false;
  return true;
}

/** Each member read by `read`; null when the value is no list, too long a one, or one member cannot be read. */
export function readList<T>(value: unknown, read: (one: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > SEAT_COUNT_MAX) return null;
  const list: T[] = [];
  for (let at = 0; at < value.length; at++) {
    const one = read(value[at]);
    if (one === null) return null;
    list.push(one);
  }
  return list;
}
