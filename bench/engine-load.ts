/** The engine under load: a private server, the load generator against it, then the audit of what it wrote. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { auditDatabase } from '../storage/audit.ts';
import { createPool, type DatabaseConfig } from '../storage/database.ts';
import type { BenchDatabase } from './bench-database.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';
import { runLoad } from './load-process.ts';
import type { BenchOptions } from './options.ts';
import { createProgramme } from './programme.ts';
import { HOST, ServerProcess } from './server-process.ts';

/** Of a sampled history every n-th acknowledged command is looked up by the audit. */
const HISTORY_SAMPLE = 64;

export interface EngineRun {
  readonly load: LoadResult;
  /** Mean rows of a commit during the whole run. */
  readonly batchRowsMean: number;
  readonly commitMsMean: number;
  /** Processor time of the server for each command accepted in the measured time, microseconds. */
  readonly serverCpuUsPerCommand: number;
  /** The same of PostgreSQL; 0 where it is not ours. */
  readonly postgresCpuUsPerCommand: number;
}

export class EngineLoad {
  readonly #database: BenchDatabase;
  readonly #config: DatabaseConfig;
  readonly #options: BenchOptions;
  readonly #server: ServerProcess;
  readonly #firstScreening: number;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-bench-'));
  readonly #histories: string[] = [];

  private constructor(
    database: BenchDatabase,
    config: DatabaseConfig,
    options: BenchOptions,
    server: ServerProcess,
    firstScreening: number,
  ) {
    this.#database = database;
    this.#config = config;
    this.#options = options;
    this.#server = server;
    this.#firstScreening = firstScreening;
  }

  /** A server with a database of its own on `database`, and its screenings. */
  static async start(database: BenchDatabase, options: BenchOptions): Promise<EngineLoad> {
    const config = await database.create('engine', true);
    const firstScreening = await createProgramme(config, options.screenings, options.seats);
    const { threads, profileFolder } = options;
    const server = await ServerProcess.start({ database: config, threads, profileFolder });
    return new EngineLoad(database, config, options, server, firstScreening);
  }

  /** One run of the load generator. `ratePerSecond` null: closed loop. */
  async run(ratePerSecond: number | null): Promise<EngineRun> {
    const options = this.#options;
    const { connections, frameCommands, screenings, seats, warmSeconds, seconds } = options;
    const historyFile = this.#historyFile();
    this.#histories.push(historyFile);
    const plan: LoadPlan = {
      host: HOST,
      port: this.#server.port,
      connections,
      mode: ratePerSecond === null ? 'closed' : 'open',
      // The open loop is bounded by its rate; this is only where it stops believing in the server.
      inFlight: ratePerSecond === null ? options.inFlight : 4096,
      ratePerSecond: ratePerSecond ?? 0,
      frameCommands,
      firstScreening: this.#firstScreening,
      screenings,
      seats,
      warmSeconds,
      seconds,
      historyEvery: options.historyFile === null ? HISTORY_SAMPLE : 1,
      historyFile,
    };
    await this.#database.settle();
    const before = await this.#server.metrics();
    const cpu: { server: number; postgres: number }[] = [];
    // Of the measured time only: before it screenings are loaded and code is compiled.
    const load = await runLoad(plan, () =>
      cpu.push({ server: this.#server.cpuSeconds(), postgres: this.#database.cpuSeconds() }),
    );
    const after = await this.#server.metrics();
    const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const commits = Math.max(1, grown('poltrona_batch_rows_count'));
    const perCommand = (what: 'server' | 'postgres'): number =>
      (((cpu[1]?.[what] ?? 0) - (cpu[0]?.[what] ?? 0)) * 1e6) / Math.max(1, load.accepted);
    return {
      load,
      batchRowsMean: grown('poltrona_batch_rows_sum') / commits,
      commitMsMean: (grown('poltrona_commit_seconds_sum') * 1000) / commits,
      serverCpuUsPerCommand: perCommand('server'),
      postgresCpuUsPerCommand: perCommand('postgres'),
    };
  }

  /** A kept history has one file for each run: FILE, FILE.2, … */
  #historyFile(): string {
    const run = this.#histories.length + 1;
    const { historyFile } = this.#options;
    if (historyFile === null) return path.join(this.#folder, `history-${run}.jsonl`);
    return run === 1 ? historyFile : `${historyFile}.${run}`;
  }

  /** Stops the server and audits what it wrote, the histories included. "ok", or what broke. */
  async stopAndAudit(): Promise<string> {
    const exitCode = await this.#server.stop();
    try {
      if (exitCode !== 0) return `the server ended with code ${exitCode}`;
      for (const historyFile of this.#histories) {
        const verdict = await audit(this.#config, historyFile);
        if (verdict !== 'ok') return verdict;
      }
      return 'ok';
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** After a failure: ends the server, whatever it is doing. */
  async abandon(): Promise<void> {
    await this.#server.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The audit of `poltrona audit`. "ok", or the first of what broke. */
export async function audit(config: DatabaseConfig, historyFile?: string): Promise<string> {
  const pool = createPool(config, 'reader', 'poltrona bench audit', 1);
  try {
    const report = await auditDatabase(pool, historyFile === undefined ? {} : { historyFile });
    const first = report.violations[0];
    if (report.ok || first === undefined) return 'ok';
    return `${report.violationCount} violations, the first: screening ${first.screening} ${first.rule}: ${first.message}`;
  } finally {
    await pool.end();
  }
}
