/**
 * Members who are forgotten. Nobody could sign in any more to leave the club, and the provider would go on taking each month's
 * money: so the membership ends with the person, in the same transaction, and a job ends it at the provider
 * (workers/club/membership-end.ts). What is kept is what was bought, under the random id.
 */
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import { addJob } from '../jobs.ts';

/** The job's task; its payload names the buyer. */
export const END_MEMBERSHIP = 'end-club-membership';
/** Longer than the job is tried (about four days): by then it has failed for all to see, and is begun again. */
const AGAIN_DAYS = 5;

/** Ends all memberships of `buyers`, in the erasure's transaction; resolves with how many were alive. Role accounts. */
export async function endMemberships(client: pg.ClientBase, buyers: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ buyer: string; isAlive: boolean; isKnownThere: boolean }>(
    `select buyer, status not in ('canceled', 'incomplete_expired') as "isAlive", customer_id is not null as "isKnownThere"
     from club_members where buyer = any($1) order by id for update`,
    [buyers],
  );
  await client.query(
    `update club_members set forgotten_at = now(), updated_at = now(),
       status = case when status = 'incomplete_expired' then status else 'canceled' end
     where buyer = any($1)`,
    [buyers],
  );
  // Also of one that ended long ago: the provider keeps its card.
  const known = new Set(rows.filter(({ isKnownThere }) => isKnownThere).map(({ buyer }) => buyer));
  for (const buyer of known) await addJob(client, END_MEMBERSHIP, { buyer }, { key: `${END_MEMBERSHIP}.${buyer}` });
  return rows.filter(({ isAlive }) => isAlive).length;
}

/**
 * Ends what the erasure could not see (begun by a request that was under way), or what its job did not bring to an end; at most
 * `limit` buyers, resolves with how many. Role accounts, for a daily job.
 */
export function endForgottenMemberships(pool: pg.Pool, limit = 100): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ buyer: string }>(
      `select distinct m.buyer from club_members m join buyers b on b.id = m.buyer
       where b.erased_at is not null
         and (m.forgotten_at is null or (m.customer_id is not null and m.forgotten_at < now() - $1 * interval '1 day'))
       limit $2`,
      [AGAIN_DAYS, limit],
    );
    if (rows.length > 0)
      await endMemberships(
        client,
        rows.map(({ buyer }) => buyer),
      );
    return rows.length;
  });
}

/** What the provider has of a buyer: his customer there, and subscriptions, some ended. */
export interface KnownAtProvider {
  readonly member: string;
  readonly customer: string;
  readonly subscription: string | null;
}

export async function knownAtProvider(pool: pg.Pool, buyer: string): Promise<KnownAtProvider[]> {
  const { rows } = await pool.query<KnownAtProvider>(
    `select id as member, customer_id as customer, subscription_id as subscription from club_members
     where buyer = $1 and customer_id is not null order by id`,
    [buyer],
  );
  return rows;
}

/** The provider has deleted the customer. Its subscription's id stays: late news of it are known to be ours. App role. */
export async function customerForgotten(pool: pg.Pool, customer: string): Promise<void> {
  await pool.query('update club_members set customer_id = null, updated_at = now() where customer_id = $1', [customer]);
}
