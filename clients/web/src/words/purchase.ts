import type { WordsIn } from './language.ts';
import { purchaseEn } from './purchase.en.ts';
import { type PurchaseWords, purchasePt } from './purchase.pt-br.ts';

export const purchaseWords: WordsIn<PurchaseWords> = { 'pt-BR': purchasePt, en: purchaseEn };
