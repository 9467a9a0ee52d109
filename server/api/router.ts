/**
 * The way of an API request: find the endpoint, find out who asks, check that they may, validate, act, answer. In this order:
 * nobody learns more about an endpoint than whoever may use it.
 */
import type { ClientBase, Pool } from 'pg';
import type { z } from 'zod';
import type { Seals } from '../../storage/sealing.ts';
import { originIsAllowed } from '../origin.ts';
import type { HttpRequest, HttpResponse } from '../socket/socket-port.ts';
import { bodyDigest } from './body-digest.ts';
import type { ApiRequest, Endpoint, TransactionRole } from './endpoint.ts';
import { answerOfBefore, checkedKey, onceOnly, requestIdOf } from './once-only.ts';
import { PathTable } from './path-table.ts';
import { type Principal, permits } from './principal.ts';
import { type FieldProblem, jsonResponse, jsonText, Problem, valueRefused } from './problem.ts';

export interface RouterPorts {
  readonly endpoints: readonly Endpoint[];
  readonly pools: Readonly<Record<TransactionRole, Pool>>;
  readonly seals: Seals;
  /** Allowed origins of the configuration; empty: the own host only. */
  readonly origins: readonly string[];
  /** Of a cookie or an API key. @throws Problem 401 for a key that is none; a cookie that is none is a visitor. */
  authenticate(request: HttpRequest): Promise<Principal>;
  /** Who sent it, behind the trusted proxies. */
  addressOf(request: HttpRequest): string;
  log(message: string, details: Readonly<Record<string, unknown>>): void;
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Longest JSON body, bytes: hundreds of seats in a command fit. Uploads say their own. */
export const JSON_BYTES_MAX = 65_536;

export class ApiRouter {
  readonly #ports: RouterPorts;
  readonly #table: PathTable;

  constructor(ports: RouterPorts) {
    this.#ports = ports;
    this.#table = new PathTable(ports.endpoints);
  }

  /** The answer; null when no endpoint has this path. Never rejects. */
  async answer(request: HttpRequest): Promise<HttpResponse | null> {
    const found = this.#table.find(request.method, request.path);
    if (found === null) return null;
    if (!('endpoint' in found)) {
      const allow = [...found, ...(found.includes('GET') ? ['HEAD'] : [])].join(', ');
      return new Problem(405, 'method-not-allowed', `${request.method} is not allowed here.`, [], { allow }).response();
    }
    try {
      return await this.#answer(request, found.endpoint, found.params);
    } catch (cause) {
      if (cause instanceof Problem) return cause.response();
      const refused = valueRefused(cause);
      if (refused !== null) {
        // Without the database's text, which quotes the value.
        const details = { path: found.endpoint.path, method: request.method, sqlState: refused.sqlState };
        this.#ports.log('the database refused a value of an API request', details);
        return refused.problem.response();
      }
      this.#ports.log('an API request failed', { path: found.endpoint.path, method: request.method, cause });
      const sentence =
        'The server cannot answer this now; nothing was changed that it did not say. Try again in a moment.';
      return new Problem(503, 'unavailable', sentence, [], { 'retry-after': '2' }).response();
    }
  }

  /** Longest body that this request may have, bytes: asked before the body is read. */
  bodyBytesMax(method: string, path: string): number {
    const found = this.#table.find(method, path);
    if (found === null || !('endpoint' in found)) return JSON_BYTES_MAX;
    return found.endpoint.upload?.bytesMax ?? JSON_BYTES_MAX;
  }

  async #answer(
    request: HttpRequest,
    endpoint: Endpoint,
    rawParams: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const ports = this.#ports;
    // Most of the traffic is public and asks nothing of anybody.
    const { access } = endpoint;
    const isAnonymous =
      access.kind === 'public' &&
      access.identify !== true &&
      endpoint.once === undefined &&
      !UNSAFE.has(request.method);
    const principal: Principal = isAnonymous ? { kind: 'visitor' } : await ports.authenticate(request);
    this.#mayAsk(request, endpoint, principal);
    const problems: FieldProblem[] = [];
    const params = checked(endpoint.params, rawParams, 'path', problems);
    const query = checked(endpoint.query, queryOf(request.query), 'query', problems);
    const body = endpoint.body === undefined ? undefined : checked(endpoint.body, jsonBody(request), 'body', problems);
    if (problems.length > 0) throw Problem.invalid(problems);

