/** How an order is drawn, and whether the page goes on asking. */
import type { OrderState } from '../../../sdk/api/tickets-api.ts';

export type OrderView =
  | 'loading'
  /** Sold a moment ago; the books are not written yet. */
  | 'issuing'
  | 'sold'
  | 'waiting'
  | 'refused'
  | 'expired'
  | 'cancelled'
  | 'refunded'
  | 'missing'
  | 'unreachable';

export function viewOfOrder(state: OrderState): OrderView {
  switch (state) {
    case 'sold':
    case 'captured':
      return 'sold';
    case 'created':
    case 'authorised':
      return 'waiting';
    default:
      return state;
  }
}

/** Money was taken, or may have been, and something of it goes back: what became of it is asked for. */
export function mayGiveBack(view: OrderView): boolean {
  return view === 'refused' || view === 'expired' || view === 'cancelled' || view === 'refunded';
}

/** Until the order is asked for again, milliseconds: quickly at first, then calmly; null when there is nothing to wait for. */
export function askAgainMs(view: OrderView, tries: number): number | null {
  switch (view) {
    case 'loading':
    case 'issuing':
      return Math.min(400 * tries, 3_000);
    case 'waiting':
      return Math.min(1_500 * tries, 10_000);
    case 'unreachable':
      return 10_000;
    default:
      return null;
  }
}
