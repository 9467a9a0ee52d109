/**
 * How many rows a second PostgreSQL takes by COPY, when somebody does nothing else: the ceiling of the engine's
 * journal. The strictest form of it: the rows are the engine's (journal-rows.ts), they are encoded and joined
 * before the clock starts, one connection sends one batch after another and waits for each commit (ReadyForQuery), into the
 * migrated journal, as the shard role, fsync and all. The engine has to decide, encode and answer as well, on the same cores.
 */
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DatabaseConfig } from '../storage/database.ts';
import { JOURNAL_COLUMNS } from '../storage/fact-codec.ts';
import { type BenchDatabase, connect } from './bench-database.ts';
import { journalBatches, type WriterBatches } from './journal-rows.ts';
import { LatencyHistogram, type LatencySummary } from './latency-histogram.ts';
import type { BenchOptions } from './options.ts';
import { createProgramme } from './programme.ts';

/** Rows kept ready for one measurement: some seconds of work, 150 MB. */
const ROWS_MAX = 1_200_000;
/** More than any PostgreSQL has taken on a machine of ours: rows to prepare for each second. */
const ROWS_PER_SECOND_GUESS = 500_000;

export interface CeilingResult {
  readonly writers: number;
  readonly batchRows: number;
  readonly rowsPerSecond: number;
  readonly rows: number;
  readonly seconds: number;
  /** Time of one batch, from sending it to its commit. */
  readonly commit: LatencySummary;
}

/** Measures with `writers` connections and batches of `batchRows`, in new screenings of `config`'s database. */
export async function measureCeiling(
  database: BenchDatabase,
  config: DatabaseConfig,
  options: BenchOptions,
  writers: number,
  batchRows: number,
): Promise<CeilingResult> {
  const firstScreening = await createProgramme(config, options.screenings, options.seats);
  const plan = { ...options, firstScreening, seatsPerBuyer: 10 };
  const wanted = options.smoke ? 20_000 : Math.min(ROWS_MAX, options.seconds * ROWS_PER_SECOND_GUESS);
  const work = journalBatches(plan, writers, batchRows, wanted);
  const clients = await Promise.all(work.map((_, writer) => connect(config, 'shard', `copy ${writer}`)));
  await database.settle();
  const commit = new LatencyHistogram();
  const startedMs = performance.now();
  await Promise.all(work.map((own, writer) => writeAll(clients[writer]!, own, commit)));
  const seconds = (performance.now() - startedMs) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  const rows = work.reduce((sum, own) => sum + own.rows, 0);
  return { writers, batchRows, rowsPerSecond: rows / seconds, rows, seconds, commit: commit.summary() };
}

async function writeAll(client: pg.Client, { batches }: WriterBatches, commit: LatencyHistogram): Promise<void> {
  for (const batch of batches) {
    const startedMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      const stream = client.query(copyFrom(`copy journal (${JOURNAL_COLUMNS}) from stdin`));
      stream.once('error', reject);
      stream.once('finish', resolve);
      stream.end(batch);
    });
    commit.record(performance.now() - startedMs);
  }
}
