/** What is done for the list of messages from time to time: old ones are forgotten, lost ones found. */
import type pg from 'pg';
import { JOB_SCHEMA } from './job-schema.ts';
import { SEND_MESSAGE } from './messages.ts';

/** What went well is of use for as long as somebody may ask where his mail is. */
export const SENT_DAYS = 90;
export const DEAD_DAYS = 365;

/** Deletes old messages, at most `limit`; resolves with how many. `pool` has the accounts role. For a daily job. */
export async function forgetOldMessages(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from messages where id in (
       select id from messages
       where (state in ('sent', 'dropped') and created_at < now() - $1 * interval '1 day')
          or (state = 'dead' and created_at < now() - $2 * interval '1 day')
       limit $3)`,
    [SENT_DAYS, DEAD_DAYS, limit],
  );
  return rowCount ?? 0;
}

/**
 * A message that waits while no job will ever send it is dead: staff sees it, and can send it again. That happens when
 * its jobs ended in errors of our own, or with the nodes that did them. Also clears away what those left in the queue.
 * `pool` is the login itself; resolves with how many messages.
 */
export async function findLostMessages(pool: pg.Pool): Promise<number> {
  await pool.query(
    `select ${JOB_SCHEMA}.complete_jobs(array(
       select id from ${JOB_SCHEMA}.jobs
       where task_identifier = $1 and attempts >= max_attempts and locked_at is null limit 1000))`,
    [SEND_MESSAGE],
  );
  const { rowCount } = await pool.query(
    `update messages m set state = 'dead', updated_at = now(), last_error = $1
     where state = 'queued' and not exists (select from ${JOB_SCHEMA}.jobs j where j.key = 'message:' || m.id)`,
    ['no job is left that would send it: each ended in an error, or with the server that did it; see the log'],
  );
  return rowCount ?? 0;
}
