/** Orders and their tickets as the administration sees them: by ids and codes, never by people's names. */
import type pg from 'pg';
import { inScope, instantText, type Page, pageOf, type Scope, scopeValues, wallText } from './answer-sql.ts';

export type OrderState =
  | 'created'
  | 'authorised'
  | 'sold'
  | 'captured'
  | 'expired'
  | 'refused'
  | 'cancelled'
  | 'refunded';

export interface ListedOrder {
  readonly id: string;
  readonly screening: number;
  readonly film: string;
  readonly cinema: { readonly id: number; readonly name: string };
  readonly startsLocal: string;
  readonly state: OrderState;
  /** Whose CPF paid. */
  readonly buyer: string;
  /** Whose order it is, and who is written to; null: nobody told a name. */
  readonly contact: string | null;
  /** How many, void ones included. */
  readonly tickets: number;
  readonly totalCents: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OrdersWanted {
  readonly screening?: number | undefined;
  /** Of one of its tickets. */
  readonly code?: string | undefined;
  readonly state?: OrderState | undefined;
  /** Whose order it is, or whose CPF paid. */
  readonly buyer?: string | undefined;
  /** The last order of the page before, and its screening. */
  readonly after?: readonly [screening: number, order: string] | undefined;
  readonly limit: number;
}

const ORDER = `select json_build_object('id', o.id, 'screening', o.screening, 'film', f.title,
    'cinema', json_build_object('id', c.id, 'name', c.name), 'startsLocal', ${wallText('s.starts_local')},
    'state', o.state, 'buyer', o.buyer, 'contact', o.contact, 'tickets', (select count(*) from tickets t where t.order_id = o.id),
    'totalCents', o.amount_cents, 'currency', s.currency,
    'createdAt', ${instantText('o.created_at')}, 'updatedAt', ${instantText('o.updated_at')}) as item,
    c.exhibitor_id as "exhibitorId", s.seat_map_id as "seatMap"
  from orders o
    join screenings s on s.id = o.screening
    join films f on f.id = s.film_id
    join auditoriums a on a.id = s.auditorium_id
    join cinemas c on c.id = a.cinema_id`;

/** The latest screenings first, in each the oldest order: an index has the screenings, and none the time of all orders. */
export async function listOrders(pool: pg.Pool, scope: Scope, wanted: OrdersWanted): Promise<Page<ListedOrder>> {
  const { rows } = await pool.query<{ item: ListedOrder }>(
    `${ORDER}
     where ${inScope('c', 1)} and ($3::bigint is null or o.screening = $3) and ($4::text is null or o.state = $4)
       and ($5::text is null or o.buyer = $5 or o.contact = $5) and ($6::text is null or o.id in (select order_id from tickets where code = $6))
       and ($7::bigint is null or (o.screening <= $7 and (o.screening < $7
         or (o.created_at, o.id) > (select created_at, id from orders where id = $8))))
     order by o.screening desc, o.created_at, o.id limit $9`,
    [
      ...scopeValues(scope),
      wanted.screening ?? null,
      wanted.state ?? null,
      wanted.buyer ?? null,
      wanted.code?.toUpperCase() ?? null,
      wanted.after?.[0] ?? null,
      wanted.after?.[1] ?? null,
      wanted.limit + 1,
    ],
  );
  return pageOf(rows, wanted.limit);
}

/** An order, whose it is, and the layout on which its seats are. */
export interface OwnedOrder extends ListedOrder {
  readonly exhibitorId: number | null;
  readonly seatMap: number;
}

/** Null when there is none. */
export async function findOrder(queryable: pg.Pool | pg.ClientBase, id: string): Promise<OwnedOrder | null> {
  const { rows } = await queryable.query<{
    item: ListedOrder;
    exhibitorId: string | null;
    seatMap: string;
  }>({
    name: 'admin-order',
    text: `${ORDER} where o.id = $1`,
    values: [id],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...row.item,
    exhibitorId: row.exhibitorId === null ? null : Number(row.exhibitorId),
    seatMap: Number(row.seatMap),
  };
}
