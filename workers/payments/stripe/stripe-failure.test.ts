/** Every class of error that the SDK knows, and some that it does not: nobody knows, no, or a card that is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import Stripe from 'stripe';
import { ProviderRefused, ProviderUnknown } from '../provider-port.ts';
import { declinedBy } from './stripe-decline.ts';
import { isWorthRepeating, stripeFailure } from './stripe-failure.ts';
import { AttemptFailed } from './stripe-http.ts';

const { errors } = Stripe;

/** As the SDK makes it of an answer. */
function answered(
  statusCode: number,
  body: object = {},
  headers: Record<string, string> = {},
): Stripe.errors.StripeError {
  const raw = { type: 'api_error', message: 'Sentence.', statusCode, requestId: 'req_1', headers, ...body };
  return errors.StripeError.generate(raw as never);
}

const connection = (detail: unknown): Stripe.errors.StripeError =>
  new errors.StripeConnectionError({ message: 'An error occurred', detail } as never);

function unknownOf(error: unknown): { failure: string; request: string | null; retryAfterMs: number | null } {
  const failed = stripeFailure(error);
  assert.ok(failed instanceof ProviderUnknown, inspect(failed));
  const { failure, request, retryAfterMs } = failed;
  return { failure, request, retryAfterMs };
}

function refusedOf(error: unknown): { code: string; request: string | null } {
  const failed = stripeFailure(error);
  assert.ok(failed instanceof ProviderRefused, inspect(failed));
  return { code: failed.code, request: failed.request };
}

test('[SA7] what has no answer, or one that decides nothing, is unknown, with the request where there is one', () => {
  for (const failure of ['timeout', 'connection', 'busy', 'answer'] as const)
    assert.deepEqual(unknownOf(connection(new AttemptFailed(failure))), {
      failure,
      request: null,
      retryAfterMs: null,
    });
  assert.equal(unknownOf(connection(new Error('getaddrinfo ENOTFOUND'))).failure, 'connection');
  const statuses = {
    500: 'status 500',
    502: 'status 502',
    503: 'status 503',
    408: 'timeout',
    424: 'status 424',
    425: 'status 425',
  };
  for (const [status, failure] of Object.entries(statuses))
    assert.deepEqual(unknownOf(answered(Number(status))), { failure, request: 'req_1', retryAfterMs: null });
  const inUse = { type: 'idempotency_error', code: 'idempotency_key_in_use' };
  assert.equal(unknownOf(answered(409, inUse)).failure, 'key-in-use');
  const noJson = new errors.StripeAPIError({ message: 'Invalid JSON', requestId: 'req_1' } as never);
  assert.deepEqual(unknownOf(noJson), { failure: 'answer', request: 'req_1', retryAfterMs: null });
  // A bug of ours, or of the SDK: whether it was sent before, nobody can say.
  for (const strange of [new TypeError('x is not a function'), 'a string', undefined, null])
    assert.equal(unknownOf(strange).failure, 'unexpected');
});

test('[SA8] too many requests are unknown, with the time that Stripe asks for, within bounds', () => {
  const limited = { type: 'invalid_request_error', code: 'rate_limit' };
  assert.deepEqual(unknownOf(answered(429, limited, { 'retry-after': '7' })), {
    failure: 'rate-limited',
    request: 'req_1',
    retryAfterMs: 7_000,
  });
  assert.equal(unknownOf(answered(400, limited)).failure, 'rate-limited');
  assert.equal(unknownOf(answered(429, { code: 'lock_timeout' })).failure, 'object-in-use');
  assert.equal(unknownOf(answered(503, {}, { 'retry-after': '2' })).retryAfterMs, 2_000);
  assert.equal(unknownOf(answered(429, {}, { 'retry-after': '999999999' })).retryAfterMs, 3_600_000);
  for (const odd of ['soon', '-5', 'Infinity'])
    assert.equal(unknownOf(answered(429, {}, { 'retry-after': odd })).retryAfterMs, null);
});

test('[SA7] a key of ours that is replaced or may not do this is no answer to what was asked', () => {
  const invalid = { type: 'invalid_request_error' };
  assert.equal(unknownOf(answered(401, { ...invalid, code: 'api_key_expired' })).failure, 'unauthorised');
  assert.equal(unknownOf(answered(401, { type: undefined })).failure, 'unauthorised');
  assert.equal(unknownOf(answered(403, invalid)).failure, 'forbidden');
});

