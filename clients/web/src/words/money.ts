import type { WordsIn } from './language.ts';
import { moneyEn } from './money.en.ts';
import { type MoneyWords, moneyPt } from './money.pt-br.ts';

export const moneyWords: WordsIn<MoneyWords> = { 'pt-BR': moneyPt, en: moneyEn };
