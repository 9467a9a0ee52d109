/** What an outcome looks like on the wire: deadlines become milliseconds left, so that no client compares its clock with ours. */
import { type Outcome, OutcomeCode } from '../actors/seat-outcome.ts';
import { type ServerMessage, ServerOp } from './protocol/server-messages.ts';

const none: readonly number[] = [];

/** `op` is the opcode of the client's message (reserved for answers that depend on it). */
export function answerMessage(requestId: string, outcome: Outcome, version: number, nowMs: number): ServerMessage {
  if (outcome.code !== OutcomeCode.accepted) {
    return [ServerOp.answer, requestId, outcome.code, version, outcome.seats ?? none];
  }
  switch (outcome.kind) {
    case 'hold':
      return [
        ServerOp.answer,
        requestId,
        0,
        version,
        outcome.hold,
        outcome.seats,
        Math.max(0, outcome.deadlineMs - nowMs),
      ];
    case 'released':
      return [ServerOp.answer, requestId, 0, version, outcome.hold, outcome.seats];
    case 'sold':
      return [
        ServerOp.answer,
        requestId,
        0,
        version,
        outcome.order,
        outcome.tickets.map(
          ({ ticket, code, seat, type, priceCents }) => [ticket, code, seat, type, priceCents] as const,
        ),
      ];
    // No client message leads to these: they answer the server's own commands.
    case 'payment':
    case 'voided':
    case 'checked-in':
    case 'done':
      return [ServerOp.answer, requestId, 0, version];
  }
}
