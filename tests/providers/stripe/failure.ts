/** Stripe's refusals, as values that are thrown through the stand-in and written by one place with Stripe's envelope. */
import type { FormObject, FormValue } from './form.ts';

export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly doc_url?: string;
  readonly charge?: string;
  readonly payment_intent?: unknown;
  readonly payment_method?: unknown;
  readonly request_log_url?: string;
}

export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** Whether the answer is kept under the idempotency key: only when the work had begun. */
  readonly isKept: boolean;

  constructor(status: number, body: ErrorBody, isKept: boolean) {
    super(body.message);
    this.status = status;
    this.body =
      body.code === undefined ? body : { ...body, doc_url: `https://stripe.com/docs/error-codes/${body.code}` };
    this.isKept = isKept;
  }
}

/** A parameter that is wrong in itself: nothing began, and the same key may be used with the right ones. */
export function invalid(message: string, param: string, code = 'parameter_invalid'): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', code, message, param }, false);
}

export function missing(param: string): StripeFailure {
  return invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
}

export function noSuch(kind: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure(
    404,
    { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param },
    false,
  );
}

/** The object is in a state that forbids the call (`code` null: Stripe gives none). Kept under the key: the call was understood and refused. */
export function refused(code: string | null, message: string, details: Partial<ErrorBody> = {}): StripeFailure {
  const body: ErrorBody = { type: 'invalid_request_error', message, ...details };
  return new StripeFailure(400, code === null ? body : { ...body, code }, true);
}

/** @throws StripeFailure parameter_unknown, for anything not in `known`: a misspelt parameter must not pass in a test. */
export function expectOnly(form: FormObject, known: ReadonlySet<string>): void {
  for (const name of Object.keys(form))
    if (!known.has(name) && name !== 'expand')
      throw invalid(`Received unknown parameter: ${name}`, name, 'parameter_unknown');
}

/** A whole number of at least `least`. @throws StripeFailure parameter_invalid_integer */
export function wholeNumber(value: FormValue | undefined, param: string, least = 0): number {
  if (value === undefined) throw missing(param);
  if (typeof value !== 'string' || !/^-?\d{1,12}$/.test(value))
    throw invalid(`Invalid integer: ${String(value)}`, param, 'parameter_invalid_integer');
  const number = Number(value);
  if (number < least)
    throw invalid(`This value must be greater than or equal to ${least}.`, param, 'parameter_invalid_integer');
  return number;
}

/** @throws StripeFailure when `value` is not one of `allowed`. */
export function oneOf<const Value extends string>(value: string, allowed: readonly Value[], param: string): Value {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw invalid(`Invalid ${param}: must be one of ${allowed.slice(0, -1).join(', ')}, or ${allowed.at(-1)}`, param);
}
