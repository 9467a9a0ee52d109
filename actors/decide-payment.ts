/**
 * Payments: begin, confirm, cancel (rules P and Q). An order is idempotent by its id: whoever repeats a step of an
 * order that is there, even after its request id was forgotten, gets the answer of that step and no new fact.
 */
import { assert } from './assert.ts';
import { paidSeatsOf } from './buyer-count.ts';
import { ownChoosingHold } from './decide-hold.ts';
import { paymentAnswer, paymentAnswerOfSold, soldAnswer, termsOf, ticketsOf, totalCents } from './seat-answer.ts';
import {
  type BeginPaymentCommand,
  type CancelPaymentCommand,
  type ConfirmCommand,
  SYSTEM,
  type TicketLine,
  TicketType,
} from './seat-command.ts';
import { accepted, answeredBefore, type Decision, refused } from './seat-decision.ts';
import { FactKind } from './seat-fact.ts';
import { mismatchOf } from './seat-list.ts';
import { OutcomeCode, type TicketSummary } from './seat-outcome.ts';
import { isSelling, type Order, type PayingHold, type ScreeningState } from './seat-state.ts';

/**
 * Payments that may be tried with one hold. Each declined card gives the hold fresh time, and without an end to that a
 * card that is always declined would hold seats for ever.
 */
export const TRIES_MAX = 5;

export function decideBeginPayment(state: ScreeningState, command: BeginPaymentCommand): Decision {
  const { order, payer, lines, contact, atMs } = command;
  for (const line of lines) assertLine(state, line);
  const known = state.orders.get(order);
  if (known !== undefined) return beginAgain(state, command, known);
  if (!isSelling(state)) return refused(OutcomeCode.salesClosed);
  if (command.seatMap !== undefined && command.seatMap !== state.map.id) {
    return refused(
      OutcomeCode.seatUnknown,
      lines.map((line) => line.seat),
    );
  }
  const found = ownChoosingHold(state, command.hold, command.buyer, atMs);
  if ('outcome' in found) return found;
  if (command.onlyAgain === true) return refused(OutcomeCode.orderUnknown);
  if (found.endedOrders.includes(order)) return refused(OutcomeCode.orderState);
  const mismatch = mismatchOf(found.seats, lines);
  if (mismatch !== null) return refused(OutcomeCode.linesMismatch, mismatch);
  // Seats of the payer's other choosing holds do not count: each of those will be asked the same when its turn comes.
  if (paidSeatsOf(state.buyers, payer) + lines.length > state.rules.seatsPerBuyerMax) {
    return refused(OutcomeCode.buyerLimit, found.seats);
  }
  const overQuota = seatsOverQuota(state, lines);
  if (overQuota !== null) return refused(OutcomeCode.quotaExhausted, overQuota);
  const amountCents = totalCents(lines);
  if (command.expectedCents !== undefined && command.expectedCents !== amountCents) {
    return refused(OutcomeCode.priceChanged);
  }
  const { hold } = found;
  const deadlineMs = atMs + state.rules.paymentTtlMs;
  const begun = { kind: FactKind.paymentBegun, hold, order, payer, lines, deadlineMs };
  return accepted({ code: 0, kind: 'payment', order, hold, amountCents, deadlineMs }, [
    contact === undefined ? begun : { ...begun, contact },
  ]);
}

/** Ids of ticket types are smallint in the database. */
const CATEGORY_MAX = 32_767;

function assertLine(state: ScreeningState, { type, priceCents, category = 1, feeCents = 0 }: TicketLine): void {
  if (!isCents(priceCents)) assert(false, `a price of ${priceCents} cents`);
  if (!isCents(feeCents)) assert(false, `a fee of ${feeCents} cents`);
  const isCategory = Number.isSafeInteger(category) && category >= 1 && category <= CATEGORY_MAX;
  if (!isCategory) assert(false, `ticket type with id ${category}`);
  if (state.ticketsByType[type] === undefined || type < TicketType.full) assert(false, `ticket type ${type}`);
}

