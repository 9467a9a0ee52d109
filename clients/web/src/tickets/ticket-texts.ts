/** What a ticket says, in words and formats of the language: made here once, so that list, ticket and print agree. */
import type { Order, OrderTicket } from '../../../sdk/api/tickets-api.ts';
import type { Formats } from '../words/formats.ts';
import type { Language } from '../words/language.ts';
import type { TicketsWords } from '../words/tickets.pt-br.ts';
import { daysBetween, wallTime } from './wall-time.ts';

/** "hoje", "amanhã", else "qui., 24 de dez.". @param now wall time in the same place. */
export function dayText(local: string, now: string, words: TicketsWords, formats: Formats): string {
  const days = daysBetween(now, local);
  if (days === 0) return words.today;
  if (days === 1) return words.tomorrow;
  return days === -1 ? words.yesterday : formats.day(local);
}

/** "hoje às 20:30", by the clock of the cinema. */
export function whenText(
  { screening }: Pick<Order, 'screening'>,
  nowMs: number,
  words: TicketsWords,
  formats: Formats,
): string {
  const now = wallTime(nowMs, screening.timeZone);
  return words.at(dayText(screening.startsLocal, now, words, formats), formats.time(screening.startsLocal));
}

/** An instant by the device's own clock: "hoje às 18:02". */
export function seenText(seenMs: number, nowMs: number, words: TicketsWords, formats: Formats): string {
  const seen = wallTime(seenMs, undefined);
  return words.at(dayText(seen, wallTime(nowMs, undefined), words, formats), formats.time(seen));
}

/** "2D · legendado" */
export function versionText({ projection, language }: Order['screening'], words: TicketsWords): string {
  const known: Readonly<Record<string, string>> = words.languages;
  return [projection, known[language] ?? language].filter((part) => part !== '').join(' · ');
}

/** "Cine Centro, São Paulo" */
export function placeText({ cinema }: Order['screening']): string {
  return [cinema.name, cinema.city].filter((part) => part !== null && part !== '').join(', ');
}

/** What it was bought as, and what has to be shown at the gate (null: nothing). */
export function categoryTexts(
  { category, type }: Pick<OrderTicket, 'category' | 'type'>,
  words: TicketsWords,
  language: Language,
): { readonly name: string; readonly document: string | null } {
  if (category === null) return { name: words.kinds[type] ?? words.kinds[0] ?? '', document: null };
  if (language === 'en') return { name: category.nameEn, document: category.documentEn ?? category.document };
  return { name: category.name, document: category.document };
}

/** "K7P4M 2XWQZ" */
export function codeText(code: string): string {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
}

/** What comes back for these tickets, fees included, cents. */
export function refundCents(tickets: readonly Pick<OrderTicket, 'priceCents' | 'feeCents'>[]): number {
  return tickets.reduce((sum, { priceCents, feeCents }) => sum + priceCents + feeCents, 0);
}
