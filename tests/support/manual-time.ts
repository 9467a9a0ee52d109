/**
 * Time for the SDK's tests: it passes when the test says so, and chance is a list of numbers. Sockets are real, so that a test
 * waits for what it has caused, and only then lets time pass.
 */
import { platform, type Surroundings } from '../../clients/sdk/surroundings.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

export class ManualTime implements Surroundings {
  #nowMs = 1_000_000;
  #timers: Timer[] = [];
  /** What `random` gives; the last one for ever. */
  randoms: number[] = [0.5];

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  random(): number {
    return this.randoms.length > 1 ? this.randoms.shift()! : this.randoms[0]!;
  }

  randomBytes(bytes: Uint8Array): void {
    platform.randomBytes(bytes);
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Until the next timer; null when none runs. */
  get msToNext(): number | null {
    const [next] = this.#sorted();
    return next === undefined ? null : next.dueMs - this.#nowMs;
  }

  /** Lets time pass, timer by timer. */
  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#sorted();
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = next.dueMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  /** To the next timer, and runs it. */
  passToNext(): void {
    const ms = this.msToNext;
    if (ms === null) throw new Error('no timer runs: time would stand still');
    this.pass(ms);
  }

  #sorted(): Timer[] {
    return this.#timers.toSorted((one, other) => one.dueMs - other.dueMs);
  }
}
