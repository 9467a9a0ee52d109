/**
 * Does the jobs that were queued (storage/jobs.ts), with graphile-worker: woken by LISTEN, looking by itself every two
 * seconds as well, two jobs at a time. Every node has one, on its main thread: tasks wait for others (mail servers,
 * actors, PostgreSQL) and hand what computes to threads of their own.
 *
 * It logs in as the owner of the queue's tables, because their rows are closed to every role but him; what a task does
 * in the database it does with pools of its own, in the roles of storage/roles.ts.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseCronItems, type Runner, run, type TaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { beat, releaseLostJobs, signOff } from '../../storage/job-runners.ts';
import { JOB_SCHEMA, quietLogger } from '../../storage/job-schema.ts';
import type { Log } from '../../storage/log.ts';
import { RunnerWatch, type RunnerWatchTiming } from './runner-watch.ts';
import { type JobTask, type RecurringJob, WrongPayload } from './tasks.ts';

/** Jobs at a time on one node. Mail may take both (a slow server); everything else goes before mail in the queue. */
const JOBS_AT_A_TIME = 2;
/** For jobs that become due, and for notices that were lost with a connection, milliseconds. */
const POLL_MS = 2_000;
/** LISTEN, two jobs, and the beat. */
const CONNECTIONS = 4;
/** For the farewell to the others, which they can do without, milliseconds. */
const SIGN_OFF_MS = 1_000;
/** How far back a recurring job is made up for that was due while no node was running, milliseconds. */
const MADE_UP_MS = 24 * 3_600_000;

export interface JobTiming extends RunnerWatchTiming {
  /** From the stop on: when the tasks under way are told, and when they are left alone with their jobs put back. */
  readonly abortMs: number;
  readonly forceMs: number;
  /** Before the library is started anew that has given up. */
  readonly restartMs: number;
}

export const JOB_TIMING: JobTiming = {
  beatMs: 5_000,
  goneMs: 30_000,
  abortMs: 3_000,
  forceMs: 6_000,
  restartMs: 5_000,
};
/** What the life cycle should give to `stop`, milliseconds. */
export const JOB_STOP_MS = 13_000;

export interface JobRunnerOptions {
  readonly database: DatabaseConfig;
  /** A job whose task is not among these stays in the queue, for a node that knows it. */
  readonly tasks: readonly JobTask[];
  readonly recurring?: readonly RecurringJob[];
  readonly log: Log;
  readonly timing?: JobTiming;
}

