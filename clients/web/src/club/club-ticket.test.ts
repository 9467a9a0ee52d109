import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf as chargedLines, PLAIN_OFFER, type WantedSeat } from '../../../../server/seat-prices.ts';
import type { Membership } from '../../../sdk/api/club-api.ts';
import type { Offer } from '../../../sdk/api/offer-api.ts';
import { linesOf, seatTickets, totalOf, withFullPrice } from '../checkout/ticket-choice.ts';
import { type ClubTickets, clubSeats, clubTicketsOf, withClub } from './club-ticket.ts';

const CLUB = 40;
const FULL = { id: 1, code: 'full', name: 'Inteira', nameEn: 'Full', engineType: 1 };
const HALF = { id: 5, code: 'half', name: 'Meia', nameEn: 'Half', engineType: 2 };
const more = { countsInQuota: false, document: null, documentEn: null, legalBasis: null };

/** Regular seats at `fullCents[0]`, couple seats at `fullCents[1]`. */
function offerOf(fullCents: readonly number[], fee = { percent: 10, cents: 0 }): Offer {
  const prices = fullCents.flatMap((cents, seatKind) => [
    { ticketType: FULL.id, seatKind, priceCents: cents, feeCents: Math.floor(cents / 10) },
    { ticketType: HALF.id, seatKind, priceCents: Math.floor(cents / 2), feeCents: Math.floor(cents / 20) },
  ]);
  const half = { quota: 40, left: 40, policy: 'limit' };
  return {
    ticketTypes: [
      { ...FULL, ...more },
      { ...HALF, ...more },
    ],
    prices,
    fee,
    half,
  } as unknown as Offer;
}

const seats = [
  { seat: 10, label: 'B1', kind: 0 },
  { seat: 11, label: 'B2', kind: 0 },
  { seat: 12, label: 'B3', kind: 1 },
];
const offer = offerOf([3_000, 4_000]);
const tickets = (left: number, ticketCents = 1_500): ClubTickets => ({ category: CLUB, left, ticketCents });
const chosen = (...numbers: readonly number[]): Map<number, number> => new Map(numbers.map((seat) => [seat, CLUB]));

function membership(status: Membership['status']): Membership {
  const plan = { code: 'c', name: 'C', nameEn: 'C', monthCents: 2_990, ticketsPerMonth: 3, currency: 'BRL' };
  const is = { status, ticketsLeft: 2, ticketType: 'club', category: CLUB, until: null, leaving: false };
  return { plan: { ...plan, ticketCents: 1_500 }, ...is };
}

test('[WU10] a member’s ticket is offered to a member whose month is paid, and to nobody else', () => {
  assert.deepEqual(clubTicketsOf(membership('active')), tickets(2));
  for (const status of ['incomplete', 'late', 'ended'] as const) assert.equal(clubTicketsOf(membership(status)), null);
  assert.equal(clubTicketsOf(null), null);
  assert.equal(withClub(offer, null), offer);
  const [first] = seatTickets(offer, seats, new Map(), tickets(2));
  assert.deepEqual(
    first?.options.map(({ type }) => type.name),
    ['Inteira', 'Meia', 'Clube'],
  );
  assert.equal(first?.chosen?.type.id, FULL.id, 'a month’s ticket is spent by whoever says so');
});

test('[WU10] it is named in a purchase by its category and the class that the seats’ owner counts', () => {
  const wanted = seatTickets(offer, seats, chosen(10), tickets(2));
  assert.deepEqual(linesOf(wanted)?.[0], { seat: 10, type: 1, category: CLUB });
  assert.deepEqual(totalOf(wanted), { ticketsCents: 8_500, feesCents: 150 + 300 + 400, totalCents: 9_350 });
});

test('[WU11] not more of them than the month has left, one’s own seats counted', () => {
  const why = (left: number, ...wanted: readonly number[]) =>
    seatTickets(offer, seats, chosen(...wanted), tickets(left)).map(({ options }) => options.at(-1)?.why);
  assert.deepEqual(why(2), [null, null, null]);
  assert.deepEqual(why(1, 10), [null, 'club', 'club'], 'the last one is on the first seat, and may stay there');
  assert.deepEqual(why(2, 10, 12), [null, 'club', null]);
  assert.deepEqual(why(0), ['club', 'club', 'club']);
});

test('[WU11] used up elsewhere meanwhile: no purchase until another ticket is chosen', () => {
  const choices = chosen(10, 11);
  const lines = linesOf(seatTickets(offer, seats, choices, tickets(2))) ?? [];
  assert.equal(linesOf(seatTickets(offer, seats, choices, tickets(1))), null);
  assert.deepEqual(clubSeats(lines, CLUB), [10, 11]);
  assert.deepEqual(clubSeats(lines, null), []);
  const beyond = clubSeats(lines, CLUB).slice(1);
  const mended = linesOf(seatTickets(offer, seats, withFullPrice(offer, choices, beyond), tickets(1)));
  assert.deepEqual(
    mended?.map(({ category }) => category),
    [CLUB, FULL.id, FULL.id],
  );
});

test('[WU12] the page reckons as the server does, to the cent: never dearer than a full ticket, with the exhibitor’s fee', () => {
  for (const ticketCents of [0, 1, 999, 1_500, 3_333, 9_999]) {
    for (const fullCents of [1, 1_500, 2_001, 3_000]) {
      for (const bps of [0, 333, 850, 1_000, 1_275]) {
        for (const cents of [0, 49]) {
          const fee = { percent: bps / 100, cents };
          const total = totalOf(
            seatTickets(offerOf([fullCents], fee), seats.slice(0, 1), chosen(10), tickets(1, ticketCents)),
          );
          const wanted: readonly WantedSeat[] = [[10, 1, CLUB]];
          const prices = { seatMap: 1, fullCents: () => fullCents, offer: { ...PLAIN_OFFER, fee: { bps, cents } } };
          const [line] = chargedLines({ ...prices, club: { category: CLUB, ticketCents } }, wanted);
          assert.deepEqual(
            [total.ticketsCents, total.feesCents],
            [line?.priceCents, line?.feeCents ?? 0],
            JSON.stringify({ ticketCents, fullCents, fee }),
          );
        }
      }
    }
  }
});
