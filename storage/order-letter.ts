/** What the confirmation of an order tells: its screening and its tickets, as they are when the letter is written. */
import type pg from 'pg';

export interface OrderLetterFacts {
  readonly screening: number;
  readonly isCancelled: boolean;
  readonly film: string;
  readonly minutes: number;
  readonly cinema: string;
  /** One line: "Rua da Consolação, 2423, Consolação, São Paulo/SP"; empty when nothing is known. */
  readonly address: string;
  readonly auditorium: string;
  readonly startsAtMs: number;
  /** Wall time in the cinema: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  readonly currency: string;
  /** Valid ones by seat, at most LETTER_TICKETS_MAX. */
  readonly tickets: readonly LetterTicket[];
  /** Of all valid tickets, also those that did not fit. */
  readonly ticketCount: number;
  /** Fees included. */
  readonly totalCents: number;
}

export interface LetterTicket {
  readonly id: string;
  readonly code: string;
  /** Index in the layout. */
  readonly seat: number;
  /** "F12" */
  readonly label: string;
  /** The class that the actor counts, 1 to 5. */
  readonly type: number;
  /** Null: not known which. */
  readonly category: LetterCategory | null;
  readonly priceCents: number;
  readonly feeCents: number;
}

export interface LetterCategory {
  readonly name: string;
  readonly nameEn: string;
  readonly document: string | null;
  readonly documentEn: string | null;
}

/** Tickets in one letter: nobody buys more than ten by himself, and each has a picture of two kilobytes. */
export const LETTER_TICKETS_MAX = 20;

/** Null without such an order. `pool` has the accounts role. */
export async function orderLetterFacts(pool: pg.Pool, order: string): Promise<OrderLetterFacts | null> {
  const { rows } = await pool.query<{ facts: OrderLetterFacts }>({
    name: 'order-letter',
    text: `select json_build_object('screening', s.id, 'isCancelled', s.status = 'cancelled', 'film', f.title, 'minutes', f.minutes, 'cinema', c.name,
        'address', concat_ws(', ', c.address, c.district, case when c.city is not null then concat_ws('/', c.city, c.state) end),
        'auditorium', a.name, 'startsAtMs', (extract(epoch from s.starts_at) * 1000)::bigint,
        'startsLocal', to_char(s.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS'), 'currency', s.currency,
        'tickets', coalesce(t.tickets, '[]'::json), 'ticketCount', t.count, 'totalCents', t.total) as facts
      from orders o
        join screenings s on s.id = o.screening
        join films f on f.id = s.film_id
        join auditoriums a on a.id = s.auditorium_id
        join cinemas c on c.id = a.cinema_id
        join seat_maps m on m.id = s.seat_map_id
        cross join lateral (
          select count(*)::int as count, coalesce(sum(t.price_cents + t.fee_cents), 0)::bigint as total,
            json_agg(json_build_object('id', t.id, 'code', t.code, 'seat', t.seat, 'label', m.layout -> 'seats' -> t.seat ->> 3,
              'type', t.type, 'priceCents', t.price_cents, 'feeCents', t.fee_cents,
              'category', case when k.id is not null then json_build_object('name', k.name, 'nameEn', k.name_en,
                'document', k.document, 'documentEn', k.document_en) end)
              order by t.seat) filter (where t.place <= $2) as tickets
          from (select *, row_number() over (order by seat) as place from tickets
                where order_id = o.id and state in ('live', 'used')) t
            left join ticket_types k on k.id = t.category) t
      where o.id = $1`,
    values: [order, LETTER_TICKETS_MAX],
  });
  return rows[0]?.facts ?? null;
}
