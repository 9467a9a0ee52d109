/**
 * The socket port over uWebSockets.js: the quick and sparing adapter, at the price of a library that answers misuse with
 * the end of the process. All of its rules are kept in this file, uws-http.ts and uws-socket.ts; nothing above them sees
 * a native object.
 *
 * Closing a socket that has a backlog is the delicate part. The library's own limit (`closeOnBackpressureLimit`) cuts the
 * connection without a word; its `end` keeps the backlog of a reader that never reads until the idle timeout, out of our
 * reach, and loses backlog and close frame when it is above the limit. So such a socket lingers: dead for the gateway
 * at once, its queue still being written, `end` called when the queue is empty, cut off when `lingerMs` is over.
 */
import { addressFromBytes } from './address-text.ts';
import type { HttpRules } from './http-exchange.ts';
import { freePort, listenFailure } from './port-probe.ts';
import { checkIdleTimeout, closeReason, SOCKET_LIMITS } from './socket-limits.ts';
import { CloseCode, type SocketServer, type SocketServerOptions } from './socket-port.ts';
import { decideUpgrade } from './upgrade-request.ts';
import {
  UWS_EXCLUSIVE_PORT,
  UWS_NO_COMPRESSION,
  UWS_SHARED_PORT,
  type UwsApp,
  type UwsBinding,
  type UwsContext,
  type UwsListenSocket,
  type UwsRequest,
  type UwsResponse,
} from './uws-binding.ts';
import { refuseUwsUpgrade, serveUwsRequest } from './uws-http.ts';
import { type NativeSocket, UwsSocket, type UwsSocketOwner, type UwsUserData } from './uws-socket.ts';

interface Lingering {
  readonly code: number;
  readonly reason: string;
  readonly deadlineMs: number;
}

/** How often the deadlines of lingering sockets are looked at, while there are any. */
const LINGER_CHECK_MS = 1_000;
/** At `close`, for what is on its way to the peers: closing a socket that has unread input throws its output away. */
const GRACE_MS = 150;

export class UwsSocketServer<Context> implements SocketServer, UwsSocketOwner<Context> {
  readonly adapter = 'uWebSockets.js';
  /** Elsewhere the option exists, but the kernel does not spread the connections. */
  readonly canSharePort = process.platform === 'linux';
  readonly backlogBytesMax: number;
  readonly #binding: UwsBinding;
  readonly #options: SocketServerOptions<Context>;
  readonly #app: UwsApp;
  readonly #sockets = new Set<UwsSocket<Context>>();
  readonly #lingering = new Map<NativeSocket<Context>, Lingering>();
  readonly #http = { requests: 0 };
  #lingerTimer: NodeJS.Timeout | undefined;
  #listenSocket: UwsListenSocket | null = null;

