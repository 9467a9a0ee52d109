/** How far the money of a screening has gone back: counted from tickets and books each time, so that nothing has to be kept up to date. */
import type pg from 'pg';

export interface ScreeningRefunds {
  /** With tickets that were given back. */
  readonly orders: number;
  /** Of those: all that is owed was sent. */
  readonly refundedOrders: number;
  /** Owed for tickets that were given back, cents; what was bought without money is not counted. */
  readonly cents: number;
  /** Sent back, cents. */
  readonly sentCents: number;
  /** Orders whose refund the provider refuses: for a person. */
  readonly failed: number;
  /** Orders that still have tickets which were not used. */
  readonly liveOrders: number;
  readonly currency: string;
}

/** Null: there is no such screening. Role app or reader. */
export async function screeningRefunds(
  pool: Pick<pg.Pool, 'query'>,
  screening: number,
): Promise<ScreeningRefunds | null> {
  const { rows } = await pool.query<ScreeningRefunds>({
    name: 'screening-refunds',
    text: `with given as (
        select o.id, sum(t.price_cents + t.fee_cents) filter (where t.state = 'refunded') as owed,
          count(*) filter (where t.state = 'refunded') as refunded, count(*) filter (where t.state = 'live') as live
        from orders o join tickets t on t.order_id = o.id where o.screening = $1 group by o.id),
      booked as (
        select g.*, p.order_id is not null as has_books, p.case_kind = 'refund-failed' as has_failed,
          case when p.phase = 'captured' then g.owed else 0 end as due,
          coalesce((select sum(cents) from refunds r where r.order_id = g.id and r.phase = 'done'), 0) as sent
        from given g left join payments p on p.order_id = g.id)
      select count(b.id) filter (where b.refunded > 0)::int as orders,
        count(b.id) filter (where b.refunded > 0 and b.sent >= coalesce(b.due, 0))::int as "refundedOrders",
        coalesce(sum(b.due), 0)::float8 as cents, coalesce(sum(b.sent), 0)::float8 as "sentCents",
        count(b.id) filter (where b.has_failed)::int as failed, count(b.id) filter (where b.live > 0)::int as "liveOrders", s.currency
      from screenings s left join booked b on true where s.id = $1 group by s.currency`,
    values: [screening],
  });
  return rows[0] ?? null;
}
