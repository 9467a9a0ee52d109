/** What one ticket costs: the same sum for the offer that a visitor is shown and for the checkout that charges it. */
import { TicketType } from '../actors/seat-command.ts';
import type { ServiceFee } from '../storage/ticket-offer.ts';
import type { TicketTypeRow } from '../storage/ticket-types.ts';

export interface LinePrice {
  readonly priceCents: number;
  /** The exhibitor's service fee, on top of the price. */
  readonly feeCents: number;
}

/** Of an exhibitor that asks for none. */
export const NO_FEE: ServiceFee = { bps: 0, cents: 0 };

/** `price_factor` has four decimals: as a whole number of them every sum is exact, up to the dearest ticket times 10,000. */
const FACTOR_UNIT = 10_000;

/**
 * The price of a ticket and its fee, in whole cents. `fullCents`: what everybody pays for this seat. `type`: a row of the ticket
 * types, or only the class, for a buyer who did not say which. Of the price the odd cent is the buyer's; the fee is rounded half
 * up. What costs nothing has no fee: a courtesy with a bill would be none.
 */
export function priceLine(
  fullCents: number,
  type: TicketType | Pick<TicketTypeRow, 'priceFactor'>,
  fee: ServiceFee,
): LinePrice {
  const factor = typeof type === 'number' ? factorOf(type) : Math.round(type.priceFactor * FACTOR_UNIT);
  const priceCents = Math.floor((fullCents * factor) / FACTOR_UNIT);
  if (priceCents === 0) return { priceCents, feeCents: 0 };
  return { priceCents, feeCents: Math.floor((priceCents * fee.bps + FACTOR_UNIT / 2) / FACTOR_UNIT) + fee.cents };
}

function factorOf(type: TicketType): number {
  switch (type) {
    case TicketType.halfInQuota:
    case TicketType.halfOutsideQuota:
      return FACTOR_UNIT / 2;
    case TicketType.courtesy:
      return 0;
    default:
      return FACTOR_UNIT;
  }
}
