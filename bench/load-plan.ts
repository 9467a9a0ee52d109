/** What the load generator is told (as JSON on its command line) and what it tells: its phases as they come and its result, a line of JSON each. */
import type { LatencySummary } from './latency-histogram.ts';

export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** closed: each connection keeps `inFlight` commands under way. open: `ratePerSecond` commands a second, whatever the answers do. */
  readonly mode: 'closed' | 'open';
  /** Most commands under way on one connection; in the open mode a bound that is not meant to be reached. */
  readonly inFlight: number;
  readonly ratePerSecond: number;
  /** Messages to a frame. */
  readonly frameCommands: number;
  readonly firstScreening: number;
  /** These screenings instead of those from `firstScreening` on, which is 0 then. */
  readonly ids?: readonly number[];
  readonly screenings: number;
  readonly seats: number;
  /** Load before the measurement: actors are loaded and code is compiled. */
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Every n-th acknowledged command goes into the history; 1: all. */
  readonly historyEvery: number;
  readonly historyFile: string | null;
}

/** The measured time begins; the measured time is over. */
export type LoadPhase = 'measuring' | 'measured';

export type LoadLine = { readonly phase: LoadPhase } | { readonly result: LoadResult };

export interface LoadResult {
  /** Accepted within the measured time. */
  readonly accepted: number;
  readonly acceptedHolds: number;
  readonly acceptedReleases: number;
  /** Accepted in the whole run. */
  readonly acked: number;
  /** Refusals in the whole run, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly measuredSeconds: number;
  /** Latencies of the measured time: from the scheduled time in the open mode, from sending in the closed one. */
  readonly latency: LatencySummary;
  /** Open mode: commands that were due and not yet sent, at most and at the end of the measured time. */
  readonly backlogMax: number;
  readonly backlogEnd: number;
  /** Commands without an answer when the run gave up waiting. */
  readonly unanswered: number;
  /** Commands in the history file. */
  readonly historyLines: number;
  /** Processor time of the generator per measured second, in cores. */
  readonly generatorCores: number;
  /** What went wrong; empty when nothing did. */
  readonly errors: readonly string[];
}
