import { filmEn } from './film.en.ts';
import { type FilmWords, filmPt } from './film.pt-br.ts';
import type { WordsIn } from './language.ts';

export const filmWords: WordsIn<FilmWords> = { 'pt-BR': filmPt, en: filmEn };
