/**
 * A private server of a benchmark: `server/main.js` of this build as a child process on a free port, with a
 * database of the run. Its log goes to a file, and is shown when something goes wrong.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../storage/database.ts';
import { benchFolder, notePid, removeFolder } from './bench-folder.ts';
import { processTimes } from './process-times.ts';
import { stopWhenInterrupted } from './run-parts.ts';

const READY_DEADLINE_MS = 60_000;
const POLL_MS = 5;
const LOG_SHOWN = 4_000;

export const HOST = '127.0.0.1';

export interface ServerOptions {
  /** A database of the run; or the folder in which the server keeps an embedded PostgreSQL of its own. */
  readonly database: DatabaseConfig | { readonly folder: string };
  readonly threads: number;
  /** Where the server's processor profiles go, one file for each thread; null: none are taken. */
  readonly profileFolder?: string | null;
}

export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #stopped: () => void;
  #readyMs = 0;

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.#child = child;
    this.port = port;
    this.#folder = folder;
    this.#stopped = stopWhenInterrupted(() => this.kill());
  }

  /** Starts a server; resolves when it is ready. @throws with the end of its log when it is not. */
  static async start({ database, threads, profileFolder = null }: ServerOptions): Promise<ServerProcess> {
    const flags = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profileFolder)}`];
    const environment = {
      ...('folder' in database
        ? { DATABASE_URL: '', POLTRONA_FOLDER: database.folder }
        : { DATABASE_URL: urlOf(database) }),
      POLTRONA_THREADS: String(threads),
      POLTRONA_DEMO: 'off',
      POLTRONA_LOG_LEVEL: 'warn',
      // One address and few connections stand for a whole town.
      POLTRONA_MESSAGES_PER_SECOND: '0',
      POLTRONA_CONNECTIONS_PER_ADDRESS: '0',
    };
    return ServerProcess.run('../server/main.js', environment, flags);
  }

  /** Any program of this build that takes HOST and PORT and answers /readyz. */
  static async run(
    program: string,
    environment: Readonly<Record<string, string>>,
    nodeFlags: readonly string[] = [],
  ): Promise<ServerProcess> {
    const port = await freePort();
    const folder = benchFolder(`child-${port}`);
    mkdirSync(folder, { recursive: true });
    const log = openSync(path.join(folder, 'log'), 'w');
    const startedMs = performance.now();
    const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(new URL(program, import.meta.url))], {
      env: { ...process.env, HOST, PORT: String(port), ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    notePid(folder, child.pid ?? 0);
    const server = new ServerProcess(child, port, folder);
    while (!(await isReady(port))) {
      const isLate = performance.now() - startedMs > READY_DEADLINE_MS;
      if (isLate || child.exitCode !== null || child.signalCode !== null) {
        const said = server.log();
        await server.kill();
        throw new Error(`the server did not become ready:\n${said}`);
      }
      await delay(POLL_MS);
    }
    server.#readyMs = performance.now() - startedMs;
    return server;
  }

  /** From the start of the process until /readyz said yes, milliseconds. */
  get readyMs(): number {
    return this.#readyMs;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resident memory, bytes; Linux only, 0 elsewhere. */
  residentBytes(): number {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  }

  /** Processor time so far, seconds; Linux only, 0 elsewhere. */
  cpuSeconds(): number {
    return processTimes(this.pid)?.cpuSeconds ?? 0;
  }

  /** The end of its log. */
  log(): string {
    return readFileSync(path.join(this.#folder, 'log'), 'utf8').slice(-LOG_SHOWN);
  }

  /** /metrics as numbers, by name with labels. */
  async metrics(): Promise<Map<string, number>> {
    const response = await fetch(`http://${HOST}:${this.port}/metrics`);
    const values = new Map<string, number>();
    for (const line of (await response.text()).split('\n')) {
      const space = line.lastIndexOf(' ');
      if (space > 0 && !line.startsWith('#')) values.set(line.slice(0, space), Number(line.slice(space + 1)));
    }
    return values;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.#stopped();
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exited;
    }
    removeFolder(this.#folder);
    return this.#child.exitCode;
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://${HOST}:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export function urlOf({ host, port, user, password, database }: DatabaseConfig): string {
  const login = encodeURIComponent(user) + (password === null ? '' : `:${encodeURIComponent(password)}`);
  const parameters = new URLSearchParams({ host, port: String(port) });
  return `postgres://${login}@/${encodeURIComponent(database)}?${parameters}`;
}
