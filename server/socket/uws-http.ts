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
  let gone = false;
  response.onAborted(() => {
    if (gone) return;
    gone = true;
    open.requests--;
    exchange.aborted();
  });
  open.requests++;
  const head = readHead(response, request);
  const wire = {
    answer(answer: HttpResponse, closeAfter: boolean): void {
      if (gone) return;
      gone = true;
      open.requests--;
      response.cork(() => writeUwsAnswer(response, answer, head.method === 'HEAD', closeAfter));
    },
  };
  const exchange = new HttpExchange(head, wire, rules);
  if (exchange.begin()) {
    response.onData((chunk, isLast) => {
      if (!gone) exchange.push(new Uint8Array(chunk), isLast);
    });
  }
}

/** Writes and ends. The caller has made sure that the response is alive, and corked where it is not in its handler. */
export function writeUwsAnswer(
  response: UwsResponse,
  answer: HttpResponse,
  isHead: boolean,
  closeAfter: boolean,
): void {
  response.writeStatus(`${answer.status} ${statusText(answer.status)}`);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.writeHeader(name, value);
  if (isBodiless(answer.status)) response.endWithoutBody(undefined, closeAfter);
  else if (isHead) response.endWithoutBody(bodyBytes(answer), closeAfter);
  else response.end(answer.body ?? '', closeAfter);
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
