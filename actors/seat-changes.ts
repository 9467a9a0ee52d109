/**
 * Which seats a fact touches, asked before the fact is applied (afterwards an expired hold is gone). Their
 * status after it is what the watchers are told.
 */
import { type Fact, FactKind } from './seat-fact.ts';
import type { ScreeningState } from './seat-state.ts';

const none: readonly number[] = [];

export function seatsTouched(state: ScreeningState, fact: Fact): readonly number[] {
  switch (fact.kind) {
    case FactKind.held:
    case FactKind.released:
    case FactKind.blocked:
    case FactKind.unblocked:
      return fact.seats;
    case FactKind.expired:
      return fact.holds.flatMap((hold) => state.holds.get(hold)?.seats ?? none);
    case FactKind.sold:
      return fact.tickets.map((ticket) => ticket.seat);
    case FactKind.paymentCancelled:
      return state.holds.get(fact.hold)?.seats ?? none;
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      return fact.tickets.flatMap((ticket) => state.tickets.get(ticket)?.seat ?? none);
    default:
      return none;
  }
}
