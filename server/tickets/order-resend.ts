/** The confirmation of an order once more, to the address of the purchase and to no other. */
import { z } from 'zod';
import { queueConfirmationAgain } from '../../storage/order-confirmations.ts';
import { mayTry } from '../accounts/attempt-limits.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { limitsOf, type OrderPorts } from './order-ports.ts';
import { ANYBODY, BY_WHOM, noSuchOrder, orderParams, reachedOrder, TAG } from './reached-order.ts';

export function resendEndpoint(ports: OrderPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/orders/{order}/resend',
    tag: TAG,
    summary: 'Send the confirmation again',
    description: `Three times an hour, to the address of the purchase. ${BY_WHOM}`,
    access: ANYBODY,
    once: 'accounts',
    params: orderParams,
    body: z.strictObject({}),
    answer: z.object({ resent: z.literal(true) }),
    problems: {
      404: 'There is no such order, or it is not the asker’s.',
      409: 'not-sold, no-address: nothing was sent',
      429: 'Sent often enough.',
    },
    prepare: async (request) => {
      const { order } = await reachedOrder(ports, request);
      await mayTry(limitsOf(ports), ['resend order', order.id]);
    },
    handle: async ({ client, params }) => {
      const queued = await queueConfirmationAgain(client, params.order);
      switch (queued) {
        case 'queued':
          return { body: { resent: true as const } };
        case 'unknown':
          throw noSuchOrder();
        case 'not-sold':
          throw Problem.conflict('not-sold', 'The order has no ticket that admits anybody; nothing was sent.');
        case 'no-contact':
          throw Problem.conflict('no-address', 'Nobody left an address with this order; nothing was sent.');
      }
    },
  });
}
