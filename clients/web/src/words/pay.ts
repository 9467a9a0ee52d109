import type { WordsIn } from './language.ts';
import { payEn } from './pay.en.ts';
import { type PayWords, payPt } from './pay.pt-br.ts';

export const payWords: WordsIn<PayWords> = { 'pt-BR': payPt, en: payEn };
