/**
 * Stands between the server and PostgreSQL and falls silent: the connections stay open and nothing comes through any
 * more, as behind a firewall that has forgotten them or a switch that is being replaced. Nobody hears of an error; only
 * a deadline helps.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { DatabaseConfig } from '../../storage/database.ts';

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  isSilent: boolean;
}

export class SilentProxy {
  /** How to reach PostgreSQL through the proxy. */
  readonly config: DatabaseConfig;
  readonly #server: Server;
  readonly #target: DatabaseConfig;
  readonly #lines = new Set<Line>();
  #answersLeft = Number.POSITIVE_INFINITY;
  #lastWord: string | null = null;
  /** Lines that fell silent so far. */
  silenced = 0;

  private constructor(config: DatabaseConfig, server: Server, target: DatabaseConfig) {
    this.config = config;
    this.#server = server;
    this.#target = target;
  }

  static async start(t: TestContext, target: DatabaseConfig): Promise<SilentProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new SilentProxy({ ...target, host: '127.0.0.1', port: address.port }, server, target);
    server.on('connection', (client) => proxy.#connect(client));
    t.after(() => proxy.#stop());
    return proxy;
  }

  /** All lines that are open now fall silent; new ones work. */
  silenceAll(): void {
    for (const line of this.#lines) this.#silence(line);
  }

  /** After this many further packets from PostgreSQL every line that has one to bring falls silent instead, new ones too; until `heal`. */
  silenceAfter(answers: number): void {
    this.#answersLeft = answers;
  }

  /** A line on which somebody is about to say this to PostgreSQL falls silent before it; and so does every other one from then on, until `heal`. */
  silenceBefore(word: string): void {
    this.#lastWord = word;
  }

  /** New lines work again. The silent ones stay as they are: nobody repairs a forgotten connection. */
  heal(): void {
    this.#lastWord = null;
    this.#answersLeft = Number.POSITIVE_INFINITY;
  }

  #connect(client: Socket): void {
    const { host, port } = this.#target;
    const server = host.startsWith('/') ? createConnection(`${host}/.s.PGSQL.${port}`) : createConnection(port, host);
    const line: Line = { client, server, isSilent: false };
    this.#lines.add(line);
    client.on('error', () => {});
    server.on('error', () => client.destroy());
    client.on('data', (bytes) => {
      if (this.#lastWord !== null && bytes.includes(this.#lastWord)) {
        this.#answersLeft = 0;
        this.silenceAll();
      }
      if (!line.isSilent) server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (line.isSilent) return;
      if (this.#answersLeft-- > 0) client.write(bytes);
      else this.#silence(line);
    });
    client.on('close', () => {
      // That somebody hung up does not come through either: PostgreSQL goes on waiting for him.
      if (line.isSilent) return;
      this.#lines.delete(line);
      server.destroy();
    });
    server.on('close', () => {
      if (!line.isSilent) client.destroy();
    });
  }

  #silence(line: Line): void {
    if (line.isSilent) return;
    line.isSilent = true;
    this.silenced++;
  }

  async #stop(): Promise<void> {
    for (const { client, server } of this.#lines) {
      client.destroy();
      server.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
