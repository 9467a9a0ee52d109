/**
 * Notices a shard thread whose event loop does not turn any more. Its lease would be renewed for ever by the main thread, and
 * nobody could buy a seat of its screenings: the process has to end, and others take over.
 *
 * Counted in looks and not in seconds: a process that was frozen as a whole and wakes up has missed looks as well.
 */
import type { ThreadBoard } from './thread-board.ts';

/** How often somebody looks, milliseconds, and after how many looks without a turn a thread is given up: no garbage collection and no replay takes so long. */
export const LOOK_MS = 500;
const LOOKS_MAX = 30;

export class ThreadWatchdog {
  readonly #board: ThreadBoard;
  readonly #onStuck: (thread: number) => void;
  readonly #seen: { ticks: number; looks: number }[];

  constructor(board: ThreadBoard, onStuck: (thread: number) => void) {
    this.#board = board;
    this.#onStuck = onStuck;
    this.#seen = Array.from({ length: board.threads }, () => ({ ticks: -1, looks: 0 }));
  }

  /** Call every LOOK_MS, from when all threads run. */
  look(): void {
    for (const [thread, seen] of this.#seen.entries()) {
      const { ticks } = this.#board.line(thread);
      seen.looks = ticks === seen.ticks ? seen.looks + 1 : 0;
      seen.ticks = ticks;
      if (seen.looks === LOOKS_MAX) this.#onStuck(thread);
    }
  }
}
