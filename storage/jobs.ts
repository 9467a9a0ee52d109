/**
 * Work for later. A job is added in the transaction of what causes it: both are there after the commit, or neither. It is
 * then done at least once, by any node (workers/jobs); whoever writes a task makes sure that twice does no harm.
 */
import type pg from 'pg';

export interface JobOptions {
  /** At most one job with this key waits; adding another one replaces it, also when and how often it is tried. */
  readonly key?: string;
  /** Not before; at once unless said. */
  readonly runAt?: Date;
  /** How often it is tried, with growing pauses of e, e², … e¹⁰ seconds: 25 times take about four days. */
  readonly maxAttempts?: number;
  /** Jobs of a smaller number go first; 0 unless said. */
  readonly priority?: number;
}

/**
 * `client` has the role app or accounts, or is the login itself. The payload names things by their ids and holds nothing
 * personal; what is longer than 8 KB is refused, and the transaction with it.
 */
export async function addJob(
  client: pg.ClientBase | pg.Pool,
  task: string,
  payload: object,
  options: JobOptions = {},
): Promise<void> {
  await client.query({
    name: 'job-add',
    text: 'select poltrona.add_job($1, $2, $3, $4, $5, $6)',
    values: [
      task,
      JSON.stringify(payload),
      options.key ?? null,
      options.runAt ?? null,
      options.maxAttempts ?? null,
      options.priority ?? null,
    ],
  });
}
