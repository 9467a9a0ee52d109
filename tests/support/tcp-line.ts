/**
 * A line between two programs that a test can hurt: cut it as one pulls a cable, refuse new connections, or let it fall
 * silent, as a network that is split does. A silent line loses nothing: what is sent meanwhile waits, as TCP itself would
 * keep and repeat it, and comes through late when the line is healed. Nobody hears of an error before that.
 */
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { DatabaseConfig } from '../../storage/database.ts';

/** Where the line leads: a port of this machine, or a Unix socket's path. */
export type LineTarget = { readonly port: number; readonly host?: string } | { readonly path: string };

interface Pair {
  readonly client: Socket;
  /** Null while the line is silent: a new connection is not made before it is healed. */
  server: Socket | null;
  /** What was said before there was anybody to say it to. */
  readonly early: Buffer[];
  /** One side has gone while the line was silent, which the other one does not know. */
  isOver: boolean;
}

export class TcpLine {
  readonly port: number;
  readonly #server: Server;
  readonly #target: LineTarget;
  readonly #pairs = new Set<Pair>();
  #state: 'open' | 'refusing' | 'silent' = 'open';
  /** Bytes that came through, in both directions. */
  bytes = 0;

  private constructor(server: Server, port: number, target: LineTarget) {
    this.#server = server;
    this.port = port;
    this.#target = target;
  }

  static async start(t: TestContext, target: LineTarget): Promise<TcpLine> {
    // Half-open: a farewell is passed on by us, and not while the line is silent.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the line has no port');
    const line = new TcpLine(server, address.port, target);
    server.on('connection', (client) => line.#accept(client));
    t.after(() => line.#stop());
    return line;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection; new ones are let through. */
  cut(): void {
    for (const pair of this.#pairs) this.#reset(pair);
  }

  /** Resets every connection, and each new one, until `heal`. */
  refuse(): void {
    this.#state = 'refusing';
    this.cut();
  }

  /** Nothing comes through any more, on no connection, old or new, until `heal`. */
  silence(): void {
    this.#state = 'silent';
    for (const { client, server } of this.#pairs) {
      client.pause();
      server?.pause();
    }
  }

  /** As it was. What waited on a silent line comes through now; `forget`: it is lost, with the connections. */
  heal(what: 'deliver' | 'forget' = 'deliver'): void {
    this.#state = 'open';
    if (what === 'forget') this.cut();
    for (const pair of this.#pairs) {
      if (pair.isOver) this.#reset(pair);
      else if (pair.server === null) this.#connect(pair);
      else pair.server.resume();
      if (!pair.isOver) pair.client.resume();
    }
  }

  #accept(client: Socket): void {
    client.on('error', () => {});
    if (this.#state === 'refusing') {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, server: null, early: [], isOver: false };
    this.#pairs.add(pair);
    client.on('data', (bytes) => {
      this.bytes += bytes.length;
      if (pair.server === null) pair.early.push(bytes);
      else pair.server.write(bytes);
    });
    client.on('end', () => pair.server?.end());
    client.on('close', () => this.#over(pair));
    if (this.#state === 'silent') client.pause();
    else this.#connect(pair);
  }

  #connect(pair: Pair): void {
    const { client, early } = pair;
    const server = createConnection({ ...this.#target, allowHalfOpen: true, noDelay: true });
    pair.server = server;
    for (const bytes of early.splice(0)) server.write(bytes);
    server.on('data', (bytes) => {
      this.bytes += bytes.length;
      client.write(bytes);
    });
    server.on('error', () => {});
    server.on('end', () => client.end());
    server.on('close', () => this.#over(pair));
  }

  #over(pair: Pair): void {
    pair.isOver = true;
    if (this.#state !== 'silent') this.#reset(pair);
  }

  /** A Unix socket knows no reset; it is only closed. */
  #reset(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server?.destroy();
  }

  async #stop(): Promise<void> {
    this.#state = 'refusing';
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A line to PostgreSQL, and how to reach it through the line. */
export async function postgresLine(
  t: TestContext,
  database: DatabaseConfig,
): Promise<{ line: TcpLine; config: DatabaseConfig }> {
  const { host, port } = database;
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const line = await TcpLine.start(t, target);
  return { line, config: { ...database, host: '127.0.0.1', port: line.port } };
}
