/** How the queue is doing as a whole: what waits, what is late, what failed for good. `pool` is the login itself. */
import type pg from 'pg';
import { JOB_SCHEMA } from './job-schema.ts';

export interface JobSurvey {
  /** To be done, or being done. */
  readonly waiting: number;
  /** For how long the oldest of those has been due, seconds. */
  readonly overdueSeconds: number;
  /** Failed as often as they were allowed to; they stay, for a person to look. */
  readonly failed: number;
  readonly failedTasks: readonly string[];
}

/** How long a job that failed for good is kept. */
export const FAILED_DAYS = 30;

export async function surveyJobs(pool: pg.Pool): Promise<JobSurvey> {
  const { rows } = await pool.query<JobSurvey>(
    `with jobs as (
       select *, attempts >= max_attempts and locked_at is null as is_failed from ${JOB_SCHEMA}.jobs)
     select (count(*) filter (where not is_failed))::int as waiting, (count(*) filter (where is_failed))::int as failed,
       coalesce(extract(epoch from now() - min(run_at) filter (
         where not is_failed and locked_at is null and run_at < now())), 0)::float8 as "overdueSeconds",
       coalesce(array_agg(distinct task_identifier) filter (where is_failed), '{}') as "failedTasks"
     from jobs`,
  );
  return rows[0] ?? { waiting: 0, overdueSeconds: 0, failed: 0, failedTasks: [] };
}

/** Deletes jobs that failed for good more than FAILED_DAYS ago, at most `limit`; resolves with how many. */
export async function forgetFailedJobs(pool: pg.Pool, limit = 1_000): Promise<number> {
  const { rowCount } = await pool.query(
    `select ${JOB_SCHEMA}.complete_jobs(array(
       select id from ${JOB_SCHEMA}.jobs
       where attempts >= max_attempts and locked_at is null and updated_at < now() - $1 * interval '1 day' limit $2))`,
    [FAILED_DAYS, limit],
  );
  return rowCount ?? 0;
}
