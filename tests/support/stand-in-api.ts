/**
 * A server that answers the HTTP API from a table, over real HTTP: for the tests of clients. It knows one API key, keeps answers
 * by Idempotency-Key as the real one does, and can lose, delay or refuse on command.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed when it is JSON. */
  readonly body: unknown;
  readonly bytes: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Handler = (asked: Asked, ...parts: string[]) => Answer | Promise<Answer>;

/** What happens to the next request instead of the ordinary. `cut-after`: done, but the line breaks before the answer. */
export type Mishap = 'cut-before' | 'cut-after' | 'still-running' | 'unavailable' | 'none';

export const STAND_IN_KEY = 'plt_stand-in-key-0123456789';

/** `asked` has every request, `mishaps` what happens to the next ones. */
export class StandInApi {
  readonly asked: Asked[] = [];
  readonly mishaps: Mishap[] = [];
  /** How often each handler was called: repetitions with a known key are not. */
  handled = 0;
  readonly #routes: (readonly [method: string, pattern: RegExp, handler: Handler])[] = [];
  readonly #kept = new Map<string, { readonly content: string; readonly answer: Answer }>();
  readonly #server: Server;

  private constructor(server: Server, routes: Readonly<Record<string, Handler | Answer>>) {
    this.#server = server;
    for (const [name, handler] of Object.entries(routes)) this.answer(name, handler);
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** `routes`: "GET /api/films/{film}" → what is answered. */
  static async start(t: TestContext, routes: Readonly<Record<string, Handler | Answer>> = {}): Promise<StandInApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return new StandInApi(server, { 'GET /api/admin/whoami': WHOAMI, ...routes });
  }

  /** From now on `name` ("GET /api/films/{film}") is answered so. */
  answer(name: string, handler: Handler | Answer): void {
    const [method = '', path = ''] = name.split(' ');
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`);
    this.#routes.unshift([method, pattern, typeof handler === 'function' ? handler : () => handler]);
  }

  /** For the WebSocket beside the API. */
  onUpgrade(take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on('upgrade', take);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For a command: this server and its key. */
  get environment(): Record<string, string> {
    return { POLTRONA_SERVER: this.address, POLTRONA_KEY: STAND_IN_KEY, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' };
  }

  /** "POST /api/…", in order. */
  get log(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      return;
    }
    const bytes = Buffer.concat(pieces);
    const url = new URL(request.url ?? '/', 'http://x');
    const isJson = request.headers['content-type']?.startsWith('application/json') === true;
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: isJson ? JSON.parse(bytes.toString()) : undefined,
      bytes,
    };
    this.asked.push(asked);
    const mishap = this.mishaps.shift() ?? 'none';
    if (mishap === 'cut-before') {
      request.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body } = await this.#answer(asked, mishap);
    if (mishap === 'cut-after') {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  }

  async #answer(asked: Asked, mishap: Mishap): Promise<Answer> {
    if (mishap === 'still-running') return problem(409, 'still-running', 'The same request is still running.');
    if (mishap === 'unavailable') return problem(503, 'unavailable', 'The server cannot answer this now.');
    if (asked.headers.authorization !== `Bearer ${STAND_IN_KEY}`)
      return problem(401, 'invalid-key', 'This API key is not known, or no longer.');
    const key = asked.headers['idempotency-key'];
    if (asked.method === 'POST' && key === undefined) return problem(400, 'no-idempotency-key', 'Send a key.');
    const content = `${asked.method} ${asked.path}?${asked.query}\n${asked.bytes.toString('base64')}`;
    const kept = typeof key === 'string' ? this.#kept.get(key) : undefined;
    if (kept !== undefined) {
      if (kept.content !== content)
        return problem(422, 'key-reused', 'This Idempotency-Key was used for another request.');
      return { ...kept.answer, headers: { ...kept.answer.headers, 'idempotent-replay': 'true' } };
    }
    for (const [method, pattern, handler] of this.#routes) {
      const match = method === asked.method ? pattern.exec(asked.path) : null;
      if (match === null) continue;
      this.handled++;
      const answer = await handler(asked, ...match.slice(1).map(decodeURIComponent));
      if (typeof key === 'string' && (answer.status ?? 200) < 400) this.#kept.set(key, { content, answer });
      return answer;
    }
    return problem(404, 'not-found', 'There is no such resource.');
  }
}

/** A refusal as the real server words it. */
export function problem(status: number, code: string, error: string): Answer {
  return { status, body: { error, code } };
}

/** A list of the API in pages of `size`: the cursor is the index of the next row. */
export function pages(plural: string, rows: readonly object[], size = 100): Handler {
  return ({ query }) => {
    const from = Number(query.get('after') ?? 0);
    const to = from + Math.min(size, Number(query.get('limit') ?? size));
    return { body: { [plural]: rows.slice(from, to), next: to < rows.length ? String(to) : null } };
  };
}

const WHOAMI: Answer = {
  body: { who: 'key:3', role: 'administrator', exhibitorId: null, cinemaIds: null, permissions: ['catalogue:read'] },
};

/** Where nothing listens any more. */
export async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
