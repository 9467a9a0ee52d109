/** A transaction that may end in a refusal: everything is undone, and the connection, which is not at fault, is used again. */
import type { ClientBase, Pool } from 'pg';
import { inTransaction } from '../../storage/in-transaction.ts';
import { Problem } from './problem.ts';

/**
 * As `inTransaction`, but a Problem thrown by `work` does not destroy the connection: whoever sends requests that are refused
 * must not cost a new connection each.
 * @throws what `work` throws
 */
export async function inProblemTransaction<Result>(
  pool: Pool,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  const outcome = await inTransaction(
    pool,
    async (client): Promise<{ readonly result: Result } | Problem> => {
      try {
        return { result: await work(client) };
      } catch (cause) {
        if (cause instanceof Problem) return cause;
        throw cause;
      }
    },
    (ended) => !(ended instanceof Problem),
  );
  if (outcome instanceof Problem) throw outcome;
  return outcome.result;
}
