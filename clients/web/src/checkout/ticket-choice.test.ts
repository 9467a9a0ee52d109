import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Offer } from '../../../sdk/api/offer-api.ts';
import { documentsOf, halfPriceSeats, linesOf, seatTickets, totalOf, withFullPrice } from './ticket-choice.ts';

const type = (id: number, engineType: number, document: string | null = null) => ({
  ...{ id, code: `t${id}`, name: `Tipo ${id}`, nameEn: `Type ${id}`, engineType, document, documentEn: document },
  ...{ countsInQuota: engineType === 2, legalBasis: null },
});

/** Full, student, ID Jovem (both in the quota), 60+; regular and couple seats. */
function offerOf(half: Offer['half']): Offer {
  const place = { id: 1, name: 'Cine Aurora', address: null, city: 'Recife', state: 'PE', timeZone: 'America/Recife' };
  return {
    screening: 42,
    currency: 'BRL',
    ticketTypes: [type(5, 2, 'CIE'), type(1, 1), type(6, 2, 'ID Jovem'), type(7, 3, 'RG')],
    prices: [0, 1].flatMap((seatKind) => {
      const full = seatKind === 0 ? 3_201 : 4_000;
      const half = Math.floor(full / 2);
      return [1, 5, 6, 7].map((ticketType) => ({
        ...{ ticketType, seatKind, priceCents: ticketType === 1 ? full : half, feeCents: ticketType === 1 ? 320 : 160 },
      }));
    }),
    fee: { percent: 10, cents: 0 },
    half,
    cancellation: { days: 7, minutesBefore: 60 },
    salesOpen: true,
    film: { id: 1, title: 'Bacurau', minutes: 131, rating: '16', posterUrl: null },
    cinema: place,
    auditorium: 'Sala 1',
    startsAt: '2026-12-24T23:30:00.000Z',
    startsLocal: '2026-12-24T20:30:00',
    projection: '2D',
    language: 'nac',
  };
}
const seats = [
  { seat: 10, label: 'B1', kind: 0 },
  { seat: 11, label: 'B2', kind: 0 },
  { seat: 12, label: 'B3', kind: 1 },
];
const offer = offerOf({ quota: 40, left: 2, policy: 'limit' });

test('[WC10] tickets and fees add up to the total, seat kinds at their own price', () => {
  const tickets = seatTickets(offer, seats, new Map([[11, 5]]));
  assert.deepEqual(totalOf(tickets), {
    ticketsCents: 3_201 + 1_600 + 4_000,
    feesCents: 320 + 160 + 320,
    totalCents: 9_601,
  });
  assert.deepEqual(linesOf(tickets), [
    { seat: 10, type: 1, category: 1 },
    { seat: 11, type: 2, category: 5 },
    { seat: 12, type: 1, category: 1 },
  ]);
  assert.deepEqual(totalOf([]), { ticketsCents: 0, feesCents: 0, totalCents: 0 });
});

test('[WC11] a seat is full price until somebody says otherwise, whatever stands first in the offer', () => {
  for (const { chosen } of seatTickets(offer, seats, new Map([[10, 99]]))) assert.equal(chosen?.type.id, 1);
});

test('[WC11] half price that the quota does not hold is shown and cannot be chosen, one’s own seats counted', () => {
  const why = (choices: [number, number][], left: number, policy: 'limit' | 'exceed' = 'limit') =>
    seatTickets(offerOf({ quota: 40, left, policy }), seats, new Map(choices)).map(({ options }) =>
      options.map(({ why: reason }) => reason),
    );
  const open = [null, null, null, null];
  const used = ['quota', null, 'quota', null];
  assert.deepEqual(why([], 1), [open, open, open]);
  assert.deepEqual(why([[10, 5]], 1), [open, used, used], 'the last one is mine and may stay mine');
  assert.deepEqual(why([], 0), [used, used, used]);
  assert.deepEqual(why([], 0, 'exceed'), [open, open, open]);
  assert.deepEqual(why([[10, 7]], 1), [open, open, open], '60+ is outside of the quota');
});

test('[WC11] a choice that the quota has overtaken is no purchase; at full price it is', () => {
  const gone = offerOf({ quota: 40, left: 0, policy: 'limit' });
  const choices = new Map([[10, 5]]);
  assert.equal(linesOf(seatTickets(gone, seats, choices)), null);
  const lines = linesOf(seatTickets(gone, seats, withFullPrice(gone, choices, [10])));
  assert.deepEqual(
    lines?.map((line) => line.type),
    [1, 1, 1],
  );
  assert.deepEqual(
    halfPriceSeats([
      { seat: 10, type: 2, category: 5 },
      { seat: 11, type: 3, category: 7 },
    ]),
    [10],
  );
});

test('[WC11] each document that has to be brought is named once', () => {
  const tickets = seatTickets(
    offer,
    seats,
    new Map([
      [10, 5],
      [11, 5],
      [12, 7],
    ]),
  );
  assert.deepEqual(
    documentsOf(tickets).map(({ document }) => document),
    ['CIE', 'RG'],
  );
});

test('[WC11] a seat of a kind without a price has no ticket', () => {
  const tickets = seatTickets(offer, [{ seat: 20, label: 'C1', kind: 9 }], new Map());
  assert.equal(tickets[0]?.chosen, null);
  assert.equal(linesOf(tickets), null);
});
