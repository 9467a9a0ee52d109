/**
 * HTTP over uWebSockets.js. The library ends the whole process when a handler returns without an answer or without
 * `onAborted`, throws when an aborted response is touched, and reuses the request object after the handler returns:
 * this file is the only one that touches either, and it notes the abort before anything else.
 */
import { addressFromBytes } from './address-text.ts';
import { bodyBytes, HttpExchange, type HttpRules, isBodiless, type RequestHead, statusText } from './http-exchange.ts';
import type { HttpResponse } from './socket-port.ts';
import type { UwsRequest, UwsResponse } from './uws-binding.ts';

/** Takes one request over. `open` counts those that are under way. */
export function serveUwsRequest(
  response: UwsResponse,
  request: UwsRequest,
  rules: HttpRules,
  open: { requests: number },
): void {
  let isAnswered = false;
  let isGone = false;
  response.onAborted(() => {
    if (isGone) return;
    isGone = true;
    open.requests--;
    exchange.aborted();
  });
  open.requests++;
  const head = readHead(response, request);
  const exchange = new HttpExchange(
    head,
    {
      answer(answer, closeAfter) {
        isAnswered = true;
        const write = (): void => {
          if (isGone) return;
          isGone = true;
          open.requests--;
          response.cork(() => writeAnswer(response, answer, head.method === 'HEAD', closeAfter));
        };
        if (closeAfter) afterThisInput(write);
        else write();
      },
    },
    rules,
  );
  if (!exchange.begin()) return;
  response.onData((chunk, isLast) => {
    if (!isGone && !isAnswered) exchange.push(new Uint8Array(chunk), isLast);
  });
}

/** Refuses a handshake and closes the connection. To be called in the handler. */
export function refuseUwsUpgrade(response: UwsResponse, answer: HttpResponse): void {
  let isGone = false;
  response.onAborted(() => {
    isGone = true;
  });
  afterThisInput(() => {
    if (!isGone) response.cork(() => writeAnswer(response, answer, false, true));
  });
}

/**
 * An answer that ends its connection must not be given while the library still parses the bytes that came with the
 * request: it would serve what stands behind it, perhaps the smuggled half of an ambiguous request, and forget to close.
 * While the answer is outstanding it closes the connection itself instead, should another request be there.
 */
function afterThisInput(write: () => void): void {
  setImmediate(write);
}

function writeAnswer(response: UwsResponse, answer: HttpResponse, isHead: boolean, closeAfter: boolean): void {
  response.writeStatus(`${answer.status} ${statusText(answer.status)}`);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.writeHeader(name, value);
  if (isBodiless(answer.status)) response.endWithoutBody();
  else if (!isHead || closeAfter) response.end(isHead ? '' : (answer.body ?? ''), closeAfter);
  else {
    // Given the length as an argument, the library waits for a body of that length.
    response.writeHeader('Content-Length', String(bodyBytes(answer)));
    response.endWithoutBody();
  }
}

function readHead(response: UwsResponse, request: UwsRequest): RequestHead {
  const headers = new Map<string, string>();
  const contentLengths: string[] = [];
  request.forEach((name, value) => {
    if (name === 'content-length') contentLengths.push(value);
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  });
  return {
    method: request.getCaseSensitiveMethod(),
    path: request.getUrl(),
    query: (request.getQuery() as string | undefined) ?? '',
    remoteAddress: addressFromBytes(new Uint8Array(response.getRemoteAddress())),
    headers,
    contentLengths,
  };
}
