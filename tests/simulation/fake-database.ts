/**
 * The journal's table as PostgreSQL keeps it: all of a batch or nothing, one fact for each (screening, version). It is the one
 * part of the simulated world that never lies; the line to it does (flaky-store.ts).
 */
import { FactKind, type RecordedFact } from '../../actors/seat-fact.ts';
import { CommitRefused } from '../../storage/fact-store.ts';
import type { JournalBatch } from '../../storage/journal-batch.ts';

export class FakeDatabase {
  readonly journal = new Map<number, RecordedFact[]>();
  /** How far the clock of each epoch's owner is from true time, ms. */
  readonly #clockOffsetMs = new Map<number, number>();
  #epoch = 0;

  nextEpoch(clockOffsetMs: number): number {
    this.#clockOffsetMs.set(++this.#epoch, clockOffsetMs);
    return this.#epoch;
  }

  /** True time at which a fact was decided. */
  decidedAtMs(fact: RecordedFact): number {
    return fact.atMs - (this.#clockOffsetMs.get(fact.epoch) ?? 0);
  }

  factsOf(screening: number): readonly RecordedFact[] {
    return this.journal.get(screening) ?? [];
  }

  /** The layout that a screening had after its fact `version`; null: it has never had another one. */
  mapOf(screening: number, version: number): number | null {
    let first: number | null = null;
    let last: number | null = null;
    for (const one of this.factsOf(screening)) {
      if (one.fact.kind !== FactKind.mapChanged) continue;
      first ??= one.fact.from;
      if (one.version <= version) last = one.fact.to;
    }
    return last ?? first;
  }

  lastVersion(screening: number): number {
    return this.factsOf(screening).at(-1)?.version ?? 0;
  }

  /** @throws CommitRefused when a key is taken; then nothing is stored. */
  commit(batch: JournalBatch): void {
    for (const [screening, version] of batch.firstVersions()) {
      // The key refuses a version that is there; one beyond the end is stored, as PostgreSQL would.
      if (this.factsOf(screening).some((fact) => fact.version >= version))
        throw new CommitRefused('duplicate key', true);
    }
    this.store(batch);
  }

  store(batch: JournalBatch): void {
    for (const { screening, facts } of batch.entries) {
      const stored = this.journal.get(screening) ?? [];
      this.journal.set(screening, stored);
      stored.push(...facts);
    }
  }

  has(screening: number, fact: RecordedFact): boolean {
    return this.factsOf(screening).includes(fact);
  }
}
