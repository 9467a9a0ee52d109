/**
 * What an error of Stripe's SDK means for the money: nobody knows, or Stripe has said no. Pure. In doubt, nobody knows: that costs a
 * look at the object, and the other mistake costs a seat or a payment.
 *
 * The SDK's errors quote the whole payment, with the buyer's secret and what is known of the card; none of that goes on from here.
 */
import Stripe from 'stripe';
import { ProviderRefused, ProviderUnknown } from '../provider-port.ts';
import { AttemptFailed } from './stripe-http.ts';

/** Stripe asks for seconds; an hour is as good as "not now". */
const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * Of statuses below 500, those that say nothing of whether it was done, or only "not now". A key that is being replaced, or may not do
 * this, is our own trouble: it says nothing of an earlier request, and no buyer's card is declined for it.
 */
const UNDECIDED: ReadonlyMap<number, string> = new Map([
  [401, 'unauthorised'],
  [403, 'forbidden'],
  [408, 'timeout'],
  [409, 'key-in-use'],
  [424, 'status 424'],
  [425, 'status 425'],
]);

/** What is thrown instead of `error`, which came of a request to Stripe. */
export function stripeFailure(error: unknown): ProviderUnknown | ProviderRefused {
  if (error instanceof ProviderUnknown || error instanceof ProviderRefused) return error;
  if (!(error instanceof Stripe.errors.StripeError)) return new ProviderUnknown('unexpected', null, null, error);
  const request = error.requestId ?? null;
  const unknown = (failure: string): ProviderUnknown =>
    new ProviderUnknown(failure, request, retryAfterMs(error), withoutSecrets(error));
  if (error instanceof Stripe.errors.StripeConnectionError) {
    const attempt: unknown = error.detail;
    return unknown(attempt instanceof AttemptFailed ? attempt.failure : 'connection');
  }
  const { statusCode: status } = error;
  // Lock timeouts come with the same status: somebody else works on the object.
  if (status === 429 || error instanceof Stripe.errors.StripeRateLimitError)
    return unknown(error.code === 'lock_timeout' ? 'object-in-use' : 'rate-limited');
  // No status: it was answered with something that is no JSON.
  if (status === undefined || status < 400) return unknown('answer');
  if (status >= 500) return unknown(`status ${status}`);
  const undecided = UNDECIDED.get(status);
  if (undecided !== undefined) return unknown(undecided);
  return new ProviderRefused(refusalCode(error), request, withoutSecrets(error));
}

/** Whether the same request, with the same key, may well be answered in half a second. */
export function isWorthRepeating(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  if (error instanceof Stripe.errors.StripeConnectionError) {
    const attempt: unknown = error.detail;
    // A kept connection that was closed on the other side meanwhile. Not what took all of its time.
    return attempt instanceof AttemptFailed && attempt.failure === 'connection';
  }
  // Stripe knows best: a 500 that is stored under the key stays one.
  const advice = error.headers?.['stripe-should-retry'];
  if (advice === 'true' || advice === 'false') return advice === 'true';
  const { statusCode: status = 0 } = error;
  return status === 409 || status >= 500;
}

/** Stripe's code, else the kind of error: never its sentence, which may quote what was sent. */
export function refusalCode(error: Stripe.errors.StripeError): string {
  if (error instanceof Stripe.errors.StripeCardError) return error.decline_code || error.code || 'card_error';
  return error.code ?? error.rawType ?? `status ${error.statusCode ?? 0}`;
}

function retryAfterMs({ headers }: Stripe.errors.StripeError): number | null {
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MAX_MS) : null;
}

/** The kind of error, its code and the parameter it names; and of a broken connection the system's own error. */
function withoutSecrets(error: Stripe.errors.StripeError): Error {
  const attempt: unknown = error.detail;
  const words = [error.type, error.rawType, error.code, error.param, error.statusCode];
  const message = words.filter((word) => word !== undefined && word !== '').join(' ');
  return new Error(message, attempt instanceof AttemptFailed ? { cause: attempt } : undefined);
}
