/**
 * A buyer gives tickets back, all or some. For the actor it is a refund, not a cancellation: the books call by that name what
 * money is owed for, and what it was paid with its fee is owed. No money moves from here: the actor's fact wakes the books of the
 * order in its own commit (storage/projection.ts), and whoever looks after them sends back what living tickets do not cover, exactly once
 * for a refund of whatever origin.
 *
 * The actor is asked before the transaction, which then only queues the letter: a screening whose owner is away must not keep
 * a connection waiting. A crash in between leaves seats free and a letter unwritten; the repetition, by the same key, writes it,
 * also when the time to give back is over by then: the journal says that the actor had done it.
 */
import { z } from 'zod';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import { queueMessage } from '../../storage/messages.ts';
import { wasAccepted } from '../../storage/tickets/accepted-requests.ts';
import { type BuyerOrder, findBuyerOrder } from '../../storage/tickets/buyer-orders.ts';
import { mayTry } from '../accounts/attempt-limits.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { requestIdOf } from '../staff-commands.ts';
import { type Cancellable, type CancelPolicy, cancellable } from './cancel-policy.ts';
import { limitsOf, type OrderPorts } from './order-ports.ts';
import { orderView, viewOfOrder } from './order-view.ts';
import { ANYBODY, BY_WHOM, noSuchOrder, orderParams, type Reached, reachedOrder, TAG } from './reached-order.ts';

/** More tickets than one payment can have. */
const TICKETS_MAX = 100;

interface GivenBack extends Reached {
  readonly tickets: readonly string[];
  readonly requestId: string;
}

export function cancelEndpoint(ports: OrderPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/orders/{order}/cancel',
    tag: TAG,
    summary: 'Give tickets back',
    description: `Without "tickets": all that are not void. All of them or none; price and fee are given back, and the seats are free at once. ${BY_WHOM}`,
    access: ANYBODY,
    once: 'app',
    params: orderParams,
    body: z.strictObject({ tickets: z.array(z.string().min(1).max(64)).min(1).max(TICKETS_MAX).optional() }),
    answer: z.object({ order: orderView }),
    problems: {
      404: 'There is no such order, or it is not the asker’s.',
      409:
        'too-late, too-long-ago, screening-cancelled, not-sold, ticket-unknown, ticket-void, ticket-used: nothing was changed; ' +
        'a second try needs a new Idempotency-Key',
      429: 'Tried often enough: twenty times an hour.',
      503: 'no-answer: repeat it with the same key',
    },
    prepare: async (request): Promise<GivenBack> => {
      const reached = await reachedOrder(ports, request);
      const { order } = reached;
      await mayTry(limitsOf(ports), ['cancel order', order.id]);
      // Of the order and not of who asks: whoever repeats it from another network, or after signing in, means the same.
      const by = `order:${order.id}`;
      const requestId = requestIdOf(by, request.key);
      const refusal = refusalOf(order, ports.cancelPolicy, ports.nowMs());
      // What was done in time and lost on its way is carried on, however late it is repeated.
      if (refusal !== null && !(await wasAccepted(ports.pool, order.screening.id, requestId))) throw refusal;
      const { tickets } = request.body;
      const { outcome } = await ports.ask(order.screening.id, {
        kind: 'refund',
        order: order.id,
        ...(tickets === undefined ? {} : { tickets }),
        by,
        requestId,
      });
      return { ...reached, tickets: voidedOr(outcome), requestId };
    },
    handle: async ({ client }, { order, token, tickets, requestId }) => {
      const after = await findBuyerOrder(client, order.id, ports.cancelPolicy.days);
      if (after === null) throw noSuchOrder();
      const refundCents = after.tickets
        .filter(({ id }) => tickets.includes(id))
        .reduce((sum, { priceCents, feeCents }) => sum + priceCents + feeCents, 0);
      await queueMessage(client, {
        id: `order-refunded:${order.id}:${requestId}`,
        kind: 'order-refunded',
        recipientKind: 'buyer',
        recipient: order.contact ?? order.payer,
        params: { order: order.id, tickets, refundCents, currency: order.currency },
      });
      return { body: { order: await viewOfOrder(ports, after, token) } };
    },
  });
}

/**
 * What the time and the screening say. What becomes of each ticket is the actor's to decide: one that was given back a moment ago
 * by this very request must not be refused here when it is repeated.
 */
function refusalOf(order: BuyerOrder, policy: CancelPolicy, nowMs: number): Problem | null {
  const verdict: Cancellable = cancellable(order, policy, nowMs);
  const until = new Date(verdict.untilMs).toISOString();
  switch (verdict.why) {
    case null:
    case 'no-live-ticket':
      return null;
    case 'too-late':
      return Problem.conflict(
        'too-late',
        `Tickets of this screening could be given back until ${until}, ${policy.minutesBefore} minutes before it starts. Nothing was cancelled.`,
      );
    case 'too-long-ago':
      return Problem.conflict(
        'too-long-ago',
        `These tickets could be given back until ${until}, ${policy.days} days after they were bought. Nothing was cancelled.`,
      );
    case 'screening-cancelled':
      return Problem.conflict(
        'screening-cancelled',
        'The screening itself is cancelled: its tickets are refunded without being asked for, and a message says so.',
      );
    case 'not-sold':
      return Problem.conflict('not-sold', 'The order is not paid: there is nothing to give back.');
  }
}

/** The ids of the tickets that are void now. @throws Problem for every refusal */
function voidedOr(outcome: Answer): readonly string[] {
  if (outcome.code === 0)
    return 'tickets' in outcome
      ? outcome.tickets.map((ticket) => (typeof ticket === 'string' ? ticket : ticket.ticket))
      : [];
  switch (outcome.code) {
    case OutcomeCode.busy:
    case OutcomeCode.unavailable:
    case OutcomeCode.expired:
      throw new Problem(
        503,
        'no-answer',
        'The screening did not answer in time, and whether the tickets are given back is not known. Send it again with the same Idempotency-Key.',
        [],
        { 'retry-after': '1' },
      );
    case OutcomeCode.requestIdReused:
      throw new Problem(422, 'key-reused', 'This Idempotency-Key was used for another request; take a new one.');
    case OutcomeCode.orderUnknown:
    case OutcomeCode.orderState:
      throw Problem.conflict('not-sold', 'The order is not paid: there is nothing to give back.');
    case OutcomeCode.noSeats:
    case OutcomeCode.ticketUnknown:
      throw Problem.conflict(
        'ticket-unknown',
        'The order has no such ticket, or it is named twice; nothing was cancelled.',
      );
    case OutcomeCode.ticketVoid:
      throw Problem.conflict('ticket-void', 'A ticket was given back or refunded before; nothing more was cancelled.');
    case OutcomeCode.ticketUsed:
      throw Problem.conflict(
        'ticket-used',
        'A ticket has been let in already; name the others. Nothing was cancelled.',
      );
    default:
      throw Problem.conflict('refused', `The screening refused this (outcome ${outcome.code}); nothing was cancelled.`);
  }
}
