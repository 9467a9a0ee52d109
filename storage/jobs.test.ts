import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { beat, releaseLostJobs, signOff } from './job-runners.ts';
import { JOB_SCHEMA } from './job-schema.ts';
import { FAILED_DAYS, forgetFailedJobs, surveyJobs } from './job-survey.ts';
import { addJob } from './jobs.ts';

test('[JB1] a job is there exactly when the transaction that added it is', async (t) => {
  const database = await testDatabase(t);
  const owner = await connected(t, database, 'migrator');
  for (const role of ['app', 'accounts'] as const) {
    const pool = createPool(database, role, 'test', 1);
    t.after(() => pool.end());
    await inTransaction(pool, (client) => addJob(client, 'kept', { role }));
    await inTransaction(pool, (client) => addJob(client, 'undone', { role }), false);
    await assert.rejects(
      inTransaction(pool, async (client) => {
        await addJob(client, 'undone', { role });
        throw new Error('thought better of it');
      }),
    );
  }
  const { rows } = await owner.query(`select task_identifier as task from ${JOB_SCHEMA}.jobs`);
  assert.deepEqual(rows, [{ task: 'kept' }, { task: 'kept' }]);
});

test('[JB2] the roles add jobs and can do nothing else to the queue', async (t) => {
  const database = await testDatabase(t);
  const owner = await connected(t, database, 'migrator');
  await addJob(owner, 'theirs', {});
  for (const role of ['app', 'accounts', 'shard', 'reader'] as const) {
    const client = await connected(t, database, role);
    for (const sql of [
      `select * from ${JOB_SCHEMA}.jobs`,
      `delete from ${JOB_SCHEMA}._private_jobs`,
      `select ${JOB_SCHEMA}.add_job('direct')`,
      `select ${JOB_SCHEMA}.force_unlock_workers(array['x'])`,
      'delete from job_runners',
    ]) {
      await assert.rejects(client.query(sql), { code: '42501' }, `${role}: ${sql}`);
    }
    if (role === 'shard' || role === 'reader') {
      await assert.rejects(addJob(client, 'not mine', {}), { code: '42501' });
    }
  }
});

test('[JB3] a second job with the same key takes the place of the first one that waits', async (t) => {
  const database = await testDatabase(t);
  const owner = await connected(t, database, 'migrator');
  const app = await connected(t, database, 'app');
  const runAt = new Date('2030-01-01T00:00:00Z');
  await addJob(app, 'tidy', { turn: 1 }, { key: 'tidy' });
  await addJob(app, 'tidy', { turn: 2 }, { key: 'tidy', runAt, maxAttempts: 3, priority: 5 });
  const { rows } = await owner.query(
    `select p.payload, j.run_at, j.max_attempts, j.priority from ${JOB_SCHEMA}.jobs j
     join ${JOB_SCHEMA}._private_jobs p using (id)`,
  );
  assert.deepEqual(rows, [{ payload: { turn: 2 }, run_at: runAt, max_attempts: 3, priority: 5 }]);
});

test('[JB4] a payload of more than 8 KB is refused with the transaction that it came in', async (t) => {
  const app = await connected(t, await testDatabase(t), 'app');
  await addJob(app, 'small', { text: 'x'.repeat(8_000) });
  await assert.rejects(addJob(app, 'large', { text: 'x'.repeat(8_192) }), /8192 bytes/);
});

test('[JB5] jobs of a runner that is gone are put back, those of a living one are left', async (t) => {
  const database = await testDatabase(t);
  const pool = createPool(database, 'migrator', 'test', 2);
  t.after(() => pool.end());
  for (const runner of ['dead', 'silent', 'alive', 'new']) {
    await addJob(pool, 'work', { runner });
    const lockedFor = runner === 'new' ? '5 seconds' : '10 minutes';
    await pool.query(
      `update ${JOB_SCHEMA}._private_jobs set locked_by = $1, locked_at = now() - $2::interval, attempts = 1
       where payload->>'runner' = $1`,
      [runner, lockedFor],
    );
  }
  // "silent" and "new" have no row yet; "new" has just begun.
  await beat(pool, 'alive');
  await beat(pool, 'dead');
  await pool.query(`update job_runners set seen_at = now() - interval '31 seconds' where id = 'dead'`);
  assert.equal(await releaseLostJobs(pool, 30_000), 2);
  const { rows } = await pool.query(
    `select payload->>'runner' as runner, locked_by is null as free, attempts from ${JOB_SCHEMA}._private_jobs order by 1`,
  );
  assert.deepEqual(rows, [
    { runner: 'alive', free: false, attempts: 1 },
    { runner: 'dead', free: true, attempts: 1 },
    { runner: 'new', free: false, attempts: 1 },
    { runner: 'silent', free: true, attempts: 1 },
  ]);
  assert.equal(await releaseLostJobs(pool, 30_000), 0);
  await signOff(pool, 'alive');
  assert.equal(await releaseLostJobs(pool, 30_000), 1);
});

test('[JB8] jobs that failed for good are told by their tasks, and forgotten after a month', async (t) => {
  const database = await testDatabase(t);
  const pool = createPool(database, 'migrator', 'test', 2);
  t.after(() => pool.end());
  assert.deepEqual(await surveyJobs(pool), { waiting: 0, overdueSeconds: 0, failed: 0, failedTasks: [] });
  await addJob(pool, 'late', {}, { runAt: new Date(Date.now() - 60_000) });
  await addJob(pool, 'later', {}, { runAt: new Date(Date.now() + 60_000) });
  for (let count = 0; count < 2; count++) await addJob(pool, 'hopeless', {}, { maxAttempts: 1 });
  await pool.query(`update ${JOB_SCHEMA}._private_jobs set attempts = 1 where max_attempts = 1`);
  const { overdueSeconds, ...counts } = await surveyJobs(pool);
  assert.deepEqual(counts, { waiting: 2, failed: 2, failedTasks: ['hopeless'] });
  assert.ok(overdueSeconds >= 60);
  await pool.query(
    `update ${JOB_SCHEMA}._private_jobs set updated_at = now() - $1 * interval '1 day' - interval '1 minute'`,
    [FAILED_DAYS],
  );
  assert.equal(await forgetFailedJobs(pool, 1), 1);
  assert.equal(await forgetFailedJobs(pool), 1);
  assert.deepEqual(await forgetFailedJobs(pool), 0);
  assert.equal((await surveyJobs(pool)).waiting, 2);
});
