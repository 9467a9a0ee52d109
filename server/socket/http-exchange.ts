/**
 * One HTTP request and its one answer, with everything that both adapters must do alike: refuse what two parsers could
 * read differently (Transfer-Encoding, more than one Content-Length), bound the body in bytes and in time, run the
 * handler, answer once, and survive a peer that goes away in between.
 *
 * Bodies with Transfer-Encoding are refused rather than read: no client of ours sends them, and every request-smuggling
 * trick needs them. A production proxy in front normalises what others send (docs/operations.md).
 *
 * Always true: `wire.answer` is called at most once, and never after `aborted`.
 */
import { STATUS_CODES } from 'node:http';
import { SOCKET_LIMITS } from './socket-limits.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from './socket-port.ts';
import type { UploadHead, UploadRules } from './upload-room.ts';

/** What is known of a request when its header has been read. Names of headers are lower-case. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly remoteAddress: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Every Content-Length as it came. */
  readonly contentLengths: readonly string[];
}

export interface HttpWire {
  /** Write the answer; for HEAD the length of the body without the body. `closeAfter`: the connection cannot be used again. */
  answer(response: HttpResponse, closeAfter: boolean): void;
}

export interface HttpRules {
  readonly handler: HttpHandler;
  readonly bodyBytesMax: number;
  /** Where longer bodies are allowed. */
  readonly uploads?: UploadRules;
  readonly onError: (error: unknown) => void;
}

const NO_BYTES = new Uint8Array(0);

export class HttpExchange {
  readonly #head: RequestHead;
  readonly #wire: HttpWire;
  readonly #rules: HttpRules;
  /** `reading` the body, `handling` it, `settled`: answered or the peer has gone. */
  #state: 'reading' | 'handling' | 'settled' = 'reading';
  #chunks: Uint8Array[] = [];
  #receivedBytes = 0;
  #deadline: NodeJS.Timeout | undefined;
  readonly #bytesMax: number;
  /** Of the room for long bodies, and whose. */
  #takenBytes = 0;
  #sender = '';

  constructor(head: RequestHead, wire: HttpWire, rules: HttpRules) {
    this.#head = head;
    this.#wire = wire;
    this.#rules = rules;
    this.#bytesMax = Math.max(rules.bodyBytesMax, rules.uploads?.bytesMax(this.#uploadHead()) ?? 0);
  }

  /** True when the adapter shall read the body and `push` it. Else everything has been taken care of. */
  begin(): boolean {
    const { contentLengths, headers, path } = this.#head;
    if (headers.has('transfer-encoding') || contentLengths.length > 1) return this.#refuse(400, true);
    const declared = contentLengths[0] ?? '0';
    if (!/^\d{1,15}$/.test(declared) || !path.startsWith('/')) return this.#refuse(400, true);
    const bytes = Number(declared);
    if (bytes > this.#bytesMax + SOCKET_LIMITS.discardBytesMax) return this.#refuse(413, true);
    if (bytes === 0) {
      this.#handle(NO_BYTES);
      return false;
    }
    if (bytes > this.#rules.bodyBytesMax && bytes <= this.#bytesMax) {
      const { uploads } = this.#rules;
      this.#sender = uploads?.senderOf(this.#uploadHead()) ?? '';
      if (uploads?.room.take(this.#sender, bytes) !== true) return this.#refuse(503, true);
      this.#takenBytes = bytes;
    }
    const bodyMs = SOCKET_LIMITS.bodyMs + (this.#takenBytes / SOCKET_LIMITS.uploadBytesPerSecondMin) * 1000;
    this.#deadline = setTimeout(() => this.#refuse(408, true), bodyMs);
    return true;
  }

  /** A piece of the body; copied, since it may be borrowed. */
  push(chunk: Uint8Array, isLast: boolean): void {
    if (this.#state !== 'reading') return;
    this.#receivedBytes += chunk.byteLength;
    const tooLarge = this.#receivedBytes > this.#bytesMax;
    if (tooLarge) this.#chunks = [];
    else if (chunk.byteLength > 0) this.#chunks.push(Uint8Array.prototype.slice.call(chunk));
    if (!isLast) return;
    clearTimeout(this.#deadline);
    if (tooLarge) this.#refuse(413, false);
    else this.#handle(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks));
  }

  /** The peer has gone: nobody is there to answer. */
  aborted(): void {
    // The handler still has the body then, and with it its room.
    const isHandling = this.#state === 'handling';
    this.#settle();
    if (!isHandling) this.#giveRoomBack();
  }

  #handle(received: Uint8Array): void {
    this.#state = 'handling';
    const { method, path, query, remoteAddress, headers } = this.#head;
    const request: HttpRequest = {
      method,
      path,
      query: new URLSearchParams(query),
      remoteAddress,
      header: (name) => headers.get(name),
      body: method === 'GET' || method === 'HEAD' ? NO_BYTES : received,
    };
    try {
      const response = this.#rules.handler(request);
      if (response instanceof Promise)
        response
          .then(
            (settled) => this.#answer(settled),
            (error) => this.#fail(error),
          )
          .finally(() => this.#giveRoomBack());
      else {
        this.#answer(response);
        this.#giveRoomBack();
      }
    } catch (error) {
      this.#fail(error);
      this.#giveRoomBack();
    }
  }

  #answer(response: HttpResponse): void {
    try {
      checkAnswer(response);
      this.#write(response, false);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#rules.onError(error);
    this.#refuse(500, false);
  }

  #refuse(status: number, closeAfter: boolean): false {
    if (this.#state === 'reading') this.#giveRoomBack();
    this.#write(plainAnswer(status), closeAfter);
    return false;
  }

  #write(response: HttpResponse, closeAfter: boolean): void {
    if (this.#state === 'settled') return;
    this.#settle();
    this.#wire.answer(response, closeAfter);
  }

  #settle(): void {
    this.#state = 'settled';
    clearTimeout(this.#deadline);
    this.#chunks = [];
  }

  #giveRoomBack(): void {
    if (this.#takenBytes > 0) this.#rules.uploads?.room.giveBack(this.#sender, this.#takenBytes);
    this.#takenBytes = 0;
  }

  #uploadHead(): UploadHead {
    const { method, path, remoteAddress, headers } = this.#head;
    return { method, path, remoteAddress, header: (name) => headers.get(name) };
  }
}

/** An answer of the socket layer itself: status and a short text. */
export function plainAnswer(status: number, body = `${statusText(status)}\n`): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

export function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}

/** Whether an answer with this status never has a body, nor a Content-Length. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

export function bodyBytes(response: HttpResponse): number {
  return response.body === undefined ? 0 : Buffer.byteLength(response.body);
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/i;
const HEADER_VALUE = /^[ -~\u0080-\u00ff]*$/;
const OWN_HEADERS = new Set(['connection', 'content-length', 'transfer-encoding']);

/** A line break in a header would let its author write a second answer; uWebSockets.js does not look. Throws. */
function checkAnswer(response: HttpResponse): void {
  if (!(response.status >= 200 && response.status <= 599)) throw new RangeError(`no HTTP status: ${response.status}`);
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) throw new RangeError(`not a valid header: ${name}`);
    if (OWN_HEADERS.has(name.toLowerCase())) throw new RangeError(`the socket layer itself writes the header ${name}`);
  }
}