    // Whose key it is costs a hash, and most requests have none.
    const scope = endpoint.once === undefined ? '' : scopeOf(principal, ports.seals, ports.addressOf(request));
    const key = endpoint.once === undefined ? '' : checkedKey(request.header('idempotency-key'));
    const digest = endpoint.once === undefined ? '' : await bodyDigest(request.body);
    const asked = (client: ClientBase | null): ApiRequest<unknown, unknown, unknown> => ({
      params,
      query,
      body,
      principal,
      get address(): string {
        return ports.addressOf(request);
      },
      header: (name) => request.header(name),
      bytes: request.body,
      digest,
      key,
      requestId: (suffix) => {
        if (key === '') throw new Error(`${endpoint.path} is not once-only: its request ids would be everybody's`);
        return requestIdOf(scope, key, suffix);
      },
      get client(): ClientBase {
        if (client === null) throw new Error(`${endpoint.path} has no transaction here`);
        return client;
      },
    });
    const handle = async (client: ClientBase | null, prepared: unknown): Promise<HttpResponse> => {
      const { status = 200, body: answer, text, headers } = await endpoint.handle(asked(client), prepared);
      if (status === 204 || status === 304) return { status, ...(headers === undefined ? {} : { headers }) };
      return text === undefined ? jsonResponse(status, answer, headers) : jsonText(status, text, headers);
    };
    if (endpoint.once === undefined) return handle(null, await endpoint.prepare?.(asked(null)));
    const once = {
      pool: ports.pools[endpoint.once],
      seals: ports.seals,
      scope,
      key,
      target: `${request.method} ${request.path}?${request.query}`,
      digest,
    };
    if (endpoint.prepare === undefined) return onceOnly(once, (client) => handle(client, undefined));
    const before = await answerOfBefore(once);
    if (before !== null) return before;
    const prepared = await endpoint.prepare(asked(null));
    return onceOnly(once, (client) => handle(client, prepared));
  }

  #mayAsk(request: HttpRequest, endpoint: Endpoint, principal: Principal): void {
    const { access } = endpoint;
    // A cookie comes along by itself, also with what another site sends in the visitor's name.
    const isByKey = principal.kind === 'staff' && principal.session === null;
    if (UNSAFE.has(request.method) && !isByKey) {
      const { origins } = this.#ports;
      const origin = request.header('origin');
      const site = request.header('sec-fetch-site');
      // An origin of the configuration may be another site than ours; of all others the browser's own word counts as well:
      // it also knows a page that came over plain HTTP.
      const isForeign =
        site !== undefined &&
        site !== 'same-origin' &&
        site !== 'none' &&
        !(origin !== undefined && origins.includes(origin));
      if (isForeign || !originIsAllowed(origin, request.header('host'), origins))
        throw new Problem(403, 'foreign-origin', 'This request came from another site and was not carried out.');
    }
    if (access.kind === 'public') return;
    if (principal.kind === 'visitor')
      throw new Problem(401, 'not-signed-in', 'Sign in, or send an API key as "Authorization: Bearer …".', [], {
        'www-authenticate': 'Bearer',
      });
    if (access.kind === 'signed-in') return;
    if (access.kind === 'buyer') {
      if (principal.kind !== 'buyer')
        throw new Problem(403, 'not-a-buyer', 'This is for buyers; you are signed in as staff.');
      return;
    }
    if (principal.kind !== 'staff' || !permits(principal, access.permission))
      throw new Problem(403, 'forbidden', `This needs the permission "${access.permission}".`);
  }
}

/** Whose key it is. A visitor's address is somebody's, too, and is kept as a keyed hash. */
function scopeOf(principal: Principal, seals: Seals, address: string): string {
  switch (principal.kind) {
    case 'visitor':
      return `visitor:${seals.hmac('attempt', `visitor\n${address}`).toString('base64url').slice(0, 22)}`;
    case 'buyer':
      return `buyer:${principal.buyer}`;
    case 'staff':
      return principal.who;
  }
}

function checked(schema: z.ZodType | undefined, value: unknown, where: string, problems: FieldProblem[]): unknown {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues.slice(0, 20)) {
    const path = issue.path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
      where,
    );
    problems.push({ path, message: issue.message });
  }
  return undefined;
}

/** A name that comes twice is a list; schemas that want one value refuse it. */
function queryOf(query: URLSearchParams): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const all = query.getAll(name);
    const [first = ''] = all;
    Object.defineProperty(values, name, {
      value: all.length === 1 ? first : all,
      enumerable: true,
      configurable: true,
    });
  }
  return values;
}

function jsonBody(request: HttpRequest): unknown {
  if (request.body.length === 0) return undefined;
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  // A form of another site cannot send this type without asking first.
  if (type !== 'application/json') throw new Problem(415, 'not-json', 'Send the body as application/json.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    throw new Problem(400, 'not-json', 'The body is no valid JSON.');
  }
}
