/**
 * The shard threads as the main thread sees them: started together, linked each with each, asked for their
 * metrics, drained together. A thread that dies takes the process down with it: its actors' askers and its sockets
 * are gone anyway, a restart takes two seconds, and half a server is a state that nobody has tested.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Claim } from '../workers/cluster/shard-owner.ts';
import type { StaffAnswer, StaffCommand } from './staff-commands.ts';
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts';

export interface ShardThreadsPorts {
  log(level: 'info' | 'warn' | 'error', message: string, details?: Readonly<Record<string, unknown>>): void;
  /** A thread died or cannot go on: the process must stop. */
  onDeath(thread: number, reason: string): void;
  /** See `FromThread`. */
  deposed(shard: number, seenEpoch: number): void;
  /** A thread's actors have sold or freed seats. */
  seatsLeft(bytes: Uint8Array): void;
  /** A file waits to be imported. */
  importWaiting(): void;
  /** Figures of the main thread itself, for /metrics. */
  mainMetrics(): readonly object[];
}

interface Thread {
  readonly worker: Worker;
  /** Neither rejects. `died`: it failed, or ended without being asked to. */
  readonly exited: Promise<void>;
  readonly died: Promise<void>;
  isExpectedToExit: boolean;
}

/** How long the metrics of a busy thread are waited for, milliseconds. */
const METRICS_DEADLINE_MS = 2_000;
/** Under load what a decision makes lives until its commit, some ten milliseconds: with V8's 16 MB the collector would copy most of it instead of finding it dead. */
const YOUNG_GENERATION_MB = 192;

export class ShardThreads {
  readonly #ports: ShardThreadsPorts;
  readonly #threads: Thread[] = [];
  readonly #collections = new Map<number, (values: readonly object[]) => void>();
  readonly #lastMetrics = new Map<number, readonly object[]>();
  #nextCollection = 1;
  /** Shards being given to threads or taken from them. */
  readonly #shardMoves = new Map<number, { resolve: () => void; reject: (cause: Error) => void }>();
  #nextMove = 1;
  readonly #asked = new Map<number, (answer: StaffAnswer) => void>();
  #nextAsked = 1;
  #waiting: { kind: FromThread['kind']; thread: number; resolve: (message: FromThread) => void }[] = [];

  constructor(ports: ShardThreadsPorts) {
    this.#ports = ports;
  }

