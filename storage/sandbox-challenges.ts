/** How buyers' challenges went, as they say themselves: the sandbox's stand-in for the page of a bank. */
import type pg from 'pg';

export type ChallengeOutcome = 'passed' | 'failed';

/**
 * Records how the challenge of an order in payment went, in `client`'s transaction; the first outcome stands. Resolves with that
 * one; null when there is no such order in payment, and nothing to challenge.
 */
export async function recordChallenge(
  client: pg.ClientBase,
  order: string,
  outcome: ChallengeOutcome,
): Promise<ChallengeOutcome | null> {
  // Only for orders that are there: everybody may ask, and the table grows no faster than sales do.
  await client.query({
    name: 'sandbox-challenge-record',
    text: `insert into sandbox_challenges (order_id, outcome) select id, $2 from orders where id = $1 and state = 'created'
      on conflict (order_id) do nothing`,
    values: [order, outcome],
  });
  return challengeOf(client, order);
}

/** How the challenge of `order` went; null: not yet. The roles app and shard may ask. */
export async function challengeOf(client: pg.Pool | pg.ClientBase, order: string): Promise<ChallengeOutcome | null> {
  const { rows } = await client.query<{ outcome: ChallengeOutcome }>({
    name: 'sandbox-challenge',
    text: 'select outcome from sandbox_challenges where order_id = $1',
    values: [order],
  });
  return rows[0]?.outcome ?? null;
}

/** Deletes those that were told a month ago, long after any purchase is said again; resolves with how many. For a daily job. */
export async function forgetOldChallenges(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from sandbox_challenges where order_id in (
       select order_id from sandbox_challenges where created_at < now() - interval '30 days' limit $1)`,
    [limit],
  );
  return rowCount ?? 0;
}
