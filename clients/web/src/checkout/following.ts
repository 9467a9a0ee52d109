/** Asks for something until it does not change any more: one question at a time, and none while nobody looks. */

export interface FollowingPorts {
  /** Asks once; resolves with the pause before the next time, milliseconds; null: there is nothing to wait for. Never rejects. */
  ask(): Promise<number | null>;
  /** Calls once; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
  isSeen(): boolean;
}

export class Following {
  readonly #ports: FollowingPorts;
  /** Grows with every beginning: a question of before does not go on. */
  #turn = 0;
  #isAsking = false;
  /** There is more to ask for, as soon as somebody looks. */
  #isDue = false;
  #cancel: (() => void) | null = null;

  constructor(ports: FollowingPorts) {
    this.#ports = ports;
  }

  /** About something else from now on: asks at once, whatever is under way. */
  begin(): void {
    this.stop();
    void this.#ask();
  }

  /** Does not wait for the end of the pause; a question under way is answer enough. */
  now(): void {
    if (!this.#isAsking) void this.#ask();
  }

  /** The page is seen again, or is not seen any more. */
  looked(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#isDue && this.#ports.isSeen()) this.now();
  }

  stop(): void {
    this.#turn++;
    this.#isAsking = false;
    this.#isDue = false;
    this.#cancel?.();
    this.#cancel = null;
  }

  async #ask(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#isAsking = true;
    this.#isDue = false;
    const turn = this.#turn;
    const pauseMs = await this.#ports.ask();
    if (turn !== this.#turn) return;
    this.#isAsking = false;
    this.#isDue = pauseMs !== null;
    if (pauseMs !== null && this.#ports.isSeen()) this.#cancel = this.#ports.after(pauseMs, () => void this.#ask());
  }
}
