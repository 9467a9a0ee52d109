/** `copy`: what PostgreSQL takes of the engine's rows. One line for the ceiling itself, and the same with more connections and larger batches. */
import { BenchDatabase } from './bench-database.ts';
import { type CeilingResult, measureCeiling } from './copy-ceiling.ts';
import { audit } from './engine-load.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { type Reporter, round } from './result.ts';

export async function runCopy(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  try {
    const config = await database.create('copy', true);
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const measured: CeilingResult[] = [];
    for (const writers of options.threads === 1 ? [1] : [1, options.threads]) {
      for (const batchRows of [1000, 4000]) {
        reporter.progress(`copy: ${writers} connection(s), batches of ${batchRows}`);
        measured.push(await measureCeiling(database, config, options, writers, batchRows));
      }
    }
    reporter.progress('copy: audit');
    const verdict = await audit(config);
    for (const result of measured) {
      const isCeiling = result.writers === 1 && result.batchRows === 1000;
      const perSecond = round(result.rowsPerSecond);
      reporter.result({
        bench: 'copy',
        part: `${result.writers} connection(s), batches of ${result.batchRows}`,
        ...(isCeiling ? { copy_ceiling_per_s: perSecond } : {}),
        copy_per_s: perSecond,
        copy_connections: result.writers,
        copy_batch_rows: result.batchRows,
        copy_rows: result.rows,
        p50_ms: result.commit.p50_ms,
        p99_ms: result.commit.p99_ms,
        max_ms: result.commit.max_ms,
        audit: verdict,
        configuration,
      });
    }
    return verdict === 'ok';
  } finally {
    await database.stop();
  }
}
