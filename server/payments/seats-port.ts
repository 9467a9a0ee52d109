/**
 * The seats of a payment that nobody waits for: asked of their screening's actor in the system's name, wherever that is, on any thread.
 * Each question has one request id for ever, so that it is done once however often it is asked.
 */
import { customAlphabet, nanoid } from 'nanoid';
import type { NewTicket } from '../../actors/seat-command.ts';
import { SYSTEM } from '../../actors/seat-command.ts';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import type { SeatsPort } from '../../workers/payments/desk-ports.ts';
import { requestIdOf, type StaffAnswer, type StaffCommand } from '../staff-commands.ts';

/** No 0 O 1 I L U: read aloud in a dark room. 30^10 codes: with a hundred million sold, one new one in six million is taken already (and drawn again). */
const ticketCode = customAlphabet('23456789ABCDEFGHJKMNPQRSTVWXYZ', 10);

/** A new ticket for each seat. */
export function newTickets(seats: readonly number[]): readonly NewTicket[] {
  return seats.map((seat) => ({ seat, ticket: nanoid(), code: ticketCode() }));
}

export function seatsOver(ask: (screening: number, command: StaffCommand) => Promise<StaffAnswer>): SeatsPort {
  return {
    async sell({ order, screening, seats }) {
      const tickets = newTickets(seats);
      const requestId = requestIdOf(SYSTEM, 'sell', order);
      const { outcome } = await ask(screening, { kind: 'confirm', by: SYSTEM, requestId, order, tickets });
      if (outcome.code === OutcomeCode.accepted) return 'sold';
      return outcome.code === OutcomeCode.orderUnknown ? 'refused' : 'unknown';
    },
    async free({ order, screening }, keepHold) {
      // Two wishes, two ids: whoever keeps the hold does not repeat who does not.
      const requestId = requestIdOf(SYSTEM, keepHold ? 'end' : 'free', order);
      const { outcome } = await ask(screening, { kind: 'cancel-payment', by: SYSTEM, requestId, order, keepHold });
      switch (outcome.code) {
        case OutcomeCode.accepted:
        // It has ended before.
        case OutcomeCode.orderUnknown:
          return 'freed';
        case OutcomeCode.orderState:
          return 'sold';
        default:
          return 'unknown';
      }
    },
    async voidTickets({ order, screening }) {
      const requestId = requestIdOf(SYSTEM, 'void', order);
      const { outcome } = await ask(screening, { kind: 'refund', by: SYSTEM, requestId, order });
      switch (outcome.code) {
        case OutcomeCode.accepted:
        // None of them is good any more.
        case OutcomeCode.ticketVoid:
          return 'voided';
        case OutcomeCode.ticketUsed:
          return 'used';
        default:
          return 'unknown';
      }
    },
  };
}
