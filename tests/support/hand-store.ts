/**
 * A fact store that commits when the test says so, and fails as the test says. What it has stored it keeps as PostgreSQL would:
 * all of a batch or nothing, one fact for each (screening, version).
 */
import assert from 'node:assert/strict';
import { CommitUnknown, type FactStore } from '../../storage/fact-store.ts';
import type { JournalBatch } from '../../storage/journal-batch.ts';
import { FakeDatabase } from '../simulation/fake-database.ts';

export interface HeldCommit {
  readonly batch: JournalBatch;
  /** Stores it, if the keys are free, and answers. */
  commit(): void;
  refuse(cause: unknown): void;
}

export class HandStore implements FactStore {
  readonly database = new FakeDatabase();
  /** While true each commit waits in `held`. */
  isHolding = false;
  readonly held: HeldCommit[] = [];
  readonly batches: JournalBatch[] = [];
  /** Answers of `readBack` that wait for `settle`; none while `readBackAnswer` is set. */
  readonly #readBacks: ((found: 'stored' | 'absent') => void)[] = [];

  commit(batch: JournalBatch): Promise<void> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => {
      const commit = (): void => {
        try {
          this.database.commit(batch);
          resolve();
        } catch (cause) {
          reject(cause);
        }
      };
      if (this.isHolding) this.held.push({ batch, commit, refuse: reject });
      else commit();
    });
  }

  /** The one commit that is held. */
  get oneHeld(): HeldCommit {
    assert.equal(this.held.length, 1, `${this.held.length} commits are held`);
    return this.held.shift()!;
  }

  /** The commit that is held ends in doubt; `settle` says how it was. */
  doubt(isStored: boolean): void {
    const { batch, refuse } = this.oneHeld;
    if (isStored) this.database.commit(batch);
    refuse(new CommitUnknown('the line was cut'));
  }

  readBack(): Promise<'stored' | 'absent'> {
    return new Promise((resolve) => this.#readBacks.push(resolve));
  }

  /** The database answers what it holds of the doubtful batch. */
  settle(found: 'stored' | 'absent'): void {
    const answer = this.#readBacks.shift();
    assert.ok(answer !== undefined, 'nobody reads back');
    answer(found);
  }

  lastVersions(screenings: readonly number[]): Promise<Map<number, number>> {
    return Promise.resolve(
      new Map(screenings.map((screening) => [screening, this.database.lastVersion(screening)] as const)),
    );
  }
}

/** Lets every promise go on that waits for nothing but its turn. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}
