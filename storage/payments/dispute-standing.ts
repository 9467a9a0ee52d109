/** How far our books know the disputes that a provider lists, for looking up what no webhook has told. */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface DisputeStanding {
  readonly id: string;
  /** As the provider calls it. */
  readonly status: string;
  readonly outcome: 'won' | 'lost' | null;
}

/** Of those `ids` that our books have, and of all that are open in them: at most `limit`, the oldest first. App role. */
export async function disputeStandings(
  pool: Queryable,
  provider: Provider,
  ids: readonly string[],
  limit: number,
): Promise<DisputeStanding[]> {
  const { rows } = await pool.query<DisputeStanding>({
    name: 'dispute-standings',
    text: `select id, status, outcome from disputes where provider = $1 and (id = any($2) or is_open) order by opened_at, id limit $3`,
    values: [provider, ids, limit],
  });
  return rows;
}
