/**
 * A real nats-server of one's own, on a free port of this machine, with its files in a temporary folder. It can be
 * killed, stopped by signals, and started again on the same port with or without its files.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { programPath } from './programs.ts';

const START_DEADLINE_MS = 10_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class NatsServer {
  readonly port: number;
  readonly folder: string;
  #child: ChildProcess | null = null;
  /** What it wrote. */
  log = '';

  constructor(port: number, folder: string) {
    this.port = port;
    this.folder = folder;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, again if need be; resolves when it takes connections. */
  async start(): Promise<void> {
    const words = ['-a', '127.0.0.1', '-p', String(this.port), '-js', '-sd', this.folder];
    const child = spawn(programPath('nats-server'), words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('close', () => running.delete(child));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    const endsBy = performance.now() + START_DEADLINE_MS;
    // Its banner is not enough: with many streams JetStream is ready later.
    while (!(await canConnect(this.port))) {
      if (child.exitCode !== null || performance.now() > endsBy)
        throw new Error(`nats-server did not start: ${this.log}`);
      await delay(10);
    }
  }

  /** SIGSTOP and SIGCONT freeze and wake it; SIGKILL ends it, see `whenEnded`. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it without a farewell; its files stay. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  /** Only while it does not run: everything that it stored is gone. */
  forgetEverything(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** A server that runs until `t` ends. */
export async function startNats(t: TestContext): Promise<NatsServer> {
  const server = await launchNats();
  t.after(async () => {
    await server.kill();
    server.forgetEverything();
  });
  return server;
}

/** The same for those who end it themselves. */
export async function launchNats(): Promise<NatsServer> {
  const server = new NatsServer(await freePort(), mkdtempSync(path.join(os.tmpdir(), 'poltrona-nats-')));
  await server.start();
  return server;
}

/** Ports that no outgoing connection is given: one that was free a moment ago stays so, whatever else begins meanwhile. */
const PORTS = { from: 12_000, count: 18_000 };

/** A port that nobody listens on, for whoever has to name it before he listens himself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    // It speaks first.
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString().startsWith('INFO'));
    });
    socket.once('error', () => resolve(false));
    socket.setTimeout(1_000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}
