/**
 * Stands between a client and PostgreSQL and cuts the line where a test says: after a number of bytes in one direction,
 * or at once. A cut is a reset, as when a cable is pulled: neither side hears a farewell.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { DatabaseConfig } from '../../storage/database.ts';

export class CuttingProxy {
  /** How to reach PostgreSQL through the proxy. */
  readonly config: DatabaseConfig;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; server: Socket }>();
  #toServerLeft = Number.POSITIVE_INFINITY;
  #toClientLeft = Number.POSITIVE_INFINITY;
  #isRefusing = false;
  /** Bytes that went through in each direction since `reset`. */
  toServerBytes = 0;
  toClientBytes = 0;

  private constructor(config: DatabaseConfig, server: Server) {
    this.config = config;
    this.#server = server;
  }

  static async start(t: TestContext, target: DatabaseConfig): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new CuttingProxy({ ...target, host: '127.0.0.1', port: address.port }, server);
    server.on('connection', (client) => proxy.#connect(client, target));
    t.after(() => proxy.stop());
    return proxy;
  }

  /** Cuts every connection once this many more bytes have gone to the server. */
  cutToServerAfter(bytes: number): void {
    this.#toServerLeft = bytes;
  }

  /** Cuts every connection once this many more bytes have gone to the client: the server did its work, its answer is lost. */
  cutToClientAfter(bytes: number): void {
    this.#toClientLeft = bytes;
  }

  /** No limits any more, counting from zero; new connections are let through. */
  reset(): void {
    this.#toServerLeft = Number.POSITIVE_INFINITY;
    this.#toClientLeft = Number.POSITIVE_INFINITY;
    this.toServerBytes = 0;
    this.toClientBytes = 0;
    this.#isRefusing = false;
  }

  refuseConnections(): void {
    this.#isRefusing = true;
  }

  cutNow(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      // A Unix socket knows no reset.
      server.destroy();
    }
    this.#pairs.clear();
  }

  async stop(): Promise<void> {
    this.cutNow();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #connect(client: Socket, target: DatabaseConfig): void {
    client.on('error', () => {});
    if (this.#isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const isSocketFolder = target.host.startsWith('/');
    const server = isSocketFolder
      ? createConnection(`${target.host}/.s.PGSQL.${target.port}`)
      : createConnection(target.port, target.host);
    server.on('error', () => client.resetAndDestroy());
    const pair = { client, server };
    this.#pairs.add(pair);
    client.on('data', (bytes) => {
      this.toServerBytes += bytes.length;
      const passed = bytes.subarray(0, Math.min(bytes.length, this.#toServerLeft));
      this.#toServerLeft -= passed.length;
      if (passed.length === bytes.length) server.write(passed);
      // What was let through must arrive before the reset.
      else server.write(passed, () => this.cutNow());
    });
    server.on('data', (bytes) => {
      this.toClientBytes += bytes.length;
      const passed = bytes.subarray(0, Math.min(bytes.length, this.#toClientLeft));
      this.#toClientLeft -= passed.length;
      if (passed.length === bytes.length) client.write(passed);
      else if (passed.length === 0) this.cutNow();
      else client.write(passed, () => this.cutNow());
    });
    client.on('close', () => {
      this.#pairs.delete(pair);
      server.destroy();
    });
    server.on('close', () => client.destroy());
  }
}
