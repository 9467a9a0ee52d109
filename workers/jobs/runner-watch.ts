/**
 * One runner's part in knowing who is alive (storage/job-runners.ts): it says that it is here, and looks for those who have
 * stopped saying so. Whoever was away himself judges nobody: after an outage of the database everybody looks dead to the
 * first who is back, so that he waits until the others had their time to say something.
 */
export interface RunnerWatchPorts {
  beat(): Promise<void>;
  /** Takes the jobs of those back who were not seen for `goneMs`; resolves with how many jobs. */
  releaseLost(goneMs: number): Promise<number>;
  nowMs(): number;
}

export interface RunnerWatchTiming {
  readonly beatMs: number;
  /** Several beats: one that comes late is not a death. */
  readonly goneMs: number;
}

export class RunnerWatch {
  readonly #ports: RunnerWatchPorts;
  readonly #timing: RunnerWatchTiming;
  /** Since when no beat was missed; null while the last one failed. */
  #steadySinceMs: number | null = null;
  #lastBeatMs = Number.NEGATIVE_INFINITY;

  constructor(ports: RunnerWatchPorts, timing: RunnerWatchTiming) {
    this.#ports = ports;
    this.#timing = timing;
  }

  /** To be called every `beatMs`, not again before it has ended. Resolves with how many jobs were taken back. */
  async tick(): Promise<number> {
    const beganMs = this.#ports.nowMs();
    if (beganMs - this.#lastBeatMs > this.#timing.goneMs) this.#steadySinceMs = null;
    try {
      await this.#ports.beat();
    } catch (cause) {
      this.#steadySinceMs = null;
      throw cause;
    }
    const nowMs = this.#ports.nowMs();
    this.#lastBeatMs = nowMs;
    this.#steadySinceMs ??= nowMs;
    if (nowMs - this.#steadySinceMs < this.#timing.goneMs) return 0;
    return this.#ports.releaseLost(this.#timing.goneMs);
  }
}
