/** What the search's load generator is told, and what it says; JSON on its command line and its standard output. */
import type { LatencySummary } from './latency-histogram.ts';
import type { BenchQuery } from './search-queries.ts';

export interface SearchLoadPlan {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Requests a second, whatever the server does. */
  readonly rate: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly seed: number;
  /** See `searchCatalogue`. */
  readonly screenings: number;
  readonly startMs: number;
  /** Every so many-th answer is kept for the check. */
  readonly sampleEvery: number;
}

/** An answer with the query that it is for. */
export interface SearchSample {
  readonly query: BenchQuery;
  readonly askedAtMs: number;
  readonly status: number;
  readonly body: string;
}

export interface SearchLoadResult {
  readonly latency: LatencySummary;
  /** Of answers, by kind of query. */
  readonly p99ByKind: Readonly<Record<string, number>>;
  readonly measuredSeconds: number;
  readonly answered: number;
  /** By status; 0: a connection broke. Without 200. */
  readonly errors: Readonly<Record<string, number>>;
  readonly unanswered: number;
  /** Requests that were due and not sent, because all connections were busy: the most there were. */
  readonly backlogMax: number;
  /** Different queries among those that were asked. */
  readonly distinct: number;
  readonly generatorCores: number;
  readonly samples: readonly SearchSample[];
}

export type SearchLoadLine = { readonly phase: 'measuring' | 'ending' } | { readonly result: SearchLoadResult };
