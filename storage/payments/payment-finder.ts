/** Orders found by what others know of them: a provider's id, or a sale without books. */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** The order of the provider's object, authorisation, capture or refund with this id; null: none of ours. */
export async function findOrderOf(pool: Queryable, provider: Provider, id: string): Promise<string | null> {
  const { rows } = await pool.query<{ order: string }>({
    name: 'payment-find',
    // One after the other by their indexes: the first that finds ends it.
    text: `select order_id as "order" from payments where provider = $1 and object_id = $2
      union all select order_id from payments where provider = $1 and capture_id = $2
      union all select order_id from payments where provider = $1 and authorisation_id = $2
      union all select r.order_id from refunds r join payments p using (order_id) where p.provider = $1 and r.object_id = $2
      limit 1`,
    values: [provider, id],
  });
  return rows[0]?.order ?? null;
}

export interface OrderWithoutBooks {
  readonly order: string;
  readonly screening: number;
  readonly amountCents: number;
  readonly createdMs: number;
}

/**
 * Orders begun since `sinceMs` whose seats were sold for money that no books tell of, by their ids, at most `limit`; go on behind
 * the last one with `afterOrder` ('' at first). From before there were any books none is missing.
 */
export async function ordersWithoutBooks(
  pool: Queryable,
  sinceMs: number,
  afterOrder: string,
  limit: number,
): Promise<OrderWithoutBooks[]> {
  const { rows } = await pool.query<OrderWithoutBooks>({
    name: 'orders-without-books',
    // The recent ones first, by their own index: in the order of ids it would be a walk over all orders that ever were.
    text: `with recent as materialized (
        select * from orders where created_at >= to_timestamp($1::float8 / 1000) and id > $2
          and created_at >= (select created_at from payments order by created_at limit 1))
      select o.id as "order", o.screening::float8 as screening, o.amount_cents::float8 as "amountCents",
        (extract(epoch from o.created_at) * 1000)::float8 as "createdMs"
      from recent o
      where o.amount_cents > 0 and o.state in ('sold', 'captured', 'cancelled', 'refunded')
        and not exists (select from payments p where p.order_id = o.id)
        and exists (select from tickets t where t.order_id = o.id)
      order by o.id limit $3`,
    values: [sinceMs, afterOrder, limit],
  });
  return rows;
}