test('[SA9] what Stripe has read and turned down is refused, by its code', () => {
  const invalid = { type: 'invalid_request_error' };
  const refusals: [Stripe.errors.StripeError, string][] = [
    [answered(400, { ...invalid, code: 'payment_intent_unexpected_state' }), 'payment_intent_unexpected_state'],
    [answered(400, invalid), 'invalid_request_error'],
    [answered(400, { type: 'idempotency_error' }), 'idempotency_error'],
    [answered(404, { ...invalid, code: 'resource_missing' }), 'resource_missing'],
    [answered(402, { type: 'card_error', code: 'card_declined', decline_code: 'lost_card' }), 'lost_card'],
    [answered(402, { type: 'card_error', code: 'expired_card' }), 'expired_card'],
    [answered(402, {}), 'card_error'],
    [answered(410, { code: 'gone' }), 'gone'],
  ];
  for (const [error, code] of refusals) assert.deepEqual(refusedOf(error), { code, request: 'req_1' }, error.type);
});

test('[SA7] [SA9] every class of error that the SDK has is one or the other', () => {
  const classes = Object.entries(errors as unknown as Record<string, unknown>).filter(
    ([, value]) =>
      typeof value === 'function' && (value === errors.StripeError || value.prototype instanceof errors.StripeError),
  );
  assert.ok(classes.length >= 10, 'the classes are somewhere else now');
  for (const [name, Kind] of classes) {
    const error = new (Kind as new (raw: object) => Error)({ message: 'Sentence.', statusCode: 400, type: 'x' });
    const failed = stripeFailure(error);
    assert.ok(failed instanceof ProviderUnknown || failed instanceof ProviderRefused, name);
  }
  const own = new ProviderRefused('x');
  assert.equal(stripeFailure(own), own);
});

test('[SA10] nothing of the payment, the card or the key goes on with an error', () => {
  const secret = {
    id: 'pi_1',
    client_secret: 'pi_1_secret_abc',
    status: 'requires_payment_method',
    last_payment_error: null,
  };
  const body = {
    code: 'card_declined',
    message: 'No such token: tok_sensitive',
    payment_intent: secret,
    payment_method: { card: { last4: '4242' }, billing_details: { email: 'ana@example.com' } },
  };
  const headers = { 'idempotency-key': 'o1.authorise', 'retry-after': '1' };
  for (const status of [400, 402, 409, 429, 500]) {
    const shown = inspect(stripeFailure(answered(status, body, headers)), { depth: 20, showHidden: true });
    assert.doesNotMatch(shown, /secret_abc|4242|ana@|tok_sensitive/, String(status));
    assert.match(shown, /card_declined/);
  }
});

test('[SA11] a broken connection, a key in use and a 5xx are worth a second try, unless Stripe says that they are not', () => {
  const yes = [connection(new AttemptFailed('connection')), answered(409), answered(500), answered(503)];
  for (const error of yes) assert.equal(isWorthRepeating(error), true, error.message);
  const no = [
    connection(new AttemptFailed('timeout')),
    connection(new AttemptFailed('busy')),
    connection(new AttemptFailed('answer')),
    answered(500, {}, { 'stripe-should-retry': 'false' }),
    answered(400),
    answered(402),
    answered(429),
    new TypeError('a bug'),
  ];
  for (const error of no) assert.equal(isWorthRepeating(error), false, String(error));
  assert.equal(isWorthRepeating(answered(400, {}, { 'stripe-should-retry': 'true' })), true);
});

test('[SA12] a card that the bank refuses is a decline that the error tells of by itself', () => {
  const error = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' };
  const intent = {
    id: 'pi_1',
    status: 'requires_payment_method',
    amount_received: 0,
    latest_charge: 'ch_1',
    last_payment_error: error,
  };
  const declined = declinedBy(answered(402, { ...error, payment_intent: intent }), 'pi_1');
  assert.equal(declined?.sight?.is, 'declined');
  assert.equal(declined.sight.declineCode, 'insufficient_funds');
  assert.equal(declined.request, 'req_1');
  const forgotten = { ...intent, last_payment_error: null };
  const told = declinedBy(answered(402, { ...error, payment_intent: forgotten }), 'pi_1')?.sight;
  assert.deepEqual([told?.is, told?.declineCode], ['declined', 'insufficient_funds']);
  // Of another payment, or of none: it has to be looked at.
  for (const other of [{ ...intent, id: 'pi_2' }, undefined])
    assert.equal(declinedBy(answered(402, { ...error, payment_intent: other }), 'pi_1')?.sight, null);
});

test('[SA13] a token that cannot be used is a decline when a look confirms it; other errors are none', () => {
  const noToken = answered(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'confirmation_token',
  });
  assert.deepEqual(declinedBy(noToken, 'pi_1'), { sight: null, code: 'resource_missing', request: 'req_1' });
  const others = [
    answered(500),
    answered(429),
    answered(401),
    answered(403),
    answered(409),
    answered(400, { type: 'idempotency_error' }),
  ];
  for (const error of [...others, connection(new AttemptFailed('timeout')), new TypeError('a bug')])
    assert.equal(declinedBy(error, 'pi_1'), null);
});
