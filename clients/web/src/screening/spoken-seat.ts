/** A seat in words, for those who hear the map: row, number, what it is, whose it is, what it costs. Pure. */
import type { Room } from '../../../sdk/api/room-api.ts';
import type { RoomWords } from '../words/room.pt-br.ts';
import type { SeatLook } from './seat-drawing.ts';

/** "Fila F, poltrona 12, livre, R$ 32,00". The price of a seat that cannot be had is left out. */
export function spokenSeat(room: Room, seat: number, look: SeatLook, words: RoomWords, price: string): string {
  const found = room.seats[seat];
  if (found === undefined) return '';
  const row = room.rowLabels[found.row] ?? '';
  const isOwn = row !== '' && found.label.length > row.length && found.label.startsWith(row);
  const number = isOwn ? found.label.slice(row.length) : found.label;
  const hasPrice = look === 'free' || look === 'mine' || look === 'asked';
  return words.seatLabel(row, number, words.kinds[found.kind] ?? '', words.states[look], hasPrice ? price : '');
}
