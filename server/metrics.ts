/**
 * From the threads' counters to Prometheus: each thread copies its own into prom-client's form when asked (a few dozen
 * small objects that can be sent between threads), one of them gathers the copies, and prom-client sums and prints them.
 *
 * There is no prom-client registry with live counters, as there usually is: it would hash labels for each decision.
 */
import { getHeapStatistics } from 'node:v8';
import { AggregatorRegistry, Registry } from 'prom-client';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import {
  type CommandKind,
  type Distribution,
  LOOP_DELAY_RESOLUTION_MS,
  type ThreadCounters,
} from './thread-counters.ts';

export {
  type CommandKind,
  countDecision,
  createThreadCounters,
  observe,
  type ThreadCounters,
} from './thread-counters.ts';

/** For the header Content-Type of what `renderAll` gives. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** One metric as `Registry.getMetricsAsJSON` gives it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How the threads' values become one. */
  readonly aggregator: 'sum' | 'max';
  readonly values: readonly Sample[];
}

const CODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OutcomeCode).map(([name, code]) => [code, name]),
);

/** This thread's metrics, to be posted to whoever renders them. The event loop's figures begin anew with each call. */
export function collectThreadMetrics(counters: ThreadCounters): Metric[] {
  const { loopDelay } = counters;
  // Node measures from one look at the loop to the next.
  const delaySeconds = (ns: number): number => Math.max(0, ns / 1e9 - LOOP_DELAY_RESOLUTION_MS / 1e3);
  const loopSamples = loopDelay.count === 0 ? [0, 0] : [loopDelay.max, loopDelay.percentile(99)].map(delaySeconds);
  loopDelay.reset();
  const cpu = process.cpuUsage();
  return [
    decisions(counters),
    counter('commits_total', 'Batches committed by PostgreSQL.', counters.commitSeconds.counts.reduce(add, 0)),
    histogram('commit_seconds', 'Time from sending a batch to its commit, seconds.', counters.commitSeconds),
    histogram('batch_rows', 'Rows in one committed batch.', counters.batchRows),
    counter('unknown_commits_total', 'Commits whose result had to be read back.', counters.unknownCommits),
    counter('fenced_total', 'Screenings lost to another owner.', counters.fenced),
    counter('frames_in_total', 'WebSocket messages received.', counters.framesIn),
    counter('answers_total', 'Answers given to clients, refusals included.', counters.answers),
    counter('slow_readers_closed_total', 'Connections closed because they did not read.', counters.slowReadersClosed),
    gauge('journal_queue_rows', 'Rows waiting for the next batch.', counters.journalQueueRows),
    gauge('mailbox_commands', 'Commands waiting in mailboxes of actors.', counters.mailboxCommands),
    gauge('connections', 'Open WebSockets.', counters.connections),
    gauge('watchers', 'Seat maps being watched, once per connection.', counters.watchers),
    gauge('actors_loaded', 'Screenings in memory.', counters.actorsLoaded),
    gauge(
      'event_loop_delay_max_seconds',
      'Longest delay of an event loop since the last scrape.',
      loopSamples[0]!,
      'max',
    ),
    gauge(
      'event_loop_delay_p99_seconds',
      '99th percentile of the same, of the slowest thread.',
      loopSamples[1]!,
      'max',
    ),
    gauge('heap_used_bytes', 'JavaScript heap in use, all threads.', getHeapStatistics().used_heap_size),
    gauge('resident_memory_bytes', 'Memory of the process.', process.memoryUsage.rss(), 'max'),
    counter('cpu_seconds_total', 'Processor time of the process.', (cpu.user + cpu.system) / 1e6, 'max'),
  ];
}

/** The page for Prometheus, from the metrics of all threads; a thread that did not answer in time is an empty array. */
export function renderAll(threads: readonly (readonly object[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(threads as object[]).metrics();
}

function decisions(counters: ThreadCounters): Metric {
  const values: Sample[] = [];
  for (const kind of Object.keys(counters.decisions) as CommandKind[]) {
    counters.decisions[kind].forEach((value, code) => {
      // Thousands of lines that say 0 would help nobody.
      if (value > 0) values.push({ value, labels: { kind, code: CODE_NAMES.get(code) ?? String(code) } });
    });
  }
  const help = 'Decisions of actors by kind of command and outcome.';
  return { name: 'poltrona_decisions_total', help, type: 'counter', aggregator: 'sum', values };
}

function histogram(name: string, help: string, { bounds, counts, sum }: Distribution): Metric {
  const fullName = `poltrona_${name}`;
  let below = 0;
  const values: Sample[] = [];
  for (const [i, count] of counts.entries()) {
    below += count;
    values.push({ value: below, labels: { le: bounds[i] ?? '+Inf' }, metricName: `${fullName}_bucket` });
  }
  values.push({ value: sum, labels: {}, metricName: `${fullName}_sum` });
  values.push({ value: below, labels: {}, metricName: `${fullName}_count` });
  return { name: fullName, help, type: 'histogram', aggregator: 'sum', values };
}

export function counter(name: string, help: string, value: number, aggregator: Metric['aggregator'] = 'sum'): Metric {
  return { name: `poltrona_${name}`, help, type: 'counter', aggregator, values: [{ value, labels: {} }] };
}

export function gauge(name: string, help: string, value: number, aggregator: Metric['aggregator'] = 'sum'): Metric {
  return { name: `poltrona_${name}`, help, type: 'gauge', aggregator, values: [{ value, labels: {} }] };
}

function add(a: number, b: number): number {
  return a + b;
}
