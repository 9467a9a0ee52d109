/**
 * Brings a screening back from the database: its seat map and rules, the last snapshot, the facts since. The snapshot, the
 * facts and which layout the screening has are read in one statement: no snapshot written in between makes a gap, and no
 * change of the layout makes facts speak of other chairs.
 */
import type pg from 'pg';
import { FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import type { SeatMap, SeatMaps } from '../actors/seat-map.ts';
import type { ScreeningRules } from '../actors/seat-state.ts';
import { loadSaleTerms, loadSeatMap, loadSeatMapFor, type SaleTerms } from './catalogue.ts';
import { decodeRow, type JournalRow } from './fact-codec.ts';
import type { StoredScreening } from './fact-store.ts';

/** The rules that are the same for every screening of this server. */
export interface CommonRules
  extends Omit<ScreeningRules, 'halfQuota' | 'halfPolicy' | 'isOnSale' | 'salesFromMs' | 'salesUntilMs'> {
  /** Where the catalogue does not say until when: so long after the start seats can be taken, milliseconds. */
  readonly salesAfterStartMs: number;
}

/** A screening as it is brought back: the state is the snapshot's, or the initial one of `map`; then the facts. */
export interface RecoveredScreening extends StoredScreening {
  /** The layout before the facts. */
  readonly map: SeatMap;
  /** The layouts to which the facts lead. */
  readonly maps: SeatMaps;
  readonly rules: ScreeningRules;
}

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
  async load(screening: number, withoutSnapshot = false): Promise<RecoveredScreening | null> {
    const [rules, stored] = await Promise.all([this.rules([screening]), this.stored(screening, withoutSnapshot)]);
    const rulesNow = rules.get(screening);
    if (rulesNow === undefined || stored.seatMap === null) return null;
    const wanted = mapsOf(stored.facts, stored.seatMap);
    const maps = await Promise.all(wanted.map((id) => loadSeatMap(this.#pool, id)));
    const [map] = maps as [SeatMap];
    return { ...stored, map, maps: new Map(maps.map((one) => [one.id, one])), rules: rulesNow };
  }

  /** The present rules of those of `screenings` that exist. */
  async rules(screenings: readonly number[]): Promise<Map<number, ScreeningRules>> {
    const terms = await loadSaleTerms(this.#pool, screenings);
    return new Map([...terms].map(([screening, one]) => [screening, rulesOf(this.#rules, one)]));
  }

  /** A layout for `screening`; null when its auditorium has no such one. */
  loadMap(screening: number, id: number): Promise<SeatMap | null> {
    return loadSeatMapFor(this.#pool, screening, id);
  }

  /** `withoutSnapshot`: all facts, for a snapshot that cannot be read. */
  async stored(
    screening: number,
    withoutSnapshot = false,
  ): Promise<StoredScreening & { readonly seatMap: number | null }> {
    const { rows } = await this.#pool.query<JournalRow & { snapshot: string | null; seatMap: string | null }>({
      name: 'recovery-stored',
      text: `with last as (select version, state from snapshots where screening = $1 and not $2)
        select 0 as version, 0 as epoch, 0 as at_ms, 0 as kind, null as request_id, 0 as fingerprint, null as body,
          (select state from last) as snapshot, (select seat_map_id from screenings where id = $1) as "seatMap"
        union all
        select j.version, j.epoch, j.at_ms, j.kind, j.request_id, j.fingerprint, j.body, null, null
        from journal j where j.screening = $1 and j.version > coalesce((select version from last), 0)
        order by version`,
      values: [screening, withoutSnapshot],
    });
    const [first, ...facts] = rows;
    const seatMap = first?.seatMap ?? null;
    return {
      snapshot: first?.snapshot ?? null,
      facts: facts.map(decodeRow),
      seatMap: seatMap === null ? null : Number(seatMap),
    };
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

/** The layouts of the facts, the first of them first. `present`: that of the screening after them. */
function mapsOf(facts: readonly RecordedFact[], present: number): readonly number[] {
  const ids = new Set<number>();
  for (const { fact } of facts) if (fact.kind === FactKind.mapChanged) ids.add(fact.from).add(fact.to);
  return [...ids.add(present)];
}

function rulesOf(common: CommonRules, terms: SaleTerms): ScreeningRules {
  const { salesAfterStartMs, ...rules } = common;
  const { halfQuota, halfPolicy, status, startsAtMs, salesFromMs, salesUntilMs } = terms;
  return {
    ...rules,
    halfQuota,
    halfPolicy,
    isOnSale: status === 'scheduled',
    salesFromMs,
    salesUntilMs: salesUntilMs ?? startsAtMs + salesAfterStartMs,
  };
}
