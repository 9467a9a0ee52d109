/**
 * Orders as their buyers see them. Whose order it is stands in `contact`: the account or the guest of the visit in which it was
 * bought. `payer` is the person of the CPF, whose ten tickets count; nothing is ever listed by it, because everybody who buys
 * with somebody's CPF has the same.
 */
import type pg from 'pg';
import { instantText, wallText } from '../admin/answer-sql.ts';

export type BuyerOrderState =
  | 'created'
  | 'authorised'
  | 'sold'
  | 'captured'
  | 'expired'
  | 'refused'
  | 'cancelled'
  | 'refunded';

export interface BuyerTicket {
  readonly id: string;
  readonly code: string;
  /** Its number on the screening's layout. */
  readonly seat: number;
  /** What the actor counts, 1 to 5. */
  readonly type: number;
  readonly category: {
    readonly code: string;
    readonly name: string;
    readonly nameEn: string;
    readonly document: string | null;
    readonly documentEn: string | null;
  } | null;
  readonly priceCents: number;
  readonly feeCents: number;
  readonly state: 'live' | 'used' | 'cancelled' | 'refunded';
  readonly usedAt: string | null;
}

export interface BuyerOrder {
  readonly id: string;
  readonly state: BuyerOrderState;
  /** Null: bought by a visitor who told no name. */
  readonly contact: string | null;
  readonly payer: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly screening: {
    readonly id: number;
    readonly status: 'scheduled' | 'closed' | 'cancelled';
    readonly startsAt: string;
    readonly startsLocal: string;
    readonly timeZone: string;
    readonly film: {
      readonly id: number;
      readonly title: string;
      readonly minutes: number;
      readonly rating: string;
      readonly posterUrl: string | null;
    };
    readonly cinema: {
      readonly id: number;
      readonly name: string;
      readonly address: string | null;
      readonly city: string | null;
      readonly state: string | null;
    };
    readonly auditorium: string;
    readonly projection: string;
    readonly language: string;
  };
  readonly seatMap: number;
  /** When the days to think it over end: with the last one's midnight in the cinema. */
  readonly daysEndAt: string;
  /** By seat. */
  readonly tickets: readonly BuyerTicket[];
}

/** More tickets than one payment can have. */
const TICKETS_MAX = 100;

/** `$1`: days to think it over, the one of the purchase not counted. */
const ORDER = `select json_build_object('id', o.id, 'state', o.state, 'contact', o.contact, 'payer', o.buyer,
    'amountCents', o.amount_cents, 'currency', s.currency, 'createdAt', ${instantText('o.created_at')},
    'screening', json_build_object('id', s.id, 'status', s.status, 'startsAt', ${instantText('s.starts_at')},
      'startsLocal', ${wallText('s.starts_local')}, 'timeZone', s.time_zone,
      'film', json_build_object('id', f.id, 'title', f.title, 'minutes', f.minutes, 'rating', f.rating, 'posterUrl', f.poster_url),
      'cinema', json_build_object('id', c.id, 'name', c.name, 'address', c.address, 'city', c.city, 'state', c.state),
      'auditorium', a.name, 'projection', s.projection, 'language', s.language),
    'seatMap', s.seat_map_id,
    'daysEndAt', ${instantText(`((o.created_at at time zone s.time_zone)::date + $1::int + 1)::timestamp at time zone s.time_zone`)},
    'tickets', (select coalesce(json_agg(json_build_object('id', t.id, 'code', t.code, 'seat', t.seat, 'type', t.type,
          'category', case when y.id is not null then json_build_object('code', y.code, 'name', y.name, 'nameEn', y.name_en,
            'document', y.document, 'documentEn', y.document_en) end,
          'priceCents', t.price_cents, 'feeCents', t.fee_cents, 'state', t.state,
          'usedAt', case when t.state = 'used' then ${instantText('t.updated_at')} end) order by t.seat, t.id), '[]')
        from (select * from tickets where order_id = o.id order by seat, id limit ${TICKETS_MAX}) t
          left join ticket_types y on y.id = t.category)) as item
  from orders o
    join screenings s on s.id = o.screening
    join films f on f.id = s.film_id
    join auditoriums a on a.id = s.auditorium_id
    join cinemas c on c.id = a.cinema_id`;

/**
 * Those of a contact, the newest first. What came to nothing (a card that was refused, a payment that ran out) is left out: it has
 * no ticket, and whoever tried five cards would find his order under four that are none. `pool` has the role app.
 */
export async function ordersOfContact(
  pool: pg.Pool,
  contact: string,
  cancelDays: number,
  limit: number,
): Promise<BuyerOrder[]> {
  const { rows } = await pool.query<{ item: BuyerOrder }>({
    name: 'buyer-orders',
    text: `${ORDER}
      where o.contact = $2
        and (o.state in ('created', 'authorised') or exists (select from tickets t where t.order_id = o.id))
      order by o.created_at desc, o.id desc limit $3`,
    values: [cancelDays, contact, limit],
  });
  return rows.map(({ item }) => item);
}

/** Null when there is none. Who may see it is the caller's question. Role app. */
export async function findBuyerOrder(
  queryable: pg.Pool | pg.ClientBase,
  id: string,
  cancelDays: number,
): Promise<BuyerOrder | null> {
  const { rows } = await queryable.query<{ item: BuyerOrder }>({
    name: 'buyer-order',
    text: `${ORDER} where o.id = $2`,
    values: [cancelDays, id],
  });
  return rows[0]?.item ?? null;
}

/** The order of the ticket with this code, and its payer; null when there is none. Role app. */
export async function findOrderByCode(
  pool: pg.Pool,
  code: string,
): Promise<{ readonly order: string; readonly payer: string } | null> {
  const { rows } = await pool.query<{ order: string; payer: string }>({
    name: 'buyer-order-by-code',
    text: 'select o.id as "order", o.buyer as payer from tickets t join orders o on o.id = t.order_id where t.code = $1',
    values: [code],
  });
  return rows[0] ?? null;
}
