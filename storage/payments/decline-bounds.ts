/**
 * How many payments of somebody were declined lately. Whoever has bought a list of stolen cards tries them where seats are cheap;
 * each try is a payment that a bank declines. So it is declines that are counted, by whoever writes them into the books (a
 * checkout, a webhook, the sweep), in the same statement; and whoever begins a payment looks at the counts in the statement that he
 * needs anyhow. A purchase that goes well costs nothing more.
 *
 * Payments under way at the bound go on to their end: a crowd of them is bounded by the seats that one may hold.
 */
import type pg from 'pg';

/** One of the names that a decline is counted under (server/accounts/attempt-limits.ts). */
export interface DeclineBound {
  /** As in decline_counts. */
  readonly key: string;
  /** Declines in one hour; from then on nothing is begun. */
  readonly max: number;
}

/** Nothing was begun and no provider was asked: too many payments of theirs were declined in this hour. */
export class TooManyDeclines extends Error {
  override readonly name = 'TooManyDeclines';
}

/** SQL: the beginning of the present hour, as storage/accounts/attempts.ts counts; not date_trunc, which knows half-hour time zones. */
const THIS_HOUR = 'to_timestamp(floor(extract(epoch from now()) / 3600) * 3600)';

/** SQL: no name of the texts `keys` has as many declines as the integers `bounds` allow. */
export function isWithinBounds(keys: string, bounds: string): string {
  return `not exists (select from unnest(${keys}, ${bounds}) as b (name, max)
      join decline_counts a on a.name = b.name and a.window_start = ${THIS_HOUR} where a.count >= b.max)`;
}

/** A CTE's body that counts a decline of each payment of `changed`. In the order of the names, so that no two wait for each other. */
export function countDecline(changed: string): string {
  return `insert into decline_counts as a (name, window_start, count)
      select name, ${THIS_HOUR}, 1 from ${changed} join payments p using (order_id) cross join unnest(p.tried_as) as name order by name
      on conflict (name, window_start) do update set count = a.count + 1`;
}

/** Deletes counts that nobody looks at any more; resolves with how many. For a daily job with the accounts role. */
export async function forgetOldDeclines(pool: pg.Pool, limit = 50_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from decline_counts where (name, window_start) in (
       select name, window_start from decline_counts where window_start < now() - interval '2 days' limit $1)`,
    [limit],
  );
  return rowCount ?? 0;
}
