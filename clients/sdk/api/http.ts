/**
 * The HTTP API, as clients ask it: JSON in, JSON out, every answer or the reason why there is none. A request that changes
 * something carries an Idempotency-Key and is asked again by itself when the line broke: the server answers a repetition as it
 * answered the first time (promise I4). The cookie of the session goes along; no script ever reads it.
 */
import { newRequestId } from '../request-id.ts';
import { platform, type Surroundings } from '../surroundings.ts';

export interface FieldProblem {
  /** "body.cpf" */
  readonly path: string;
  readonly message: string;
}

/** The server said no. `message`: its sentence, in English, for programmers; pages have words of their own by `code`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** One word: "not-found", "invalid", "too-many-attempts". Empty when the answer was none of the API's. */
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  /** How long the server asks to wait, milliseconds; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    code: string,
    sentence: string,
    fields: readonly FieldProblem[],
    retryAfterMs: number | null,
  ) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer came: there is no network, or it took too long. What was asked for may have happened all the same. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method?: Method;
  /** Undefined and empty values are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** To repeat a request whose fate is unknown; by default each call that changes something makes its own. */
  readonly key?: string;
  /** For each attempt, milliseconds. */
  readonly timeoutMs?: number;
  /** Ends it early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ApiOptions {
  /** "https://cinema.example"; empty: where the page came from. */
  readonly origin?: string;
  readonly fetch?: typeof fetch;
  readonly surroundings?: Surroundings;
}

const TIMEOUT_MS = 15_000;
const NOT_MODIFIED = 304;
/** A line that breaks is back after a second or two, or it is gone for longer than anybody waits. */
const RETRY_AFTER_MS = [400, 1_200] as const;

export class ApiClient {
  readonly #origin: string;
  readonly #fetch: typeof fetch;
  readonly #surroundings: Surroundings;

  constructor(options: ApiOptions = {}) {
    this.#origin = options.origin ?? '';
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#surroundings = options.surroundings ?? platform;
  }

  /**
   * The answer's JSON, as the endpoint describes it: `Answer` is what the caller knows of it, nothing here checks it.
   * @throws ApiProblem when the server refuses. @throws ApiUnreachable when there is no answer. @throws the signal's reason.
   */
  async ask<Answer>(path: string, request: ApiRequest = {}): Promise<Answer> {
    return parsed((await this.#answer(path, request, true)).text) as Answer;
  }

  /**
   * For what is often the same as last time: `etag` is that of the answer which the caller has, and null says that it is still
   * the answer. The browser's own cache is not asked then: it would answer 200 and have the page compare. @throws as `ask`.
   */
  async askIfChanged<Answer>(
    path: string,
    etag: string | null,
    request: ApiRequest = {},
  ): Promise<{ readonly etag: string | null; readonly answer: Answer } | null> {
    const condition: Record<string, string> = etag === null ? {} : { 'if-none-match': etag };
    const answer = await this.#answer(path, { ...request, headers: { ...request.headers, ...condition } }, true);
    if (answer.status === NOT_MODIFIED) return null;
    return { etag: answer.etag, answer: parsed(answer.text) as Answer };
  }

  /** An answer that is no JSON, as text. @throws as `ask`. */
  async askText(path: string, request: ApiRequest = {}): Promise<string> {
    return (await this.#answer(path, request, false)).text;
  }

  /** `isJson`: what is none came from somebody in between (a hotel's sign-in page), and is no answer of the server's. */
  async #answer(path: string, request: ApiRequest, isJson: boolean): Promise<Received> {
    const { method = 'GET', body, signal } = request;
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (method !== 'GET') {
      headers['idempotency-key'] = request.key ?? newRequestId((bytes) => this.#surroundings.randomBytes(bytes));
    }
    const init: RequestInit = { method, headers, credentials: 'same-origin' };
    if (body !== undefined) init.body = JSON.stringify(body);
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const received = await this.#once(this.#origin + path + queryText(request.query), init, request);
      const isOk = received !== null && received.status >= 200 && received.status < 300;
      if (isOk && !(isJson && parsed(received.text) === undefined)) return received;
      if (received?.status === NOT_MODIFIED) return received;
      const problem = received === null || isOk ? null : problemOf(received);
      if (problem !== null && !isPassing(problem)) throw problem;
      const waitMs = RETRY_AFTER_MS[attempt];
      if (waitMs === undefined) throw problem ?? new ApiUnreachable('no answer came from the server');
      await this.#wait(waitMs);
    }
  }

  /**
   * Null: no answer, or only a part of one. The body is read here, since a line can break in the middle of it.
   * @throws the caller's signal's reason.
   */
  async #once(
    url: string,
    init: RequestInit,
    { signal, timeoutMs = TIMEOUT_MS }: ApiRequest,
  ): Promise<Received | null> {
    // By hand, since AbortSignal.any and .timeout are younger than phones that people still have.
    const ends = new AbortController();
    const end = (): void => ends.abort();
    signal?.addEventListener('abort', end);
    const cancel = this.#surroundings.after(timeoutMs, end);
    try {
      const answer = await this.#fetch(url, { ...init, signal: ends.signal });
      const { status, headers } = answer;
      return { status, etag: headers.get('etag'), retryAfter: headers.get('retry-after'), text: await answer.text() };
    } catch {
      signal?.throwIfAborted();
      return null;
    } finally {
      cancel();
      signal?.removeEventListener('abort', end);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#surroundings.after(ms, resolve);
    });
  }
}

function queryText(query: ApiRequest['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

/** What came, whole. */
interface Received {
  readonly status: number;
  readonly etag: string | null;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Whether the same request may well be answered in a moment: 502 to 504 come from a balancer whose node is just leaving, and
 * "still running" is our own first try, whose answer did not reach us.
 */
function isPassing({ status, code }: ApiProblem): boolean {
  return (status >= 502 && status <= 504) || (status === 409 && code === 'still-running');
}

function problemOf({ status, retryAfter, text }: Received): ApiProblem {
  // A proxy's page is no JSON; then the status says all there is.
  const body = (parsed(text) ?? {}) as Partial<{ error: string; code: string; fields: readonly FieldProblem[] }>;
  const seconds = Number(retryAfter ?? Number.NaN);
  const sentence = typeof body.error === 'string' ? body.error : `HTTP ${status}`;
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  return new ApiProblem(status, body.code ?? '', sentence, body.fields ?? [], retryAfterMs);
}
