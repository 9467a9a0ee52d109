import { findEn } from './find.en.ts';
import { type FindWords, findPt } from './find.pt-br.ts';
import type { WordsIn } from './language.ts';

export const findWords: WordsIn<FindWords> = { 'pt-BR': findPt, en: findEn };
