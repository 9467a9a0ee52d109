/**
 * `seats`: the whole way, from a WebSocket frame to a committed fact and back, on this machine with PostgreSQL and the load
 * generator on it. Closed loop for the most that it can do, against the ceiling measured just before and just
 * after on the same server; then open loops at fixed rates for the latencies.
 */
import { BenchDatabase } from './bench-database.ts';
import { measureCeiling } from './copy-ceiling.ts';
import { EngineLoad, type EngineRun } from './engine-load.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { type Reporter, round } from './result.ts';

const OPEN_RATES = [15_000, 40_000];
const SMOKE_RATES = [500];

export async function runSeats(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  let engine: EngineLoad | null = null;
  try {
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const copyConfig = await database.create('copy', true);
    const ceiling = async (writers: number, batchRows: number): Promise<number> => {
      reporter.progress(`seats: COPY ceiling, ${writers} connection(s), batches of ${batchRows}`);
      return (await measureCeiling(database, copyConfig, options, writers, batchRows)).rowsPerSecond;
    };
    engine = await EngineLoad.start(database, options);
    const lines: Record<string, unknown>[] = [];
    if (options.rate === null) {
      const before = await ceiling(1, 1000);
      reporter.progress('seats: closed loop');
      const run = await engine.run(null);
      const after = await ceiling(1, 1000);
      const copyCeiling = Math.max(before, after);
      const asEngine = await ceiling(options.threads, Math.max(1, Math.round(run.batchRowsMean)));
      lines.push({
        part: 'closed loop',
        ...figuresOf(run),
        copy_ceiling_per_s: round(copyCeiling),
        ratio_to_ceiling: round(run.load.accepted / run.load.measuredSeconds / copyCeiling),
        copy_same_writers_and_batches_per_s: round(asEngine),
      });
    }
    const rates = options.rate !== null ? [options.rate] : options.smoke ? SMOKE_RATES : OPEN_RATES;
    for (const rate of rates) {
      reporter.progress(`seats: open loop, ${rate} a second`);
      const run = await engine.run(rate);
      const { backlogMax, backlogEnd } = run.load;
      lines.push({
        part: `open loop, ${rate} a second`,
        offered_per_s: rate,
        ...figuresOf(run),
        backlog_max: backlogMax,
        backlog_end: backlogEnd,
      });
    }
    reporter.progress('seats: audit');
    const audit = await engine.stopAndAudit();
    engine = null;
    for (const { part, ...figures } of lines) {
      reporter.result({ bench: 'seats', part: String(part), ...figures, audit, configuration });
    }
    return audit === 'ok';
  } finally {
    await engine?.abandon();
    await database.stop();
  }
}

/** What every run under load tells. */
export function figuresOf(run: EngineRun): Record<string, unknown> {
  const { load, batchRowsMean, commitMsMean, serverCpuUsPerCommand, postgresCpuUsPerCommand } = run;
  const { latency, measuredSeconds } = load;
  return {
    durable_per_s: round(load.accepted / measuredSeconds),
    durable_holds_per_s: round(load.acceptedHolds / measuredSeconds),
    durable_releases_per_s: round(load.acceptedReleases / measuredSeconds),
    acked: load.acked,
    refused: load.refused,
    unanswered: load.unanswered,
    errors: load.errors,
    p50_ms: latency.p50_ms,
    p90_ms: latency.p90_ms,
    p99_ms: latency.p99_ms,
    p99_9_ms: latency.p99_9_ms,
    max_ms: latency.max_ms,
    history_checked: load.historyLines,
    batch_rows_mean: round(batchRowsMean),
    commit_ms_mean: round(commitMsMean),
    server_cpu_us_per_command: round(serverCpuUsPerCommand),
    postgres_cpu_us_per_command: round(postgresCpuUsPerCommand),
    generator_cores: round(load.generatorCores),
  };
}
