/**
 * Time for tests of membership: it passes when the test says so, from one event to the next. Each node has a clock of
 * its own, with its own beginning and its own speed, and can be stopped as SIGSTOP stops a process: its clock goes on, and what
 * should have happened meanwhile happens when it wakes.
 */
import type { ClusterTime } from '../../workers/cluster/cluster-time.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class ClusterClock {
  nowMs = 0;
  #timers: Timer[] = [];
  #order = 0;
  /** Runs after each event. */
  afterEach: () => void = () => {};

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.nowMs + Math.max(0, ms), order: this.#order++, run };
    const index = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(index === -1 ? this.#timers.length : index, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at !== -1) this.#timers.splice(at, 1);
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass, event by event; promises settle between them. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    await settle();
    for (;;) {
      const [next] = this.#timers;
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.shift();
      this.nowMs = next.dueMs;
      next.run();
      await settle();
      this.afterEach();
    }
    this.nowMs = endMs;
  }

  /** Until `holds`, at most so long. @returns how long it took. */
  async passUntil(holds: () => boolean, mostMs: number, what: string): Promise<number> {
    const startMs = this.nowMs;
    await settle();
    while (!holds()) {
      if (this.nowMs - startMs > mostMs) throw new Error(`after ${mostMs} ms: ${what}`);
      await this.pass(5);
    }
    return this.nowMs - startMs;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The clock and the timers of one process. */
export class ProcessClock implements ClusterTime {
  readonly #clock: ClusterClock;
  readonly #startMs: number;
  readonly #speed: number;
  readonly #missed: (() => void)[] = [];
  #state: 'running' | 'stopped' | 'dead' = 'running';

  constructor(clock: ClusterClock, startMs: number, speed: number) {
    this.#clock = clock;
    this.#startMs = startMs;
    this.#speed = speed;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  monotonicMs(): number {
    return this.#startMs + this.#clock.nowMs * this.#speed;
  }

  nowMs(): number {
    return 1_700_000_000_000 + this.#clock.nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    let isOff = false;
    const callOff = this.#clock.after(ms / this.#speed, () =>
      this.run(() => {
        if (!isOff) callback();
      }),
    );
    return () => {
      isOff = true;
      callOff();
    };
  }

  /** Something reaches the process. */
  run(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'stopped') this.#missed.push(callback);
  }

  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  wake(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    for (const callback of this.#missed.splice(0)) this.#clock.after(0, () => this.run(callback));
  }

  kill(): void {
    this.#state = 'dead';
  }
}
