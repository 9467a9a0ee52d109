/**
 * Tickets of an order voided by hand, all or some: "refund" gives the money back, "cancel" does not, and the books tell the
 * two apart. The seats are free at once. The money follows by the order's own books, which the actor's fact wakes.
 */
import { z } from 'zod';
import type { OwnedOrder } from '../../storage/admin/order-list.ts';
import { type ListedTicket, ticketsOf } from '../../storage/admin/ticket-list.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import { queueMessage } from '../../storage/messages.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { dryRun, staff, TAG, textId, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { reachedOrder } from './owned-order.ts';
import { acceptedOr, NEW_KEY } from './refusal-problem.ts';

/** More tickets than one payment can have. */
const TICKETS_MAX = 100;

export function refundEndpoint(ports: AdminPorts, kind: 'cancel' | 'refund'): Endpoint {
  const isRefund = kind === 'refund';
  return endpoint({
    method: 'POST',
    path: `/api/admin/orders/{order}/${kind}`,
    tag: TAG,
    summary: isRefund ? 'Refund tickets of an order' : 'Cancel tickets of an order without giving money back',
    description:
      'Without "tickets": all that are not void. All of them or none; who was let in already keeps his ticket.',
    access: staff('orders:write'),
    once: 'app',
    params: z.object({ order: textId }),
    body: z.strictObject({ tickets: z.array(textId).min(1).max(TICKETS_MAX).optional(), why, dryRun }),
    answer: z.object({
      order: z.string(),
      dryRun: z.boolean(),
      tickets: z.array(z.string()),
      refundCents: z.number(),
      currency: z.string(),
      people: z.number().meta({ description: 'How many are told: a refund is, a cancellation is not.' }),
    }),
    problems: {
      404: 'no such order among yours',
      409: `order-unknown, order-in-payment, ticket-unknown, ticket-void, ticket-used: nothing was changed; ${NEW_KEY}`,
      503: 'no-answer: repeat it with the same key',
    },
    handle: async ({ principal, params, body, client, requestId }) => {
      const order = await reachedOrder(client, principal, params.order);
      const { id, screening, seatMap, currency, cinema, exhibitorId } = order;
      const all = await ticketsOf(client, id);
      const answerOf = (tickets: readonly string[]) => ({
        order: id,
        dryRun: body.dryRun,
        tickets: [...tickets],
        refundCents: isRefund ? centsOf(all, tickets) : 0,
        currency,
        people: isRefund ? 1 : 0,
      });
      if (body.dryRun) return { body: answerOf(rehearsed(order, all, body.tickets)) };
      const { outcome } = await ports.ask(screening, {
        kind,
        order: id,
        ...(body.tickets === undefined ? {} : { tickets: body.tickets }),
        by: principal.who,
        requestId: requestId(`-${kind}`),
      });
      const voided = acceptedOr(outcome, await loadSeatMap(client, seatMap));
      const answer = answerOf('tickets' in voided ? voided.tickets.map(idOf) : []);
      const { refundCents, tickets } = answer;
      await recordAction(client, {
        who: principal.who,
        action: `order.${kind}`,
        target: `order:${id}`,
        why: body.why,
        details: { cinema: cinema.id, screening, tickets, refundCents },
        exhibitorId,
      });
      if (isRefund)
        await queueMessage(client, {
          kind: 'order-refunded',
          recipientKind: 'buyer',
          // Not the payer: with somebody's CPF others may have bought as well.
          recipient: order.contact ?? order.buyer,
          params: { order: id, refundCents, currency, tickets },
        });
      return { body: answer };
    },
  });
}

function idOf(ticket: string | { readonly ticket: string }): string {
  return typeof ticket === 'string' ? ticket : ticket.ticket;
}

function centsOf(all: readonly ListedTicket[], ids: readonly string[]): number {
  return all
    .filter(({ id }) => ids.includes(id))
    .reduce((sum, { priceCents, feeCents }) => sum + priceCents + feeCents, 0);
}

/**
 * What the actor would say by what the tables have: the tickets.
 * @throws Problem 409
 */
function rehearsed(
  order: OwnedOrder,
  all: readonly ListedTicket[],
  named: readonly string[] | undefined,
): readonly string[] {
  if (order.state === 'created' || order.state === 'authorised')
    throw Problem.conflict('order-in-payment', 'The order is still being paid; try again when that has ended.');
  if (all.length === 0)
    throw Problem.conflict('order-unknown', 'The screening has no such order: its payment was cancelled.');
  const isVoid = ({ state }: ListedTicket): boolean => state === 'cancelled' || state === 'refunded';
  const chosen =
    named === undefined ? all.filter((ticket) => !isVoid(ticket)) : all.filter(({ id }) => named.includes(id));
  if (named !== undefined && chosen.length !== named.length)
    throw Problem.conflict('ticket-unknown', 'The order has no such ticket, or it is named twice.');
  if (chosen.length === 0 || chosen.some(isVoid))
    throw Problem.conflict('ticket-void', 'The ticket was cancelled or refunded before.');
  if (chosen.some(({ state }) => state === 'used'))
    throw Problem.conflict('ticket-used', 'A ticket of the order has been let in already; name the others.');
  return chosen.map(({ id }) => id);
}
