/**
 * Brings what changed in the catalogue to the actors that are loaded: the rules are not part of their state, so that they are
 * replaced and nothing is thrown away. Only loaded screenings are asked about, some hundred in one query; a screening that
 * sleeps reads its rules when it wakes up.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ScreeningRules } from '../actors/seat-state.ts';

export interface RulesPorts {
  /** `loading`: it may have read its rules before the change, and must be told when it is there. */
  isLoaded(screening: number): 'live' | 'loading' | 'no';
  load(screenings: readonly number[]): Promise<ReadonlyMap<number, ScreeningRules>>;
  take(screening: number, rules: ScreeningRules): void;
  warn(message: string, cause: unknown): void;
}

const AT_ONCE_MAX = 500;
/** Before screenings that are being loaded are looked at again, and before the database is asked again after an error, milliseconds. */
const LOADING_MS = 100;
const AFTER_ERROR_MS = 1_000;

export class RulesRefresh {
  readonly #ports: RulesPorts;
  /** Each loaded, so that there are never more than actors. */
  readonly #wanted = new Set<number>();
  #isRunning = false;
  #isStopped = false;

  constructor(ports: RulesPorts) {
    this.#ports = ports;
  }

  /** Not waited for: the actors follow within milliseconds, or as soon as the database can be asked. */
  changed(screenings: Iterable<number>): void {
    for (const screening of screenings) if (this.#ports.isLoaded(screening) !== 'no') this.#wanted.add(screening);
    if (this.#isRunning || this.#isStopped || this.#wanted.size === 0) return;
    this.#isRunning = true;
    void this.#run().finally(() => {
      this.#isRunning = false;
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0 && !this.#isStopped) {
      const screenings = this.#next();
      let rules: ReadonlyMap<number, ScreeningRules>;
      try {
        rules = await this.#ports.load(screenings);
      } catch (cause) {
        this.#ports.warn('changed rules of selling could not be read; trying again', cause);
        for (const screening of screenings) this.#wanted.add(screening);
        await delay(AFTER_ERROR_MS, undefined, { ref: false });
        continue;
      }
      if (this.#hand(screenings, rules)) await delay(LOADING_MS, undefined, { ref: false });
    }
  }

  /** Off the list before they are read: what changes while they are read comes on it again. */
  #next(): number[] {
    const screenings: number[] = [];
    for (const screening of this.#wanted) {
      if (screenings.length === AT_ONCE_MAX) break;
      this.#wanted.delete(screening);
      if (this.#ports.isLoaded(screening) !== 'no') screenings.push(screening);
    }
    return screenings;
  }

  /** True when some are still being loaded. */
  #hand(screenings: readonly number[], rules: ReadonlyMap<number, ScreeningRules>): boolean {
    let isLoading = false;
    for (const screening of screenings) {
      const state = this.#ports.isLoaded(screening);
      const present = rules.get(screening);
      if (state === 'live' && present !== undefined) this.#ports.take(screening, present);
      if (state !== 'loading') continue;
      this.#wanted.add(screening);
      isLoading = true;
    }
    return isLoading;
  }
}
