/**
 * Runs the imports that wait in the database, one at a time, on every node that starts one of these: PostgreSQL says who
 * gets which (storage/import/import-job.ts). While an import runs, a sign of life is written every second; the answer
 * tells whether it was cancelled. On leaving, an import is given back, and another node begins it again at once.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import type { DatabaseConfig } from '../../storage/database.ts';
import { FileRefused } from '../../storage/import/file-refused.ts';
import { ImportTakenAway } from '../../storage/import/import-history.ts';
import {
  type ClaimedImport,
  claimImport,
  failImport,
  filePartsOf,
  giveBackImport,
  noteProgress,
} from '../../storage/import/import-job.ts';
import type { FileReport } from '../../storage/import/import-report.ts';
import type { Log } from '../../storage/log.ts';
import type { ImportPool } from './import-pool.ts';

/** Imports of other nodes that died, and those that came while nobody called wake(). */
const POLL_MS = 5_000;
const ALIVE_MS = 1_000;

export interface ImportRunnerPorts {
  /** In the app role. */
  readonly pool: pg.Pool;
  /** For the thread's own connection. */
  readonly database: DatabaseConfig;
  readonly threads: Pick<ImportPool, 'run'>;
  readonly log: Log;
}

type Job = ClaimedImport['options']['job'] & {};

export class ImportRunner {
  readonly #ports: ImportRunnerPorts;
  readonly #leaving = new AbortController();
  #running: Promise<void> | null = null;
  #wake: () => void = () => {};

  constructor(ports: ImportRunnerPorts) {
    this.#ports = ports;
  }

  /** Begins to look for imports. */
  start(): void {
    this.#running ??= this.#loop();
  }

  /** An import was stored just now. */
  wake(): void {
    this.#wake();
  }

  /** Gives back the import under way; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#leaving.abort(new Error('the node is leaving'));
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      // Made first: a wake() while we look must not be lost.
      const woken = this.#wokenOrLater();
      const hasRun = await this.runOne().catch((error: unknown) => {
        this.#ports.log.warn({ error }, 'imports cannot be looked for just now');
        return false;
      });
      if (hasRun) this.#wake();
      await woken;
    }
  }

  #wokenOrLater(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Runs the import that waits longest; false: none waits. */
  async runOne(): Promise<boolean> {
    const claimed = await claimImport(this.#ports.pool, randomUUID());
    if (claimed?.options.job === undefined) return false;
    const { job } = claimed.options;
    try {
      await this.#run(claimed, job);
    } catch (cause) {
      await this.#end(job, cause);
    }
    return true;
  }

  async #run(claimed: ClaimedImport, job: Job): Promise<FileReport> {
    const { pool, database, threads } = this.#ports;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'poltrona-import-'));
    const cut = new AbortController();
    let told: readonly [phase: string, share: number] = ['starting', 0];
    const alive = setInterval(() => {
      noteProgress(pool, job, ...told).then(
        (isOurs) => isOurs || cut.abort(new ImportTakenAway(`import ${job.importId} was cancelled`)),
        // A database that is away says so to the import itself.
        () => {},
      );
    }, ALIVE_MS);
    try {
      const file = path.join(folder, 'file');
      await pipeline(Readable.from(filePartsOf(pool, claimed.id)), createWriteStream(file, { mode: 0o600 }));
      // Its exhibitor sent others meanwhile, just when it was begun again.
      if ((await stat(file)).size === 0) throw new FileRefused('its file was thrown away: send it again');
      const signal = AbortSignal.any([cut.signal, this.#leaving.signal]);
      signal.throwIfAborted();
      return await threads.run(
        { database, kind: claimed.kind, file, options: claimed.options },
        (...progress) => {
          told = progress;
        },
        signal,
      );
    } finally {
      clearInterval(alive);
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Says what became of an import that gave no report. What cannot be said is found out by its silence. */
  async #end(job: Job, cause: unknown): Promise<void> {
    const { pool, log } = this.#ports;
    if (cause instanceof ImportTakenAway) return;
    if (!(cause instanceof FileRefused) && !this.#leaving.signal.aborted) {
      log.error({ error: cause, import: job.importId }, 'an import failed');
    }
    const said =
      cause instanceof FileRefused
        ? failImport(pool, job, cause.message)
        : this.#leaving.signal.aborted
          ? giveBackImport(pool, job)
          : failImport(
              pool,
              job,
              'it could not be carried out; the reason is in the log of the server. Begin it again later',
            );
    await said.catch((error: unknown) =>
      log.warn({ error, import: job.importId }, 'the end of an import was not noted'),
    );
  }
}
