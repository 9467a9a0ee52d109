import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../../sdk/index.ts';
import { roomEn } from '../words/room.en.ts';
import { roomPt } from '../words/room.pt-br.ts';
import { roomRefusalsEn } from '../words/room-refusals.en.ts';
import { roomRefusalsPt } from '../words/room-refusals.pt-br.ts';
import { drawnRoom } from './drawn-room.ts';
import { spokenSeat } from './spoken-seat.ts';

const { seats, seatOf } = drawnRoom(['..', 'CCw']);
const about = { screening: 1, title: '', cinema: '', auditorium: '', startsLocal: '', projection: '', language: '' };
const room = { ...about, currency: 'BRL', status: 'scheduled', seatMap: 1, rowLabels: ['A', 'B'], seats } as const;

test('[WR1] a seat is announced by row, number, kind, state, and price while it can be had', () => {
  const price = 'R$ 32,00';
  assert.equal(spokenSeat(room, seatOf('A2'), 'free', roomPt, price), 'Fila A, poltrona 2, livre, R$ 32,00');
  assert.equal(spokenSeat(room, seatOf('B1'), 'mine', roomPt, price), 'Fila B, poltrona 1, namoradeira, sua, R$ 32,00');
  assert.equal(spokenSeat(room, seatOf('A1'), 'sold', roomPt, price), 'Fila A, poltrona 1, ocupada');
  assert.equal(
    spokenSeat(room, seatOf('B3'), 'held', roomEn, price),
    'Row B, seat 3, wheelchair space, somebody is choosing it',
  );
});

test('[WR8] every outcome that taking, giving back and more time can have has words in both languages', () => {
  const { accepted: _, ...codes } = OutcomeCode;
  // Of payments, of tickets at the door, and of staff: no command of the seat map is answered so.
  const others = new Set<number>([
    ...[codes.paymentRefused, codes.paymentDeclined, codes.orderUnknown, codes.orderNotYours, codes.orderState],
    ...[codes.linesMismatch, codes.seatNotBlocked, codes.quotaExhausted, codes.ticketUnknown, codes.ticketVoid],
    ...[codes.ticketUsed, codes.screeningHasSales, 32, 33, 66],
  ]);
  for (const [name, code] of Object.entries(codes)) {
    if (others.has(code)) continue;
    for (const words of [roomRefusalsPt, roomRefusalsEn]) {
      const one = words.of[code]?.('F5', 1) ?? '';
      assert.ok(one.length > 20 && !one.includes('undefined'), `${name} has no words`);
    }
  }
});
