/** The link of a letter to an order's tickets, with the right to see them. */
import type { Seals } from '../../storage/sealing.ts';
import { type ScreeningTimes, screeningAccessToken } from '../../storage/tickets/order-access.ts';

/** After "#": no server ever sees the token in its log. */
export function orderLink(seals: Seals, siteUrl: string, order: string, screening: ScreeningTimes): string {
  return `${siteUrl}/tickets/${encodeURIComponent(order)}#access=${screeningAccessToken(seals, order, screening)}`;
}
