/** Tickets after the sale: cancel, refund, check-in (rules T). */

import { ticketsOf } from './seat-answer.ts';
import type { CheckInCommand, VoidTicketsCommand } from './seat-command.ts';
import { SYSTEM } from './seat-command.ts';
import { accepted, type Decision, refused, refusedWith } from './seat-decision.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import type { ScreeningState, SoldOrder, Ticket } from './seat-state.ts';

export function decideVoid(state: ScreeningState, command: VoidTicketsCommand): Decision {
  const named = command.tickets;
  if (named !== undefined && named.length === 0) return refused(OutcomeCode.noSeats);
  const order = state.orders.get(command.order);
  if (order === undefined) return refused(OutcomeCode.orderUnknown);
  const owners = order.state === 'sold' ? order : state.holds.get(order.hold);
  const isTheirs = owners !== undefined && 'payer' in owners && [owners.buyer, owners.payer].includes(command.buyer);
  if (!isTheirs && command.byStaff !== true && command.buyer !== SYSTEM) return refused(OutcomeCode.orderNotYours);
  if (order.state !== 'sold') return refused(OutcomeCode.orderState);
  const chosen = named === undefined ? ticketsOf(state, order).filter(isNotVoid) : ticketsNamed(state, order, named);
  if (chosen === null) return refused(OutcomeCode.ticketUnknown);
  const void_ = chosen.filter((ticket) => !isNotVoid(ticket));
  if (void_.length > 0 || chosen.length === 0) return refused(OutcomeCode.ticketVoid, seatsOf(void_));
  const used = chosen.filter((ticket) => ticket.state === 'used');
  if (used.length > 0) return refused(OutcomeCode.ticketUsed, seatsOf(used));
  const tickets = chosen.map((ticket) => ticket.ticket);
  const kind = command.kind === 'cancel' ? FactKind.ticketsCancelled : FactKind.ticketsRefunded;
  return accepted({ code: 0, kind: 'voided', order: order.order, tickets }, [{ kind, order: order.order, tickets }]);
}

/** Null when one of the ids is not of this order, or is named twice. */
function ticketsNamed(state: ScreeningState, order: SoldOrder, named: readonly string[]): readonly Ticket[] | null {
  const tickets = new Set<Ticket>();
  for (const id of named) {
    const ticket = state.tickets.get(id);
    if (ticket === undefined || ticket.order !== order.order || tickets.has(ticket)) return null;
    tickets.add(ticket);
  }
  return [...tickets];
}

function isNotVoid(ticket: Ticket): boolean {
  return ticket.state === 'live' || ticket.state === 'used';
}

function seatsOf(tickets: readonly Ticket[]): readonly number[] {
  return tickets.map((ticket) => ticket.seat);
}

/** Who may use a gate is the gateway's question; the actor only sees that a ticket is let in once. */
export function decideCheckIn(state: ScreeningState, command: CheckInCommand): Decision {
  const ticket = state.tickets.get(command.ticket);
  if (ticket === undefined) return refused(OutcomeCode.ticketUnknown);
  const { seat } = ticket;
  if (ticket.state === 'used') {
    return refusedWith({ code: OutcomeCode.ticketUsed, seats: [seat], atMs: ticket.usedAtMs });
  }
  if (ticket.state !== 'live') return refused(OutcomeCode.ticketVoid, [seat]);
  return accepted({ code: 0, kind: 'checked-in', ticket: ticket.ticket, seat }, [
    { kind: FactKind.checkedIn, ticket: ticket.ticket, gate: command.gate },
  ]);
}
