/** What an answer looks like on the wire: deadlines become milliseconds left, so that no client compares its clock with ours. */
import { type Answer, OutcomeCode, type TicketSummary } from '../actors/seat-outcome.ts';
import { ServerOp } from './protocol/opcodes.ts';
import type { ServerMessage, TicketFields } from './protocol/server-messages.ts';

const none: readonly number[] = [];

/** `screening` is used where the wire names it instead of a request id. */
export function answerMessage(
  requestId: string,
  answer: Answer,
  version: number,
  nowMs: number,
  screening: number,
): ServerMessage {
  const op = ServerOp.answer;
  if (answer.code !== OutcomeCode.accepted) {
    const { code, seats = none, order } = answer;
    return order === undefined ? [op, requestId, code, version, seats] : [op, requestId, code, version, seats, order];
  }
  const msLeft = (deadlineMs: number): number => Math.max(0, deadlineMs - nowMs);
  switch (answer.kind) {
    case 'hold':
      return [op, requestId, 0, version, answer.hold, answer.seats, msLeft(answer.deadlineMs)];
    case 'released':
      return [op, requestId, 0, version, answer.hold, answer.seats];
    case 'sold':
      return [op, requestId, 0, version, answer.order, answer.tickets.map(ticketOnWire)];
    case 'mine': {
      const holds = answer.holds.map(
        ({ hold, seats, deadlineMs, paying }) => [hold, seats, msLeft(deadlineMs), paying ? 1 : 0] as const,
      );
      const orders = answer.orders.map(({ order, tickets }) => [order, tickets.map(ticketOnWire)] as const);
      return [ServerOp.mine, screening, holds, orders];
    }
    // No client message leads to these: they answer the server's own commands.
    case 'payment':
    case 'voided':
    case 'checked-in':
    case 'done':
      return [op, requestId, 0, version];
  }
}

function ticketOnWire({ ticket, code, seat, type, priceCents, category, feeCents }: TicketSummary): TicketFields {
  if (category === undefined && feeCents === undefined) return [ticket, code, seat, type, priceCents];
  return [ticket, code, seat, type, priceCents, category ?? 0, feeCents ?? 0];
}
