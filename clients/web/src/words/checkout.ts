import { checkoutEn } from './checkout.en.ts';
import { type CheckoutWords, checkoutPt } from './checkout.pt-br.ts';
import type { WordsIn } from './language.ts';

export const checkoutWords: WordsIn<CheckoutWords> = { 'pt-BR': checkoutPt, en: checkoutEn };
