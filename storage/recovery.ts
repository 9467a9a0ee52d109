/**
 * Brings a screening back from the database: its seat map and rules, the last snapshot, the facts since. The
 * snapshot and the facts are read in one statement, so that no snapshot written in between makes a gap.
 */
import type pg from 'pg';
import type { SeatMap } from '../actors/seat-map.ts';
import type { ScreeningRules } from '../actors/seat-state.ts';
import { loadScreening } from './catalogue.ts';
import { decodeRow, type JournalRow } from './fact-codec.ts';
import type { StoredScreening } from './fact-store.ts';

/** The rules that are the same for every screening of this server. */
export type CommonRules = Omit<ScreeningRules, 'halfQuota' | 'halfPolicy'>;

export class Recovery {
  readonly #pool: pg.Pool;
  readonly #rules: CommonRules;
  readonly #onWarning: (message: string, cause: unknown) => void;

  constructor(pool: pg.Pool, rules: CommonRules, onWarning: (message: string, cause: unknown) => void) {
    this.#pool = pool;
    this.#rules = rules;
    this.#onWarning = onWarning;
  }

  /** Null when there is no such screening. Rejects when the database cannot be asked. */
  async load(
    screening: number,
    withoutSnapshot = false,
  ): Promise<(StoredScreening & { map: SeatMap; rules: ScreeningRules }) | null> {
    const [record, stored] = await Promise.all([
      loadScreening(this.#pool, screening),
      this.stored(screening, withoutSnapshot),
    ]);
    if (record === null) return null;
    const rules: ScreeningRules = { ...this.#rules, halfQuota: record.halfQuota, halfPolicy: record.halfPolicy };
    return { ...stored, map: record.seatMap, rules };
  }

  /** `withoutSnapshot`: all facts, for a snapshot that cannot be read. */
  async stored(screening: number, withoutSnapshot = false): Promise<StoredScreening> {
    const { rows } = await this.#pool.query<JournalRow & { snapshot: string | null }>({
      name: 'recovery-stored',
      text: `with last as (select version, state from snapshots where screening = $1 and not $2)
        select 0 as version, 0 as epoch, 0 as at_ms, 0 as kind, null as request_id, 0 as fingerprint, null as body,
          (select state from last) as snapshot
        union all
        select j.version, j.epoch, j.at_ms, j.kind, j.request_id, j.fingerprint, j.body, null
        from journal j where j.screening = $1 and j.version > coalesce((select version from last), 0)
        order by version`,
      values: [screening, withoutSnapshot],
    });
    const [first, ...facts] = rows;
    return { snapshot: first?.snapshot ?? null, facts: facts.map(decodeRow) };
  }

  /** Keeps the newer of two snapshots. Failing loses nothing but time at the next load, so it only warns. */
  async saveSnapshot(screening: number, version: number, epoch: number, atMs: number, state: string): Promise<void> {
    try {
      await this.#pool.query({
        name: 'recovery-snapshot',
        text: `insert into snapshots as s (screening, version, epoch, at_ms, state) values ($1, $2, $3, $4, $5)
          on conflict (screening) do update
            set version = excluded.version, epoch = excluded.epoch, at_ms = excluded.at_ms, state = excluded.state
            where excluded.version > s.version`,
        values: [screening, version, epoch, atMs, state],
      });
    } catch (cause) {
      this.#onWarning(`the snapshot of screening ${screening} was not saved`, cause);
    }
  }
}
