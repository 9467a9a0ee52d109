import type { WordsIn } from './language.ts';
import { programmeEn } from './programme.en.ts';
import { type ProgrammeWords, programmePt } from './programme.pt-br.ts';

export const programmeWords: WordsIn<ProgrammeWords> = { 'pt-BR': programmePt, en: programmeEn };
