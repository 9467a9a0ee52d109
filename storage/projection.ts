/**
 * Orders and tickets as tables: what the facts of payments and tickets mean to everybody who asks in SQL; and the layout
 * of a screening in the catalogue, which nobody else changes. They are written in the transaction of their facts, so that no
 * reader ever finds a ticket without its fact.
 *
 * A batch is written set-wise: the last state of each order, ticket and layout in the batch, in a few
 * statements. Tickets are voided before new ones are inserted, because a seat may be given back and sold again within one batch
 * and the index of live seats is checked row by row.
 */
import type { ClientBase } from 'pg';
import { totalCents } from '../actors/seat-answer.ts';
import { type Fact, FactKind } from '../actors/seat-fact.ts';
import type { Accepted, TicketSummary } from '../actors/seat-outcome.ts';
import { wake } from './payments/payments-due.ts';

type OrderState = 'created' | 'sold' | 'refused' | 'cancelled';
type TicketState = 'used' | 'cancelled' | 'refunded';

export type Projection =
  | {
      readonly kind: 'order-created';
      readonly order: string;
      readonly screening: number;
      readonly buyer: string;
      /** To whom it belongs; null or absent: nobody told. */
      readonly contact?: string | null;
      readonly amountCents: number;
      readonly atMs: number;
    }
  | { readonly kind: 'order-state'; readonly order: string; readonly state: OrderState; readonly atMs: number }
  | {
      readonly kind: 'tickets-sold';
      readonly order: string;
      readonly screening: number;
      readonly tickets: readonly TicketSummary[];
      readonly atMs: number;
    }
  | {
      readonly kind: 'ticket-state';
      /** Null for a check-in: the order stays as it is. */
      readonly order: string | null;
      readonly tickets: readonly string[];
      readonly state: TicketState;
      readonly atMs: number;
    }
  | {
      readonly kind: 'map-changed';
      readonly screening: number;
      readonly from: number;
      readonly to: number;
      readonly halfQuota: number;
    };

/** The projections of one decision; null for the many that have none. `accepted` is its outcome (of a sale, the tickets with their prices). */
export function projectionsOf(
  screening: number,
  facts: readonly Fact[],
  accepted: Accepted,
  atMs: number,
): readonly Projection[] | null {
  let projections: Projection[] | null = null;
  for (const fact of facts) {
    const isProjected =
      (fact.kind >= FactKind.paymentBegun && fact.kind <= FactKind.checkedIn) || fact.kind === FactKind.mapChanged;
    if (!isProjected) continue;
    projections ??= [];
    switch (fact.kind) {
      case FactKind.paymentBegun: {
        const { order, payer: buyer, contact = null } = fact;
        const amountCents = totalCents(fact.lines);
        projections.push({ kind: 'order-created', order, screening, buyer, contact, amountCents, atMs });
        break;
      }
      case FactKind.paymentCancelled:
        projections.push({
          kind: 'order-state',
          order: fact.order,
          state: fact.deadlineMs === null ? 'cancelled' : 'refused',
          atMs,
        });
        break;
      case FactKind.sold:
        projections.push({ kind: 'order-state', order: fact.order, state: 'sold', atMs });
        if (accepted.kind === 'sold') {
          projections.push({ kind: 'tickets-sold', order: fact.order, screening, tickets: accepted.tickets, atMs });
        }
        break;
      case FactKind.ticketsCancelled:
      case FactKind.ticketsRefunded: {
        const state = fact.kind === FactKind.ticketsCancelled ? 'cancelled' : 'refunded';
        projections.push({ kind: 'ticket-state', order: fact.order, tickets: fact.tickets, state, atMs });
        break;
      }
      case FactKind.checkedIn:
        projections.push({ kind: 'ticket-state', order: null, tickets: [fact.ticket], state: 'used', atMs });
        break;
      case FactKind.mapChanged: {
        const { from, to, halfQuota } = fact;
        projections.push({ kind: 'map-changed', screening, from, to, halfQuota });
        break;
      }
    }
  }
  return projections;
}

interface OrderRow {
  screening: number;
  buyer: string;
  contact: string | null;
  amountCents: number;
  state: OrderState;
  createdMs: number;
  atMs: number;
}
interface TicketRow {
  screening: number;
  order: string;
  summary: TicketSummary;
  state: 'live' | TicketState;
  createdMs: number;
  atMs: number;
}

