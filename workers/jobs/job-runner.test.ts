import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { clientConfig, createPool, type DatabaseConfig } from '../../storage/database.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import { surveyJobs } from '../../storage/job-survey.ts';
import { addJob } from '../../storage/jobs.ts';
import { CuttingProxy } from '../../tests/support/cutting-proxy.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { cleaningTasks } from './cleaning-tasks.ts';
import { JOB_TIMING, JobRunner, type JobTiming } from './job-runner.ts';
import { type JobContext, type JobTask, jobTask, type RecurringJob } from './tasks.ts';

/** What tests wait for: `is(n)` resolves when `add` was called n times. */
class Count {
  readonly seen: unknown[] = [];
  #waiting: (() => void)[] = [];

  add(what: unknown): void {
    this.seen.push(what);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async is(count: number): Promise<readonly unknown[]> {
    while (this.seen.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.seen;
  }
}

interface Stage {
  readonly database: DatabaseConfig;
  readonly app: pg.Pool;
  readonly owner: pg.Pool;
  readonly log: string[];
  start(
    tasks: readonly JobTask[],
    timing?: Partial<JobTiming>,
    recurring?: readonly RecurringJob[],
    through?: DatabaseConfig,
  ): Promise<JobRunner>;
}

async function jobStage(t: TestContext): Promise<Stage> {
  const runners: JobRunner[] = [];
  // Hooks run in the order of their making: what uses the database ends before it is dropped.
  t.after(() => Promise.all(runners.map((runner) => runner.stop())));
  const database = await testDatabase(t);
  const app = createPool(database, 'app', 'test', 2);
  const owner = createPool(database, 'migrator', 'test', 2);
  t.after(() => Promise.all([app.end(), owner.end()]));
  const log: string[] = [];
  const note = (details: object, message: string): void => {
    log.push(`${message} ${JSON.stringify(details)}`);
  };
  return {
    database,
    app,
    owner,
    log,
    async start(tasks, timing = {}, recurring = [], through = database) {
      const runner = new JobRunner({
        database: through,
        tasks,
        recurring,
        log: { info: note, warn: note, error: note },
        timing: { ...JOB_TIMING, ...timing },
      });
      runners.push(runner);
      await runner.start();
      return runner;
    },
  };
}

const number = z.object({ n: z.number() });

test('[JB6] a job is done soon after it was added, by one of the nodes, with its payload', async (t) => {
  const stage = await jobStage(t);
  const done = new Count();
  for (let node = 0; node < 2; node++) {
    await stage.start([jobTask('count', number, async ({ n }, { attempt }) => done.add([n, attempt]))]);
  }
  for (let n = 0; n < 20; n++) await addJob(stage.app, 'count', { n });
  const seen = (await done.is(20)) as [number, number][];
  assert.deepEqual(
    seen.map(([n]) => n).sort((one, other) => one - other),
    Array.from({ length: 20 }, (_, n) => n),
  );
  assert.ok(seen.every(([, attempt]) => attempt === 1));
});

test('[JB7] a node does two jobs at a time; the urgent ones go first', async (t) => {
  const stage = await jobStage(t);
  const began = new Count();
  const gates: (() => void)[] = [];
  const task = jobTask('wait', number, async ({ n }) => {
    began.add(n);
    await new Promise<void>((resolve) => gates.push(resolve));
  });
  for (const [n, priority] of [
    [1, 10],
    [2, 10],
    [3, 0],
    [4, -1],
  ] as const) {
    await addJob(stage.app, 'wait', { n }, { priority });
  }
  await stage.start([task]);
  assert.deepEqual([...(await began.is(2))].sort(), [3, 4]);
  gates.shift()?.();
  await began.is(3);
  assert.equal(gates.length, 2);
  gates.shift()?.();
  await began.is(4);
  for (const open of gates) open();
});

test('[JB8] a task that throws is tried again; after its last attempt the job stays, and is counted', async (t) => {
  const stage = await jobStage(t);
  const attempts = new Count();
  const task = jobTask('fail', number, async (_payload, { attempt, isLastAttempt }) => {
    attempts.add([attempt, isLastAttempt]);
    throw new Error('not today');
  });
  await stage.start([task]);
  await addJob(stage.app, 'fail', { n: 1 }, { maxAttempts: 2 });
  await attempts.is(1);
  const failed = `from ${JOB_SCHEMA}._private_jobs where last_error = 'not today' and locked_by is null`;
  await until(async () => (await stage.owner.query(`select ${failed}`)).rowCount === 1);
  // The library's first pause is e seconds.
  await stage.owner.query(`update ${JOB_SCHEMA}._private_jobs set run_at = now() where id in (select id ${failed})`);
  await stage.owner.query(`select pg_notify('jobs:insert', '{"count":1}')`);
  assert.deepEqual(await attempts.is(2), [
    [1, false],
    [2, true],
  ]);
  await until(async () => (await surveyJobs(stage.owner)).failed === 1);
  assert.match(stage.log.join('\n'), /fail.*not today/);
});

test('[JB9] a payload that the task does not take is an error that names what is wrong, and no work', async (t) => {
  const stage = await jobStage(t);
  const done = new Count();
  await stage.start([jobTask('count', number, async ({ n }) => done.add(n))]);
  await addJob(stage.app, 'count', { n: 'secret words' });
  await addJob(stage.app, 'count', { n: 2 });
  assert.deepEqual(await done.is(1), [2]);
  await until(async () => stage.log.some((line) => line.includes('n: invalid_type')));
  assert.doesNotMatch(stage.log.join('\n'), /secret words/);
});

test('[JB9] a job whose task this build does not know waits for a node that does', async (t) => {
  const stage = await jobStage(t);
  const done = new Count();
  await addJob(stage.app, 'newer', { n: 1 });
  await stage.start([jobTask('older', number, async ({ n }) => done.add(n))]);
  await addJob(stage.app, 'older', { n: 2 });
  assert.deepEqual(await done.is(1), [2]);
  await stage.start([jobTask('newer', number, async ({ n }) => done.add(n))]);
  assert.deepEqual(await done.is(2), [2, 1]);
});

test('[JB10] a stop waits for the jobs under way, tells them, and at last leaves them to the others', async (t) => {
  const stage = await jobStage(t);
  const began = new Count();
  const patient = jobTask('patient', z.object({}), async (_payload, { signal }) => {
    began.add('patient');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  const stubborn = jobTask('stubborn', z.object({}), async () => {
    began.add('stubborn');
    await new Promise(() => {});
  });
  await addJob(stage.app, 'patient', {});
  await addJob(stage.app, 'stubborn', {});
  const runner = await stage.start([patient, stubborn], { abortMs: 20, forceMs: 100 });
  await began.is(2);
  await Promise.all([runner.stop(), runner.stop()]);
  const { rows } = await stage.owner.query(
    `select task_identifier as task, locked_by is null as free, attempts < max_attempts as again from ${JOB_SCHEMA}.jobs`,
  );
  assert.deepEqual(rows, [{ task: 'stubborn', free: true, again: true }]);
  const { rows: runners } = await stage.owner.query('select id from job_runners');
  assert.deepEqual(runners, []);
});

test('[JB11] what comes round is done once in the cluster, and made up for once when nobody was there', async (t) => {
  const stage = await jobStage(t);
  await stage.owner.query(
    `insert into ${JOB_SCHEMA}._private_known_crontabs (identifier, known_since, last_execution)
     values ('tidy', now() - interval '9 days', now() - interval '3 days')`,
  );
  const done = new Count();
  const { tasks, recurring } = cleaningTasks([
    {
      name: 'tidy',
      // One that was due within the last day, and is not due within the next minutes.
      at: `0 ${(new Date().getUTCHours() + 20) % 24} * * *`,
      clean: async () => {
        done.add('tidy');
        return 0;
      },
    },
  ]);
  const runners = await Promise.all([1, 2, 3].map(() => stage.start(tasks, {}, recurring)));
  await done.is(1);
  await Promise.all(runners.map((runner) => runner.stop()));
  assert.equal(done.seen.length, 1);
  assert.equal((await surveyJobs(stage.owner)).waiting, 0);
});

test('[JB11] cleaning goes on bite by bite until nothing is left, and stops when the node does', async () => {
  const left = [5, 5, 2, 0];
  const bitten: unknown[] = [];
  const { tasks } = cleaningTasks([{ name: 'tidy', at: '* * * * *', clean: async () => left.shift() ?? 0 }]);
  const log = { info: (details: object) => bitten.push(details), warn() {}, error() {} };
  const context: JobContext = { signal: new AbortController().signal, log, attempt: 1, isLastAttempt: false };
  await tasks[0]?.run({}, context);
  assert.deepEqual(bitten, [{ task: 'tidy', count: 12 }]);
  assert.deepEqual(left, []);
  await assert.rejects(async () => tasks[0]?.run({}, { ...context, signal: AbortSignal.abort() }));
});

test('[JB12] connections that break cost no job: what is under way ends, and the next ones are done', async (t) => {
  const stage = await jobStage(t);
  const done = new Count();
  const began = new Count();
  let open: () => void = () => {};
  const task = jobTask('count', number, async ({ n }) => {
    began.add(n);
    // Only the first time: whether its end was noted before the connections broke is chance, and if not, it is done again.
    if (began.seen.length === 1) await new Promise<void>((resolve) => (open = resolve));
    done.add(n);
  });
  await stage.start([task], { beatMs: 50, goneMs: 300, restartMs: 100 });
  await addJob(stage.app, 'count', { n: 1 });
  await began.is(1);
  const superuser = new pg.Client(clientConfig({ ...stage.database, user: 'postgres' }, 'migrator', 'test'));
  await superuser.connect();
  await superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'poltrona jobs' and datname = current_database()`);
  await superuser.end();
  open();
  await addJob(stage.app, 'count', { n: 2 });
  await done.is(2);
  const client = await connected(t, stage.database, 'migrator');
  await until(async () => (await client.query(`select from ${JOB_SCHEMA}.jobs`)).rowCount === 0);
  assert.deepEqual([...new Set(done.seen)].sort(), [1, 2]);
});

test('[JB12] a database that is away while a job ends: the node lives on, and the job is done again', async (t) => {
  const stage = await jobStage(t);
  const proxy = await CuttingProxy.start(t, stage.database);
  const began = new Count();
  const done = new Count();
  let open: () => void = () => {};
  const task = jobTask('count', number, async ({ n }) => {
    began.add(n);
    if (began.seen.length === 1) await new Promise<void>((resolve) => (open = resolve));
    done.add(n);
  });
  await stage.start([task], { beatMs: 50, goneMs: 300, restartMs: 100 }, [], proxy.config);
  await addJob(stage.app, 'count', { n: 1 });
  await began.is(1);
  proxy.refuseConnections();
  proxy.cutNow();
  open();
  await done.is(1);
  await until(async () => stage.log.some((line) => line.includes('no jobs are done at the moment')));
  proxy.reset();
  assert.deepEqual(await done.is(2), [1, 1]);
  await until(async () => (await surveyJobs(stage.owner)).waiting === 0);
  await addJob(stage.app, 'count', { n: 2 });
  assert.deepEqual(await done.is(3), [1, 1, 2]);
});

test('[JB10] a stop ends in time although the database is away', async (t) => {
  const stage = await jobStage(t);
  const proxy = await CuttingProxy.start(t, stage.database);
  const began = new Count();
  const task = jobTask('hang', z.object({}), async () => {
    began.add(1);
    await new Promise(() => {});
  });
  const runner = await stage.start([task], { abortMs: 20, forceMs: 100 }, [], proxy.config);
  await addJob(stage.app, 'hang', {});
  await began.is(1);
  proxy.refuseConnections();
  proxy.cutNow();
  await runner.stop();
});

/** For what the library does after the task has ended. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
