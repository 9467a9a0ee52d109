/** Money, times and lists as the visitor writes them. */
import type { Screening } from './catalogue.ts';

export class Formats {
  readonly #language: string;

  constructor(language: string) {
    this.#language = language;
  }

  money(cents: number, currency: string): string {
    return new Intl.NumberFormat(this.#language, { style: 'currency', currency }).format(cents / 100);
  }

  /** In the cinema's own time zone, whoever looks from wherever. */
  day({ startsAt, timeZone }: Screening): string {
    const options = { weekday: 'long', day: 'numeric', month: 'long', timeZone } as const;
    return new Intl.DateTimeFormat(this.#language, options).format(new Date(startsAt));
  }

  time({ startsAt, timeZone }: Screening): string {
    const options = { hour: '2-digit', minute: '2-digit', timeZone } as const;
    return new Intl.DateTimeFormat(this.#language, options).format(new Date(startsAt));
  }

  /** "F11, F12" */
  labels(labels: readonly string[]): string {
    return labels.join(', ');
  }

  /** "7:05" */
  clock(ms: number): string {
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  /** A ticket's code in groups, to be read aloud. */
  code(code: string): string {
    return code.replace(/(.{4})(?=.)/g, '$1 ');
  }
}
