import type { WordsIn } from './language.ts';
import { roomEn } from './room.en.ts';
import { type RoomWords, roomPt } from './room.pt-br.ts';

export const roomWords: WordsIn<RoomWords> = { 'pt-BR': roomPt, en: roomEn };
