/** Which lines of a file made something new and which changed something, read before the temporary tables end. */
import type pg from 'pg';
import { type FileReport, LINE_RANGES_MAX, type LineRange } from './import-report.ts';

// Neighbours share the difference of their line and their place among the lines of their outcome.
const RANGES = `
  with islands as (
    select outcome, line, line - row_number() over (partition by outcome order by line) as island from outcomes
  ), ranges as (
    select outcome, min(line) as first, max(line) as last from islands group by outcome, island
  ), placed as (
    select *, row_number() over (partition by outcome order by first) as place from ranges
  )
  select outcome, first, last from placed where place <= $1 order by outcome, first`;

/** In the order of the lines, the first LINE_RANGES_MAX ranges of each outcome. */
export async function changedLines(client: pg.ClientBase): Promise<Pick<FileReport, 'createdLines' | 'updatedLines'>> {
  const { rows } = await client.query<{ outcome: 'created' | 'updated'; first: number; last: number }>(RANGES, [
    LINE_RANGES_MAX,
  ]);
  const of = (wanted: string): LineRange[] =>
    rows.flatMap(({ outcome, first, last }) => (outcome === wanted ? [[first, last] as const] : []));
  return { createdLines: of('created'), updatedLines: of('updated') };
}
