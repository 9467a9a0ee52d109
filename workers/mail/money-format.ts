/** Sums of money in a language. Making a formatter takes longer than drawing a ticket's code: it is made once for a currency. */
import type { Money } from './wording.ts';

export function moneyFormat(locale: string): (money: Money) => string {
  /** By currency: the few that cinemas here take. */
  const formats = new Map<string, Intl.NumberFormat>();
  return ({ cents, currency }) => {
    const format = formats.get(currency) ?? new Intl.NumberFormat(locale, { style: 'currency', currency });
    formats.set(currency, format);
    // The library's non-breaking space is one; a subject line is read by programs that do not know it.
    return format.format(cents / 100).replace(/\u00a0/g, ' ');
  };
}
