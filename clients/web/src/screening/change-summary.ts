/**
 * What others did on the map, in one sentence now and then, for those who hear the page: "3 lugares foram ocupados". Never more
 * often than every few seconds, more and more seldom while it goes on, and only what came of it: a seat that was taken and given back
 * in between is nothing to tell. Pure: the clock is the caller's.
 */

/** First pause, and the longest, milliseconds. */
export const PAUSE_MS = 4_000;
export const PAUSE_MAX_MS = 32_000;

export interface ChangeSummary {
  readonly taken: number;
  readonly freed: number;
}

export class Changes {
  /** Seats that changed since the last sentence, and whether they were free then. */
  readonly #before = new Map<number, boolean>();
  #pauseMs = PAUSE_MS;

  /** How long to collect before `tell` is to be called; null: a call is due already. */
  add(seat: number, wasFree: boolean): number | null {
    const isFirst = this.#before.size === 0;
    if (!this.#before.has(seat)) this.#before.set(seat, wasFree);
    return isFirst ? this.#pauseMs : null;
  }

  /** What came of it; null: nothing. */
  tell(isFree: (seat: number) => boolean): ChangeSummary | null {
    let taken = 0;
    let freed = 0;
    for (const [seat, wasFree] of this.#before) {
      if (wasFree && !isFree(seat)) taken++;
      if (!wasFree && isFree(seat)) freed++;
    }
    this.#before.clear();
    this.#pauseMs = Math.min(PAUSE_MAX_MS, this.#pauseMs * 2);
    return taken + freed === 0 ? null : { taken, freed };
  }

  /** It has been quiet: the next sentence may come soon again. */
  calm(): void {
    if (this.#before.size === 0) this.#pauseMs = PAUSE_MS;
  }

  /** All seats are new: what was collected means nothing any more. */
  forget(): void {
    this.#before.clear();
  }
}
