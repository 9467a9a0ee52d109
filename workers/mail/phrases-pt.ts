/** Times, money and places in Portuguese, for all messages. */
import type { ScreeningFacts } from '../../storage/message-delivery.ts';
import { moneyFormat } from './money-format.ts';

export const money = moneyFormat('pt-BR');
const DAY = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'full', timeZone: 'UTC' });

export function screeningDetails(screening: ScreeningFacts, startsLocal: string): [string, string][] {
  const details: [string, string][] = [
    ['Filme', screening.film],
    ['Cinema', screening.cinema],
    ['Sala', screening.auditorium],
    ['Sessão', dateTime(startsLocal)],
  ];
  if (screening.seats.length > 0)
    details.push([screening.seats.length === 1 ? 'Lugar' : 'Lugares', screening.seats.join(', ')]);
  return details;
}

/** A wall time as it is, whatever zone the machine is in: "quinta-feira, 24 de dezembro de 2026, às 20:30". */
export function dateTime(local: string): string {
  return `${DAY.format(new Date(`${local}Z`))}, às ${local.slice(11, 16)}`;
}

/** Rounded: of a link for a week a week is left, although the letter took a second. */
export function duration(minutes: number): string {
  if (minutes >= 48 * 60) return `${Math.round(minutes / 1440)} dias`;
  if (minutes >= 120) return `${Math.round(minutes / 60)} horas`;
  return minutes === 1 ? '1 minuto' : `${minutes} minutos`;
}

/** To the minute, for what is promised and not for what is left. */
export function exactDuration(minutes: number): string {
  if (minutes < 120 || minutes % 1440 === 0) return duration(minutes);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} horas${rest === 0 ? '' : ` e ${duration(rest)}`}`;
}
