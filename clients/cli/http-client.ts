/**
 * The server's HTTP API for commands: JSON in and out, lists page by page, errors as the sentences that the server says.
 * What may be repeated without doing it twice is repeated while the server is away or still busy with it: reading, and every
 * POST, since each carries an Idempotency-Key. The rest is asked once.
 */
import { nanoid } from 'nanoid';
import { awayBecause, FateUnknown, refusalOf, ServerAway, ServerRefusal } from './server-errors.ts';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;
/** An object of an answer. Servers add fields; what a command prints it picks by name (answer-fields.ts). */
export type Row = Readonly<Record<string, unknown>>;

export interface HttpPorts {
  readonly address: string;
  readonly key: string | null;
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** Told when something is repeated, once for each reason. */
  waiting(text: string): void;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly json?: unknown;
  /** Makes the body anew for each try. */
  readonly body?: () => NonNullable<RequestInit['body']>;
  readonly bodyBytes?: number;
  readonly idempotencyKey?: string;
  /** Whoever asked must be told when it may have been done and nobody knows. */
  readonly isChange?: true;
  readonly timeoutMs?: number;
  /** No JSON is answered, but a text: it is the answer's `text`. */
  readonly isFile?: true;
}

export interface Answered {
  readonly body: Row;
  /** The answer was given to an earlier request with this Idempotency-Key. */
  readonly isReplay: boolean;
}

const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true });
const TIMEOUT_MS = 30_000;
/** Pauses between tries grow from the first to the last of these, milliseconds. */
const PAUSE_MS = 250;
const PAUSE_MS_MAX = 5_000;
/** How long is waited altogether for a server that is away, and for one that still works on the same request. */
const AWAY_MS = 10_000;
const RUNNING_MS = 120_000;
/** Rows asked for at once: a few hundred kilobytes, which are read whole. */
const PAGE = 100;

/** One server, asked as one user. All of its promises reject with the errors of server-errors.ts, or with the signal's reason. */
export class ApiClient {
  readonly #ports: HttpPorts;

  constructor(ports: HttpPorts) {
    this.#ports = ports;
  }

  get address(): string {
    return this.#ports.address;
  }

  async get(path: string, query: Query = {}): Promise<Row> {
    return (await this.ask({ method: 'GET', path, query })).body;
  }

  /** An answer that is a file, as it is. */
  async text(path: string, query: Query = {}, timeoutMs: number = TIMEOUT_MS): Promise<string> {
    const { body } = await this.ask({ method: 'GET', path, query, isFile: true, timeoutMs });
    return String(body['text']);
  }

  /** Something that is done once at most, however often it is asked with this key. @throws ServerRefusal, ServerAway, FateUnknown */
  async post(path: string, json: unknown, idempotencyKey: string): Promise<Row> {
    return (await this.ask({ method: 'POST', path, json, idempotencyKey, isChange: true })).body;
  }

  /** A question that has to be a POST: it changes nothing. */
  async look(path: string, json: unknown): Promise<Row> {
    return (await this.ask({ method: 'POST', path, json, idempotencyKey: nanoid() })).body;
  }

  async patch(path: string, json: unknown): Promise<Row> {
    return (await this.ask({ method: 'PATCH', path, json })).body;
  }

  async delete(path: string, query: Query): Promise<Row> {
    return (await this.ask({ method: 'DELETE', path, query })).body;
  }

  /** Up to `limit` rows of the list called `plural`, over as many pages as they take. */
  async list(path: string, plural: string, query: Query, limit: number): Promise<{ rows: Row[]; more: boolean }> {
    const rows: Row[] = [];
    let after: string | null = null;
    do {
      const page: Row = await this.get(path, { ...query, limit: Math.min(PAGE, limit - rows.length), after });
      const found = page[plural];
      if (!Array.isArray(found))
        throw new ServerAway(`${this.address} answered without "${plural}": is it up to date?`);
      rows.push(...(found as Row[]));
      const { next } = page;
      // A page may be empty and yet have a next one, but the same place twice would go on for ever.
      const before: string | null = after;
      after = typeof next === 'string' || typeof next === 'number' ? String(next) : null;
      if (after === before) break;
    } while (after !== null && rows.length < limit);
    return { rows: rows.slice(0, limit), more: after !== null || rows.length > limit };
  }

