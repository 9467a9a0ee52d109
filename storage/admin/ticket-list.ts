/** Tickets as the administration and the gate see them; seats by number here, by label in the answers. */
import type pg from 'pg';
import { inScope, instantText, type Page, pageOf, type Scope, scopeValues, wallText } from './answer-sql.ts';

export type TicketState = 'live' | 'used' | 'cancelled' | 'refunded';

export interface ListedTicket {
  readonly id: string;
  readonly code: string;
  readonly order: string;
  readonly screening: number;
  readonly seat: number;
  /** What the actor counts: 1 full price, 2 half in the quota, 3 half outside of it, 4 courtesy, 5 promotional. */
  readonly type: number;
  readonly state: TicketState;
  readonly priceCents: number;
  /** Service fee on top. */
  readonly feeCents: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When it was let in; null: it was not. */
  readonly usedAt: string | null;
}

/** A ticket and the layout on which its seat is. */
export interface PlacedTicket extends ListedTicket {
  readonly seatMap: number;
}

/** What the gate may have to ask for: a type has several kinds, and which one a ticket is of is not known yet. */
export interface TicketKind {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly document: string | null;
  readonly documentEn: string | null;
}

export interface OwnedTicket extends PlacedTicket {
  readonly film: string;
  readonly cinema: { readonly id: number; readonly name: string };
  readonly auditorium: string;
  readonly startsAt: string;
  readonly startsLocal: string;
  readonly kinds: readonly TicketKind[];
  readonly exhibitorId: number | null;
  /** Of the screening. */
  readonly status: 'scheduled' | 'closed' | 'cancelled';
}

const FIELDS = `'id', t.id, 'code', t.code, 'order', t.order_id, 'screening', t.screening, 'seat', t.seat, 'type', t.type,
  'state', t.state, 'priceCents', t.price_cents, 'feeCents', t.fee_cents, 'currency', s.currency,
  'createdAt', ${instantText('t.created_at')}, 'updatedAt', ${instantText('t.updated_at')},
  'usedAt', case when t.state = 'used' then ${instantText('t.updated_at')} end`;

/**
 * The latest screenings first, in each by seat and id. Over the orders, because tickets have an index by screening only
 * while they are live.
 */
export async function listTickets(
  pool: pg.Pool,
  scope: Scope,
  wanted: {
    readonly screening?: number | undefined;
    readonly state?: TicketState | undefined;
    readonly after?: readonly [screening: number, seat: number, ticket: string] | undefined;
    readonly limit: number;
  },
): Promise<Page<PlacedTicket>> {
  const [screening = null, seat = null, ticket = null] = wanted.after ?? [];
  const { rows } = await pool.query<{ item: PlacedTicket }>(
    `select json_build_object(${FIELDS}, 'seatMap', s.seat_map_id) as item
     from orders o
       join tickets t on t.order_id = o.id
       join screenings s on s.id = o.screening
       join auditoriums a on a.id = s.auditorium_id
       join cinemas c on c.id = a.cinema_id
     where ${inScope('c', 1)} and ($3::bigint is null or o.screening = $3) and ($4::text is null or t.state = $4)
       and ($5::bigint is null or (o.screening <= $5 and (o.screening < $5 or (t.seat, t.id) > ($6::int, $7::text))))
     order by o.screening desc, t.seat, t.id limit $8`,
    [
      ...scopeValues(scope),
      wanted.screening ?? null,
      wanted.state ?? null,
      ...[screening, seat, ticket, wanted.limit + 1],
    ],
  );
  return pageOf(rows, wanted.limit);
}

/** All tickets of an order, by seat. */
export async function ticketsOf(queryable: pg.Pool | pg.ClientBase, order: string): Promise<ListedTicket[]> {
  const { rows } = await queryable.query<{ item: ListedTicket }>({
    name: 'admin-order-tickets',
    text: `select json_build_object(${FIELDS}) as item from tickets t join screenings s on s.id = t.screening
      where t.order_id = $1 order by t.seat, t.id`,
    values: [order],
  });
  return rows.map(({ item }) => item);
}

/** By id, or by the code that people read out, whose case does not matter. Null when there is none. */
export async function findTicket(queryable: pg.Pool | pg.ClientBase, codeOrId: string): Promise<OwnedTicket | null> {
  const { rows } = await queryable.query<{ ticket: OwnedTicket }>({
    name: 'admin-ticket',
    text: `select json_build_object(${FIELDS}, 'film', f.title, 'cinema', json_build_object('id', c.id, 'name', c.name),
        'auditorium', a.name, 'startsAt', ${instantText('s.starts_at')}, 'startsLocal', ${wallText('s.starts_local')},
        'kinds', coalesce((select json_agg(json_build_object('code', y.code, 'name', y.name, 'nameEn', y.name_en,
            'document', y.document, 'documentEn', y.document_en) order by y.position)
          from ticket_types y where y.engine_type = t.type and y.status = 'active'), '[]'),
        'exhibitorId', c.exhibitor_id, 'seatMap', s.seat_map_id, 'status', s.status) as ticket
      from tickets t
        join screenings s on s.id = t.screening
        join films f on f.id = s.film_id
        join auditoriums a on a.id = s.auditorium_id
        join cinemas c on c.id = a.cinema_id
      where t.id = $1 or t.code = upper($1) limit 1`,
    values: [codeOrId],
  });
  return rows[0]?.ticket ?? null;
}
