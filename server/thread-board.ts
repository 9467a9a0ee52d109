/**
 * A board that all threads of the process can read, and each writes its own line of: what is asked too often, or by too
 * many, to be sent as messages. Numbers only, each written by one thread; a reader may see a line half new, which harms
 * nobody: no two of them have to fit together.
 */
const LINE_LENGTH = 8;
/** The first line is the main thread's. */
const Main = { leaseValidUntilMs: 0, isLeaving: 1, isClustered: 2 } as const;
const Thread = { ticks: 0, journalIsAway: 1, connections: 2, actors: 3, decisions: 4, queue: 5 } as const;

export interface ThreadLine {
  /** Grows while the thread's event loop turns. */
  readonly ticks: number;
  readonly journalIsAway: boolean;
  readonly connections: number;
  readonly actors: number;
  /** Since its start. */
  readonly decisions: number;
  /** Decisions that wait for their commit. */
  readonly queue: number;
}

export class ThreadBoard {
  readonly memory: SharedArrayBuffer;
  readonly #lines: Float64Array;

  /** A new one for so many threads, or the one in `memory`. */
  constructor(source: number | SharedArrayBuffer) {
    this.memory =
      typeof source === 'number'
        ? new SharedArrayBuffer((source + 1) * LINE_LENGTH * Float64Array.BYTES_PER_ELEMENT)
        : source;
    this.#lines = new Float64Array(this.memory);
  }

  get threads(): number {
    return this.#lines.length / LINE_LENGTH - 1;
  }

  /** Until when this node may serve, on the process's monotonic clock. */
  get leaseValidUntilMs(): number {
    return this.#lines[Main.leaseValidUntilMs]!;
  }

  set leaseValidUntilMs(value: number) {
    this.#lines[Main.leaseValidUntilMs] = value;
  }

  /** The node gives its shards away: a balancer should not send anybody any more. */
  get isLeaving(): boolean {
    return this.#lines[Main.isLeaving] === 1;
  }

  set isLeaving(value: boolean) {
    this.#lines[Main.isLeaving] = value ? 1 : 0;
  }

  /** One of several nodes: the lease counts. */
  get isClustered(): boolean {
    return this.#lines[Main.isClustered] === 1;
  }

  set isClustered(value: boolean) {
    this.#lines[Main.isClustered] = value ? 1 : 0;
  }

  line(thread: number): ThreadLine {
    const at = (thread + 1) * LINE_LENGTH;
    const lines = this.#lines;
    return {
      ticks: lines[at + Thread.ticks]!,
      journalIsAway: lines[at + Thread.journalIsAway] === 1,
      connections: lines[at + Thread.connections]!,
      actors: lines[at + Thread.actors]!,
      decisions: lines[at + Thread.decisions]!,
      queue: lines[at + Thread.queue]!,
    };
  }

  /** What thread `thread` has to say now; counts as a tick. */
  write(thread: number, now: Omit<ThreadLine, 'ticks'>): void {
    const at = (thread + 1) * LINE_LENGTH;
    const lines = this.#lines;
    lines[at + Thread.ticks]!++;
    lines[at + Thread.journalIsAway] = now.journalIsAway ? 1 : 0;
    lines[at + Thread.connections] = now.connections;
    lines[at + Thread.actors] = now.actors;
    lines[at + Thread.decisions] = now.decisions;
    lines[at + Thread.queue] = now.queue;
  }

  /** Why nobody should be sent here now, in a few words; null when all is well. `nowMs`: the monotonic clock. */
  notReady(nowMs: number): string | null {
    if (this.isLeaving) return 'draining';
    if (this.isClustered && nowMs >= this.leaseValidUntilMs) return 'cut off from the other nodes';
    for (let thread = 0; thread < this.threads; thread++) {
      if (this.line(thread).journalIsAway) return 'the journal is waiting for PostgreSQL';
    }
    return null;
  }
}