  async ask(call: Call): Promise<Answered> {
    const fate = { mayBeDone: false };
    try {
      return await this.#asked(call, fate);
    } catch (cause) {
      const { idempotencyKey } = call;
      if (call.isChange !== true || idempotencyKey === undefined || !fate.mayBeDone) throw cause;
      if (cause instanceof ServerRefusal && !cause.isPassing) throw cause;
      throw new FateUnknown((cause as Error).message, idempotencyKey, cause);
    }
  }

  async #asked(call: Call, fate: { mayBeDone: boolean }): Promise<Answered> {
    const mayRepeat = call.method === 'GET' || call.idempotencyKey !== undefined;
    let waitedMs = 0;
    let said = '';
    for (let tries = 0; ; tries++) {
      const outcome = await this.#once(call, fate);
      if (outcome.is === 'answered') return outcome;
      const { cause } = outcome;
      fate.mayBeDone ||= !(cause instanceof ServerAway) || cause.mayHaveArrived;
      const waitMs = Math.max(outcome.afterMs, Math.min(PAUSE_MS * 2 ** tries, PAUSE_MS_MAX));
      if (!mayRepeat || outcome.is === 'final' || waitedMs + waitMs > outcome.patienceMs) throw cause;
      if (said !== cause.message) this.#ports.waiting(`${cause.message} Trying again …`);
      said = cause.message;
      await this.#pause(waitMs);
      waitedMs += waitMs;
    }
  }

  async #once(call: Call, fate: { mayBeDone: boolean }): Promise<Outcome> {
    const { address } = this.#ports;
    const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
    const interrupted = this.#ports.signal;
    const signal = interrupted === undefined ? timeout : AbortSignal.any([timeout, interrupted]);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${address}${call.path}${queryText(call.query)}`, {
        ...requestOf(call, this.#ports),
        signal,
      });
      // Not response.text(), which drops the mark of UTF-8 that a file may begin with.
      text = UTF_8.decode(await response.arrayBuffer());
    } catch (cause) {
      if (interrupted?.aborted === true) {
        fate.mayBeDone = true;
        throw interrupted.reason;
      }
      const away = awayBecause(address, cause);
      return away.isLasting ? final(away) : { is: 'later', cause: away, afterMs: 0, patienceMs: AWAY_MS };
    }
    if (response.ok) {
      const body = call.isFile === true ? { text } : text === '' ? {} : rowOf(text);
      if (body !== null)
        return { is: 'answered', body, isReplay: response.headers.get('idempotent-replay') === 'true' };
      return final(
        new ServerAway(`${address}${call.path} answered something else than JSON: is a Poltrona server there?`),
      );
    }
    if (response.status >= 300 && response.status < 400)
      return final(
        new ServerAway(`${address} sends us on to ${response.headers.get('location') ?? 'elsewhere'}: log in there`),
      );
    const cause = refusalOf(response.status, rowOf(text), address);
    const afterMs = 1000 * Number(response.headers.get('retry-after') ?? 0) || 0;
    const patienceMs = cause.code === 'still-running' ? RUNNING_MS : AWAY_MS;
    return cause.isPassing ? { is: 'later', cause, afterMs, patienceMs } : final(cause);
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ports;
    // What the timer throws says less than why it was stopped.
    await this.#ports.pause(ms, signal).catch((cause: unknown) => {
      throw signal?.aborted === true ? signal.reason : cause;
    });
  }
}

type Outcome =
  | ({ readonly is: 'answered' } & Answered)
  | { readonly is: 'later' | 'final'; readonly cause: Error; readonly afterMs: number; readonly patienceMs: number };

function final(cause: Error): Outcome {
  return { is: 'final', cause, afterMs: 0, patienceMs: 0 };
}

function requestOf(call: Call, { key }: HttpPorts): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'poltrona' };
  if (key !== null) headers['authorization'] = `Bearer ${key}`;
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
  // A redirect is told and not followed: it may lead to where the key must not go.
  const init: RequestInit = { method: call.method, headers, redirect: 'manual' };
  if (call.json !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(call.json);
  } else if (call.body !== undefined) {
    headers['content-type'] = 'application/octet-stream';
    if (call.bodyBytes !== undefined) headers['content-length'] = String(call.bodyBytes);
    init.body = call.body();
    init.duplex = 'half';
  }
  return init;
}

function queryText(query: Query = {}): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(Object.fromEntries(words.map(([name, value]) => [name, String(value)]))).toString();
  return text === '' ? '' : `?${text}`;
}

function rowOf(text: string): Row | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : null;
  } catch {
    return null;
  }
}