function isCents(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The half-price seats of the order when the quota does not hold them all; null when it does, or may be exceeded. */
function seatsOverQuota(state: ScreeningState, lines: readonly TicketLine[]): readonly number[] | null {
  if (state.rules.halfPolicy === 'exceed') return null;
  const half = lines.filter((line) => line.type === TicketType.halfInQuota);
  if (half.length === 0) return null;
  const taken = state.ticketsByType[TicketType.halfInQuota]!;
  return taken + half.length <= state.rules.halfQuota ? null : half.map((line) => line.seat);
}

/** Prices are not compared, nor the total that the buyer was shown: the order keeps those with which it began. */
function beginAgain(state: ScreeningState, command: BeginPaymentCommand, order: Order): Decision {
  if (order.state === 'paying') {
    const hold = payingHold(state, order.hold);
    if (hold.buyer !== command.buyer) return refused(OutcomeCode.orderNotYours);
    if (hold.hold !== command.hold || hold.payer !== command.payer) return refused(OutcomeCode.orderState);
    return sameLines(hold.lines, command.lines) ?? answeredBefore(paymentAnswer(hold));
  }
  if (order.buyer !== command.buyer) return refused(OutcomeCode.orderNotYours);
  if (order.hold !== command.hold || order.payer !== command.payer) return refused(OutcomeCode.orderState);
  return sameLines(ticketsOf(state, order), command.lines) ?? answeredBefore(paymentAnswerOfSold(state, order));
}

type Line = Pick<TicketSummary, 'seat' | 'type' | 'category'>;

/** Null when the lines name the same seats with the same types and categories. */
function sameLines(before: readonly Line[], now: readonly Line[]): Decision | null {
  const mismatch = mismatchOf(
    before.map((line) => line.seat),
    now,
  );
  if (mismatch !== null) return refused(OutcomeCode.linesMismatch, mismatch);
  const retyped = now.filter(({ seat, type, category }) => {
    const line = before.find((candidate) => candidate.seat === seat);
    return line?.type !== type || line.category !== category;
  });
  return retyped.length === 0
    ? null
    : refused(
        OutcomeCode.linesMismatch,
        retyped.map((line) => line.seat),
      );
}

/** Late or not: while the hold is paying, its seats are nobody else's, and money wins over the clock. */
export function decideConfirm(state: ScreeningState, command: ConfirmCommand): Decision {
  const order = state.orders.get(command.order);
  if (order === undefined) return refused(OutcomeCode.orderUnknown);
  if (order.state === 'sold') {
    if (!mayAct(command.buyer, order)) return refused(OutcomeCode.orderNotYours);
    return answeredBefore(soldAnswer(state, order));
  }
  const hold = payingHold(state, order.hold);
  if (!mayAct(command.buyer, hold)) return refused(OutcomeCode.orderNotYours);
  const { tickets } = command;
  const mismatch = mismatchOf(hold.seats, tickets);
  if (mismatch !== null) return refused(OutcomeCode.linesMismatch, mismatch);
  const sold: TicketSummary[] = [];
  for (let at = 0; at < tickets.length; at++) {
    const { ticket, code, seat } = tickets[at]!;
    const isNew = !state.tickets.has(ticket) && !sold.some((other) => other.ticket === ticket);
    assert(isNew, `ticket id ${ticket} was given before`);
    sold.push({ ticket, code, seat, ...termsOf(hold.lines.find((line) => line.seat === seat)!) });
  }
  const fact = { kind: FactKind.sold, order: order.order, hold: hold.hold, tickets };
  return accepted({ code: 0, kind: 'sold', order: order.order, tickets: sold }, [fact]);
}

export function decideCancelPayment(state: ScreeningState, command: CancelPaymentCommand): Decision {
  const order = state.orders.get(command.order);
  if (order === undefined) return refused(OutcomeCode.orderUnknown);
  if (order.state === 'sold') {
    return refused(mayAct(command.buyer, order) ? OutcomeCode.orderState : OutcomeCode.orderNotYours);
  }
  const { hold, buyer, payer, seats, endedOrders } = payingHold(state, order.hold);
  if (!mayAct(command.buyer, { buyer, payer })) return refused(OutcomeCode.orderNotYours);
  const isKept = command.keepHold && endedOrders.length + 1 < TRIES_MAX;
  const deadlineMs = isKept ? command.atMs + state.rules.retryTtlMs : null;
  const fact = { kind: FactKind.paymentCancelled, order: order.order, hold, deadlineMs };
  if (deadlineMs === null) return accepted({ code: 0, kind: 'released', hold, seats }, [fact]);
  return accepted({ code: 0, kind: 'hold', hold, seats, deadlineMs }, [fact]);
}

/** The holder, the payer, or the system (a payment that is looked after with nobody waiting). */
function mayAct(asker: string, owners: { readonly buyer: string; readonly payer: string }): boolean {
  return asker === owners.buyer || asker === owners.payer || asker === SYSTEM;
}

function payingHold(state: ScreeningState, id: number): PayingHold {
  const hold = state.holds.get(id);
  assert(hold !== undefined && hold.phase === 'paying', `hold ${id} has an order in payment and is not paying`);
  return hold;
}
