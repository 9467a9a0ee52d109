/**
 * The HTTP floor both stand-ins stand on: plain node:http, so that it bears the load of a benchmark beside the server under test.
 * It reads a request whole, applies the fault its script names, and writes one answer. What an answer says is the provider's
 * part (`Perform`); what happens to the connection is decided here, so that both providers break in the same ways.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, FaultScript, type Matcher } from './faults.ts';

export interface RawRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as UTF-8. */
  readonly text: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes out as it is; its type is application/json unless the headers say otherwise. */
  readonly body: string | Buffer;
}

export interface Course {
  /** To be awaited between taking the idempotency key and doing the work; null: nothing to wait for. */
  readonly before: Promise<unknown> | null;
  /** Answer (and keep) a 500, with the work done or not; null: the ordinary course. */
  readonly stored500: { readonly isDone: boolean } | null;
}

/** Answers a request. It may throw: that is a bug of the stand-in and becomes a 500 with the error's text. */
export type Perform = (request: RawRequest, course: Course) => RawAnswer | Promise<RawAnswer>;

/** What was asked, and what came of it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly idempotencyKey: string | null;
  /** As `readBody` of the provider tells it. */
  readonly body: unknown;
  /** Null while unanswered, and for ever where the connection was cut. */
  status: number | null;
}

export interface RawServerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  /** A pause before each answer, for benchmarks that want a provider's own time. */
  readonly latencyMs?: number | undefined;
  /** Of which header the idempotency key is taken, in small letters. */
  readonly keyHeader: string;
  /** What `requests` keeps of a body; must leave out card data. */
  readonly readBody: (request: RawRequest) => unknown;
  /** The provider's body for a scripted status that brought none. */
  readonly bodyOfStatus: (status: number) => unknown;
}

/** A body is a form or a small JSON: nobody sends more, and a test that does has a bug. */
const BODY_BYTES_MAX = 1_048_576;
/** Enough for any test; a benchmark's older requests make room. Dropped in blocks: shifting one by one would be slow. */
const SEEN_MAX = 20_000;
const SEEN_DROPPED = 5_000;
const ORDINARY: Course = { before: null, stored500: null };

export class RawServer {
  readonly faults = new FaultScript();
  /** The newest requests, oldest first. */
  readonly requests: Seen[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #perform: Perform;
  readonly #options: RawServerOptions;
  #isDown = false;

  private constructor(server: Server, perform: Perform, options: RawServerOptions) {
    this.#server = server;
    this.#perform = perform;
    this.#options = options;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('connection', (socket) => {
      if (this.#isDown) socket.resetAndDestroy();
    });
  }

  /** Listens on the loopback only. */
  static async start(perform: Perform, options: RawServerOptions): Promise<RawServer> {
    // Kept-alive connections live as long as the test: a close between two requests would look like a fault.
    const server = createServer({ keepAlive: true, keepAliveTimeout: 0, requestTimeout: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return new RawServer(server, perform, options);
  }

  on(matcher: Matcher, fault: Fault, times = 1): void {
    this.faults.on(matcher, fault, times);
  }

  /** True: open connections are reset, and so is every new one. */
  get isDown(): boolean {
    return this.#isDown;
  }

  set isDown(isDown: boolean) {
    this.#isDown = isDown;
    if (isDown) this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await read(message);
      const fault = this.faults.take(request.method, request.path);
      const seen = this.#note(request);
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'cut-before') return cut(message);
      const answer = await this.#answer(request, fault);
      if (fault?.kind === 'gate-after') await fault.open;
      if (fault?.kind === 'cut-after') return cut(message);
      if (this.#options.latencyMs !== undefined) await pause(this.#options.latencyMs);
      seen.status = answer.status;
      write(response, answer);
    } catch (error) {
      // The client went away, or the stand-in has a bug: say it where the test looks.
      if (!response.headersSent && !response.destroyed)
        write(response, {
          status: 500,
          body: JSON.stringify({ error: { type: 'api_error', message: String(error) } }),
        });
    }
  }

  #answer(request: RawRequest, fault: Fault | null): RawAnswer | Promise<RawAnswer> {
    switch (fault?.kind) {
      case 'status': {
        const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
        return {
          status: fault.status,
          headers,
          body: JSON.stringify(fault.body ?? this.#options.bodyOfStatus(fault.status)),
        };
      }
      case 'delay':
        return this.#perform(request, { before: pause(fault.ms), stored500: null });
      case 'gate':
        return this.#perform(request, { before: fault.open, stored500: null });
      case 'stored-500':
        return this.#perform(request, { before: null, stored500: { isDone: fault.isDone } });
      default:
        return this.#perform(request, ORDINARY);
    }
  }

  #note(request: RawRequest): Seen {
    const key = request.headers[this.#options.keyHeader];
    const seen: Seen = {
      method: request.method,
      path: request.path,
      query: request.query.toString(),
      idempotencyKey: typeof key === 'string' ? key : null,
      body: this.#options.readBody(request),
      status: null,
    };
    if (this.requests.length >= SEEN_MAX) this.requests.splice(0, SEEN_DROPPED);
    this.requests.push(seen);
    return seen;
  }
}

/** @throws Error for a body over 1 MiB. */
async function read(message: IncomingMessage): Promise<RawRequest> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error(`a body of more than ${BODY_BYTES_MAX} bytes`);
    parts.push(part);
  }
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: message.headers,
    text: parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString(),
  };
}

function cut(message: IncomingMessage): void {
  message.socket.resetAndDestroy();
}

function write(response: ServerResponse, answer: RawAnswer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  });
  response.end(answer.body);
}
