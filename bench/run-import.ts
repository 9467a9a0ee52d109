/**
 * `import`: files into a fresh catalogue, as users import them: on the import's own thread, one transaction, with the
 * report and the history. Each file goes in twice; the second time nothing may change. Beside it the raw COPY of the same
 * cells into a table of texts, in the same run: what reading, judging and merging cost on top.
 *
 * The register is ANCINE's published one where it lies beside the project, else one made of its form.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parse } from 'csv-parse/sync';
import { copyRow, copyRows } from '../storage/copy-rows.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { FileReport } from '../storage/import/import-report.ts';
import type { KindName } from '../storage/import/table-kind.ts';
import { packageRoot } from '../storage/package-root.ts';
import { ImportPool } from '../workers/import/import-pool.ts';
import { BenchDatabase, connect } from './bench-database.ts';
import { benchFolder, removeFolder } from './bench-folder.ts';
import { writeFilms, writeRegister, writeScreenings } from './import-files.ts';
import { type Configuration, configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { type Reporter, round } from './result.ts';
import { stopWhenInterrupted } from './run-parts.ts';

const REGISTER_ROWS = 6_246;
const SCREENINGS = 50_000;
const AUDITORIUMS = 600;
const FILMS = 200;

export async function runImport(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const folder = benchFolder('import');
  mkdirSync(folder, { recursive: true });
  const database = await BenchDatabase.start();
  const threads = new ImportPool();
  const stopped = stopWhenInterrupted(async () => removeFolder(folder));
  try {
    const config = await database.create('import', true);
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const bench = new ImportBench({ database, config, threads, configuration, reporter });
    const films = path.join(folder, 'films.csv');
    writeFilms(films, FILMS);
    // Starts the thread, and is what the screenings show.
    await bench.import('films', films);
    const published = path.resolve(packageRoot(), '..', 'shared', 'data', 'ancine-salas-2025-06.csv');
    const register = !options.smoke && existsSync(published) ? published : path.join(folder, 'register.csv');
    if (register !== published) writeRegister(register, options.smoke ? 60 : REGISTER_ROWS);
    await bench.twice('auditoriums', register, register === published ? 'the published register' : 'a register');
    const screenings = path.join(folder, 'screenings.csv');
    const rooms = await workingAuditoriums(config, options.smoke ? 10 : AUDITORIUMS);
    writeScreenings(screenings, rooms, FILMS, options.smoke ? 500 : SCREENINGS);
    await bench.twice('screenings', screenings, 'screenings');
    return bench.isClean;
  } finally {
    stopped();
    await threads.close();
    await database.stop();
    removeFolder(folder);
  }
}

interface ImportBenchPorts {
  readonly database: BenchDatabase;
  readonly config: DatabaseConfig;
  readonly threads: ImportPool;
  readonly configuration: Configuration;
  readonly reporter: Reporter;
}

class ImportBench {
  readonly #ports: ImportBenchPorts;
  isClean = true;

  constructor(ports: ImportBenchPorts) {
    this.#ports = ports;
  }

  async import(kind: KindName, file: string): Promise<FileReport> {
    const { config: database, threads } = this.#ports;
    const options = { who: 'bench', dryRun: false };
    return threads.run({ database, kind, file, options }, () => {});
  }

  /** Measures the file's raw COPY, its first import, and its second. */
  async twice(kind: KindName, file: string, name: string): Promise<void> {
    const { database, reporter, configuration } = this.#ports;
    const copyPerSecond = await this.#copy(file);
    let kept = 0;
    for (const part of ['first', 'again'] as const) {
      reporter.progress(`import: ${name}, ${part}`);
      await database.settle();
      const startedMs = performance.now();
      const ownCpu = process.cpuUsage();
      const loop = monitorEventLoopDelay({ resolution: 1 });
      loop.enable();
      const report = await this.import(kind, file);
      const elapsedMs = performance.now() - startedMs;
      const { user, system } = process.cpuUsage(ownCpu);
      loop.disable();
      const audit = verdictOf(report, part, kept);
      kept = report.created;
      this.isClean &&= audit === 'ok';
      const perSecond = (report.rows / elapsedMs) * 1000;
      reporter.result({
        bench: 'import',
        part: `${name}, ${part}`,
        rows: report.rows,
        import_ms: Math.round(elapsedMs),
        import_rows_per_s: round(perSecond),
        copy_rows_per_s: round(copyPerSecond),
        ratio_to_copy: round(perSecond / copyPerSecond),
        // Of the thread that would serve visitors, while the import runs on its own.
        main_loop_delay_p99_ms: round(loop.percentile(99) / 1e6),
        // The import's thread; the rest is PostgreSQL's, and waiting.
        node_cpu_ms: Math.round((user + system) / 1000),
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        rejected: report.rejected,
        audit,
        configuration,
      });
    }
  }

  /** Rows a second of the file's cells by COPY into a table without any index, committed. */
  async #copy(file: string): Promise<number> {
    const { database, config } = this.#ports;
    const rows = parse(readFileSync(file), { bom: true, delimiter: ';', relax_quotes: true, relax_column_count: true });
    const width = rows[0]?.length ?? 0;
    const pieces = rows.slice(1).map((cells) => copyRow(cells.slice(0, width)));
    const client = await connect(config, 'migrator', 'copy');
    try {
      await client.query(`create table copied (${Array.from({ length: width }, (_, at) => `c${at} text`).join(', ')})`);
      await database.settle();
      const startedMs = performance.now();
      await client.query('begin');
      await copyRows(client, 'copied', [pieces.join('')]);
      await client.query('commit');
      const elapsedMs = performance.now() - startedMs;
      await client.query('drop table copied');
      return (pieces.length / elapsedMs) * 1000;
    } finally {
      await client.end();
    }
  }
}

/** The first time rows are made, the second time nothing changes; and every row is accounted for. */
function verdictOf(report: FileReport, part: 'first' | 'again', kept: number): string {
  const { rows, created, updated, unchanged, rejected, notKept } = report;
  if (notKept !== null) return `nothing was kept: ${notKept}; ${JSON.stringify(report.rejectedRows[0])}`;
  if (created + updated + unchanged + rejected !== rows) return 'the numbers do not add up to the rows';
  if (part === 'first') return created > 0 && updated + unchanged === 0 ? 'ok' : 'not all rows were made';
  return created + updated === 0 && unchanged === kept ? 'ok' : 'the same file changed something';
}

async function workingAuditoriums(config: DatabaseConfig, count: number): Promise<number[]> {
  const client = await connect(config, 'app', 'auditoriums');
  try {
    const { rows } = await client.query<{ number: number }>(
      `select a.ancine_id::float8 as number from auditoriums a join cinemas c on c.id = a.cinema_id
       where a.status = 'active' and c.status = 'active' and a.seat_map_id is not null and a.ancine_id is not null order by a.id limit $1`,
      [count],
    );
    return rows.map(({ number }) => number);
  } finally {
    await client.end();
  }
}
