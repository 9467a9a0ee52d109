/** Orders looked up, and their tickets given back by hand. */
import { z } from 'zod';
import { listOrders } from '../../storage/admin/order-list.ts';
import { ticketsOf } from '../../storage/admin/ticket-list.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { after, id, limit, line, next, staff, TAG, textId } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { refundEndpoint } from './order-refund.ts';
import { reachedOrder } from './owned-order.ts';
import { nextOf, placeIn } from './page-cursor.ts';
import { listedTicket, withLabels } from './ticket-answers.ts';

const state = z.enum(['created', 'authorised', 'sold', 'captured', 'expired', 'refused', 'cancelled', 'refunded']);

const listedOrder = z.object({
  id: z.string(),
  screening: z.number(),
  film: z.string(),
  cinema: z.object({ id: z.number(), name: z.string() }),
  startsLocal: z.string(),
  state,
  buyer: z.string().meta({ description: 'Whose CPF paid: a random id; never a name or a CPF.' }),
  contact: z.string().nullable().meta({
    description:
      'Whose order it is, and who is written to: the random id of an account or guest. Null: nobody told a name.',
  }),
  tickets: z.number(),
  totalCents: z.number(),
  currency: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export function orderEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports), refundEndpoint(ports, 'cancel'), refundEndpoint(ports, 'refund')];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/orders',
    tag: TAG,
    summary: 'Orders of your cinemas',
    description: 'Those of the latest screenings first, in each screening the oldest first.',
    access: staff('orders:read'),
    query: z.strictObject({
      screening: id.optional(),
      code: line(4, 40).optional().meta({ description: 'Of one of its tickets.' }),
      state: state.optional(),
      buyer: textId.optional().meta({ description: 'Whose order it is (contact), or whose CPF paid (buyer).' }),
      limit,
      after,
    }),
    answer: z.object({ orders: z.array(listedOrder), next }),
    handle: async ({ principal, query }) => {
      const place = placeIn(query.after, ['number', 'string']);
      const page = await listOrders(ports.pool, principal, { ...query, after: place });
      return { body: { orders: [...page.items], next: nextOf(page, (order) => [order.screening, order.id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/orders/{order}',
    tag: TAG,
    summary: 'An order with its tickets',
    access: staff('orders:read'),
    params: z.object({ order: textId }),
    answer: z.object({ order: listedOrder.extend({ tickets: z.array(listedTicket) }) }),
    problems: { 404: 'no such order among yours' },
    handle: async ({ principal, params }) => {
      const { exhibitorId: _, seatMap, ...order } = await reachedOrder(ports.pool, principal, params.order);
      const map = await loadSeatMap(ports.pool, seatMap);
      return { body: { order: { ...order, tickets: withLabels(await ticketsOf(ports.pool, order.id), map) } } };
    },
  });
}
