/** Prices, dates and times as people write them: in their language, and by the clock of the cinema. */
import { computed, Injectable, inject } from '@angular/core';
import { type Language, LanguageChoice } from './language.ts';

/** All of it for one language. Wall times are the cinema's own ("2026-12-24T20:30:00"), which need no zone to be written. */
export interface Formats {
  /** "R$ 32,50" */
  money(cents: number, currency?: string): string;
  /** "20:30" */
  time(local: string): string;
  /** "20:30", by the clock of this device. */
  clock(atMs: number): string;
  /** "qui., 24 de dez." */
  day(local: string): string;
  /** "quinta-feira, 24 de dezembro" */
  longDay(local: string): string;
  /** "qui." */
  weekday(local: string): string;
  /** "dez." */
  month(local: string): string;
  /** "24/12" */
  shortDate(local: string): string;
  number(value: number): string;
  /** "2 h 5 min" */
  duration(minutes: number): string;
}

@Injectable({ providedIn: 'root' })
export class FormatsOfLanguage {
  readonly #language = inject(LanguageChoice).language;
  readonly formats = computed(() => formatsOf(this.#language()));
}

export function formatsOf(language: Language): Formats {
  const money = new Map<string, Intl.NumberFormat>();
  const ofCurrency = (currency: string): Intl.NumberFormat => {
    const known = money.get(currency) ?? new Intl.NumberFormat(language, { style: 'currency', currency });
    money.set(currency, known);
    return known;
  };
  // Wall times are read as if they were UTC, and written so: whatever zone the phone is in, 20:30 stays 20:30.
  const written = (options: Intl.DateTimeFormatOptions): ((local: string) => string) => {
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { ...options, timeZone: 'UTC' });
    return (local) => format.format(new Date(`${local.length === 10 ? `${local}T00:00:00` : local.slice(0, 19)}Z`));
  };
  const clock = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { hour: '2-digit', minute: '2-digit' });
  const numbers = new Intl.NumberFormat(language);
  return {
    money: (cents, currency = 'BRL') => ofCurrency(currency).format(cents / 100),
    clock: (atMs) => clock.format(atMs),
    time: written({ hour: '2-digit', minute: '2-digit', hour12: false }),
    day: written({ weekday: 'short', day: 'numeric', month: 'short' }),
    longDay: written({ weekday: 'long', day: 'numeric', month: 'long' }),
    weekday: written({ weekday: 'short' }),
    month: written({ month: 'short' }),
    shortDate: written({ day: '2-digit', month: '2-digit' }),
    number: (value) => numbers.format(value),
    duration: (minutes) => {
      const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
      return [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter((part) => part !== '').join(' ');
    },
  };
}
