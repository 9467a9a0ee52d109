/**
 * The socket port over `node:http` and `ws`: runs on every Node, slower than uWebSockets.js. It keeps the same contract
 * (socket-contract.ts), bounds included: no compression, whole messages up to `frameBytesMax`, a backlog bounded by
 * `backlogBytesMax`, one interval for all pings and idle sockets.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { addressFromText } from './address-text.ts';
import type { HttpRules } from './http-exchange.ts';
import { listenError } from './port-probe.ts';
import { checkIdleTimeout, closeReason, SOCKET_LIMITS } from './socket-limits.ts';
import {
  CloseCode,
  type HttpResponse,
  type SocketServer,
  type SocketServerOptions,
  type UpgradeRequest,
} from './socket-port.ts';
import { decideUpgrade, type UpgradeAccepted } from './upgrade-request.ts';
import { responseOn, serveNodeRequest, splitTarget, writeNodeAnswer } from './ws-http.ts';
import { PeeredWebSocket, WsSocket, type WsSocketOwner } from './ws-socket.ts';

/** So many ticks in an idle timeout; at the half, a quiet client is pinged. */
const IDLE_TICKS = 4;
const PING_TICKS = 2;
const HEADER_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;

export class WsSocketServer<Context> implements SocketServer, WsSocketOwner<Context> {
  readonly adapter = 'node:http + ws';
  readonly canSharePort = process.platform === 'linux' && hasReusePort(process.versions.node);
  readonly backlogBytesMax: number;
  readonly #options: SocketServerOptions<Context>;
  readonly #rules: HttpRules;
  readonly #server: Server;
  readonly #handshakes: WebSocketServer;
  readonly #open = new Set<PeeredWebSocket>();
  readonly #http = { requests: 0 };
  #idleTimer: NodeJS.Timeout | undefined;
  #chosenProtocol: string | null = null;
  #stopped: Promise<void> | undefined;

  constructor(options: SocketServerOptions<Context>) {
    checkIdleTimeout(options.idleTimeoutSeconds);
    this.#options = options;
    this.backlogBytesMax = options.backlogBytesMax;
    this.#rules = {
      handler: options.http,
      bodyBytesMax: options.bodyBytesMax,
      ...(options.uploads === undefined ? {} : { uploads: options.uploads }),
      onError: options.onError,
    };
    // Not in the declared options yet: how long a socket in its closing handshake may stay.
    const closing = { closeTimeout: SOCKET_LIMITS.lingerMs };
    this.#handshakes = new WebSocketServer({
      ...closing,
      noServer: true,
      clientTracking: false,
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: options.frameBytesMax,
      WebSocket: PeeredWebSocket,
      handleProtocols: () => this.#chosenProtocol ?? false,
    });
    this.#server = createServer({
      headersTimeout: HEADER_MS,
      requestTimeout: HEADER_MS + SOCKET_LIMITS.bodyMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 2_000,
    });
    this.#server.on('request', (request, response) => serveNodeRequest(request, response, this.#rules, this.#http));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('clientError', refuseJunk);
  }

  listen(): Promise<number> {
    const { host, port, sharePort, idleTimeoutSeconds, onError } = this.#options;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(listenError(host, port, error));
      this.#server.once('error', fail);
      const where = { host, port, exclusive: true, reusePort: sharePort && this.canSharePort };
      this.#server.listen(where, () => {
        this.#server.off('error', fail);
        this.#server.on('error', onError);
        this.#idleTimer = setInterval(() => this.#tick(), (idleTimeoutSeconds * 1000) / IDLE_TICKS);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  stopAccepting(): void {
    this.#stopped ??= new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async close(code: number, reason: string): Promise<void> {
    this.stopAccepting();
    const deadlineMs = performance.now() + SOCKET_LIMITS.farewellMs;
    for (const ws of this.#open) ws.peer?.close(code, reason);
    while ((this.#open.size > 0 || this.#http.requests > 0) && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const ws of this.#open) ws.terminate();
    clearInterval(this.#idleTimer);
    this.#server.closeAllConnections();
    await this.#stopped;
  }

  retire(socket: WsSocket<Context>, ws: PeeredWebSocket, code: number, reason: string): void {
    const text = closeReason(reason);
    // Goes out behind the backlog; the library cuts the connection when `lingerMs` is over.
    ws.close(code, text);
    queueMicrotask(() => this.#tellClosed(socket, code, text));
  }

  drained(socket: WsSocket<Context>): void {
    this.#guard(socket, () => this.#options.handlers.drain(socket));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', destroySocket);
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const { path, query } = splitTarget(request.url ?? '');
    if (!isWebSocket || path !== this.#options.webSocketPath) {
      serveNodeRequest(request, responseOn(socket, request), this.#rules, this.#http);
      return;
    }
    const remoteAddress = addressFromText(request.socket.remoteAddress);
    const answer = this.#decideUpgrade(request, { path, query, remoteAddress });
    if ('status' in answer) {
      writeNodeAnswer(responseOn(socket, request), answer, false, true);
      return;
    }
    // The library asks for it before `handleUpgrade` returns.
    this.#chosenProtocol = answer.protocol;
    this.#handshakes.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', destroySocket);
      this.#opened(ws as PeeredWebSocket, answer.context, remoteAddress);
    });
  }

  #decideUpgrade(
    request: IncomingMessage,
    where: Pick<UpgradeRequest, 'path' | 'query' | 'remoteAddress'>,
  ): UpgradeAccepted<Context> | HttpResponse {
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value || undefined;
    };
    return decideUpgrade(this.#options, { ...where, header });
  }

  received(socket: WsSocket<Context>, message: Buffer, isBinary: boolean): void {
    this.#guard(socket, () => this.#options.handlers.message(socket, message, isBinary));
  }

  /** `ws` is closed for good; `socket` is null when the gateway knows or will hear. */
  closed(ws: PeeredWebSocket, socket: WsSocket<Context> | null, code: number, reason: string): void {
    this.#open.delete(ws);
    if (socket !== null) this.#tellClosed(socket, code, reason);
  }

  #opened(ws: PeeredWebSocket, context: Context, remoteAddress: string): void {
    const socket = new WsSocket(context, remoteAddress, ws, this);
    this.#open.add(ws);
    this.#guard(socket, () => this.#options.handlers.open(socket));
  }

  #tick(): void {
    for (const ws of this.#open) {
      const quietTicks = ws.peer?.tick() ?? 0;
      if (quietTicks > IDLE_TICKS) ws.terminate();
      else if (quietTicks === PING_TICKS && ws.readyState === PeeredWebSocket.OPEN) ws.ping();
    }
  }

  #guard(socket: WsSocket<Context>, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.onError(error);
      socket.close(CloseCode.internalError, 'internal error');
    }
  }

  #tellClosed(socket: WsSocket<Context>, code: number, reason: string): void {
    try {
      this.#options.handlers.close(socket, code, reason);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

function destroySocket(this: Duplex): void {
  this.destroy();
}

/** What is not HTTP gets a short answer where it still can be given, and the end of its connection. */
function refuseJunk(_error: Error, socket: Duplex): void {
  if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  else socket.destroy();
}

/** `reusePort` of `listen` came with Node 23.1 and 22.12; older ones ignore it. */
function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