/** The library from its start to its end, with connections of its own: what is left of it afterwards can do nothing. */
interface Run {
  readonly pool: pg.Pool;
  readonly runner: Runner;
  readonly workerPool: WorkerPool;
  readonly timer: NodeJS.Timeout;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #timing: JobTiming;
  readonly #stopping = new AbortController();
  #current: Run | null = null;
  #kept: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.#timing = options.timing ?? JOB_TIMING;
  }

  /** Resolves when jobs are being taken. @throws when the database cannot be reached. */
  async start(): Promise<void> {
    await this.#begin();
    this.#kept = this.#keepUp();
  }

  /**
   * Takes no more jobs and waits for those under way. After a while their signal is aborted, and at last they are left
   * where they are and their jobs put back for others. Stopping twice is stopping once. Never rejects.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#end();
    await this.#kept;
    // One that was just being started anew.
    await this.#end();
  }

  /** The library ends by itself when it cannot note in the database that a job has ended: then it is started anew. */
  async #keepUp(): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = once(signal, 'abort');
    while (!signal.aborted) {
      await Promise.race([this.#current?.runner.promise.catch(() => {}), stopped]);
      if (signal.aborted) return;
      this.#options.log.error({}, 'no jobs are done at the moment; trying again');
      await this.#end();
      await delay(this.#timing.restartMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.#begin().catch((cause: unknown) => this.#options.log.error({ cause }, 'the job runner cannot start'));
    }
  }

  async #begin(): Promise<void> {
    const { database, log } = this.#options;
    const pool = createPool(database, 'migrator', 'poltrona jobs', CONNECTIONS);
    // The library looks for this handler on the connections that are in use, and complains when there is none.
    pool.on('connect', (client) => client.on('error', () => {}));
    const events: WorkerEvents = new EventEmitter();
    const created: WorkerPool[] = [];
    events.on('pool:create', ({ workerPool }) => created.push(workerPool));
    const started = run({
      pgPool: pool,
      schema: JOB_SCHEMA,
      concurrency: JOBS_AT_A_TIME,
      pollInterval: POLL_MS,
      // Signals are the life cycle's.
      noHandleSignals: true,
      gracefulShutdownAbortTimeout: this.#timing.abortMs,
      logger: quietLogger(log),
      taskList: this.#taskList(),
      parsedCronItems: this.#cronItems(),
      events,
      // Notes are written in batches, if only of one: without this a note that fails is an unhandled rejection, and
      // that would end the whole node.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
    const runner = await started.catch(async (cause: unknown) => {
      await pool.end();
      throw cause;
    });
    const workerPool = created[0];
    if (workerPool === undefined) throw new Error('graphile-worker has made no pool');
    this.#current = { pool, runner, workerPool, timer: this.#watch(pool, workerPool.id) };
  }

  #watch(pool: pg.Pool, id: string): NodeJS.Timeout {
    const { log } = this.#options;
    const watch = new RunnerWatch(
      {
        beat: () => beat(pool, id),
        releaseLost: (goneMs) => releaseLostJobs(pool, goneMs),
        nowMs: () => performance.now(),
      },
      this.#timing,
    );
    let isBusy = false;
    let wasAway = false;
    const tick = async (): Promise<void> => {
      if (isBusy) return;
      isBusy = true;
      try {
        const jobs = await watch.tick();
        wasAway = false;
        if (jobs > 0) log.warn({ jobs }, 'jobs of a runner that is gone were put back');
      } catch (cause) {
        if (!wasAway) log.warn({ cause }, 'the job runner cannot say that it is alive');
        wasAway = true;
      }
      isBusy = false;
    };
    void tick();
    return setInterval(tick, this.#timing.beatMs).unref();
  }

  async #end(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    const { pool, runner, workerPool, timer } = current;
    const inTime = new AbortController();
    // Rejects when it has stopped already. While PostgreSQL is away it may take an hour: the library does not give up
    // asking for a job, and waits for that.
    const stopped = runner.stop('the node stops').catch(() => {});
    const forced = delay(this.#timing.forceMs, undefined, { signal: inTime.signal })
      // Has a deadline of its own, five seconds; rejects when a task will not end, which is what it is for.
      .then(() => workerPool.forcefulShutdown('the node stops'))
      .catch(() => {});
    await Promise.race([stopped, forced]);
    inTime.abort();
    clearInterval(timer);
    // Should this fail, the others will notice by themselves.
    await Promise.race([signOff(pool, workerPool.id).catch(() => {}), delay(SIGN_OFF_MS, undefined, { ref: false })]);
    // Not waited for: a line that has gone silent keeps its connection.
    void pool.end().catch(() => {});
  }

  #taskList(): TaskList {
    const { log, tasks } = this.#options;
    const list: TaskList = {};
    for (const task of tasks) {
      list[task.name] = async (payload, { job, abortSignal }) => {
        const parsed = task.payload.safeParse(payload);
        if (!parsed.success) {
          const paths = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'payload'}: ${code}`);
          throw new WrongPayload(`job ${job.id} (${task.name}): ${paths.join('; ')}`);
        }
        const { attempts: attempt, max_attempts: attemptsMax } = job;
        await task.run(parsed.data, { signal: abortSignal, log, attempt, isLastAttempt: attempt >= attemptsMax });
      };
    }
    return list;
  }

  #cronItems(): ReturnType<typeof parseCronItems> {
    return parseCronItems(
      (this.#options.recurring ?? []).map(({ task, at }) => ({
        task,
        match: at,
        identifier: task,
        // One that is still waiting when the next is due is replaced: nothing piles up.
        options: { backfillPeriod: MADE_UP_MS, jobKey: `recurring:${task}`, maxAttempts: 5 },
      })),
    );
  }
}
