/** A member's ticket at the checkout: a ticket type that is in no offer, as many times as the month has left. Sums for the page; the server decides. */
import type { Membership } from '../../../sdk/api/club-api.ts';
import type { Offer, OfferedTicketType } from '../../../sdk/api/offer-api.ts';
import { clubTicketWords } from '../words/club-ticket.ts';

export interface ClubTickets {
  /** The `category` of a purchase's line. */
  readonly category: number;
  /** Of this month. */
  readonly left: number;
  /** What one costs, at most. */
  readonly ticketCents: number;
}

/** Also the class that the seats' owner counts a member's ticket in: of the others that a buyer may name, both are half price. */
const FULL = 1;
const BPS = 10_000;

/** Null: no member, or one whose month is not paid. */
export function clubTicketsOf(membership: Membership | null): ClubTickets | null {
  if (membership === null || membership.status !== 'active') return null;
  const { category, ticketsLeft, plan } = membership;
  return { category, left: ticketsLeft, ticketCents: plan.ticketCents };
}

/** What is offered to this member: the club's ticket last (what stands first is what everybody has), on each kind of seat, never dearer than a full one. */
export function withClub(offer: Offer, club: ClubTickets | null): Offer {
  if (club === null) return offer;
  const { category, ticketCents } = club;
  const full = offer.ticketTypes.find(({ engineType }) => engineType === FULL);
  const prices = offer.prices
    .filter(({ ticketType }) => ticketType === full?.id)
    .map(({ seatKind, priceCents: fullCents }) => {
      const priceCents = Math.min(ticketCents, fullCents);
      return { ticketType: category, seatKind, priceCents, feeCents: feeCents(priceCents, offer.fee) };
    });
  return { ...offer, ticketTypes: [...offer.ticketTypes, clubType(category)], prices: [...offer.prices, ...prices] };
}

/** Seats of a purchase for which a club's ticket was wanted. */
export function clubSeats(
  lines: readonly { readonly seat: number; readonly category: number }[],
  clubCategory: number | null,
): readonly number[] {
  return lines.filter(({ category }) => category === clubCategory).map(({ seat }) => seat);
}

/** As the server reckons it (server/ticket-price.ts): rounded half up, and none of what costs nothing. */
function feeCents(priceCents: number, { percent, cents }: Offer['fee']): number {
  if (priceCents === 0) return 0;
  return Math.floor((priceCents * Math.round(percent * 100) + BPS / 2) / BPS) + cents;
}

function clubType(id: number): OfferedTicketType {
  return {
    ...{ id, code: 'club', name: clubTicketWords['pt-BR'].name, nameEn: clubTicketWords.en.name },
    ...{ engineType: FULL, countsInQuota: false, document: null, documentEn: null, legalBasis: null },
  };
}
