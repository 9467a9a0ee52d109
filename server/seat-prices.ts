/** What the seats of a screening cost: by their kind, as the catalogue says at this moment. */
import type { ScreeningRecord } from '../storage/catalogue.ts';

export interface SeatPrices {
  /** Id of the layout that these prices are of. */
  readonly seatMap: number;
  /** Price of a full ticket, cents. A seat that the layout has not costs what most cost; the actor refuses it. */
  fullCents(seat: number): number;
}

export function pricesOf({
  seatMap,
  priceCents,
  seatPrices,
}: Pick<ScreeningRecord, 'seatMap' | 'priceCents' | 'seatPrices'>): SeatPrices {
  return {
    seatMap: seatMap.id,
    fullCents: (seat) => seatPrices?.[String(seatMap.seatKind[seat])] ?? priceCents,
  };
}
