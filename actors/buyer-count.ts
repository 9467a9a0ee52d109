/**
 * How many seats a buyer has in a screening, for the limit per buyer (promise I3). Each seat counts for one
 * buyer at a time: while choosing for the one who holds it, from the beginning of the payment for the one who
 * pays. So a guest's hold can be paid by somebody whose limit is known.
 */
import { assert } from './assert.ts';

export interface BuyerCount {
  /** Seats in choosing holds. */
  choosing: number;
  /** Seats in payment. */
  paying: number;
  /** Live and used tickets. */
  tickets: number;
}

/** Adds to a buyer's counts; a buyer left with nothing is forgotten. */
export function addSeats(
  buyers: Map<string, BuyerCount>,
  buyer: string,
  choosing: number,
  paying: number,
  tickets: number,
): void {
  const count = buyers.get(buyer);
  if (count === undefined) {
    if (choosing < 0 || paying < 0 || tickets < 0) assert(false, `buyer ${buyer} has no seats to lose`);
    buyers.set(buyer, { choosing, paying, tickets });
    return;
  }
  count.choosing += choosing;
  count.paying += paying;
  count.tickets += tickets;
  if (count.choosing < 0 || count.paying < 0 || count.tickets < 0) {
    assert(false, `buyer ${buyer} has fewer than no seats`);
  }
  if (count.choosing === 0 && count.paying === 0 && count.tickets === 0) buyers.delete(buyer);
}

/** All seats that count for `buyer`. */
export function seatsOf(buyers: ReadonlyMap<string, BuyerCount>, buyer: string): number {
  const count = buyers.get(buyer);
  return count === undefined ? 0 : count.choosing + count.paying + count.tickets;
}

/** Those that money was or is being paid for. */
export function paidSeatsOf(buyers: ReadonlyMap<string, BuyerCount>, buyer: string): number {
  const count = buyers.get(buyer);
  return count === undefined ? 0 : count.paying + count.tickets;
}
