/**
 * Events read from the database, by whoever looks on: the facts of one screening from the journal, or, where nobody
 * relays them, what all screenings commit from the outbox, which keeps it for some minutes. Nothing is changed.
 */
import type pg from 'pg';
import { type Event, eventOf } from './event.ts';
import { decodeRow, type JournalRow } from './fact-codec.ts';
import { RELAY_LOCK } from './outbox.ts';
import { type EventRow, eventsSql, groupEvents } from './outbox-events.ts';

/** The events of `screening` after `version`, in order, at most `limit`. `pool` has the reader role. */
export async function eventsAfter(pool: pg.Pool, screening: number, version: number, limit: number): Promise<Event[]> {
  const { rows } = await pool.query<JournalRow>(
    `select version, epoch, at_ms, kind, null as request_id, 0 as fingerprint, body from journal
     where screening = $1 and version > $2 order by version limit $3`,
    [screening, version, limit],
  );
  return rows.map((row) => eventOf(screening, decodeRow(row)));
}

/** 0 for a screening without facts. */
export async function lastVersionOf(pool: pg.Pool, screening: number): Promise<number> {
  const { rows } = await pool.query<{ last: number | null }>(
    'select max(version) as last from journal where screening = $1',
    [screening],
  );
  return rows[0]?.last ?? 0;
}

/** Whether some server publishes to NATS, and so empties the outbox. */
export async function isRelayed(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32) | objid::bigint = $1 limit 1`,
    [RELAY_LOCK],
  );
  return (rowCount ?? 0) > 0;
}

/** No transaction of a writer lasts nearly as long (copy-writer.ts): an id that has not come by then never will. */
const LATE_MS = 30_000;
const GAPS_MAX = 10_000;
const ROWS_MAX = 256;

const NEWER = eventsSql(
  `select id, committed_at, spans from outbox where id > $1 or id = any($2::bigint[]) order by id limit ${ROWS_MAX}`,
);

/**
 * Follows the outbox without deleting. Ids become visible in the order of commits, which is not theirs: those that were
 * passed over are asked for again until they are certainly rolled back.
 */
export class OutboxTail {
  readonly #pool: pg.Pool;
  #newest = 0n;
  /** Ids below the newest that have not been seen, and until when they are waited for. */
  readonly #gaps = new Map<string, number>();

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Begins at what is committed from now on. `pool` has the reader role. */
  static async open(pool: pg.Pool): Promise<OutboxTail> {
    const tail = new OutboxTail(pool);
    const { rows } = await pool.query<{ id: string }>('select coalesce(max(id), 0) as id from outbox');
    tail.#newest = BigInt(rows[0]?.id ?? 0);
    return tail;
  }

  /** What was committed since the last call, in an order that each screening's facts keep. Empty: nothing yet. */
  async next(nowMs: number): Promise<Event[]> {
    for (const [id, endsMs] of this.#gaps) if (nowMs > endsMs) this.#gaps.delete(id);
    const { rows: found } = await this.#pool.query<EventRow>(NEWER, [String(this.#newest), [...this.#gaps.keys()]]);
    const { rows, events } = groupEvents(found);
    for (const row of rows) {
      const id = BigInt(row);
      this.#gaps.delete(row);
      if (id <= this.#newest) continue;
      // The first row after a pause may be far on: PostgreSQL skips ids after a crash, and pruned rows are gone.
      if (id - this.#newest <= GAPS_MAX) {
        for (let gap = this.#newest + 1n; gap < id && this.#gaps.size < GAPS_MAX; gap++) {
          this.#gaps.set(String(gap), nowMs + LATE_MS);
        }
      }
      this.#newest = id;
    }
    return events;
  }
}
