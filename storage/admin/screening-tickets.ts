/** What a screening has sold, by the tables of orders and tickets; and how far its cancellation has come. */
import type pg from 'pg';
import { instantText } from './answer-sql.ts';

export interface SalesCounts {
  /** Tickets by state. */
  readonly live: number;
  readonly used: number;
  readonly cancelled: number;
  readonly refunded: number;
  /** Prices of the live and used ones, without fees. */
  readonly revenueCents: number;
}

/** Over the orders, because tickets have an index by screening only while they are live. */
export async function salesCounts(queryable: pg.Pool | pg.ClientBase, screening: number): Promise<SalesCounts> {
  const { rows } = await queryable.query<{ counts: SalesCounts }>({
    name: 'admin-sales-counts',
    text: `select json_build_object('live', count(*) filter (where t.state = 'live'), 'used', count(*) filter (where t.state = 'used'),
        'cancelled', count(*) filter (where t.state = 'cancelled'), 'refunded', count(*) filter (where t.state = 'refunded'),
        'revenueCents', coalesce(sum(t.price_cents) filter (where t.state in ('live', 'used')), 0)) as counts
      from orders o join tickets t on t.order_id = o.id where o.screening = $1`,
    values: [screening],
  });
  return rows[0]?.counts ?? { live: 0, used: 0, cancelled: 0, refunded: 0, revenueCents: 0 };
}

/** Whom and how much a cancellation, a refund or a new time touches. */
export interface Touched {
  /** Orders with live tickets. */
  readonly orders: number;
  /** Live tickets. */
  readonly tickets: number;
  /** Who is told: those to whom live tickets belong. */
  readonly people: number;
  /** Prices and fees. */
  readonly refundCents: number;
  /** Tickets that were let in already, which no job gives back: for people to decide. */
  readonly ticketsUsed: number;
  /** Orders in payment. */
  readonly paying: number;
}

export async function touchedBy(client: pg.ClientBase, screening: number): Promise<Touched> {
  const { rows } = await client.query<{ touched: Touched }>({
    name: 'admin-touched',
    text: `select json_build_object('orders', count(distinct o.id) filter (where t.state = 'live'),
        'tickets', count(*) filter (where t.state = 'live'), 'people', count(distinct coalesce(o.contact, o.buyer)) filter (where t.state = 'live'),
        'refundCents', coalesce(sum(t.price_cents + t.fee_cents) filter (where t.state = 'live'), 0),
        'ticketsUsed', count(*) filter (where t.state = 'used'),
        'paying', (select count(*) from orders p where p.screening = $1 and p.state in ('created', 'authorised'))) as touched
      from orders o join tickets t on t.order_id = o.id where o.screening = $1`,
    values: [screening],
  });
  return rows[0]?.touched ?? { orders: 0, tickets: 0, people: 0, refundCents: 0, ticketsUsed: 0, paying: 0 };
}

export interface CancellationProgress {
  readonly at: string;
  readonly who: string;
  readonly why: string | null;
  /** Orders that have, or had, something to give back… */
  readonly orders: number;
  /** …of which so many have nothing live any more. */
  readonly done: number;
  readonly paying: number;
  readonly ticketsUsed: number;
}

/** Null when nobody cancelled it by hand. */
export async function cancellationOf(pool: pg.Pool, screening: number): Promise<CancellationProgress | null> {
  const { rows } = await pool.query<{ progress: CancellationProgress }>({
    name: 'admin-cancellation',
    text: `select json_build_object('at', ${instantText('action.at')}, 'who', action.who, 'why', action.why,
        'orders', count(distinct t.order_id) filter (where t.state in ('live', 'refunded')),
        'done', count(distinct t.order_id) filter (where t.state in ('live', 'refunded'))
          - count(distinct t.order_id) filter (where t.state = 'live'),
        'paying', count(distinct o.id) filter (where o.state in ('created', 'authorised')),
        'ticketsUsed', count(*) filter (where t.state = 'used')) as progress
      from (select at, who, why from staff_actions where target = 'screening:' || $1::bigint and action = 'screening.cancel'
          order by id desc limit 1) as action
        left join orders o on o.screening = $1
        left join tickets t on t.order_id = o.id
      group by action.at, action.who, action.why`,
    values: [screening],
  });
  return rows[0]?.progress ?? null;
}
