/** Times, money and places in English, for all messages. */
import type { ScreeningFacts } from '../../storage/message-delivery.ts';
import { moneyFormat } from './money-format.ts';

export const money = moneyFormat('en-GB');
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

export function screeningDetails(screening: ScreeningFacts, startsLocal: string): [string, string][] {
  const details: [string, string][] = [
    ['Film', screening.film],
    ['Cinema', screening.cinema],
    ['Auditorium', screening.auditorium],
    ['Time', dateTime(startsLocal)],
  ];
  if (screening.seats.length > 0)
    details.push([screening.seats.length === 1 ? 'Seat' : 'Seats', screening.seats.join(', ')]);
  return details;
}

/** A wall time as it is, whatever zone the machine is in: "Thursday, 24 December 2026, at 20:30". */
export function dateTime(local: string): string {
  return `${DAY.format(new Date(`${local}Z`))}, at ${local.slice(11, 16)}`;
}

/** Rounded: of a link for a week a week is left, although the letter took a second. */
export function duration(minutes: number): string {
  if (minutes >= 48 * 60) return `${Math.round(minutes / 1440)} days`;
  if (minutes >= 120) return `${Math.round(minutes / 60)} hours`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

/** To the minute, for what is promised and not for what is left. */
export function exactDuration(minutes: number): string {
  if (minutes < 120 || minutes % 1440 === 0) return duration(minutes);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} hours${rest === 0 ? '' : ` and ${duration(rest)}`}`;
}
