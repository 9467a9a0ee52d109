/** What goes back to the buyer of what he has paid, as the order's payment says it. Pure. */
import type { OrderPayment } from '../../../sdk/api/payment-api.ts';

export interface MoneyBack {
  /** Sent to the means of payment. */
  readonly doneCents: number;
  /** On its way, or about to be. */
  readonly pendingCents: number;
  readonly currency: string;
}

/** Null: nothing goes back, as far as is known. */
export function moneyBackOf(payment: OrderPayment | null): MoneyBack | null {
  if (payment === null || payment.refundedCents + payment.refundPendingCents === 0) return null;
  const { refundedCents: doneCents, refundPendingCents: pendingCents, currency } = payment;
  return { doneCents, pendingCents, currency };
}

/**
 * Until it is asked for again, milliseconds; null: nothing changes any more. The first answers may be from before the refund was
 * even written down.
 */
export function moneyAskAgainMs(back: MoneyBack | null, tries: number): number | null {
  if (back !== null && back.pendingCents === 0) return null;
  if (tries < 4) return 1_500 * tries;
  return back === null ? null : 30_000;
}
