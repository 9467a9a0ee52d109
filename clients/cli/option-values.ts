/** Values of options and arguments: read strictly, and refused with what would be right. */
import { InvalidArgumentError } from 'commander';
import { isDate } from '../../storage/programme-slots.ts';

/** A whole number from 1. */
export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('A whole number from 1 is needed.');
  return value;
}

/** A day: "2026-12-24". */
export function date(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('A day like 2026-12-24 is needed.');
  return text;
}

const AGO_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant, or so long ago: "2026-11-25T12:00:00Z", "30m", "12h", "7d". As the server wants it. */
export function moment(text: string): string {
  const [, many = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (many !== '') return new Date(Date.now() - Number(many) * (AGO_MS[unit] ?? 0)).toISOString();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('An instant like 2026-11-25T12:00:00Z is needed, or 30m, 12h, 7d for so long ago.');
  return new Date(text).toISOString();
}

/** A wall clock's day and time, as the server wants it: "2026-12-24T20:30:00". */
export function wallTime(text: string): string {
  const [, day = '', hour = '', minute = '', second = '00'] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/.exec(text.trim()) ?? [];
  if (!isDate(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    throw new InvalidArgumentError('Day and time on the clock of the cinema are needed, like 2026-12-24T20:30.');
  return `${day}T${hour}:${minute}:${second}`;
}

/** "28", "28.50" or "28,50" in cents. */
export function cents(text: string): number {
  const [, whole = '', part = ''] = /^(\d{1,7})(?:[.,](\d\d))?$/.exec(text) ?? [];
  if (whole === '') throw new InvalidArgumentError('An amount like 28.50 is needed.');
  return Number(whole) * 100 + Number(part || 0);
}

/** As the server takes it in a header. */
export function idempotencyKey(text: string): string {
  if (!/^[\x21-\x7e]{8,128}$/.test(text))
    throw new InvalidArgumentError('8 to 128 visible ASCII characters are needed.');
  return text;
}

/** For options that may be given several times, or as a list with commas. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** Numbers with commas between them. */
export function numbers(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, ...several(text).map(positive)];
}
