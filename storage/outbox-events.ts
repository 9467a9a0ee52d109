/** From rows of the outbox, which only name facts, to events. */
import { type Event, eventOf } from './event.ts';
import { decodeRow, type JournalRow } from './fact-codec.ts';

export interface EventRow extends Omit<JournalRow, 'version'> {
  /** The outbox row's id. */
  readonly row: string;
  /** Its age, seconds. */
  readonly age: number;
  readonly screening: string;
  /** null: the fact is not in the journal, which cannot be; the row is listed for all that. */
  readonly version: number | null;
}

/**
 * The facts of the rows that `chosen` selects (id, committed_at, spans), as `EventRow`s in the order of ids and decisions.
 * The lateral query leaves PostgreSQL no plan but one short walk along the journal's key for each span.
 */
export function eventsSql(chosen: string): string {
  return `
    select c.id as row, extract(epoch from clock_timestamp() - c.committed_at)::float8 as age, p.screening, j.*
    from (${chosen}) c
    cross join lateral (
      select at, split_part(span, '.', 1)::bigint as screening, string_to_array(split_part(span, '.', 2), '-')::int[] as ends
      from string_to_table(c.spans, ',') with ordinality as s (span, at)
    ) p
    left join lateral (
      select version, epoch, at_ms, kind, null::text as request_id, 0 as fingerprint, body from journal
      where screening = p.screening and version between p.ends[1] and coalesce(p.ends[2], p.ends[1])
      order by version offset 0
    ) j on true
    order by c.id, p.at, j.version`;
}

/** @throws InvariantViolation or Error for a fact that this build cannot read. */
export function groupEvents(found: readonly EventRow[]): { rows: string[]; events: Event[] } {
  const rows = new Set<string>();
  const events: Event[] = [];
  for (const { row, screening, ...fact } of found) {
    rows.add(row);
    if (fact.version !== null) events.push(eventOf(Number(screening), decodeRow({ ...fact, version: fact.version })));
  }
  return { rows: [...rows], events };
}
