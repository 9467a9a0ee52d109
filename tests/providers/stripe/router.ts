/**
 * From a request to an answer in Stripe's manner: who asks, under which key, for what; and every answer with the headers that
 * Stripe's have. A secret key may do everything; a publishable one only what a browser may, with the intent's client secret.
 */
import type { Course, RawAnswer, RawRequest } from '../raw-server.ts';
import { API_VERSION, type Books } from './books.ts';
import { expanded, type Includable } from './expand.ts';
import { noSuch, StripeFailure } from './failure.ts';
import { type FormObject, readForm, textOf, textsOf } from './form.ts';
import { KeyStore } from './key-store.ts';

/** Answers with an object as stored; `id` is what stood at `:id`. It may throw a StripeFailure. */
export type Handler = (form: FormObject, id: string) => unknown;
export type Route = readonly [method: 'DELETE' | 'GET' | 'POST', path: string, handler: Handler];

export interface RouterOptions {
  readonly books: Books;
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly routes: readonly Route[];
  readonly includable: Includable;
  /** Before each request: what the clock has overtaken. */
  readonly catchUp: () => void;
}

type Asker = 'browser' | 'server';

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, stripe-version',
};

export class Router {
  readonly #options: RouterOptions;
  readonly #keys: KeyStore;
  readonly #handlers = new Map<string, Handler>();

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#keys = new KeyStore(options.books.nowMs);
    for (const [method, path, handler] of options.routes) this.#handlers.set(`${method} ${path}`, handler);
  }

  async answer(request: RawRequest, course: Course): Promise<RawAnswer> {
    if (request.method === 'OPTIONS') return { status: 204, headers: CORS, body: '' };
    const requestId = this.#options.books.newId('req');
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    try {
      const asker = this.#askerOf(request);
      if (typeof key !== 'string') {
        if (course.before !== null) await course.before;
        return this.#do(request, course, asker, requestId, null);
      }
      const replay = this.#keys.take(key, `${request.path}\n${request.text}`);
      if (replay !== null) return { ...replay, headers: { ...replay.headers, 'request-id': requestId } };
      if (course.before !== null) await course.before;
      return this.#keep(key, () => this.#do(request, course, asker, requestId, key));
    } catch (error) {
      return failed(error, requestId, key);
    }
  }

  /** Runs `work` and keeps its answer, also a refusal that came after the work began. */
  #keep(key: string, work: () => RawAnswer): RawAnswer {
    try {
      const answer = work();
      this.#keys.keep(key, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof StripeFailure) || !error.isKept) {
        this.#keys.release(key);
        throw error;
      }
      const requestId = this.#options.books.cause.requestId ?? '';
      const answer = failed(error, requestId, key);
      this.#keys.keep(key, answer);
      return answer;
    }
  }

  #do(request: RawRequest, course: Course, asker: Asker, requestId: string, key: string | null): RawAnswer {
    const { books, catchUp, includable } = this.#options;
    catchUp();
    books.cause = { requestId, idempotencyKey: key };
    if (course.stored500?.isDone === false) return outOfOrder(requestId, key);
    const form = readForm(request.method === 'POST' ? new URLSearchParams(request.text) : request.query);
    const { handler, id } = this.#find(request);
    if (asker === 'browser') expectClientSecret(books, request, id, form);
    const object = expanded(books, handler(form, id), textsOf(form, 'expand'), includable);
    if (course.stored500 !== null) return outOfOrder(requestId, key);
    return { status: 200, headers: headersOf(requestId, key), body: JSON.stringify(object) };
  }

  #find(request: RawRequest): { handler: Handler; id: string } {
    const whole = this.#handlers.get(`${request.method} ${request.path}`);
    if (whole !== undefined) return { handler: whole, id: '' };
    const parts = request.path.split('/');
    const id = parts[3] ?? '';
    parts[3] = ':id';
    const handler = this.#handlers.get(`${request.method} ${parts.join('/')}`);
    if (handler !== undefined) return { handler, id: decodeURIComponent(id) };
    throw new StripeFailure(
      404,
      { type: 'invalid_request_error', message: `Unrecognized request URL (${request.method}: ${request.path}).` },
      false,
    );
  }

  #askerOf(request: RawRequest): Asker {
    const { secretKey, publishableKey } = this.#options;
    const [kind, given] = (request.headers.authorization ?? '').split(' ');
    if (kind === 'Bearer' && given === secretKey) return 'server';
    if (kind === 'Bearer' && given === publishableKey) return 'browser';
    const message = given === undefined ? 'You did not provide an API key.' : 'Invalid API Key provided.';
    throw new StripeFailure(401, { type: 'invalid_request_error', message }, false);
  }
}

/** A browser may read and confirm an intent it has the secret of; to everything else the key is a stranger. */
function expectClientSecret(books: Books, request: RawRequest, id: string, form: FormObject): void {
  const isAllowed = /^\/v1\/payment_intents\/[^/]+(\/confirm)?$/.test(request.path);
  if (!isAllowed || (request.method === 'POST' && !request.path.endsWith('/confirm')))
    throw new StripeFailure(
      403,
      { type: 'invalid_request_error', message: 'This API call cannot be made with a publishable API key.' },
      false,
    );
  if (books.paymentIntents.get(id, 'intent').client_secret !== textOf(form, 'client_secret'))
    throw noSuch('payment_intent', id, 'client_secret');
}

function headersOf(requestId: string, key: string | null | undefined): Record<string, string> {
  return {
    ...CORS,
    'request-id': requestId,
    'stripe-version': API_VERSION,
    ...(typeof key === 'string' && { 'idempotency-key': key, 'original-request': requestId }),
  };
}

function failed(error: unknown, requestId: string, key: string | string[] | null | undefined): RawAnswer {
  if (!(error instanceof StripeFailure)) throw error;
  const request_log_url = `https://dashboard.stripe.com/test/logs/${requestId}`;
  return {
    status: error.status,
    headers: headersOf(requestId, typeof key === 'string' ? key : null),
    body: JSON.stringify({ error: { ...error.body, request_log_url } }),
  };
}

/** Kept under the key; asking again under the same key is in vain, and Stripe says so. */
function outOfOrder(requestId: string, key: string | null): RawAnswer {
  return {
    status: 500,
    headers: { ...headersOf(requestId, key), 'stripe-should-retry': 'false' },
    body: JSON.stringify(bodyOfStatus(500)),
  };
}

/** What Stripe says with a status that is not about the request. */
export function bodyOfStatus(status: number): unknown {
  if (status === 429)
    return {
      error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests. Please retry later.' },
    };
  const message = 'Sorry, something went wrong on our end. Our engineers have been notified.';
  return { error: { type: 'api_error', message } };
}
