import type { WordsIn } from './language.ts';
import { roomRefusalsEn } from './room-refusals.en.ts';
import { type RoomRefusals, roomRefusalsPt } from './room-refusals.pt-br.ts';

export const roomRefusalWords: WordsIn<RoomRefusals> = { 'pt-BR': roomRefusalsPt, en: roomRefusalsEn };
