/**
 * A member's ticket at the checkout: a ticket type that is in no offer, at a price that only the buyer's membership gives. Its tickets of
 * the month are taken before the payment begins, for the order's id: said again they are the same, and what came to nothing is
 * free again by itself (storage/club/club-tickets.ts).
 */
import { TicketType } from '../../actors/seat-command.ts';
import type { ClubPrice } from '../../storage/club/club-tickets.ts';
import type { SeatPrices, WantedSeat } from '../seat-prices.ts';

export interface ClubPort {
  /** ticket_types.id of a member's ticket. */
  category(): Promise<number>;
  /** Takes as many for an order; null: he is no member now, or has not so many left. */
  take(contact: string, order: string, count: number): Promise<ClubPrice | null>;
}

/** The prices for this purchase: with the member's ticket where it is wanted and to be had. */
export async function clubOffer(
  club: ClubPort | undefined,
  prices: SeatPrices,
  { seats, contact }: { readonly seats: readonly WantedSeat[]; readonly contact?: string },
  order: string,
): Promise<SeatPrices> {
  // Most purchases name only types that everybody may have, and ask nobody.
  const isWanted = ([, type, category]: WantedSeat): boolean =>
    type === TicketType.full && category !== undefined && !isOffered(prices, category);
  if (club === undefined || contact === undefined || !seats.some(isWanted)) return prices;
  const category = await club.category();
  const count = seats.filter((seat) => seat[2] === category).length;
  const price = count === 0 ? null : await club.take(contact, order, count);
  return price === null ? prices : { ...prices, club: price };
}

function isOffered({ offer }: SeatPrices, category: number): boolean {
  return offer.ticketTypes.some(({ id }) => id === category);
}