  /** Starts `common.threads` threads; resolves when all of them have their journal. */
  async start(common: Omit<ThreadStart, 'thread' | 'links'>): Promise<void> {
    const links = pairwiseLinks(common.threads);
    const entry = new URL('./shard-thread.js', import.meta.url);
    const started: Promise<unknown>[] = [];
    for (let thread = 0; thread < common.threads; thread++) {
      const own = links[thread] ?? new Map<number, MessagePort>();
      const workerData: ThreadStart = { ...common, thread, links: own };
      const worker = new Worker(entry, {
        workerData,
        transferList: [...own.values()],
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      });
      this.#watch(thread, worker);
      // One that dies instead ends the waiting as well.
      started.push(Promise.race([this.#next('started', thread), this.#threads[thread]?.died]));
    }
    await Promise.all(started);
    const dead = this.#threads.findIndex(({ isExpectedToExit }) => isExpectedToExit);
    if (dead >= 0) throw new Error(`shard thread ${dead} could not start; the lines above say why`);
  }

  /** Opens the port in every thread; resolves with the port and the socket layer's name. */
  async listen(port: number): Promise<{ port: number; adapter: string; listeners: number }> {
    let listeners = 0;
    let chosen = port;
    let adapter = '';
    for (let thread = 0; thread < this.#threads.length; thread++) {
      const answer = this.#next('listening', thread);
      this.#tell(thread, { kind: 'listen', port: chosen });
      const message = await Promise.race([answer, this.#threads[thread]?.died]);
      if (message === undefined) throw new Error(`shard thread ${thread} cannot listen; the lines above say why`);
      if (message.kind !== 'listening' || message.port === null) continue;
      listeners++;
      chosen = message.port;
      adapter = message.adapter;
    }
    return { port: chosen, adapter, listeners };
  }

  /**
   * Drains all threads; resolves when they have ended. In two steps, because the threads work for each other: a
   * purchase of one sells seats of another, so that none may stop before all are idle. `isElsewhere`: other nodes go on.
   * `meanwhile`: what else has to end before they stop, because it still asks their actors.
   */
  async drain(isElsewhere: boolean, meanwhile: Promise<void>): Promise<void> {
    const living = [...this.#threads.keys()].filter((thread) => this.#threads[thread]?.isExpectedToExit === false);
    await Promise.all(
      living.map((thread) => {
        const idle = this.#next('idle', thread);
        this.#tell(thread, { kind: 'drain', isElsewhere });
        // One that dies meanwhile is not waited for.
        return Promise.race([idle, this.#threads[thread]?.exited]);
      }),
    );
    await meanwhile;
    for (const thread of living) {
      const state = this.#threads[thread];
      if (state !== undefined) state.isExpectedToExit = true;
      this.#tell(thread, { kind: 'stop' });
    }
    await Promise.all(this.#threads.map(({ exited }) => exited));
  }

  /** Gives shards to their threads; resolves when commands for them reach those. */
  async assign(claims: readonly Claim[]): Promise<void> {
    const moves: Promise<void>[] = [];
    for (const thread of this.#threads.keys()) {
      const own = claims.filter((claim) => claim.thread === thread);
      if (own.length > 0) moves.push(this.#move(thread, (id) => ({ kind: 'assign', id, claims: own })));
    }
    await Promise.all(moves);
  }

  /** Takes shards from all threads; resolves when nothing of them is left anywhere. */
  async release(shards: readonly number[]): Promise<void> {
    const threads = [...this.#threads.keys()];
    await Promise.all(threads.map((thread) => this.#move(thread, (id) => ({ kind: 'release', id, shards }))));
  }

  /** Brings a command to its screening's owner by way of the first thread; resolves as `StaffCommands.ask` does. */
  ask(screening: number, command: StaffCommand): Promise<StaffAnswer> {
    const id = this.#nextAsked++;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#tell(0, { kind: 'ask', id, screening, command });
    });
  }

  /** Says the same to all threads. */
  tellAll(message: ToThread): void {
    for (const thread of this.#threads.keys()) this.#tell(thread, message);
  }

  #move(thread: number, message: (id: number) => ToThread): Promise<void> {
    const id = this.#nextMove++;
    return new Promise((resolve, reject) => {
      this.#shardMoves.set(id, { resolve, reject });
      this.#tell(thread, message(id));
    });
  }

  #watch(thread: number, worker: Worker): void {
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    let tellDied: () => void = () => {};
    const died = new Promise<void>((resolve) => {
      tellDied = resolve;
    });
    const state: Thread = { worker, exited, died, isExpectedToExit: false };
    this.#threads.push(state);
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'failed') {
        tellDied();
        this.#ports.onDeath(thread, message.reason);
      } else this.#hear(thread, message);
    });
    const fail = (reason: string): void => {
      if (state.isExpectedToExit) return;
      state.isExpectedToExit = true;
      tellDied();
      this.#ports.onDeath(thread, reason);
    };
    worker.on('error', (cause) => fail(cause.stack ?? cause.message));
    worker.on('exit', (code) => fail(`exit code ${code}`));
  }

  #hear(thread: number, message: Exclude<FromThread, { kind: 'failed' }>): void {
    switch (message.kind) {
      case 'metrics':
        this.#collections.get(message.id * 64 + thread)?.(message.values);
        return;
      case 'want-all-metrics':
        void this.#collectMetrics().then((threads) =>
          this.#tell(thread, { kind: 'all-metrics', id: message.id, threads: [...threads, this.#ports.mainMetrics()] }),
        );
        return;
      case 'shards-done': {
        const move = this.#shardMoves.get(message.id);
        this.#shardMoves.delete(message.id);
        if (message.reason === null) move?.resolve();
        else move?.reject(new Error(`thread ${thread}: ${message.reason}`));
        return;
      }
      case 'asked':
        this.#asked.get(message.id)?.(message.answer);
        this.#asked.delete(message.id);
        return;
      case 'seats-left':
        this.#ports.seatsLeft(message.bytes);
        return;
      case 'import-waiting':
        this.#ports.importWaiting();
        return;
      case 'deposed':
        this.#ports.deposed(message.shard, message.seenEpoch);
        return;
      default: {
        const index = this.#waiting.findIndex((waiting) => waiting.kind === message.kind && waiting.thread === thread);
        this.#waiting.splice(index, index < 0 ? 0 : 1)[0]?.resolve(message);
      }
    }
  }

  #next(kind: FromThread['kind'], thread: number): Promise<FromThread> {
    return new Promise((resolve) => this.#waiting.push({ kind, thread, resolve }));
  }

  async #collectMetrics(): Promise<object[][]> {
    const id = this.#nextCollection++;
    const answers = this.#threads.map((_, thread) => {
      const key = id * 64 + thread;
      return new Promise<object[]>((resolve) => {
        // Its last figures: a sum without it would look like a restart to whoever computes rates.
        const timer = setTimeout(() => end(this.#lastMetrics.get(thread) ?? []), METRICS_DEADLINE_MS);
        const end = (values: readonly object[]): void => {
          clearTimeout(timer);
          this.#collections.delete(key);
          this.#lastMetrics.set(thread, values);
          resolve([...values]);
        };
        this.#collections.set(key, end);
        this.#tell(thread, { kind: 'collect-metrics', id });
      });
    });
    return Promise.all(answers);
  }

  #tell(thread: number, message: ToThread): void {
    this.#threads[thread]?.worker.postMessage(message);
  }
}

/** `result[a].get(b)`: the port of thread a to thread b. */
function pairwiseLinks(threads: number): Map<number, MessagePort>[] {
  const links = Array.from({ length: threads }, () => new Map<number, MessagePort>());
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel();
      links[a]?.set(b, port1);
      links[b]?.set(a, port2);
    }
  }
  return links;
}
