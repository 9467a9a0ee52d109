/**
 * Letters give way: nobody waits for one as a buyer waits for his seat, and on a small machine both want the same cores. After a letter
 * its thread rests three times as long as that took, so that letters have a quarter of a core at most, however many are waiting;
 * where the machine is busy a letter takes longer, and so does the rest. What is sold in a rush is told of some minutes later.
 */

/** To a letter's time. */
const REST_SHARE = 3;
/** A letter that took long because the machine stood still is no reason to stand still as well, milliseconds. */
export const REST_MAX_MS = 250;

export interface RestPorts {
  /** Of a clock that does not jump. */
  nowMs(): number;
  delay(ms: number): Promise<unknown>;
}

export class LetterRest {
  readonly #ports: RestPorts;
  #untilMs = 0;

  constructor(ports: RestPorts) {
    this.#ports = ports;
  }

  /** Does `work`, one at a time, when the rest after the work before it is over. */
  async after<Result>(work: () => Promise<Result>): Promise<Result> {
    const leftMs = this.#untilMs - this.#ports.nowMs();
    if (leftMs > 0) await this.#ports.delay(leftMs);
    const beganMs = this.#ports.nowMs();
    try {
      return await work();
    } finally {
      const endedMs = this.#ports.nowMs();
      this.#untilMs = endedMs + Math.min((endedMs - beganMs) * REST_SHARE, REST_MAX_MS);
    }
  }
}
