/** What is left to do of a cancelled or moved screening, found anew each time from the tables: a job can stop anywhere. */
import type pg from 'pg';
import { wallText } from './answer-sql.ts';

export interface OrderLeft {
  readonly order: string;
  /** Whom to tell: whose order it is, else whose CPF paid. */
  readonly buyer: string;
  /** Its live tickets, by id. */
  readonly tickets: readonly string[];
  /** Prices and fees. */
  readonly cents: number;
}

/** Orders of `screening` with live tickets, by id, after the order `after`. */
export async function ordersWithTickets(
  pool: pg.Pool,
  screening: number,
  after: string,
  limit: number,
): Promise<OrderLeft[]> {
  const { rows } = await pool.query<OrderLeft>({
    name: 'orders-with-tickets',
    text: `select o.id as "order", coalesce(o.contact, o.buyer) as buyer, array_agg(t.id order by t.id) as tickets, sum(t.price_cents + t.fee_cents)::float8 as cents
      from orders o join tickets t on t.order_id = o.id
      where o.screening = $1 and t.state = 'live' and o.id > $2
      group by o.id order by o.id limit $3`,
    values: [screening, after, limit],
  });
  return rows;
}

/** Orders in payment that began until `untilMs`; null: all of them. */
export async function ordersInPayment(
  pool: pg.Pool,
  screening: number,
  untilMs: number | null = null,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'orders-in-payment',
    text: `select count(*)::int as count from orders
      where screening = $1 and state in ('created', 'authorised') and ($2::float8 is null or created_at <= to_timestamp($2 / 1000))`,
    values: [screening, untilMs],
  });
  return rows[0]?.count ?? 0;
}

/** Whom to tell of those with live tickets of `screening`, by id, after the buyer `after`. */
export async function buyersOf(pool: pg.Pool, screening: number, after: string, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ buyer: string }>({
    name: 'buyers-of-screening',
    text: `select distinct coalesce(o.contact, o.buyer) as buyer from orders o join tickets t on t.order_id = o.id
      where o.screening = $1 and t.state = 'live' and coalesce(o.contact, o.buyer) > $2 order by 1 limit $3`,
    values: [screening, after, limit],
  });
  return rows.map(({ buyer }) => buyer);
}

export interface ScreeningNow {
  readonly isCancelled: boolean;
  /** "2026-12-24T20:30:00" */
  readonly startsLocal: string;
}

/** What the catalogue says of it now, which a job that comes late asks first; null when it is gone. */
export async function screeningNow(pool: pg.Pool, screening: number): Promise<ScreeningNow | null> {
  const { rows } = await pool.query<ScreeningNow>(
    `select status = 'cancelled' as "isCancelled", ${wallText('starts_local')} as "startsLocal" from screenings where id = $1`,
    [screening],
  );
  return rows[0] ?? null;
}
