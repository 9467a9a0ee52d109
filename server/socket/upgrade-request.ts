/** The answer to a WebSocket handshake, the same for both adapters. */
import { plainAnswer } from './http-exchange.ts';
import type { HttpResponse, SocketServerOptions, UpgradeAnswer, UpgradeRequest } from './socket-port.ts';

/** 16 bytes in base64. uWebSockets.js looks at the length only. */
const NONCE = /^[+/0-9a-z]{22}==$/i;

export type UpgradeAccepted<Context> = Extract<UpgradeAnswer<Context>, { readonly accept: true }>;

/**
 * Asks the gateway, after what every WebSocket server must check (RFC 6455, section 4.2: a key of 16 bytes, version 13 only, else 426).
 * Gives what to accept, or the HTTP answer that refuses; a gateway that throws is a refusal with 500.
 */
export function decideUpgrade<Context>(
  options: Pick<SocketServerOptions<Context>, 'handlers' | 'onError'>,
  request: Omit<UpgradeRequest, 'protocols'>,
): UpgradeAccepted<Context> | HttpResponse {
  const { header } = request;
  // A handshake has no body; one that announces a body is a trick.
  if (header('transfer-encoding') !== undefined || (header('content-length') ?? '0') !== '0') return plainAnswer(400);
  if (!NONCE.test(header('sec-websocket-key') ?? '')) return plainAnswer(400);
  if (header('sec-websocket-version') !== '13') {
    return { status: 426, headers: { 'sec-websocket-version': '13' }, body: 'WebSocket version 13 only\n' };
  }
  try {
    const protocols = offeredProtocols(header('sec-websocket-protocol'));
    const answer = options.handlers.upgrade({ ...request, protocols });
    return answer.accept ? answer : plainAnswer(answer.status, answer.body);
  } catch (error) {
    options.onError(error);
    return plainAnswer(500);
  }
}

/** The names in Sec-WebSocket-Protocol, in the client's order. */
function offeredProtocols(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
