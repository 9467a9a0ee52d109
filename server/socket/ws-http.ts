/** HTTP over `node:http`: turns its request and response into one `HttpExchange`. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { addressFromText } from './address-text.ts';
import { bodyBytes, HttpExchange, type HttpRules, isBodiless, type RequestHead } from './http-exchange.ts';
import type { HttpResponse } from './socket-port.ts';

const NO_BYTES = new Uint8Array(0);

/** Connections that end with an answer already given. What stands behind an ambiguous request must not be heard. */
const ending = new WeakSet<object>();

/** Takes one request over. `open` counts those that are under way. */
export function serveNodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  rules: HttpRules,
  open: { requests: number },
): void {
  const connection = request.socket;
  if (ending.has(connection)) return;
  const exchange = new HttpExchange(
    readHead(request),
    {
      answer(answer, closeAfter) {
        if (closeAfter) ending.add(connection);
        writeNodeAnswer(response, answer, request.method === 'HEAD', closeAfter);
      },
    },
    rules,
  );
  open.requests++;
  // Comes once for every response, also for one whose peer has gone.
  response.once('close', () => {
    open.requests--;
    exchange.aborted();
  });
  // A peer that goes away in the middle of its body is reported here as well; there is nothing to add.
  request.on('error', () => {});
  if (!exchange.begin()) return;
  request.on('data', (chunk: Uint8Array) => exchange.push(chunk, false));
  request.on('end', () => exchange.push(NO_BYTES, true));
}

export function writeNodeAnswer(
  response: ServerResponse,
  answer: HttpResponse,
  isHead: boolean,
  closeAfter: boolean,
): void {
  const headers: Record<string, string | number> = { ...answer.headers };
  if (!isBodiless(answer.status)) headers['content-length'] = bodyBytes(answer);
  if (closeAfter) headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  if (isHead || isBodiless(answer.status)) response.end();
  else response.end(answer.body ?? '');
}

/**
 * A response on a socket that Node has handed over because of an Upgrade header that turned out not to be ours: the
 * header asks for nothing that we must give, so it is answered like any other request, and the connection closed.
 */
export function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // Declared for net.Socket; anything that can be written to will do.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.once('finish', () => socket.end());
  return response;
}

/** Path and raw query of a request target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function readHead(request: IncomingMessage): RequestHead {
  const headers = new Map<string, string>();
  const contentLengths: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    if (name === 'content-length') contentLengths.push(value);
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return {
    method: request.method ?? '',
    ...splitTarget(request.url ?? ''),
    remoteAddress: addressFromText(request.socket.remoteAddress),
    headers,
    contentLengths,
  };
}
