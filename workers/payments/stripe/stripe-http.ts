/**
 * One request to Stripe over a kept connection, with an end of our own. The SDK's client is not used for two reasons: its timeout
 * counts silence on a connection that is there (waiting for one, or an answer that drips, has no end), and it repeats a request
 * after a broken connection with the whole timeout again. Here everything, from the wait for a connection to the answer's last byte,
 * is within the time that was given, and nothing is repeated: stripe-calls.ts does that, within the same time.
 *
 * HTTP/1.1: the SDK speaks nothing else, so each request under way has a connection of its own.
 */
import http from 'node:http';
import https from 'node:https';
import type Stripe from 'stripe';

type HttpClient = Stripe.HttpClient;
type HttpAnswer = Stripe.HttpClientResponse;

/**
 * Connections of a thread. Stripe takes about a hundred requests a second of an account and answers most of them within a second: this is
 * room for that and for as many slow ones. More would only move the queue to where it cannot be seen.
 */
const SOCKETS_MAX = 256;
/** Connections that are kept for the next rush; the others close after it. */
const IDLE_SOCKETS_MAX = 64;
/** An idle connection is given up before the other side, or something between, does it without a word. */
const IDLE_MS = 30_000;
/** Requests of a thread under way or waiting for a connection. Beyond: refused at once, since it would wait longer than it may. */
export const REQUESTS_MAX = 512;
/** A page of a hundred payments with their charges is not one megabyte. */
const ANSWER_BYTES_MAX = 8_388_608;

/** timeout: the time is over. connection: it broke, or never came about. busy: not sent at all. answer: cannot be an answer. */
export type AttemptFailure = 'timeout' | 'connection' | 'busy' | 'answer';

/** Has no `code` on purpose: the SDK repeats by itself what has the code of a closed connection. */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
  readonly failure: AttemptFailure;

  constructor(failure: AttemptFailure, cause?: unknown) {
    super(`a request to Stripe failed: ${failure}`, { cause });
    this.failure = failure;
  }
}

export class StripeHttp implements HttpClient {
  readonly #plain = new http.Agent(AGENT);
  readonly #secure = new https.Agent(AGENT);
  #underWay = 0;

  getClientName(): string {
    return 'poltrona';
  }

  /** Rejects with AttemptFailed; never throws, which the SDK would answer with a promise that nobody settles. */
  makeRequest(
    host: string,
    port: string,
    path: string,
    method: string,
    headers: http.OutgoingHttpHeaders,
    body: string,
    protocol: string,
    timeoutMs: number,
  ): Promise<HttpAnswer> {
    if (this.#underWay >= REQUESTS_MAX) return Promise.reject(new AttemptFailed('busy'));
    this.#underWay++;
    let timer: NodeJS.Timeout | undefined;
    return new Promise<HttpAnswer>((resolve, reject) => {
      const target = { host, port, path, method, headers };
      const sent =
        protocol === 'http'
          ? http.request({ ...target, agent: this.#plain })
          : https.request({ ...target, agent: this.#secure });
      const fail = (failure: AttemptFailure, cause?: unknown): void => {
        reject(new AttemptFailed(failure, cause));
        sent.destroy();
      };
      timer = setTimeout(() => fail('timeout'), timeoutMs);
      sent.on('response', (response) => read(response, resolve, fail));
      sent.on('error', (error) => fail('connection', error));
      sent.end(body);
    }).finally(() => {
      clearTimeout(timer);
      this.#underWay--;
    });
  }
}

const AGENT: https.AgentOptions = {
  keepAlive: true,
  maxSockets: SOCKETS_MAX,
  maxFreeSockets: IDLE_SOCKETS_MAX,
  timeout: IDLE_MS,
  // The one that was used last is the least likely to be closed meanwhile, and the others can end.
  scheduling: 'lifo',
};

function read(
  response: http.IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  fail: (failure: AttemptFailure, cause?: unknown) => void,
): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) fail('answer');
    else parts.push(part);
  });
  // Cut in the middle of an answer.
  response.on('error', (error) => fail('connection', error));
  response.on('end', () => {
    const text = Buffer.concat(parts).toString();
    resolve({
      getStatusCode: () => response.statusCode ?? 0,
      getHeaders: () => response.headers as Record<string, string>,
      // Where the SDK writes the request's id, and hands it on as `lastResponse`.
      getRawResponse: () => ({}),
      toStream: () => response,
      toJSON: async () => objectOf(text),
    });
  });
}

/** @throws SyntaxError, TypeError for what is no object: the SDK would stumble over it with a promise that nobody settles. */
function objectOf(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('the answer is no object');
  return parsed;
}
