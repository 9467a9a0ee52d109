/** What the seats of a screening cost: by their kind, their ticket and the exhibitor's fee, as the catalogue says at this moment. */
import { type TicketLine, TicketType } from '../actors/seat-command.ts';
import type { ScreeningRecord } from '../storage/catalogue.ts';
import type { ClubPrice } from '../storage/club/club-tickets.ts';
import type { TicketOffer } from '../storage/ticket-offer.ts';
import { NO_FEE, priceLine } from './ticket-price.ts';

/** One seat as a buyer wants it; without a category any of its class. */
export type WantedSeat = readonly [seat: number, type: TicketType, category?: number];

export interface SeatPrices {
  /** Id of the layout that these prices are of. */
  readonly seatMap: number;
  /** Price of a full ticket, cents. A seat that the layout has not costs what most cost; the actor refuses it. */
  fullCents(seat: number): number;
  readonly offer: TicketOffer;
  /** What a ticket costs a member, for this purchase alone. */
  readonly club?: ClubPrice;
}

/** Nothing but the classes, and no fee. */
export const PLAIN_OFFER: TicketOffer = { fee: NO_FEE, ticketTypes: [] };

export function pricesOf(
  { seatMap, priceCents, seatPrices }: Pick<ScreeningRecord, 'seatMap' | 'priceCents' | 'seatPrices'>,
  offer: TicketOffer,
): SeatPrices {
  return {
    seatMap: seatMap.id,
    fullCents: (seat) => seatPrices?.[String(seatMap.seatKind[seat])] ?? priceCents,
    offer,
  };
}

/** Whether every category that is named is to be had here, in the class that is named with it. */
export function isOnOffer({ offer, club }: SeatPrices, seats: readonly WantedSeat[]): boolean {
  return seats.every(([, type, category]) => {
    if (category === undefined) return true;
    if (category === club?.category) return type === TicketType.full;
    return offer.ticketTypes.some(({ id, engineType }) => id === category && engineType === type);
  });
}

/** The lines of an order. A category that is not on offer is priced as its class. */
export function linesOf(prices: SeatPrices, seats: readonly WantedSeat[]): readonly TicketLine[] {
  const { fee, ticketTypes } = prices.offer;
  return seats.map(([seat, type, category]): TicketLine => {
    const chosen = ticketTypes.find(({ id }) => id === category) ?? type;
    const fullCents = prices.fullCents(seat);
    const isMembers = category !== undefined && category === prices.club?.category;
    // A member never pays more than everybody.
    const membersCents = Math.min(prices.club?.ticketCents ?? fullCents, fullCents);
    const { priceCents, feeCents } = isMembers
      ? priceLine(membersCents, TicketType.full, fee)
      : priceLine(fullCents, chosen, fee);
    return {
      ...{ seat, type, priceCents },
      ...(category === undefined ? {} : { category }),
      ...(feeCents === 0 ? {} : { feeCents }),
    };
  });
}
