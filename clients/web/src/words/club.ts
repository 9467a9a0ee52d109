import { clubEn } from './club.en.ts';
import { type ClubWords, clubPt } from './club.pt-br.ts';
import type { WordsIn } from './language.ts';

export const clubWords: WordsIn<ClubWords> = { 'pt-BR': clubPt, en: clubEn };
