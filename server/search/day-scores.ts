/** What one search has found out about the scores of a day: which there are at all, and which each of its films has. */
import type { SlotList } from './programme-days.ts';
import { ScoreSets } from './score-sets.ts';
import type { ScreeningColumns } from './screening-columns.ts';
import type { Scores } from './search-scores.ts';

/** The only set of a day. */
const DAY = 0;

export class DayScores {
  /** Its films were gone through for another score. */
  wasVisited = false;
  readonly #day = new ScoreSets(1);
  /** By film slot. */
  readonly #films: ScoreSets;

  /** @param films how many slots there are. */
  constructor(films: number) {
    this.#films = new ScoreSets(films);
  }

  /** Whether everything is known. */
  get isComplete(): boolean {
    return this.#day.isComplete(DAY);
  }

  /** Whether nothing on this day is known to have this score. */
  lacks(score: number): boolean {
    return this.isComplete && !this.#day.has(DAY, score);
  }

  filmLacks(film: number, score: number): boolean {
    return (this.isComplete || this.#films.isComplete(film)) && !this.#films.has(film, score);
  }

  /** A screening of the film has this score; negative: none. */
  seen(film: number, score: number): void {
    if (score < 0) return;
    this.#day.add(DAY, score);
    this.#films.add(film, score);
  }

  /** All screenings of the film were seen. */
  filmSeen(film: number): void {
    this.#films.complete(film);
  }

  /** Looks at all screenings of these lists that start after `startedMs`: nothing else is in question. Returns how many there are. */
  lookThrough(lists: Iterable<SlotList>, columns: ScreeningColumns, scores: Scores, startedMs: number): number {
    let looked = 0;
    for (const { slots } of lists) {
      looked += slots.length;
      for (const slot of slots) {
        if (columns.startsAtMs[slot]! <= startedMs) continue;
        const film = columns.film[slot]!;
        this.seen(film, scores.of(film, columns.cinema[slot]!));
      }
    }
    this.#day.complete(DAY);
    return looked;
  }
}
