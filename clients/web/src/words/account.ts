import { accountEn } from './account.en.ts';
import { type AccountWords, accountPt } from './account.pt-br.ts';
import type { WordsIn } from './language.ts';

export const accountWords: WordsIn<AccountWords> = { 'pt-BR': accountPt, en: accountEn };
