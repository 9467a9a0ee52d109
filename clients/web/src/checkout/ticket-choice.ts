/** Which ticket each seat gets, what that costs, and what the law leaves at half price. Sums for the page; the server decides. */
import type { Offer, OfferedTicketType } from '../../../sdk/api/offer-api.ts';
import { type ClubTickets, withClub } from '../club/club-ticket.ts';
import type { PurchaseLine } from './purchase.ts';

export interface ChosenSeat {
  readonly seat: number;
  /** "F12" */
  readonly label: string;
  /** As in the seat map; 0 is the regular one. */
  readonly kind: number;
}

/** Ticket type by seat; a seat that is not in it has the first one that is offered. */
export type Choices = ReadonlyMap<number, number>;

export interface TicketOption {
  readonly type: OfferedTicketType;
  /** Without the fee. */
  readonly priceCents: number;
  readonly feeCents: number;
  /**
   * quota: all tickets of this kind that the law keeps are sold, or chosen for the other seats. club: the same of a member's month.
   * Null: it can be had.
   */
  readonly why: 'quota' | 'club' | null;
}

export interface SeatTicket {
  readonly seat: ChosenSeat;
  readonly options: readonly TicketOption[];
  /** Null only where nothing at all is offered for such a seat. */
  readonly chosen: TicketOption | null;
}

export interface Total {
  readonly ticketsCents: number;
  readonly feesCents: number;
  readonly totalCents: number;
}

const FULL = 1;
const HALF_IN_QUOTA = 2;

/** Each seat with what can be had for it; by a member of the club as well for the members' price. */
export function seatTickets(
  plainOffer: Offer,
  seats: readonly ChosenSeat[],
  choices: Choices,
  club: ClubTickets | null = null,
): readonly SeatTicket[] {
  const offer = withClub(plainOffer, club);
  const halves = seats.filter((seat) => typeOf(offer, choices, seat)?.engineType === HALF_IN_QUOTA).length;
  const members = seats.filter((seat) => typeOf(offer, choices, seat)?.id === club?.category).length;
  return seats.map((seat) => {
    const own = typeOf(offer, choices, seat);
    const others = halves - (own?.engineType === HALF_IN_QUOTA ? 1 : 0);
    const isQuotaUsedUp = offer.half.policy === 'limit' && offer.half.left - others <= 0;
    const isMonthUsedUp = club !== null && club.left - members + (own?.id === club.category ? 1 : 0) <= 0;
    const options = offer.ticketTypes.flatMap((type): TicketOption[] => {
      const price = offer.prices.find(({ ticketType, seatKind }) => ticketType === type.id && seatKind === seat.kind);
      if (price === undefined) return [];
      const { priceCents, feeCents } = price;
      if (type.id === club?.category) return [{ type, priceCents, feeCents, why: isMonthUsedUp ? 'club' : null }];
      const why = type.engineType === HALF_IN_QUOTA && isQuotaUsedUp ? 'quota' : null;
      return [{ type, priceCents, feeCents, why }];
    });
    return { seat, options, chosen: options.find(({ type }) => type === own) ?? null };
  });
}

export function totalOf(tickets: readonly SeatTicket[]): Total {
  let ticketsCents = 0;
  let feesCents = 0;
  for (const { chosen } of tickets) {
    ticketsCents += chosen?.priceCents ?? 0;
    feesCents += chosen?.feeCents ?? 0;
  }
  return { ticketsCents, feesCents, totalCents: ticketsCents + feesCents };
}

/** For the purchase; null while a seat has no ticket that can be had. */
export function linesOf(tickets: readonly SeatTicket[]): readonly PurchaseLine[] | null {
  const lines: PurchaseLine[] = [];
  for (const { seat, chosen } of tickets) {
    if (chosen === null || chosen.why !== null) return null;
    lines.push({ seat: seat.seat, type: chosen.type.engineType, category: chosen.type.id });
  }
  return lines;
}

/** Full price for these seats, after the half-price ones were gone. */
export function withFullPrice(offer: Offer, choices: Choices, seats: readonly number[]): Choices {
  const full = offer.ticketTypes.find(({ engineType }) => engineType === FULL);
  if (full === undefined) return choices;
  return new Map([...choices, ...seats.map((seat) => [seat, full.id] as const)]);
}

/** Half-price seats of a choice: what a refusal for the quota is about when it names none. */
export function halfPriceSeats(lines: readonly PurchaseLine[]): readonly number[] {
  return lines.filter(({ type }) => type === HALF_IN_QUOTA).map(({ seat }) => seat);
}

/** What has to be shown at the door, each once. */
export function documentsOf(tickets: readonly SeatTicket[]): readonly OfferedTicketType[] {
  const types = tickets.flatMap(({ chosen }) => (chosen === null ? [] : [chosen.type]));
  return [...new Set(types)].filter(({ document }) => document !== null);
}

function typeOf(offer: Offer, choices: Choices, { seat, kind }: ChosenSeat): OfferedTicketType | undefined {
  const wanted = choices.get(seat);
  const isPriced = ({ id }: OfferedTicketType): boolean =>
    offer.prices.some(({ ticketType, seatKind }) => ticketType === id && seatKind === kind);
  const priced = offer.ticketTypes.filter(isPriced);
  // Nobody gets a discount by default that he would have to prove at the door.
  return priced.find(({ id }) => id === wanted) ?? priced.find(({ engineType }) => engineType === FULL) ?? priced[0];
}
