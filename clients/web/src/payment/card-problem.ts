/** What Stripe's script says has gone wrong, as one of the few things that the page has words for. */
import type { StripeError } from '@stripe/stripe-js';

export type CardProblem =
  /** A field is empty or wrong; the fields say which, in the page's language. */
  | 'incomplete'
  /** Stripe does not take this card at all. */
  | 'card'
  /** No answer from Stripe, or none that means anything. */
  | 'unreachable';

export function cardProblemOf({ type }: Pick<StripeError, 'type'>): CardProblem {
  if (type === 'validation_error') return 'incomplete';
  return type === 'card_error' ? 'card' : 'unreachable';
}

/**
 * Whether the bank's question could not even be put. Any other error is an answer: a wrong code, a window that was closed, a
 * payment that has gone on in another tab. What it has led to is for the server to say.
 */
export function isUnasked({ type }: Pick<StripeError, 'type'>): boolean {
  return type === 'api_connection_error' || type === 'api_error' || type === 'rate_limit_error';
}
