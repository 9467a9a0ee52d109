/**
 * The socket layer as the gateway sees it. Two adapters stand behind it, under one contract suite:
 * uWebSockets.js where the installed package has a binary for this Node, `node:http` with `ws` elsewhere.
 * Nothing above this file knows which.
 *
 * Bytes handed to `message` are valid only until the handler returns: the gateway decodes and copies at once.
 */

/** What `send` did. `dropped`: nothing was sent, the reader is too slow, and the adapter is closing the socket with `CloseCode.slowReader`. */
export type SendResult = 'sent' | 'queued' | 'dropped';

/** One WebSocket. After `close` every method is a harmless no-op (`send` answers 'dropped'). `context` is the gateway's own. */
export interface Socket<Context> {
  readonly context: Context;
  readonly remoteAddress: string;
  send(frame: Uint8Array): SendResult;
  /** Bytes accepted by `send` that have not reached the kernel. */
  bufferedBytes(): number;
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
  /** The backlog of a socket that had answered 'queued' has fallen. */
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

/** Never rejects by contract; if it does, the adapter answers 500 and reports through `onError`. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export interface SocketServerOptions<Context> {
  readonly host: string;
  /** 0: any free port; `listen` tells which. */
  readonly port: number;
  /** Other threads of this process listen on the same port (SO_REUSEPORT). Without it a second listener is refused. */
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
  /** Seconds without any frame from the client (pings answered count) before the socket is closed. */
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
  /** Stop accepting; open sockets stay. */
  stopAccepting(): void;
  /** Close every socket with `code` and `reason`, then everything; resolves when all is closed. */
  close(code: number, reason: string): Promise<void>;
}

/** WebSocket close codes of ours (4000–4999) and the standard ones we use; docs/protocol.md lists them. */
export const CloseCode = {
  goingAway: 1001,
  serviceRestart: 1012,
  protocolError: 4000,
  helloTimeout: 4001,
  rateLimited: 4002,
  slowReader: 4003,
  tooManyConnections: 4004,
  textFrame: 4005,
} as const;
