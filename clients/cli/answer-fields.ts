/**
 * Fields of the server's answers as a person reads them. A newer server may leave some out or add others, so that nothing
 * is taken for granted: what is not there is the empty text.
 */
import type { Row } from './http-client.ts';
import { number } from './ports.ts';

/** The first of `paths` ("film.title", "title") that has something to show. */
export function text(row: Row, ...paths: readonly string[]): string {
  for (const path of paths) {
    const value = valueAt(row, path);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part !== 'object'))
      return value.join(', ');
  }
  return '';
}

/** A number with its thousands apart: 6,246. Lists are counted. */
export function count(row: Row, ...paths: readonly string[]): string {
  const value = amount(row, ...paths);
  return value === null ? '' : number(value);
}

/** The number itself, or of how many it is a list; null: not there. */
export function amount(row: Row, ...paths: readonly string[]): number | null {
  for (const path of paths) {
    const value = valueAt(row, path);
    if (typeof value === 'number') return value;
    if (Array.isArray(value)) return value.length;
  }
  return null;
}

/** The objects of the list at `path`; none when there is no list. */
export function rowsAt(row: Row, path: string): readonly Row[] {
  const value = valueAt(row, path);
  return Array.isArray(value) ? (value as Row[]).filter((part) => typeof part === 'object' && part !== null) : [];
}

/** The object at `path`; null when there is none. */
export function rowAt(row: Row, path: string): Row | null {
  const value = valueAt(row, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : null;
}

/** Cents as people of that currency write them: "R$ 1.240,00". */
export function moneyText(cents: number, currency: string): string {
  const locale = currency === 'BRL' ? 'pt-BR' : 'en';
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(cents / 100).replaceAll('\u00a0', ' ');
  } catch {
    return `${(cents / 100).toFixed(2)} ${currency}`.trimEnd();
  }
}

/** The first of `paths` that has cents, in the row's own currency. */
export function money(row: Row, ...paths: readonly string[]): string {
  const cents = amount(row, ...paths);
  return cents === null ? '' : moneyText(cents, text(row, 'currency') || 'BRL');
}

/** "2026-12-24T20:30:00" → "2026-12-24 20:30" */
export function wallTime(row: Row, ...paths: readonly string[]): string {
  return text(row, ...paths)
    .slice(0, 16)
    .replace('T', ' ');
}

/** "2026-12-24T20:30:00.123Z" → "2026-12-24 20:30:00Z" */
export function instant(row: Row, ...paths: readonly string[]): string {
  const written = text(row, ...paths);
  return /^\d{4}-\d\d-\d\dT/.test(written) ? `${written.slice(0, 19).replace('T', ' ')}Z` : written;
}

function valueAt(row: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Row)[name];
  }, row);
}
