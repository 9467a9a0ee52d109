/** A server for the contract suite: echoes, answers a few HTTP paths, and writes down everything that its handlers hear. */
import type { TestContext } from 'node:test';
import { RawConnection } from './raw-websocket.ts';
import type { HttpHandler, Socket, SocketHandlers, SocketServer, SocketServerOptions } from './socket-port.ts';

export interface Visitor {
  readonly path: string;
  readonly query: string;
  readonly origin: string | undefined;
  readonly protocols: readonly string[];
}

export type ContractSocket = Socket<Visitor>;
export type MakeServer = (options: SocketServerOptions<Visitor>) => SocketServer;

export interface Heard {
  readonly kind: 'open' | 'message' | 'drain' | 'close' | 'error';
  readonly socket?: ContractSocket;
  readonly bytes?: Buffer;
  readonly isBinary?: boolean;
  readonly code?: number;
  readonly reason?: string;
  readonly error?: unknown;
}

const DEADLINE_MS = 20_000;

/** Events in their order; each is taken once. */
export class HeardEvents {
  readonly all: Heard[] = [];
  #taken = new Set<Heard>();
  #waiting: (() => void)[] = [];

  add(heard: Heard): void {
    this.all.push(heard);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  count(kind: Heard['kind'], socket?: ContractSocket): number {
    return this.all.filter((heard) => heard.kind === kind && (socket === undefined || heard.socket === socket)).length;
  }

  /** The next event of this kind that nobody has taken yet. */
  async next(kind: Heard['kind']): Promise<Heard> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const found = this.all.find((heard) => heard.kind === kind && !this.#taken.has(heard));
      if (found !== undefined) {
        this.#taken.add(found);
        return found;
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no event '${kind}' came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

export interface ContractServer {
  readonly server: SocketServer;
  readonly port: number;
  readonly heard: HeardEvents;
  /** Waits for the server's side of the connection that was opened last. */
  opened(): Promise<ContractSocket>;
}

export type Overrides = Partial<SocketServerOptions<Visitor>> & { readonly on?: Partial<SocketHandlers<Visitor>> };

/** Starts on a free port and closes with the test. */
export async function startContractServer(
  t: TestContext,
  make: MakeServer,
  overrides: Overrides = {},
): Promise<ContractServer> {
  const heard = new HeardEvents();
  const { on, ...options } = overrides;
  const handlers: SocketHandlers<Visitor> = {
    upgrade: ({ path, query, protocols, header }) => {
      const context = { path, query, origin: header('origin'), protocols };
      return { accept: true, context, protocol: protocols.includes('poltrona.1') ? 'poltrona.1' : null };
    },
    open: (socket) => heard.add({ kind: 'open', socket }),
    message: (socket, bytes, isBinary) => {
      heard.add({ kind: 'message', socket, bytes: Buffer.from(bytes), isBinary });
      socket.send(Uint8Array.prototype.slice.call(bytes));
    },
    drain: (socket) => heard.add({ kind: 'drain', socket }),
    close: (socket, code, reason) => heard.add({ kind: 'close', socket, code, reason }),
    ...on,
  };
  const server = make({
    host: '127.0.0.1',
    port: 0,
    sharePort: false,
    webSocketPath: '/ws',
    handlers,
    http: answerPlain,
    frameBytesMax: 16_384,
    backlogBytesMax: 262_144,
    bodyBytesMax: 10_000,
    idleTimeoutSeconds: 60,
    onError: (error) => heard.add({ kind: 'error', error }),
    ...options,
  });
  const port = await server.listen();
  t.after(() => {
    RawConnection.destroyAll(port);
    return server.close(1001, 'end of test');
  });
  return {
    server,
    port,
    heard,
    opened: async () => (await heard.next('open')).socket!,
  };
}

/** /hello greets, /body tells about its body, everything else is unknown. */
const answerPlain: HttpHandler = ({ method, path, query, body, header, remoteAddress }) => {
  if (path === '/hello') return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'hello' };
  if (path === '/nothing') return { status: 204 };
  if (path === '/body') {
    const told = { method, bytes: body.byteLength, text: Buffer.from(body).toString().slice(0, 50), remoteAddress };
    return { status: 200, body: JSON.stringify({ ...told, a: query.get('a'), agent: header('user-agent') }) };
  }
  return { status: 404, body: 'not here' };
};
