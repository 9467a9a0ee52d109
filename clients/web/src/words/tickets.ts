import type { WordsIn } from './language.ts';
import { ticketsEn } from './tickets.en.ts';
import { type TicketsWords, ticketsPt } from './tickets.pt-br.ts';

export const ticketsWords: WordsIn<TicketsWords> = { 'pt-BR': ticketsPt, en: ticketsEn };
