/**
 * A real HAProxy with the configuration that is shipped, deploy/haproxy.cfg: only ports, addresses and the list of nodes
 * are a test's own. It runs as in production, a master with a worker, so that it can be reloaded; what it thinks of
 * the nodes is asked over its administration socket.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { packageRoot } from '../../storage/package-root.ts';
import { until } from './deadline.ts';
import { freePort } from './nats.ts';
import { programPath } from './programs.ts';

export const HAPROXY_CONFIGURATION = path.join(packageRoot(), 'deploy/haproxy.cfg');
const DEADLINE_MS = 10_000;
/** One address stands for everybody in a test. */
const CONNECTIONS_MAX = '60000';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) killGroup(child);
});

export interface HaproxyOptions {
  /** Ports of the nodes on 127.0.0.1, or `host:port`. They are called n0, n1, … in this order. */
  readonly nodes: readonly (number | string)[];
  /** What deploy/haproxy.cfg reads from its environment, and the names of the lists above it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A node as HAProxy sees it: UP takes visitors, NOLB keeps those it has, DOWN has none. MAINT: its name is unknown. */
export interface NodeView {
  /** 'UP', 'NOLB', 'DOWN', 'MAINT'; on the way between two of them with a count, such as 'UP 1/3'. */
  readonly status: string;
  /** Outcome of the last health check, such as L7OK, L7OKC, L4CON, L7TOUT; '' or 'INI' before the first. */
  readonly check: string;
  /** Connections that it has through this HAProxy. */
  readonly sessions: number;
}

export class Haproxy {
  readonly port: number;
  readonly folder: string;
  /** What it wrote: its log and its complaints. */
  log = '';
  readonly #statusPort: number;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;

  constructor(port: number, statusPort: number, environment: Readonly<Record<string, string>>) {
    this.port = port;
    this.#statusPort = statusPort;
    this.#environment = environment;
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-haproxy-'));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  get statusUrl(): string {
    return `http://127.0.0.1:${this.#statusPort}`;
  }

  /** Resolves when every node has had its first health check, whatever came of it. */
  async start(nodes: HaproxyOptions['nodes']): Promise<void> {
    this.#configure(nodes);
    const child = spawn(programPath('haproxy'), ['-W', '-f', this.#file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: the worker must not outlive a master that is killed.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        BALANCER_LISTEN: `127.0.0.1:${this.port}`,
        BALANCER_STATUS: `127.0.0.1:${this.#statusPort}`,
        BALANCER_SOCKET: this.#socket,
        BALANCER_CONNECTIONS_PER_ADDRESS: CONNECTIONS_MAX,
        ...this.#environment,
      },
    });
    this.#child = child;
    running.add(child);
    child.once('close', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
      });
    }
    await this.#whenChecked(nodes.length);
  }

  /** New nodes, as an operator does it: the file is changed, the old worker serves its connections to their end. */
  async reload(nodes: HaproxyOptions['nodes']): Promise<void> {
    const before = await this.#workerPid();
    this.#configure(nodes);
    this.#child?.kill('SIGUSR2');
    await this.#until(
      async () => (await this.#workerPid()) !== before,
      () => 'the new worker does not come',
    );
    await this.#whenChecked(nodes.length);
  }

  /** What HAProxy thinks of its nodes, by name. */
  async nodes(): Promise<ReadonlyMap<string, NodeView>> {
    const [head = '', ...lines] = (await this.command('show stat')).replace(/^# /, '').split('\n');
    const names = head.split(',');
    const found = new Map<string, NodeView>();
    for (const line of lines) {
      const cells = line.split(',');
      const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
      if (cell('pxname') !== 'nodes' || cell('svname') === 'BACKEND') continue;
      // While a check is under way its last outcome has a star in front.
      const check = cell('check_status').replace(/^\* /, '');
      found.set(cell('svname'), { status: cell('status'), check, sessions: Number(cell('scur')) });
    }
    return found;
  }

  /** Resolves when HAProxy sees the node so; `status` as in NodeView. */
  async whenNode(name: string, status: string, deadlineMs = DEADLINE_MS): Promise<void> {
    let last: NodeView | undefined;
    await this.#until(
      async () => {
        last = (await this.nodes()).get(name);
        return last?.status === status;
      },
      () => `node ${name} is ${JSON.stringify(last)} and not ${status}`,
      deadlineMs,
    );
  }

  /** A line for the administration socket, such as `set server nodes/n0 state drain`; its answer. */
  async command(line: string): Promise<string> {
    const socket = createConnection(this.#socket);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.end(`${line}\n`);
    await once(socket, 'close');
    return answer.trim();
  }

  /** Ends at once, with all connections. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      killGroup(child);
      await once(child, 'close');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  get #file(): string {
    return path.join(this.folder, 'haproxy.cfg');
  }

  get #socket(): string {
    return path.join(this.folder, 'admin.sock');
  }

  #configure(nodes: HaproxyOptions['nodes']): void {
    const lines = nodes.map((node, i) => `  server n${i} ${typeof node === 'number' ? `127.0.0.1:${node}` : node}\n`);
    writeFileSync(this.#file, shippedConfiguration(lines.join('')));
  }

  async #workerPid(): Promise<string | undefined> {
    return /^Pid: (\d+)$/m.exec(await this.command('show info').catch(() => ''))?.[1];
  }

  /** A node that was never checked counts as up, and a test would meet it before HAProxy knows better. */
  #whenChecked(count: number): Promise<void> {
    return this.#until(
      async () => {
        const nodes = [...(await this.nodes().catch(() => new Map<string, NodeView>())).values()];
        return nodes.length === count && nodes.every(({ check }) => check !== '' && check !== 'INI');
      },
      () => 'not every node was checked',
    );
  }

  #until(holds: () => Promise<boolean>, describe: () => string, deadlineMs = DEADLINE_MS): Promise<void> {
    return until(
      () => {
        const { exitCode, signalCode } = this.#child ?? { exitCode: 0, signalCode: null };
        if (exitCode !== null || signalCode !== null) throw new Error(`HAProxy has ended: ${this.log}`);
        return holds();
      },
      deadlineMs,
      () => `${describe()}: ${this.log.slice(-2_000)}`,
    );
  }
}

/** An HAProxy that runs until `t` ends. */
export async function startHaproxy(t: TestContext, options: HaproxyOptions): Promise<Haproxy> {
  const haproxy = new Haproxy(await freePort(), await freePort(), options.environment ?? {});
  t.after(() => haproxy.stop());
  await haproxy.start(options.nodes);
  return haproxy;
}

/** The same for those who end it themselves. */
export async function launchHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const haproxy = new Haproxy(await freePort(), await freePort(), options.environment ?? {});
  await haproxy.start(options.nodes);
  return haproxy;
}

/** deploy/haproxy.cfg with these lines in the place of its two nodes. */
function shippedConfiguration(serverLines: string): string {
  const shipped = readFileSync(HAPROXY_CONFIGURATION, 'utf8');
  const replaced = shipped.replace(/(^ {2}server .*\n)+/m, () => serverLines);
  if (replaced === shipped) throw new Error('deploy/haproxy.cfg names no nodes');
  return replaced;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
