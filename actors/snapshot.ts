/**
 * A state as text, so that a replay need not begin at the first fact. JSON, positions instead of names: a hot screening
 * with its full window of request ids is some hundred kilobytes, and whoever opens the table can still read it.
 *
 * Everything is written in an order of its own (holds and orders by hold, requests by age), so that equal states give
 * equal bytes. What can be recounted (seats held and sold, counts of buyers and ticket types) is not written. The
 * seat map and the rules are not part of it: the reader brings them.
 */
import { assert } from './assert.ts';
import { addSeats } from './buyer-count.ts';
import { soldAnswer, type termsOf } from './seat-answer.ts';
import type { TicketLine } from './seat-command.ts';
import { done } from './seat-decision.ts';
import type { SeatMap } from './seat-map.ts';
import { type Outcome, OutcomeCode } from './seat-outcome.ts';
import {
  type Hold,
  initialState,
  type ScreeningRules,
  type ScreeningState,
  SeatStatus,
  type SoldOrder,
  type Ticket,
} from './seat-state.ts';

/** Counted up when the text changes its meaning. */
const FORMAT = 2;

/** Category and fee came later: left out where there is neither, so that a build which does not know them reads what it wrote. */
type TermsText = [category: number | null, feeCents: number | null];
type LineText = [seat: number, type: number, priceCents: number, ...terms: TermsText | []];
type PaymentText = [order: string, payer: string, lines: LineText[]];
type HoldText = [
  hold: number,
  buyer: string,
  seats: readonly number[],
  extensions: number,
  endedOrders: readonly string[],
  deadlineMs: number,
  payment: PaymentText | null,
];
type TicketText = [
  ticket: string,
  code: string,
  seat: number,
  type: number,
  priceCents: number,
  state: Ticket['state'],
  usedAtMs: number | null,
  ...terms: TermsText | [],
];
type OrderText = [order: string, hold: number, buyer: string, payer: string, deadlineMs: number, tickets: TicketText[]];
type AnswerText =
  | ['hold', hold: number, seats: readonly number[], deadlineMs: number]
  | ['released', hold: number, seats: readonly number[]]
  | ['payment', order: string, hold: number, amountCents: number, deadlineMs: number]
  | ['sold', order: string]
  | ['voided', order: string, tickets: readonly string[]]
  | ['checked-in', ticket: string, seat: number]
  | ['done'];
type RequestText = [requestId: string, fingerprint: number, answer: AnswerText];

interface SnapshotText {
  format: number;
  screening: number;
  /** Id of the layout whose seats are meant. */
  seatMap: number;
  seatCount: number;
  version: number;
  epoch: number;
  salesOpen: boolean;
  blocked: number[];
  holds: HoldText[];
  orders: OrderText[];
  answered: RequestText[];
}

/** JSON without control characters, to be read back by `readSnapshot`. */
export function writeSnapshot(state: ScreeningState): string {
  const blocked: number[] = [];
  state.seatStatus.forEach((status, seat) => {
    if (status === SeatStatus.blocked) blocked.push(seat);
  });
  const sold: SoldOrder[] = [];
  for (const order of state.orders.values()) if (order.state === 'sold') sold.push(order);
  const text: SnapshotText = {
    format: FORMAT,
    screening: state.screening,
    seatMap: state.map.id,
    seatCount: state.map.seatCount,
    version: state.version,
    epoch: state.epoch,
    salesOpen: state.salesOpen,
    blocked,
    holds: [...state.holds.values()].sort((one, other) => one.hold - other.hold).map(holdText),
    orders: sold.sort((one, other) => one.hold - other.hold).map((order) => orderText(state, order)),
    answered: Array.from(state.answered.entries(), ([id, fingerprint, outcome]) => [
      id,
      fingerprint,
      answerText(outcome),
    ]),
  };
  return JSON.stringify(text);
}

function holdText(hold: Hold): HoldText {
  const payment: PaymentText | null =
    hold.phase === 'choosing'
      ? null
      : [hold.order, hold.payer, hold.lines.map((line) => [line.seat, line.type, line.priceCents, ...termsText(line)])];
  return [hold.hold, hold.buyer, hold.seats, hold.extensions, hold.endedOrders, hold.deadlineMs, payment];
}

function orderText(state: ScreeningState, order: SoldOrder): OrderText {
  const tickets = order.tickets.map((id): TicketText => {
    const ticket = state.tickets.get(id)!;
    const usedAtMs = ticket.state === 'used' ? ticket.usedAtMs : null;
    return [
      ticket.ticket,
      ticket.code,
      ticket.seat,
      ticket.type,
      ticket.priceCents,
      ticket.state,
      usedAtMs,
      ...termsText(ticket),
    ];
  });
  return [order.order, order.hold, order.buyer, order.payer, order.deadlineMs, tickets];
}

function termsText({ category, feeCents }: Pick<TicketLine, 'category' | 'feeCents'>): TermsText | [] {
  return category === undefined && feeCents === undefined ? [] : [category ?? null, feeCents ?? null];
}

