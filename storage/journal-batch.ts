/** Entries that are committed together: in the order of their decisions, all of them or none. */
import { writeRow } from './fact-codec.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { RowWriter } from './row-writer.ts';

export class JournalBatch {
  readonly entries: readonly JournalEntry[];
  readonly rowCount: number;

  constructor(entries: readonly JournalEntry[]) {
    this.entries = entries;
    let rowCount = 0;
    for (const entry of entries) rowCount += entry.facts.length;
    this.rowCount = rowCount;
  }

  /** Writes the rows of all facts, in order. */
  writeRows(row: RowWriter): void {
    for (const { screening, facts } of this.entries) {
      for (let index = 0; index < facts.length; index++) writeRow(row, screening, facts[index]!);
    }
  }

  /** Per screening: the first version that this batch writes. Screenings without facts are left out. */
  firstVersions(): Map<number, number> {
    const first = new Map<number, number>();
    for (const { screening, facts } of this.entries) {
      const fact = facts[0];
      if (fact !== undefined && !first.has(screening)) first.set(screening, fact.version);
    }
    return first;
  }

  /** The entries of these screenings, and the others, both in order. */
  split(screenings: { has(screening: number): boolean }): { inside: JournalEntry[]; outside: JournalEntry[] } {
    const inside: JournalEntry[] = [];
    const outside: JournalEntry[] = [];
    for (const entry of this.entries) (screenings.has(entry.screening) ? inside : outside).push(entry);
    return { inside, outside };
  }
}
