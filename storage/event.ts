/**
 * A fact as it is told to everybody downstream: mail, ETL, alerts, other systems. One JSON object with named fields, for
 * readers who do not know the engine; (screening, version) is its identity, by which a repetition is known.
 *
 * What is left out on purpose: request ids, with which a command could be asked again in its buyer's name, and ticket
 * codes, which open the cinema's door. Whoever must print a code (mail) reads it where it is kept, with the right to
 * do so; a stream that many systems copy is not that place. Buyers are named by their random ids only (promise I8).
 */
import { unreachable } from '../actors/assert.ts';
import type { TicketLine } from '../actors/seat-command.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';

/** By the fact's number. They are parts of NATS subjects and known to readers: append, never rename. */
const KIND_NAMES = {
  [FactKind.ownerChanged]: 'owner-changed',
  [FactKind.salesOpened]: 'sales-opened',
  [FactKind.salesClosed]: 'sales-closed',
  [FactKind.held]: 'held',
  [FactKind.extended]: 'extended',
  [FactKind.released]: 'released',
  [FactKind.expired]: 'expired',
  [FactKind.paymentBegun]: 'payment-begun',
  [FactKind.paymentCancelled]: 'payment-cancelled',
  [FactKind.sold]: 'sold',
  [FactKind.ticketsCancelled]: 'tickets-cancelled',
  [FactKind.ticketsRefunded]: 'tickets-refunded',
  [FactKind.checkedIn]: 'checked-in',
  [FactKind.blocked]: 'blocked',
  [FactKind.unblocked]: 'unblocked',
  [FactKind.mapChanged]: 'map-changed',
} as const satisfies Record<FactKind, string>;

export type EventKind = (typeof KIND_NAMES)[FactKind];
export const EVENT_KINDS: readonly EventKind[] = Object.values(KIND_NAMES);

export interface Event {
  readonly screening: number;
  /** Numbered per screening from 1 without a gap. */
  readonly version: number;
  readonly epoch: number;
  /** When it was decided, by the clock of the node that decided: ISO 8601, UTC. */
  readonly at: string;
  readonly kind: EventKind;
  /** What its kind says: see `fieldsOf`. Seats are numbers of the seat map, deadlines milliseconds since 1970. */
  readonly [field: string]: unknown;
}

export function eventOf(screening: number, recorded: RecordedFact): Event {
  return {
    screening,
    version: recorded.version,
    epoch: recorded.epoch,
    at: new Date(recorded.atMs).toISOString(),
    kind: KIND_NAMES[recorded.fact.kind],
    ...fieldsOf(recorded.fact),
  };
}

/** Field by field, so that what a fact is given later is not told to the world by accident. */
function fieldsOf(fact: Fact): Readonly<Record<string, unknown>> {
  switch (fact.kind) {
    case FactKind.ownerChanged:
      return { holdDeadlineMs: fact.holdDeadlineMs };
    case FactKind.salesOpened:
    case FactKind.salesClosed:
      return {};
    case FactKind.held:
      return { hold: fact.hold, buyer: fact.buyer, seats: fact.seats, deadlineMs: fact.deadlineMs };
    case FactKind.extended:
      return { hold: fact.hold, deadlineMs: fact.deadlineMs };
    case FactKind.released:
      return { hold: fact.hold, seats: fact.seats };
    case FactKind.expired:
      return { holds: fact.holds };
    case FactKind.paymentBegun:
      return {
        hold: fact.hold,
        order: fact.order,
        buyer: fact.payer,
        // JSON leaves out what is undefined. Whose order it is (`contact`) is nobody's business downstream.
        lines: fact.lines.map(({ seat, type, priceCents, category, feeCents }: TicketLine) => ({
          ...{ seat, type, priceCents },
          ...(category === undefined ? {} : { category }),
          ...(feeCents === undefined ? {} : { feeCents }),
        })),
        deadlineMs: fact.deadlineMs,
      };
    case FactKind.paymentCancelled:
      return { order: fact.order, hold: fact.hold, deadlineMs: fact.deadlineMs };
    case FactKind.sold:
      return {
        order: fact.order,
        hold: fact.hold,
        tickets: fact.tickets.map(({ seat, ticket }) => ({ seat, ticket })),
      };
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      return { order: fact.order, tickets: fact.tickets };
    case FactKind.checkedIn:
      return { ticket: fact.ticket, gate: fact.gate };
    case FactKind.blocked:
    case FactKind.unblocked:
      return { seats: fact.seats, reason: fact.reason };
    case FactKind.mapChanged:
      return { from: fact.from, to: fact.to, halfQuota: fact.halfQuota, blocked: fact.blocked };
    default:
      return unreachable(fact);
  }
}
