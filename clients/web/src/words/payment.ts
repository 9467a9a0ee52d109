import type { WordsIn } from './language.ts';
import { paymentEn } from './payment.en.ts';
import { type PaymentWords, paymentPt } from './payment.pt-br.ts';

export const paymentWords: WordsIn<PaymentWords> = { 'pt-BR': paymentPt, en: paymentEn };
