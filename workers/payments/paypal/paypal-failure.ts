/**
 * What it means that a call to PayPal did not succeed: nobody knows, or PayPal has said no. The SDK's errors carry the request with
 * its token, so that none of them leaves this file, not even as a cause: causes end up in logs.
 */
import { AbortError, ApiError } from '@paypal/paypal-server-sdk';
import { ProviderRefused, ProviderUnknown } from '../provider-port.ts';

/** PayPal's words for a buyer or a means of payment that will not do: no error, but an answer. All from authorising an order. */
const DECLINES = new Set([
  'INSTRUMENT_DECLINED',
  'TRANSACTION_REFUSED',
  'TRANSACTION_LIMIT_EXCEEDED',
  'PAYER_CANNOT_PAY',
  'PAYER_ACCOUNT_RESTRICTED',
  'PAYER_ACCOUNT_LOCKED_OR_CLOSED',
  'PAYEE_BLOCKED_TRANSACTION',
  'CARD_EXPIRED',
  'CARD_BRAND_NOT_SUPPORTED',
  'COMPLIANCE_VIOLATION',
  'DOMESTIC_TRANSACTION_REQUIRED',
  'REDIRECT_PAYER_FOR_ALTERNATE_FUNDING',
  'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
]);

/** Longer pauses would be a mistake of somebody's clock. */
const RETRY_AFTER_MS_MAX = 600_000;
/** PayPal's codes are far shorter; what is longer is none. */
const CODE = /^[A-Z0-9_]{1,64}$/;

export function isDecline(code: string): boolean {
  return DECLINES.has(code);
}

/** A broken line before any answer: what was asked may be asked again at once, with the same key. */
export function isBrokenLine(failure: unknown): boolean {
  return failure instanceof ProviderUnknown && failure.failure === 'connection';
}

/** What an answer of PayPal's says, when it is not 2xx. `body`: as it came. */
export function failureOfAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): ProviderUnknown | ProviderRefused {
  const request = requestOf(headers);
  const code = codeOf(body);
  const said = new Error(`PayPal answered ${status} ${code ?? ''}`.trimEnd());
  if (status === 429) return new ProviderUnknown('rate-limited', request, retryAfterMs(headers), said);
  // A request with this key is at work.
  if (status === 409) return new ProviderUnknown('key-in-use', request, retryAfterMs(headers), said);
  // 401: the keys of our account are wrong, which says nothing of the payment.
  if (status >= 500 || status === 401 || status === 408 || status < 400) {
    return new ProviderUnknown(`status ${status}`, request, retryAfterMs(headers), said);
  }
  return new ProviderRefused(code ?? `status ${status}`, request, said);
}

/** Of anything that a call of the SDK rejects with. */
export function failureOf(thrown: unknown): ProviderUnknown | ProviderRefused {
  if (thrown instanceof ProviderUnknown || thrown instanceof ProviderRefused) return thrown;
  if (thrown instanceof ApiError) return failureOfAnswer(thrown.statusCode, thrown.headers, thrown.body);
  const { name, message, code } = thrown as { name?: string; message?: string; code?: unknown };
  const said = new Error(`${name ?? 'Error'}: ${message ?? ''}${typeof code === 'string' ? ` (${code})` : ''}`);
  if (thrown instanceof AbortError || code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return new ProviderUnknown('timeout', null, null, said);
  }
  // The line broke, or nobody listens. Errors of the SDK's schemas have no code; an answer cut in the middle is ERR_BAD_RESPONSE.
  if (typeof code === 'string' && !code.startsWith('ERR_BAD'))
    return new ProviderUnknown('connection', null, null, said);
  return new ProviderUnknown('unreadable', null, null, said);
}

/** PayPal's name for a request, for its support. */
export function requestOf(headers: Readonly<Record<string, string>> | undefined): string | null {
  return headers?.['paypal-debug-id'] ?? null;
}

/** The issue of an error's first detail, or else its class: INSTRUMENT_DECLINED, RESOURCE_NOT_FOUND. Null: there is none. */
function codeOf(body: unknown): string | null {
  if (typeof body !== 'string') return null;
  try {
    const { name, details } = JSON.parse(body) as { name?: unknown; details?: unknown };
    const issue = Array.isArray(details) ? (details[0] as { issue?: unknown } | undefined)?.issue : undefined;
    return [issue, name].find((word): word is string => typeof word === 'string' && CODE.test(word)) ?? null;
  } catch {
    // A page of some proxy's on the way.
    return null;
  }
}

/** Seconds or a date. Null: not told. */
function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['retry-after'];
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : null;
}
