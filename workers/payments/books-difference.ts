/** Whether a provider's object and our books of the same order tell the same. Pure. */
import type { Provider, Sight } from '../../actors/payment/payment.ts';
import type { ComparedBooks } from '../../storage/payments/reconcile-list.ts';

/**
 * unknown-order: money of an order that is in none of our books. second-object: money on another object than the one in the books.
 * The others: something happened at the provider, and our books have not heard of it.
 */
export type Difference =
  | 'unknown-order'
  | 'second-object'
  | 'missed-authorisation'
  | 'missed-capture'
  | 'missed-cancellation'
  | 'missed-refund'
  | 'missed-refund-failure';

/** Null: they tell the same, as far as money is concerned. @param books null: there are none */
export function differenceOf(sight: Sight, provider: Provider, books: ComparedBooks | null): Difference | null {
  const { is, object, capturedCents, refundedCents } = sight;
  const hasMoney = is === 'authorised' || is === 'captured';
  if (books === null) return hasMoney ? 'unknown-order' : null;
  // One that was made twice because an answer was lost is never paid, and nobody's concern.
  if (books.provider !== provider || books.object !== object) return hasMoney ? 'second-object' : null;
  if (is === 'captured' && (books.phase !== 'captured' || books.capturedCents < capturedCents)) return 'missed-capture';
  if (is === 'authorised' && books.phase !== 'authorised' && books.phase !== 'captured') return 'missed-authorisation';
  if (is === 'cancelled' && books.phase !== 'cancelled' && books.phase !== 'captured') return 'missed-cancellation';
  if (refundedCents !== null && refundedCents > books.sentCents) return 'missed-refund';
  // Banks may refuse a refund days after it was done.
  if (refundedCents !== null && refundedCents < books.toldCents) return 'missed-refund-failure';
  return null;
}
