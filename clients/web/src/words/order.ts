import type { WordsIn } from './language.ts';
import { orderEn } from './order.en.ts';
import { type OrderWords, orderPt } from './order.pt-br.ts';

export const orderWords: WordsIn<OrderWords> = { 'pt-BR': orderPt, en: orderEn };
