/**
 * Keeps the screen from going dark while a ticket is shown: at the gate both hands are full. The lock is the browser's to take
 * away (another tab, a low battery), and it does when the page is hidden; it is asked for again when the page is back.
 */

export interface AwakeSurroundings {
  /** Null where the browser has no such thing. */
  readonly wakeLock: { request(type: 'screen'): Promise<{ release(): Promise<void> }> } | null;
  isVisible(): boolean;
  /** Calls back when the page is shown or hidden; returns how to stop. */
  onVisibility(changed: () => void): () => void;
}

export class ScreenAwake {
  readonly #around: AwakeSurroundings;
  #lock: { release(): Promise<void> } | null = null;
  #isWanted = false;
  #isAsking = false;
  #stopListening: (() => void) | null = null;

  constructor(around: AwakeSurroundings = browser()) {
    this.#around = around;
  }

  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#stopListening = this.#around.onVisibility(() => void this.#adjust());
    void this.#adjust();
  }

  stop(): void {
    this.#isWanted = false;
    this.#stopListening?.();
    this.#stopListening = null;
    void this.#adjust();
  }

  async #adjust(): Promise<void> {
    const isDue = this.#isWanted && this.#around.isVisible();
    if (!isDue) {
      const lock = this.#lock;
      this.#lock = null;
      // Given back already when the page was hidden: then there is nothing to do.
      await lock?.release().catch(() => undefined);
      return;
    }
    if (this.#lock !== null || this.#isAsking || this.#around.wakeLock === null) return;
    this.#isAsking = true;
    try {
      this.#lock = await this.#around.wakeLock.request('screen');
    } catch {
      // A low battery is a good reason to say no; the ticket can be read all the same.
    }
    this.#isAsking = false;
    if (!(this.#isWanted && this.#around.isVisible())) await this.#adjust();
  }
}

function browser(): AwakeSurroundings {
  return {
    wakeLock: 'wakeLock' in navigator ? navigator.wakeLock : null,
    isVisible: () => document.visibilityState === 'visible',
    onVisibility: (changed) => {
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    },
  };
}
