/** What the endpoints of the public catalogue need of their thread. */
import type { ScreeningQuery, ScreeningSummary } from '../../storage/catalogue.ts';
import type { TicketTypeRow } from '../../storage/ticket-types.ts';
import type { Reply } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import type { AnswerTime } from './search-answer.ts';
import { matchesEtag } from './search-etag.ts';
import type { SearchIndex } from './search-index.ts';

export interface SearchPorts {
  readonly search: { readonly index: SearchIndex; readonly isComplete: boolean };
  nowMs(): number;
  /** So long after its start a screening is sold, and shown, where the catalogue does not say otherwise. */
  readonly salesAfterStartMs: number;
  /** From the database: also of what is over. */
  listScreenings(query: ScreeningQuery): Promise<readonly ScreeningSummary[]>;
  ticketTypes(): Promise<readonly TicketTypeRow[]>;
}

/** Of everybody who may look: kept, but asked about again each time. */
const HEADERS = { 'cache-control': 'no-cache' };

/** @throws Problem 503 as long as the catalogue is being read for the first time. */
export function readyIndex({ search }: SearchPorts): SearchIndex {
  if (search.isComplete) return search.index;
  const sentence = 'The catalogue is still being read; ask again in a second.';
  throw new Problem(503, 'catalogue-loading', sentence, [], { 'retry-after': '1' });
}

export function timeOf({ nowMs, salesAfterStartMs }: SearchPorts): AnswerTime {
  return { nowMs: nowMs(), salesAfterStartMs };
}

/** The text that `write` gives, or 304 to who has it already. */
export function unlessKnown(
  request: { header(name: string): string | undefined },
  etag: string,
  write: () => string,
): Reply<never> {
  const headers = { ...HEADERS, etag };
  // 304 has no body, and of the answer `text` is the body.
  if (matchesEtag(request.header('if-none-match'), etag)) return { status: 304, headers, body: undefined as never };
  return { headers, text: write(), body: undefined as never };
}
