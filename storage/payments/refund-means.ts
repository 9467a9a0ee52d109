/** How the money of an order goes back, for the letter that tells its buyer. */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';

export interface RefundMeans {
  /** Null: the order has no books. */
  readonly provider: Provider | null;
  /** All that was written down to be sent back is on its way, or there. */
  readonly isSent: boolean;
}

/** Role accounts or app. */
export async function refundMeans(pool: Pick<pg.Pool, 'query'>, order: string): Promise<RefundMeans> {
  const { rows } = await pool.query<RefundMeans>({
    name: 'refund-means',
    text: `select p.provider, coalesce((select bool_and(r.phase in ('pending', 'done')) from refunds r where r.order_id = p.order_id),
             false) as "isSent"
           from payments p where p.order_id = $1`,
    values: [order],
  });
  return rows[0] ?? { provider: null, isSent: false };
}
