import { clubTicketEn } from './club-ticket.en.ts';
import { type ClubTicketWords, clubTicketPt } from './club-ticket.pt-br.ts';
import type { WordsIn } from './language.ts';

export const clubTicketWords: WordsIn<ClubTicketWords> = { 'pt-BR': clubTicketPt, en: clubTicketEn };