/** What a batch leaves behind, each order and ticket once. */
export class ProjectionSet {
  readonly #newOrders = new Map<string, OrderRow>();
  readonly #orderStates = new Map<string, { state: OrderState; atMs: number }>();
  readonly #newTickets = new Map<string, TicketRow>();
  readonly #ticketStates = new Map<string, { state: TicketState; atMs: number }>();
  /** Orders that lost tickets: cancelled or refunded as a whole when none is left. */
  readonly #voidedOrders = new Map<string, { state: 'cancelled' | 'refunded'; atMs: number }>();
  /** By screening. `from`: before the batch. */
  readonly #newMaps = new Map<number, { from: number; to: number; halfQuota: number }>();

  add(projection: Projection): void {
    switch (projection.kind) {
      case 'order-created':
        this.#newOrders.set(projection.order, {
          screening: projection.screening,
          buyer: projection.buyer,
          contact: projection.contact ?? null,
          amountCents: projection.amountCents,
          state: 'created',
          createdMs: projection.atMs,
          atMs: projection.atMs,
        });
        break;
      case 'order-state': {
        const created = this.#newOrders.get(projection.order);
        if (created === undefined) this.#orderStates.set(projection.order, projection);
        else {
          created.state = projection.state;
          created.atMs = projection.atMs;
        }
        break;
      }
      case 'tickets-sold':
        for (const summary of projection.tickets) {
          this.#newTickets.set(summary.ticket, {
            screening: projection.screening,
            order: projection.order,
            summary,
            state: 'live',
            createdMs: projection.atMs,
            atMs: projection.atMs,
          });
        }
        break;
      case 'ticket-state':
        for (const ticket of projection.tickets) {
          const sold = this.#newTickets.get(ticket);
          if (sold === undefined) this.#ticketStates.set(ticket, projection);
          else {
            sold.state = projection.state;
            sold.atMs = projection.atMs;
          }
        }
        if (projection.order !== null && projection.state !== 'used') {
          this.#voidedOrders.set(projection.order, { state: projection.state, atMs: projection.atMs });
        }
        break;
      case 'map-changed': {
        const { screening, to, halfQuota } = projection;
        const from = this.#newMaps.get(screening)?.from ?? projection.from;
        this.#newMaps.set(screening, { from, to, halfQuota });
        break;
      }
    }
  }

  /**
   * Writes the set on a connection inside its transaction.
   * @throws when a row that must be there is not: the transaction must then be rolled back.
   */
  async write(client: ClientBase): Promise<void> {
    await this.#writeOrders(client);
    await this.#writeTicketStates(client);
    await this.#writeTickets(client);
    await this.#writeVoidedOrders(client);
    await this.#writeMaps(client);
  }

  async #writeOrders(client: ClientBase): Promise<void> {
    if (this.#newOrders.size > 0) {
      const rows = [...this.#newOrders];
      await client.query({
        name: 'orders-insert',
        text: `insert into orders (id, screening, buyer, state, amount_cents, contact, created_at, updated_at)
          select id, screening, buyer, state, amount_cents, contact,
            to_timestamp(created_ms / 1000.0), to_timestamp(at_ms / 1000.0)
          from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
            as o (id, screening, buyer, state, amount_cents, created_ms, at_ms, contact)`,
        values: [
          rows.map(([id]) => id),
          rows.map(([, row]) => row.screening),
          rows.map(([, row]) => row.buyer),
          rows.map(([, row]) => row.state),
          rows.map(([, row]) => row.amountCents),
          rows.map(([, row]) => row.createdMs),
          rows.map(([, row]) => row.atMs),
          rows.map(([, row]) => row.contact),
        ],
      });
    }
    if (this.#orderStates.size > 0) {
      const rows = [...this.#orderStates];
      const result = await client.query({
        name: 'orders-state',
        text: `update orders set state = s.state, updated_at = to_timestamp(s.at_ms / 1000.0)
          from unnest($1::text[], $2::text[], $3::bigint[]) as s (id, state, at_ms) where orders.id = s.id`,
        values: [rows.map(([id]) => id), rows.map(([, row]) => row.state), rows.map(([, row]) => row.atMs)],
      });
      expectRows(result.rowCount, rows.length, 'orders');
    }
  }

  async #writeTicketStates(client: ClientBase): Promise<void> {
    if (this.#ticketStates.size === 0) return;
    const rows = [...this.#ticketStates];
    const result = await client.query({
      name: 'tickets-state',
      text: `update tickets set state = s.state, updated_at = to_timestamp(s.at_ms / 1000.0)
        from unnest($1::text[], $2::text[], $3::bigint[]) as s (id, state, at_ms) where tickets.id = s.id`,
      values: [rows.map(([id]) => id), rows.map(([, row]) => row.state), rows.map(([, row]) => row.atMs)],
    });
    expectRows(result.rowCount, rows.length, 'tickets');
  }

  async #writeTickets(client: ClientBase): Promise<void> {
    if (this.#newTickets.size === 0) return;
    const rows = [...this.#newTickets.values()];
    const result = await client.query({
      name: 'tickets-insert',
      text: `insert into tickets
          (id, code, screening, seat, order_id, buyer, type, price_cents, category, fee_cents, state, created_at, updated_at)
        select t.id, t.code, t.screening, t.seat, o.id, o.buyer, t.type, t.price_cents, t.category, t.fee_cents, t.state,
          to_timestamp(t.created_ms / 1000.0), to_timestamp(t.at_ms / 1000.0)
        from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::smallint[], $7::int[], $8::text[],
          $9::bigint[], $10::bigint[], $11::smallint[], $12::int[])
          as t (id, code, screening, seat, order_id, type, price_cents, state, created_ms, at_ms, category, fee_cents)
        join orders o on o.id = t.order_id`,
      values: [
        rows.map((row) => row.summary.ticket),
        rows.map((row) => row.summary.code),
        rows.map((row) => row.screening),
        rows.map((row) => row.summary.seat),
        rows.map((row) => row.order),
        rows.map((row) => row.summary.type),
        rows.map((row) => row.summary.priceCents),
        rows.map((row) => row.state),
        rows.map((row) => row.createdMs),
        rows.map((row) => row.atMs),
        rows.map((row) => row.summary.category ?? null),
        rows.map((row) => row.summary.feeCents ?? 0),
      ],
    });
    expectRows(result.rowCount, rows.length, 'tickets');
  }

  async #writeVoidedOrders(client: ClientBase): Promise<void> {
    if (this.#voidedOrders.size === 0) return;
    const rows = [...this.#voidedOrders];
    await client.query({
      name: 'orders-voided',
      text: `update orders set state = s.state, updated_at = to_timestamp(s.at_ms / 1000.0)
        from unnest($1::text[], $2::text[], $3::bigint[]) as s (id, state, at_ms)
        where orders.id = s.id
          and not exists (select from tickets t where t.order_id = orders.id and t.state in ('live', 'used'))`,
      values: [rows.map(([id]) => id), rows.map(([, row]) => row.state), rows.map(([, row]) => row.atMs)],
    });
    // Money has to go back, or not to be taken: whoever looks after the books hears of it with the facts, or not at all.
    await wake(client, [...this.#voidedOrders.keys()]);
  }

  /**
   * Only a layout of the screening's own auditorium, and only where the catalogue has the one that the facts came from. A row
   * that an import is just changing is not waited for: behind this batch wait the box offices of all the thread's screenings.
   */
  async #writeMaps(client: ClientBase): Promise<void> {
    if (this.#newMaps.size === 0) return;
    const rows = [...this.#newMaps];
    const result = await client.query({
      name: 'screenings-map',
      text: `with free as (
          select n.*
          from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[]) as n (screening, before, seat_map, half_quota)
            join seat_maps m on m.id = n.seat_map
            join screenings s on s.id = n.screening and s.seat_map_id = n.before and s.auditorium_id = m.auditorium_id
          for no key update of s skip locked)
        update screenings s set seat_map_id = f.seat_map, half_quota = f.half_quota from free f where s.id = f.screening`,
      values: [
        rows.map(([screening]) => screening),
        rows.map(([, row]) => row.from),
        rows.map(([, row]) => row.to),
        rows.map(([, row]) => row.halfQuota),
      ],
    });
    expectRows(result.rowCount, rows.length, 'screenings');
  }
}

/** A projection that does not find its row has lost its past: better to refuse the batch than to let the tables drift from the journal. */
function expectRows(found: number | null, expected: number, table: string): void {
  if (found !== expected) throw new ProjectionMissing(`${expected} rows of ${table} were to be written, ${found} were`);
}

export class ProjectionMissing extends Error {
  override readonly name = 'ProjectionMissing';
}
