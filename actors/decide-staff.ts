/** What staff and the system itself do: blocked seats, open and closed sales, expiry, a new owner (rules S, X and E). */
import type { BlockCommand, ClaimCommand, ExpireCommand, SalesCommand } from './seat-command.ts';
import { accepted, type Decision, done, noFacts, refused, refusedWith } from './seat-decision.ts';
import { FactKind } from './seat-fact.ts';
import { refusalOfSeats } from './seat-list.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { isDue, type ScreeningState, SeatStatus } from './seat-state.ts';
import { dueHoldsInTheWay, expireFirst } from './seats-wanted.ts';

export function decideBlock(state: ScreeningState, command: BlockCommand): Decision {
  const { seats, reason } = command;
  const refusal = refusalOfSeats(seats, state.map, command.seatMap);
  if (refusal !== null) return refusedWith(refusal);
  const inTheWay = dueHoldsInTheWay(state, seats, command.atMs);
  if ('outcome' in inTheWay) return inTheWay;
  return accepted(done, expireFirst(inTheWay, { kind: FactKind.blocked, seats, reason }));
}

export function decideUnblock(state: ScreeningState, command: BlockCommand): Decision {
  const { seats, reason } = command;
  const refusal = refusalOfSeats(seats, state.map, command.seatMap);
  if (refusal !== null) return refusedWith(refusal);
  const notBlocked = seats.filter((seat) => state.seatStatus[seat] !== SeatStatus.blocked);
  if (notBlocked.length > 0) return refused(OutcomeCode.seatNotBlocked, notBlocked);
  return accepted(done, [{ kind: FactKind.unblocked, seats, reason }]);
}

/** A fact even when sales are as wanted already: without one the request id would not be remembered, and its late repetition could undo what came after. */
export function decideSales(command: SalesCommand): Decision {
  return accepted(done, [{ kind: command.kind === 'open-sales' ? FactKind.salesOpened : FactKind.salesClosed }]);
}

export function decideExpire(state: ScreeningState, command: ExpireCommand): Decision {
  let due: number[] | null = null;
  for (const hold of state.holds.values()) {
    if (!isDue(hold, command.atMs)) continue;
    due ??= [];
    due.push(hold.hold);
  }
  return accepted(done, due === null ? noFacts : [{ kind: FactKind.expired, holds: due }]);
}

/** Only a higher epoch is a new owner; the same or a lower one has nothing to claim. */
export function decideClaim(state: ScreeningState, command: ClaimCommand): Decision {
  if (command.epoch <= state.epoch) return accepted(done, noFacts);
  return accepted(done, [{ kind: FactKind.ownerChanged, holdDeadlineMs: command.atMs + state.rules.holdTtlMs }]);
}
