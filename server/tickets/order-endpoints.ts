/** Orders of a buyer, read: those of the session, one by its id, and a guest's by code and CPF. */
import { z } from 'zod';
import { findPayer } from '../../storage/accounts/payers.ts';
import { findBuyerOrder, findOrderByCode, ordersOfContact } from '../../storage/tickets/buyer-orders.ts';
import { cpfField } from '../accounts/account-fields.ts';
import { type Attempt, forgive, mayTry, networkOf } from '../accounts/attempt-limits.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { calendarEndpoint } from './calendar-endpoint.ts';
import { cancelEndpoint } from './order-cancel.ts';
import { limitsOf, type OrderPorts } from './order-ports.ts';
import { resendEndpoint } from './order-resend.ts';
import { orderView, viewOfOrder } from './order-view.ts';
import { ANYBODY, BY_WHOM, noSuchOrder, orderParams, reachedOrder, TAG } from './reached-order.ts';
import { ticketKeysEndpoint } from './ticket-keys-endpoint.ts';

/** More than anybody looks through; older ones are found by their link, and by code and CPF. */
const ORDERS_MAX = 50;

/** All endpoints of orders and of the keys that verify their tickets. */
export function orderEndpoints(ports: OrderPorts): Endpoint[] {
  return [
    ...readingEndpoints(ports),
    lookupEndpoint(ports),
    cancelEndpoint(ports),
    resendEndpoint(ports),
    calendarEndpoint(ports),
    ticketKeysEndpoint(ports),
  ];
}

function readingEndpoints(ports: OrderPorts): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/orders',
      tag: TAG,
      summary: 'Orders of the session',
      description:
        'Of the account or the guest that is signed in, the newest first, at most 50. What the same CPF bought elsewhere is not ' +
        'among them, nor what came to nothing.',
      access: { kind: 'buyer' },
      answer: z.object({ orders: z.array(orderView) }),
      handle: async ({ principal }) => {
        const orders = await ordersOfContact(ports.pool, principal.buyer, ports.cancelPolicy.days, ORDERS_MAX);
        return { body: { orders: await Promise.all(orders.map((order) => viewOfOrder(ports, order, null))) } };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/orders/{order}',
      tag: TAG,
      summary: 'An order and its tickets',
      description: BY_WHOM,
      access: ANYBODY,
      params: orderParams,
      answer: z.object({ order: orderView }),
      problems: { 404: 'There is no such order, or it is not the asker’s.' },
      handle: async (request) => {
        const { order, token } = await reachedOrder(ports, request);
        return { body: { order: await viewOfOrder(ports, order, token) } };
      },
    }),
  ];
}

/** As people type a code that they read: in any case, with blanks or hyphens to keep their place. */
const codeField = z
  .string()
  .max(40)
  .transform((text) => text.replace(/[\s-]/g, '').toUpperCase())
  .pipe(z.string().regex(/^[0-9A-Z]{8,16}$/, 'is no code of a ticket'))
  .meta({ description: 'Of any ticket of the order.', examples: ['7K4M2XQRTB'] });

function lookupEndpoint(ports: OrderPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/orders/lookup',
    tag: TAG,
    summary: 'Find an order by code and CPF',
    description:
      'For who bought as a guest: the code of one of the tickets, and the CPF that it was bought with. What is wrong is not said. ' +
      'The answer’s access token opens the order afterwards.',
    access: { kind: 'public' },
    body: z.strictObject({ code: codeField, cpf: cpfField }),
    answer: z.object({ order: orderView, access: z.string() }),
    problems: { 404: 'The two do not belong together.', 429: 'Too many attempts.' },
    handle: async ({ body: { code, cpf }, address }) => {
      const limits = limitsOf(ports);
      const own: Attempt[] = [
        ['lookup code', code],
        ['lookup cpf', cpf],
      ];
      await mayTry(limits, ['lookup address', networkOf(address)]);
      // Afterwards, by themselves: a place that tries on after its own bound must not use up somebody's code.
      await mayTry(limits, ...own);
      // Both are looked for, whatever the first one gives: the time does not tell which of them exists.
      const [found, payer] = await Promise.all([
        findOrderByCode(ports.pool, code),
        findPayer(ports.accounts, ports.seals, cpf),
      ]);
      if (found === null || payer === null || found.payer !== payer) throw noSuchOrder();
      const order = await findBuyerOrder(ports.pool, found.order, ports.cancelPolicy.days);
      if (order === null) throw noSuchOrder();
      await forgive(limits, ...own);
      const view = await viewOfOrder(ports, order, null);
      return { body: { order: view, access: view.access } };
    },
  });
}
