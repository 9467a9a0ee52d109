/** One transaction on one connection of a pool: all of it or nothing, and the connection is given back clean. */
import type pg from 'pg';

/**
 * Runs `work` between BEGIN and COMMIT and resolves with what it returns. What it throws undoes everything. A connection
 * that saw an error is destroyed: it may be in the middle of a COPY.
 * @param keep false, or answering false for the result: undo everything at the end, as if it had never been (a rehearsal, or
 * a refusal that is a value: the connection is fine, and is not destroyed).
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  keep: boolean | ((result: Result) => boolean) = true,
): Promise<Result> {
  const client = await pool.connect();
  // The pool listens to idle connections only; one that breaks in our hands also fails the query under way.
  const onBroken = (): void => {};
  client.on('error', onBroken);
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    const isKept = typeof keep === 'function' ? keep(result) : keep;
    const ended = await client.query(isKept ? 'commit' : 'rollback');
    // A transaction that failed answers COMMIT with ROLLBACK, and no error.
    if (isKept && ended.command !== 'COMMIT') throw new Error('the transaction was rolled back');
    return result;
  } catch (cause) {
    failure = cause instanceof Error ? cause : new Error(String(cause));
    throw cause;
  } finally {
    client.off('error', onBroken);
    client.release(failure);
  }
}

/** Does `work` inside the caller's transaction and undoes it again; only what it resolves with is left. */
export async function rehearse<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('savepoint rehearsal');
  const result = await work();
  await client.query('rollback to savepoint rehearsal');
  return result;
}
