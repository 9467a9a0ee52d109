/**
 * Who has to be looked after, and when: `due_at` of the books is the outbox of the money. What causes work sets it in its own
 * transaction; who takes an order leaves it to nobody else for the length of a lease, and a process that dies in between is made up
 * for when that is over.
 */
import type pg from 'pg';

type Queryable = Pick<pg.Pool, 'query'>;

/** Orders whose time has come, the longest first; nobody else is given them for `leaseMs`. Their versions stay: nothing was changed. */
export async function claimDue(pool: Queryable, limit: number, leaseMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ order: string }>({
    name: 'payments-claim',
    text: `with due as (
        select order_id, due_at from payments where due_at <= now() order by due_at limit $1 for no key update skip locked),
      claimed as (
        update payments p set due_at = now() + $2::float8 * interval '1 millisecond' from due where p.order_id = due.order_id
        returning p.order_id, due.due_at)
      select order_id as "order" from claimed order by due_at, order_id`,
    values: [limit, leaseMs],
  });
  return rows.map(({ order }) => order);
}

/**
 * Has these orders looked after at once; those without books are passed over. Their versions grow: who is about to note that
 * nothing is left to be done looks again first.
 */
export async function wake(
  queryable: Pick<pg.ClientBase, 'query'> | Queryable,
  orders: readonly string[],
): Promise<void> {
  if (orders.length === 0) return;
  await queryable.query({
    name: 'payments-wake',
    // Locked in the order of their ids: whoever wakes several never waits for one who waits for him.
    text: `update payments p set due_at = now(), version = p.version + 1
      from (select order_id from payments where order_id = any($1::text[]) order by order_id for no key update) as w
      where p.order_id = w.order_id`,
    values: [orders],
  });
}
