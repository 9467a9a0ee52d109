/**
 * The real server as a child process: started, asked, killed and started again. It is the compiled main beside the
 * compiled tests, so that a test never runs against another build. Its environment is made here and holds nothing of
 * ours, and its log is read line by line, since that is how a test learns what an operator would.
 *
 * Whatever happens to the test, no server outlives it: the test's end kills it, and so does the end of this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../../storage/database.ts';
import { deadline } from './deadline.ts';

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerOptions {
  /** A database of its own… */
  readonly database?: DatabaseConfig;
  /** …or a folder for the embedded one. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The compiled main of another build. Default: the one beside the tests. */
  readonly main?: string;
}

const MAIN = fileURLToPath(new URL('../../server/main.js', import.meta.url));
const READY_DEADLINE_MS = 20_000;
const running = new Set<ChildProcess>();

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });
}
process.on('exit', killAll);

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

export class ServerProcess {
  readonly lines: LogLine[] = [];
  /** What was not a line of JSON: a crash says so on stderr. */
  stray = '';
  readonly exited: Promise<ServerExit>;
  readonly startedAtMs = performance.now();
  readonly #child: ChildProcess;
  #exit: ServerExit | null = null;
  #port = 0;
  #listeners = new Set<() => void>();

  /** Starts a server; it may still fail. See `startServer`. */
  constructor(options: ServerOptions) {
    const { database, folder, environment, main = MAIN } = options;
    this.#child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a test can press Ctrl-C in it.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TMPDIR: process.env['TMPDIR'],
        PORT: '0',
        POLTRONA_THREADS: '2',
        POLTRONA_DEMO: 'off',
        POLTRONA_LOG_LEVEL: 'info',
        POLTRONA_MESSAGES_PER_SECOND: '0',
        POLTRONA_CONNECTIONS_PER_ADDRESS: '0',
        ...(database === undefined ? {} : { DATABASE_URL: databaseUrl(database) }),
        ...(folder === undefined ? {} : { POLTRONA_FOLDER: folder }),
        ...environment,
      },
    });
    running.add(this.#child);
    this.#readLog();
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        running.delete(this.#child);
        this.#exit = { code, signal };
        resolve(this.#exit);
        this.#wake();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.#port}/ws`;
  }

  get hasExited(): boolean {
    return this.#exit !== null;
  }

  /** A signal to the server alone. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What a terminal does at Ctrl-C: a signal to everything in its group. */
  interruptGroup(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  /** Resolves when it listens. @throws with its last words when it ends instead. */
  async whenReady(): Promise<void> {
    const line = await this.whenLogged((candidate) => candidate.msg.startsWith('Poltrona is ready'), READY_DEADLINE_MS);
    this.#port = Number(line['port']);
  }

  /** The first line, of those already there or to come, that `matches`. */
  async whenLogged(matches: (line: LogLine) => boolean, deadlineMs = 15_000): Promise<LogLine> {
    // Over all lines: a server that goes on complaining of something else must not keep a test waiting for ever.
    const endsMs = performance.now() + deadlineMs;
    for (let seen = 0; ; ) {
      for (; seen < this.lines.length; seen++) {
        const line = this.lines[seen]!;
        if (matches(line)) return line;
      }
      if (this.#exit !== null) throw new Error(`the server ended (${JSON.stringify(this.#exit)}): ${this.lastWords()}`);
      await deadline(
        this.#nextLine(),
        Math.max(0, endsMs - performance.now()),
        () => `the server does not say what was waited for: ${this.lastWords()}`,
      );
    }
  }

  /** Lines whose text has this in it. */
  said(text: string): LogLine[] {
    return this.lines.filter(({ msg }) => msg.includes(text));
  }

  lastWords(): string {
    return [...this.lines.slice(-8).map((line) => JSON.stringify(line)), this.stray.slice(-2_000)].join('\n');
  }

  /** Stops it as an operator does; resolves with its exit. */
  async stop(): Promise<ServerExit> {
    if (this.#exit === null) this.kill('SIGTERM');
    return deadline(this.exited, 30_000, () => `the server does not stop: ${this.lastWords()}`);
  }

  #nextLine(): Promise<void> {
    return new Promise((resolve) => this.#listeners.add(resolve));
  }

  #wake(): void {
    const listeners = this.#listeners;
    this.#listeners = new Set();
    for (const listener of listeners) listener();
  }

  #readLog(): void {
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      const texts = (rest + piece).split('\n');
      rest = texts.pop() ?? '';
      for (const text of texts) this.#readLine(text);
      this.#wake();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.stray += piece;
    });
  }

  #readLine(text: string): void {
    try {
      this.lines.push(JSON.parse(text) as LogLine);
    } catch {
      this.stray += `${text}\n`;
    }
  }
}

/** A server that listens. Killed when `t` ends, unless it has ended before. */
export async function startServer(t: TestContext, options: ServerOptions): Promise<ServerProcess> {
  const server = launchServer(t, options);
  await server.whenReady();
  return server;
}

/** A server that has only been started. Killed when `t` ends, unless it has ended before. */
export function launchServer(t: TestContext, options: ServerOptions): ServerProcess {
  const server = new ServerProcess(options);
  t.after(async () => {
    if (!server.hasExited) server.kill('SIGKILL');
    await server.exited;
  });
  return server;
}

/** DATABASE_URL for this database, with a Unix socket's folder as a parameter. */
export function databaseUrl({ host, port, user, password, database }: DatabaseConfig): string {
  const login = `${encodeURIComponent(user)}${password === null ? '' : `:${encodeURIComponent(password)}`}`;
  if (host.startsWith('/')) return `postgres://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  return `postgres://${login}@${host}:${port}/${database}?sslmode=disable`;
}
