/**
 * What one thread counts: a plain object of numbers. On the way of a command nothing but an increment happens, no label
 * is hashed and no lock taken; metrics.ts copies the numbers when somebody scrapes.
 *
 * Counters only grow, and start at 0 with their thread. Gauges are set by whoever owns the figure, or freshly before a
 * scrape.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Command } from '../actors/seat-command.ts';
import type { OutcomeCode } from '../actors/seat-outcome.ts';

export type CommandKind = Command['kind'];

/** An object, so that the compiler notices a kind that is missing. */
const COMMAND_KINDS: { readonly [Kind in CommandKind]: true } = {
  hold: true,
  'best-available': true,
  release: true,
  extend: true,
  'begin-payment': true,
  confirm: true,
  'cancel-payment': true,
  cancel: true,
  refund: true,
  'check-in': true,
  block: true,
  unblock: true,
  'open-sales': true,
  'close-sales': true,
  'change-map': true,
  expire: true,
  claim: true,
};

/** Outcome codes are below this. */
const CODES_MAX = 128;
/** How often the event loop is looked at. */
export const LOOP_DELAY_RESOLUTION_MS = 20;

/** How many values fell up to each bound; the last count is of those above all bounds. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum: number;
}

export interface ThreadCounters {
  /** Decisions of actors, by kind of command and outcome code; see `countDecision`. */
  readonly decisions: { readonly [Kind in CommandKind]: Float64Array };
  /** Seconds; `observe(counters.commitSeconds, …)` also counts the commits. */
  readonly commitSeconds: Distribution;
  readonly batchRows: Distribution;
  /** Filled by Node itself; nanoseconds, each `LOOP_DELAY_RESOLUTION_MS` too long. */
  readonly loopDelay: IntervalHistogram;
  framesIn: number;
  answers: number;
  slowReadersClosed: number;
  /** Screenings lost to another owner. */
  fenced: number;
  unknownCommits: number;
  // Gauges.
  journalQueueRows: number;
  mailboxCommands: number;
  connections: number;
  watchers: number;
  actorsLoaded: number;
}

export function createThreadCounters(): ThreadCounters {
  const decisions = {} as { [Kind in CommandKind]: Float64Array };
  for (const kind of Object.keys(COMMAND_KINDS) as CommandKind[]) decisions[kind] = new Float64Array(CODES_MAX);
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
  loopDelay.enable();
  return {
    decisions,
    loopDelay,
    // A commit is a write to disk: some tenths of a millisecond at best, seconds when something is wrong.
    commitSeconds: distribution([
      0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 5,
    ]),
    batchRows: distribution([1, 4, 16, 64, 256, 512, 1024, 2048, 4096, 8192]),
    framesIn: 0,
    answers: 0,
    slowReadersClosed: 0,
    fenced: 0,
    unknownCommits: 0,
    journalQueueRows: 0,
    mailboxCommands: 0,
    connections: 0,
    watchers: 0,
    actorsLoaded: 0,
  };
}

export function countDecision(counters: ThreadCounters, kind: CommandKind, code: OutcomeCode): void {
  counters.decisions[kind][code]!++;
}

export function observe(target: Distribution, value: number): void {
  const { bounds, counts } = target;
  let i = 0;
  while (i < bounds.length && value > bounds[i]!) i++;
  counts[i]!++;
  target.sum += value;
}

function distribution(bounds: readonly number[]): Distribution {
  return { bounds, counts: new Float64Array(bounds.length + 1), sum: 0 };
}
