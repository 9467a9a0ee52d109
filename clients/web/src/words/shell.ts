import type { WordsIn } from './language.ts';
import { shellEn } from './shell.en.ts';
import { type ShellWords, shellPt } from './shell.pt-br.ts';

export const shellWords: WordsIn<ShellWords> = { 'pt-BR': shellPt, en: shellEn };
