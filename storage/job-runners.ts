/**
 * Which runners of jobs are alive, by PostgreSQL's clock. graphile-worker locks a job with its runner's name and trusts
 * that for four hours; a runner that was killed would keep a mail that long. So each runner says every few seconds that it
 * is there, and the others take back the jobs of one that has stopped saying so. One that was only slow may then do a job
 * a second time: tasks are written for that.
 */
import type pg from 'pg';
import { JOB_SCHEMA } from './job-schema.ts';

/** How long the row of a runner that is gone is kept, to be seen by a person who looks for it. */
const REMEMBERED = '1 day';

/** The runner `id` is alive. `pool` is the login itself, here and below. */
export async function beat(pool: pg.Pool, id: string): Promise<void> {
  await pool.query({
    name: 'job-runner-beat',
    text: `insert into job_runners (id) values ($1) on conflict (id) do update set seen_at = now()`,
    values: [id],
  });
}

/** The runner `id` has stopped and holds no jobs any more. */
export async function signOff(pool: pg.Pool, id: string): Promise<void> {
  await pool.query('delete from job_runners where id = $1', [id]);
}

/**
 * Unlocks the jobs of runners that were not seen for `goneMs`; resolves with how many jobs can be taken again. An attempt
 * that ended this way counts: a job that kills whoever touches it is not tried for ever.
 */
export async function releaseLostJobs(pool: pg.Pool, goneMs: number): Promise<number> {
  // Also of runners that never said anything, unless they have just begun.
  const { rows } = await pool.query<{ jobs: string; runner: string }>({
    name: 'job-runners-lost',
    text: `select j.locked_by as runner, count(*) as jobs from ${JOB_SCHEMA}.jobs j
           where j.locked_at < now() - $1 * interval '1 millisecond' and not exists (
             select from job_runners r where r.id = j.locked_by and r.seen_at > now() - $1 * interval '1 millisecond')
           group by j.locked_by`,
    values: [goneMs],
  });
  await pool.query(`delete from job_runners where seen_at < now() - interval '${REMEMBERED}'`);
  if (rows.length === 0) return 0;
  await pool.query(`select ${JOB_SCHEMA}.force_unlock_workers($1)`, [rows.map(({ runner }) => runner)]);
  return rows.reduce((sum, { jobs }) => sum + Number(jobs), 0);
}
