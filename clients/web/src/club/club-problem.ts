/** What has gone wrong, as one of the few things that the page has words for. */
import type { PaymentIntentResult, StripeError } from '@stripe/stripe-js';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { ClubProblem, Confirmed } from './club-visit.ts';

/** Of joining, by which nothing is charged. */
export function joiningProblem(cause: unknown): ClubProblem {
  if (cause instanceof ApiUnreachable) return 'unreachable';
  if (!(cause instanceof ApiProblem)) return 'other';
  switch (cause.status) {
    case 401:
    case 403:
      return 'who';
    case 404:
      return 'plan-gone';
    case 503:
      return 'provider';
    default:
      return 'other';
  }
}

/** How a confirmation ended, by what Stripe's script resolves with. */
export function confirmedAs({ error, paymentIntent }: PaymentIntentResult): Confirmed {
  if (error !== undefined) return failedAs(error);
  switch (paymentIntent.status) {
    case 'succeeded':
    case 'processing':
    case 'requires_capture':
      return 'done';
    case 'requires_payment_method':
      return 'declined';
    case 'requires_action':
      return 'bank';
    default:
      return 'unknown';
  }
}

function failedAs({ type, code }: StripeError): Confirmed {
  if (type === 'validation_error') return 'incomplete';
  if (code === 'payment_intent_authentication_failure') return 'bank';
  // Anything else may have come after the money: a line that broke, a payment that another tab has made.
  return type === 'card_error' ? 'declined' : 'unknown';
}