  constructor(binding: UwsBinding, options: SocketServerOptions<Context>) {
    checkIdleTimeout(options.idleTimeoutSeconds);
    this.#binding = binding;
    this.#options = options;
    this.backlogBytesMax = options.backlogBytesMax;
    this.#app = binding.App();
    const rules: HttpRules = {
      handler: options.http,
      bodyBytesMax: options.bodyBytesMax,
      ...(options.uploads === undefined ? {} : { uploads: options.uploads }),
      onError: options.onError,
    };
    this.#app.ws<UwsUserData<Context>>(options.webSocketPath, {
      compression: UWS_NO_COMPRESSION,
      // The library cuts a longer message off without a close frame; so it may be a little longer, and we refuse it.
      maxPayloadLength: Math.max(65_536, 4 * options.frameBytesMax),
      maxBackpressure: options.backlogBytesMax,
      closeOnBackpressureLimit: false,
      idleTimeout: options.idleTimeoutSeconds,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (ws) => this.#opened(ws),
      message: (ws, message, isBinary) => this.#received(ws, message, isBinary),
      drain: (ws) => this.#drained(ws),
      close: (ws, code, message) => this.#closed(ws, code, message),
    });
    this.#app.any('/*', (response, request) => serveUwsRequest(response, request, rules, this.#http));
  }

  async listen(): Promise<number> {
    const { host, port, sharePort } = this.#options;
    const chosenPort = port !== 0 ? port : await freePort(host);
    const option = sharePort && this.canSharePort ? UWS_SHARED_PORT : UWS_EXCLUSIVE_PORT;
    // The declared types know the host or the option, not both; the library takes both.
    const listen = this.#app.listen.bind(this.#app) as unknown as (
      host: string,
      port: number,
      option: number,
      done: (socket: UwsListenSocket | false) => void,
    ) => void;
    const socket = await new Promise<UwsListenSocket | false>((resolve) => listen(host, chosenPort, option, resolve));
    if (socket === false) throw await listenFailure(host, chosenPort);
    this.#listenSocket = socket;
    return this.#binding.us_socket_local_port(socket);
  }

  stopAccepting(): void {
    if (this.#listenSocket !== null) this.#binding.us_listen_socket_close(this.#listenSocket);
    this.#listenSocket = null;
  }

  async close(code: number, reason: string): Promise<void> {
    this.stopAccepting();
    const deadlineMs = performance.now() + SOCKET_LIMITS.farewellMs;
    const graceEndMs = this.#sockets.size > 0 ? performance.now() + GRACE_MS : 0;
    for (const socket of this.#sockets) socket.close(code, reason);
    const isBusy = (): boolean => this.#lingering.size > 0 || this.#http.requests > 0;
    for (;;) {
      const nowMs = performance.now();
      if (nowMs >= deadlineMs || (nowMs >= graceEndMs && !isBusy())) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#app.close();
    clearInterval(this.#lingerTimer);
  }

  retire(socket: UwsSocket<Context>, ws: NativeSocket<Context>, code: number, reason: string): void {
    this.#sockets.delete(socket);
    const text = closeReason(reason);
    if (ws.getBufferedAmount() === 0) ws.end(code, text);
    else this.#linger(ws, { code, reason: text, deadlineMs: performance.now() + SOCKET_LIMITS.lingerMs });
    queueMicrotask(() => this.#tellClosed(socket, code, text));
  }

  #linger(ws: NativeSocket<Context>, lingering: Lingering): void {
    this.#lingering.set(ws, lingering);
    this.#lingerTimer ??= setInterval(() => {
      const nowMs = performance.now();
      for (const [late, { deadlineMs }] of this.#lingering) if (deadlineMs <= nowMs) late.close();
      if (this.#lingering.size > 0) return;
      clearInterval(this.#lingerTimer);
      this.#lingerTimer = undefined;
    }, LINGER_CHECK_MS).unref();
  }

  #upgrade(response: UwsResponse, request: UwsRequest, context: UwsContext): void {
    const remoteAddress = addressFromBytes(new Uint8Array(response.getRemoteAddress()));
    const answer = decideUpgrade(this.#options, {
      path: request.getUrl(),
      query: (request.getQuery() as string | undefined) ?? '',
      remoteAddress,
      header: (name) => joinedHeader(request, name),
    });
    if ('status' in answer) {
      refuseUwsUpgrade(response, answer);
      return;
    }
    const userData = { socket: new UwsSocket(answer.context, remoteAddress, this) };
    response.upgrade(userData, request.getHeader('sec-websocket-key'), answer.protocol ?? '', '', context);
  }

  #opened(ws: NativeSocket<Context>): void {
    const { socket } = ws.getUserData();
    socket.attach(ws);
    this.#sockets.add(socket);
    try {
      this.#options.handlers.open(socket);
    } catch (error) {
      this.#failed(socket, error);
    }
  }

  #received(ws: NativeSocket<Context>, message: ArrayBuffer, isBinary: boolean): void {
    const { socket } = ws.getUserData();
    if (socket.isDead) return;
    if (message.byteLength > this.#options.frameBytesMax) {
      socket.close(CloseCode.messageTooBig, 'message too big');
      return;
    }
    try {
      this.#options.handlers.message(socket, Buffer.from(message), isBinary);
    } catch (error) {
      this.#failed(socket, error);
    }
  }

  #drained(ws: NativeSocket<Context>): void {
    const lingering = this.#lingering.get(ws);
    if (lingering !== undefined) {
      if (ws.getBufferedAmount() > 0) return;
      this.#lingering.delete(ws);
      ws.end(lingering.code, lingering.reason);
      return;
    }
    const { socket } = ws.getUserData();
    if (socket.isDead) return;
    try {
      this.#options.handlers.drain(socket);
    } catch (error) {
      this.#failed(socket, error);
    }
  }

  /** The library's own event, also inside our `end`, when the gateway has been told or will be. */
  #closed(ws: NativeSocket<Context>, code: number, message: ArrayBuffer): void {
    this.#lingering.delete(ws);
    const { socket } = ws.getUserData();
    if (socket.detach() === null) return;
    this.#sockets.delete(socket);
    const reason = Buffer.from(message).toString();
    this.#tellClosed(socket, meaningOf(code, reason), reason);
  }

  #tellClosed(socket: UwsSocket<Context>, code: number, reason: string): void {
    try {
      this.#options.handlers.close(socket, code, reason);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #failed(socket: UwsSocket<Context>, error: unknown): void {
    this.#options.onError(error);
    socket.close(CloseCode.internalError, 'internal error');
  }
}

/** The library says 1006 and a sentence of its own where `ws` says what was wrong. */
function meaningOf(code: number, reason: string): number {
  if (code !== 1006) return code;
  if (reason.includes('too big')) return CloseCode.messageTooBig;
  if (reason.includes('UTF-8')) return 1007;
  return reason.includes('invalid') ? 1002 : code;
}

/** All headers of that name, in their order: `getHeader` gives the first one only, which may be a visitor's own invention. */
function joinedHeader(request: UwsRequest, wanted: string): string | undefined {
  const values: string[] = [];
  request.forEach((name, value) => {
    if (name === wanted) values.push(value);
  });
  return values.length === 0 ? undefined : values.join(', ');
}
