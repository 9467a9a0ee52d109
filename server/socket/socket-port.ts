/**
 * The socket layer as the gateway sees it. Two adapters stand behind it, under one contract suite:
 * uWebSockets.js where the installed package has a binary for this Node, `node:http` with `ws` elsewhere.
 * Nothing above this file knows which.
 *
 * Bytes handed to `message` are valid only until the handler returns: the gateway decodes and copies at once.
 * Always true, with either adapter: `close` is told exactly once for each `open`, and never from inside a call of
 * `send` or `close`, so that a loop over sockets may send without fearing for its own state. A handler that throws
 * costs its own socket only (closed with 1011, told to `onError`).
 */
import type { UploadRules } from './upload-room.ts';

/** What `send` did. `dropped`: nothing was sent, the reader is too slow, and the adapter is closing the socket with `CloseCode.slowReader`. */
export type SendResult = 'sent' | 'queued' | 'dropped';

/** One WebSocket. After `close` every method is a harmless no-op (`send` answers 'dropped'). `context` is the gateway's own. */
export interface Socket<Context> {
  readonly context: Context;
  readonly remoteAddress: string;
  /**
   * One binary frame. Its bytes must not be changed afterwards, since an adapter may keep them until the kernel takes
   * them; the same frame may go to many sockets. With an empty backlog any frame is accepted, whatever its size;
   * else it is dropped when it would lift the backlog above `backlogBytesMax`.
   */
  send(frame: Uint8Array): SendResult;
  /** Bytes accepted by `send` that have not reached the kernel. */
  bufferedBytes(): number;
  /**
   * From now on this socket is dead for the caller. What was queued and then the close frame are still written, as far
   * as the reader takes them within `lingerMs` (socket-limits.ts). `reason`: at most 123 bytes.
   */
  close(code: number, reason: string): void;
}

export interface UpgradeRequest {
  readonly path: string;
  readonly query: string;
  readonly remoteAddress: string;
  /** Lower-case name; undefined when absent. */
  header(name: string): string | undefined;
  /** What the client offered in Sec-WebSocket-Protocol, in its order. */
  readonly protocols: readonly string[];
}

export type UpgradeAnswer<Context> =
  | { readonly accept: true; readonly context: Context; readonly protocol: string | null }
  | { readonly accept: false; readonly status: number; readonly body: string };

export interface SocketHandlers<Context> {
  upgrade(request: UpgradeRequest): UpgradeAnswer<Context>;
  open(socket: Socket<Context>): void;
  /** A whole message. Text frames come with `isBinary` false. */
  message(socket: Socket<Context>, bytes: Uint8Array, isBinary: boolean): void;
  /** The backlog of a socket that had answered 'queued' has fallen; it may come more often than that. */
  drain(socket: Socket<Context>): void;
  /** Exactly once per `open`. */
  close(socket: Socket<Context>, code: number, reason: string): void;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly remoteAddress: string;
  header(name: string): string | undefined;
  /** The whole body, at most `bodyBytesMax`; empty for GET and HEAD. */
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Never rejects by contract; if it does, the adapter answers 500 and reports through `onError`. It must settle: nothing above sets it a deadline. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export interface SocketServerOptions<Context> {
  readonly host: string;
  /** 0: any free port; `listen` tells which. */
  readonly port: number;
  /** Other threads of this process listen on the same port (SO_REUSEPORT), where `canSharePort`. Else a second listener is refused. */
  readonly sharePort: boolean;
  readonly webSocketPath: string;
  readonly handlers: SocketHandlers<Context>;
  readonly http: HttpHandler;
  /** Longest incoming message, bytes; longer: closed with 1009. */
  readonly frameBytesMax: number;
  /** Most bytes buffered for one socket before it is closed as a slow reader. */
  readonly backlogBytesMax: number;
  /** Longest HTTP body, bytes; longer: 413. */
  readonly bodyBytesMax: number;
  /** Where longer bodies are allowed; 503 when their room is full. */
  readonly uploads?: UploadRules;
  /** Seconds without any frame from the client (pings answered count) before the socket is closed: 8 to 960, give or take a quarter. */
  readonly idleTimeoutSeconds: number;
  readonly onError: (error: unknown) => void;
}

export interface SocketServer {
  /** Name for the log: 'uWebSockets.js' or 'node:http + ws'. */
  readonly adapter: string;
  /** Whether several threads may listen on one port with this adapter on this Node. */
  readonly canSharePort: boolean;
  /** Resolves with the port once listening. Rejects, naming host and port, when it cannot. */
  listen(): Promise<number>;
  /** Stop accepting; open sockets stay. A second call does nothing. */
  stopAccepting(): void;
  /** Close every socket with `code` and `reason`, let HTTP answers under way finish for a moment, then close everything; resolves when all is closed. */
  close(code: number, reason: string): Promise<void>;
}

/** WebSocket close codes of ours (4000–4999) and the standard ones we use; docs/protocol.md lists them. */
export const CloseCode = {
  goingAway: 1001,
  messageTooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  protocolError: 4000,
  helloTimeout: 4001,
  rateLimited: 4002,
  slowReader: 4003,
  tooManyConnections: 4004,
  textFrame: 4005,
  nodeLeaving: 4006,
  signedOut: 4007,
} as const;
