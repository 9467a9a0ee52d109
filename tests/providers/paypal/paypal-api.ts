/**
 * PayPal's API as HTTP: the token is looked at, the request id taken, the call found and done, a refusal told in PayPal's words.
 * What may wait (a scripted fault) waits before the work, with the request id taken.
 */
import type { Course, RawAnswer, RawRequest } from '../raw-server.ts';
import { type Call, type Handler, ROUTES } from './paypal-calls.ts';
import { PayPalKeys } from './paypal-keys.ts';
import { PayPalProblem, unauthorized } from './paypal-problem.ts';
import { newId } from './paypal-state.ts';
import { answerWebhookCall } from './paypal-webhook-api.ts';
import type { PayPalWorld } from './paypal-world.ts';

export class PayPalApi {
  readonly #world: PayPalWorld;
  readonly #keys: PayPalKeys;

  constructor(world: PayPalWorld) {
    this.#world = world;
    this.#keys = new PayPalKeys(world.state.nowMs);
  }

  /** Answers one request of the API; every answer has its `paypal-debug-id`. */
  async answer(request: RawRequest, course: Course): Promise<RawAnswer> {
    const debugId = newId().slice(0, 13).toLowerCase();
    const debug = { 'paypal-debug-id': debugId };
    const { tokens, webhooks } = this.#world;
    const { method, path, text } = request;
    if (method === 'POST' && path === '/v1/oauth2/token') {
      await course.before;
      if (course.stored500 !== null) return respond(500, failure(debugId), debug);
      const granted = tokens.grant(request);
      return { ...granted, headers: debug };
    }
    if (!tokens.isValid(request.headers.authorization)) return respond(401, unauthorized(debugId), debug);
    try {
      const body = bodyOf(text);
      if (path.startsWith('/v1/notifications/')) {
        await course.before;
        const { status, json } = answerWebhookCall(webhooks, request, body, this.#world.base);
        return respond(status, json, debug);
      }
      const route = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path));
      if (route === undefined) throw new PayPalProblem('INVALID_RESOURCE_ID');
      const requestId = request.headers['paypal-request-id'];
      const call: Call = {
        id: route[1].exec(path)?.[1] ?? '',
        query: request.query,
        body,
        how: /return=representation/.test(String(request.headers['prefer'])) ? 'representation' : 'minimal',
        hasRequestId: requestId !== undefined,
      };
      const key = method === 'POST' && typeof requestId === 'string' ? `${path} ${requestId}` : null;
      return await this.#once(key, course, debug, () => route[2](this.#world, call));
    } catch (problem) {
      return refusal(problem, debugId);
    }
  }

  async #once(
    key: string | null,
    course: Course,
    headers: Record<string, string>,
    work: () => ReturnType<Handler>,
  ): Promise<RawAnswer> {
    const kept = key === null ? null : this.#keys.take(key);
    // The same answer, but told as one that was already there, where PayPal does so.
    if (kept !== null) return { ...kept, status: key?.startsWith('/v2/checkout/') ? 200 : kept.status };
    const debugId = String(headers['paypal-debug-id']);
    let answer = respond(500, failure(debugId), headers);
    try {
      if (course.before !== null) await course.before;
      if (course.stored500?.isDone !== false) {
        const { status, json } = work();
        answer = respond(status, json, headers);
      }
    } catch (problem) {
      answer = refusal(problem, debugId);
    } finally {
      if (key !== null) this.#keys.release(key, answer);
    }
    // PayPal keeps no 500: asked again with the same id, it tells what was done, or does it.
    return course.stored500 === null ? answer : respond(500, failure(debugId), headers);
  }
}

/** @throws {PayPalProblem} for what is no JSON object. An empty body is an empty object: a full refund, a void. */
function bodyOf(text: string): Call['body'] {
  if (text === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PayPalProblem('MALFORMED_REQUEST_JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new PayPalProblem('MALFORMED_REQUEST_JSON');
  }
  return body as Call['body'];
}

/** PayPal's own failure. */
export function failure(debugId: string): object {
  return {
    name: 'INTERNAL_SERVER_ERROR',
    message: 'An internal server error has occurred.',
    debug_id: debugId,
    details: [],
    links: [],
  };
}

function refusal(problem: unknown, debugId: string): RawAnswer {
  if (!(problem instanceof PayPalProblem)) throw problem;
  return respond(problem.status, problem.body(debugId), { 'paypal-debug-id': debugId });
}

function respond(status: number, json: object | null, headers: Record<string, string>): RawAnswer {
  return { status, headers, body: json === null ? '' : JSON.stringify(json) };
}
