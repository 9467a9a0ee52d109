/** Orders as the journal leaves them in the tables, written by hand: for tests of what comes after the sale. */
import type pg from 'pg';
import { rectangle } from './screenings.ts';

export interface SoldOrder {
  readonly id: string;
  /** Null: nobody told a name. */
  readonly contact: string | null;
  readonly state?: string;
  /** Seats 0…15 (A1…A8, B1…B8), 21 reais each; none for an order whose tickets do not matter. */
  readonly seats?: readonly number[];
  /** Codes of ticket types, seat by seat. */
  readonly categories?: readonly string[];
}

/** A screening of 2 × 8 seats in the Cine Belas Artes, `hours` from now; resolves with its id. `client` is the login itself. */
export async function screeningIn(client: pg.ClientBase, hours = 30, film = 'Ainda Estou Aqui'): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `with e as (insert into exhibitors (name, service_fee_bps) values ('Exibidor', 1000) returning id),
       c as (insert into cinemas (exhibitor_id, name, address, district, city, state, time_zone)
         select id, 'Cine Belas Artes', 'Rua da Consolação, 2423', 'Consolação', 'São Paulo', 'SP', 'America/Sao_Paulo'
         from e returning id),
       a as (insert into auditoriums (cinema_id, name) select id, 'Sala 2' from c returning id),
       m as (insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
         select id, 1, 'demo', 16, $1, 'x' from a returning id),
       f as (insert into films (title, minutes, rating) values ($3, 137, '14') returning id)
     insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, m.id, f.id, at, at at time zone 'America/Sao_Paulo', 'America/Sao_Paulo', 4200, 6
     from a, m, f, (select date_trunc('hour', now()) + $2 * interval '1 hour' as at) t returning id`,
    [JSON.stringify(rectangle(2, 8)), hours, film],
  );
  return Number(rows[0]?.id);
}

/** The orders, each sold after the one before it. */
export async function sellOrders(
  client: pg.ClientBase,
  screening: number,
  orders: readonly SoldOrder[],
): Promise<void> {
  await client.query(
    `insert into orders (id, screening, buyer, contact, state, amount_cents, created_at, updated_at)
     select id, $1, 'payer-1', contact, state, 0, now(), now() + position * interval '1 millisecond'
     from unnest($2::text[], $3::text[], $4::text[]) with ordinality as o (id, contact, state, position)`,
    [
      screening,
      orders.map(({ id }) => id),
      orders.map(({ contact }) => contact),
      orders.map(({ state }) => state ?? 'sold'),
    ],
  );
  for (const { id, seats = [], categories = [] } of orders) {
    for (const [index, seat] of seats.entries()) {
      await client.query(
        `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, fee_cents, category, state, created_at,
           updated_at)
         select $1, $2, $3, $4, $5, 'payer-1', coalesce(k.engine_type, 1), 2100, 210, k.id, 'live', now(), now()
         from (values (1)) one left join ticket_types k on k.code = $6`,
        [`${id}-${seat}`, `CODE${id.toUpperCase()}${seat}`, screening, seat, id, categories[index] ?? null],
      );
    }
  }
}
