/** Which errors of a confirmation are the answer "this card cannot be reserved", and not a failure. Pure. */
import Stripe from 'stripe';
import type { Sight } from '../../../actors/payment/payment.ts';
import { refusalCode } from './stripe-failure.ts';
import { sightOf } from './stripe-sight.ts';

export interface Decline {
  /** The payment as the error tells it; null: it has to be looked at, since the token may have been used on it before. */
  readonly sight: Sight | null;
  readonly code: string;
  readonly request: string | null;
}

/**
 * Null: not a decline. A card that the bank refuses comes as 402 with the payment; a token that is unknown, expired, used or of
 * another kind comes as a bad request, which nothing was done of.
 */
export function declinedBy(error: unknown, object: string): Decline | null {
  if (!(error instanceof Stripe.errors.StripeError)) return null;
  const code = refusalCode(error);
  const request = error.requestId ?? null;
  if (error instanceof Stripe.errors.StripeInvalidRequestError) return { sight: null, code, request };
  if (!(error instanceof Stripe.errors.StripeCardError)) return null;
  const { payment_intent: intent } = error;
  if (intent === undefined || intent.id !== object) return { sight: null, code, request };
  const sight = sightOf(intent);
  return { sight: sight.is === 'open' ? { ...sight, is: 'declined', declineCode: code } : sight, code, request };
}