function answerText(outcome: Outcome): AnswerText {
  assert(outcome.code === OutcomeCode.accepted, 'a refusal among the accepted requests');
  switch (outcome.kind) {
    case 'hold':
      return ['hold', outcome.hold, outcome.seats, outcome.deadlineMs];
    case 'released':
      return ['released', outcome.hold, outcome.seats];
    case 'payment':
      return ['payment', outcome.order, outcome.hold, outcome.amountCents, outcome.deadlineMs];
    case 'sold':
      // The order itself is above, and is never forgotten.
      return ['sold', outcome.order];
    case 'voided':
      return ['voided', outcome.order, outcome.tickets];
    case 'checked-in':
      return ['checked-in', outcome.ticket, outcome.seat];
    case 'done':
      return ['done'];
  }
}

/**
 * The state that `writeSnapshot` wrote, with `map` and `rules` of the present.
 * @throws InvariantViolation when the text is of another format, or of another seat map.
 */
export function readSnapshot(text: string, map: SeatMap, rules: ScreeningRules): ScreeningState {
  const stored = JSON.parse(text) as SnapshotText;
  assert(stored.format === FORMAT, `snapshot of format ${stored.format}, which this build does not read`);
  assert(stored.seatMap === map.id, `snapshot of seat map ${stored.seatMap} for ${map.id}`);
  assert(stored.seatCount === map.seatCount, `snapshot of ${stored.seatCount} seats for ${map.seatCount}`);
  const state = initialState(stored.screening, map, rules);
  state.version = stored.version;
  state.epoch = stored.epoch;
  state.salesOpen = stored.salesOpen;
  for (const seat of stored.blocked) state.seatStatus[seat] = SeatStatus.blocked;
  for (const hold of stored.holds) readHold(state, hold);
  for (const order of stored.orders) readOrder(state, order);
  for (const [requestId, fingerprint, answer] of stored.answered) {
    state.answered.add(requestId, fingerprint, readAnswer(state, answer));
  }
  return state;
}

function readHold(state: ScreeningState, text: HoldText): void {
  const [hold, buyer, seats, extensions, endedOrders, deadlineMs, payment] = text;
  for (const seat of seats) {
    takeSeat(state, seat, SeatStatus.held);
    state.seatHold[seat] = hold;
  }
  if (payment === null) {
    state.holds.set(hold, { phase: 'choosing', hold, buyer, seats, extensions, endedOrders, deadlineMs });
    addSeats(state.buyers, buyer, seats.length, 0, 0);
    return;
  }
  const [order, payer, lineTexts] = payment;
  const lines = lineTexts.map(
    ([seat, type, priceCents, ...terms]): TicketLine => ({ seat, ...readTerms(type, priceCents, terms) }),
  );
  state.holds.set(hold, {
    phase: 'paying',
    hold,
    buyer,
    seats,
    extensions,
    endedOrders,
    order,
    payer,
    lines,
    deadlineMs,
  });
  state.orders.set(order, { state: 'paying', order, hold });
  addSeats(state.buyers, payer, 0, seats.length, 0);
  for (const line of lines) state.ticketsByType[line.type]!++;
}

function readOrder(state: ScreeningState, text: OrderText): void {
  const [order, hold, buyer, payer, deadlineMs, ticketTexts] = text;
  for (const [ticket, code, seat, type, priceCents, ticketState, usedAtMs, ...terms] of ticketTexts) {
    const base = { ticket, code, seat, ...readTerms(type, priceCents, terms), order };
    if (ticketState === 'used') state.tickets.set(ticket, { state: 'used', ...base, usedAtMs: usedAtMs ?? 0 });
    else state.tickets.set(ticket, { state: ticketState, ...base });
    if (ticketState === 'cancelled' || ticketState === 'refunded') continue;
    takeSeat(state, seat, SeatStatus.sold);
    addSeats(state.buyers, payer, 0, 0, 1);
    state.ticketsByType[type]!++;
  }
  const tickets = ticketTexts.map(([ticket]) => ticket);
  state.orders.set(order, { state: 'sold', order, hold, buyer, payer, deadlineMs, tickets });
}

function readTerms(
  type: number,
  priceCents: number,
  [category, feeCents]: TermsText | [],
): ReturnType<typeof termsOf<TicketLine['type']>> {
  return {
    type: type as TicketLine['type'],
    priceCents,
    ...(category === undefined || category === null ? {} : { category }),
    ...(feeCents === undefined || feeCents === null ? {} : { feeCents }),
  };
}

function takeSeat(state: ScreeningState, seat: number, status: SeatStatus): void {
  assert(state.seatStatus[seat] === SeatStatus.free, `snapshot: seat ${seat} is taken twice or does not exist`);
  state.seatStatus[seat] = status;
}

function readAnswer(state: ScreeningState, text: AnswerText): Outcome {
  switch (text[0]) {
    case 'hold':
      return { code: 0, kind: 'hold', hold: text[1], seats: text[2], deadlineMs: text[3] };
    case 'released':
      return { code: 0, kind: 'released', hold: text[1], seats: text[2] };
    case 'payment':
      return { code: 0, kind: 'payment', order: text[1], hold: text[2], amountCents: text[3], deadlineMs: text[4] };
    case 'sold': {
      const order = state.orders.get(text[1]);
      assert(order?.state === 'sold', `snapshot: order ${text[1]} was answered as sold and is not`);
      return soldAnswer(state, order);
    }
    case 'voided':
      return { code: 0, kind: 'voided', order: text[1], tickets: text[2] };
    case 'checked-in':
      return { code: 0, kind: 'checked-in', ticket: text[1], seat: text[2] };
    case 'done':
      return done;
  }
}
