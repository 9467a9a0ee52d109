/**
 * Payments for those who look after the money: listed, one with all of its steps, disputes, the settlement, and the reconciler on
 * demand. The money of all exhibitors is for administrators; an order's own is also for whoever may see the order.
 */
import { z } from 'zod';
import { PAYMENT_CASES, PAYMENT_PHASES } from '../../actors/payment/payment.ts';
import { listDisputes } from '../../storage/payments/disputes.ts';
import { paymentHistory } from '../../storage/payments/payment-history.ts';
import { listPayments } from '../../storage/payments/payment-list.ts';
import { screeningRefunds } from '../../storage/payments/screening-refunds.ts';
import { after, id, inPath, instant, limit, next, staff, TAG, textId } from '../admin/admin-fields.ts';
import { reachedOrder } from '../admin/owned-order.ts';
import { reachedScreening } from '../admin/owned-screening.ts';
import { nextOf, placeIn } from '../admin/page-cursor.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { disputeOf, listedOf, listedPayment, shownDispute, shownOf, shownPayment } from './admin-answers.ts';
import { type PaymentAdminPorts, reconcileEndpoint } from './reconcile-endpoint.ts';
import { settlementEndpoint } from './settlement-endpoint.ts';

export function paymentAdminEndpoints(ports: PaymentAdminPorts): Endpoint[] {
  return [
    listEndpoint(ports),
    reconcileEndpoint(ports),
    settlementEndpoint(ports),
    showEndpoint(ports),
    disputesEndpoint(ports),
    refundsEndpoint(ports),
  ];
}

function listEndpoint(ports: PaymentAdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/payments',
    tag: TAG,
    summary: 'Payments, the newest first',
    access: staff('payments:read'),
    query: z.strictObject({
      phase: z.enum(PAYMENT_PHASES).optional(),
      case: z
        .enum([...PAYMENT_CASES, 'any'])
        .optional()
        .meta({ description: 'Only those with this case; any: whatever a person has to look at.' }),
      screening: id.optional(),
      since: instant.optional(),
      limit,
      after,
    }),
    answer: z.object({ payments: z.array(listedPayment), next }),
    handle: async ({ query }) => {
      const { phase, case: caseKind, screening, since, limit: most } = query;
      const [before] = placeIn(query.after, ['string']) ?? [];
      const sinceMs = since === undefined ? undefined : Date.parse(since);
      const wanted = { phase, case: caseKind, screening, sinceMs, before, limit: most + 1 };
      const page = pageOf(await listPayments(ports.pool, wanted), most);
      return { body: { payments: page.items.map(listedOf), next: nextOf(page, ({ order }) => [order]) } };
    },
  });
}

function showEndpoint(ports: PaymentAdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/payments/{order}',
    tag: TAG,
    summary: 'The payment of an order, with every step',
    description:
      'What was asked of the provider, when, by whom, with which key, and what came of it; refunds, disputes, webhooks, tickets.',
    access: staff('orders:read'),
    params: z.object({ order: textId }),
    answer: z.object({ payment: shownPayment }),
    problems: { 404: 'no such order among yours, or nobody was asked to pay it' },
    handle: async ({ principal, params }) => {
      await reachedOrder(ports.pool, principal, params.order);
      const history = await paymentHistory(ports.pool, params.order);
      if (history === null) throw Problem.notFound(`payment of order ${params.order}`);
      return { body: { payment: shownOf(history) } };
    },
  });
}

function disputesEndpoint(ports: PaymentAdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/disputes',
    tag: TAG,
    summary: 'Payments that a buyer’s bank takes back, or wants to; the newest first',
    description: 'They are answered at the provider’s own desk.',
    access: staff('payments:read'),
    query: z.strictObject({ open: z.enum(['yes', 'no']).default('no'), limit, after }),
    answer: z.object({
      disputes: z.array(shownDispute),
      next,
    }),
    handle: async ({ query }) => {
      const [before] = placeIn(query.after, ['string']) ?? [];
      const wanted = { isOpenOnly: query.open === 'yes', before, limit: query.limit + 1 };
      const page = pageOf(await listDisputes(ports.pool, wanted), query.limit);
      return { body: { disputes: page.items.map(disputeOf), next: nextOf(page, (dispute) => [dispute.id]) } };
    },
  });
}

function refundsEndpoint(ports: PaymentAdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/screenings/{screening}/refunds',
    tag: TAG,
    summary: 'How far the money of a screening has gone back',
    description: 'Of a cancelled one until "liveOrders" is 0 and "sentCents" is "cents". What fails is for a person.',
    access: staff('orders:read'),
    params: inPath('screening'),
    answer: z.object({
      screening: z.number(),
      orders: z.number().meta({ description: 'With tickets that were given back.' }),
      refundedOrders: z.number().meta({ description: 'Of those: everything owed was sent.' }),
      cents: z.number().meta({ description: 'Owed, cents; what was bought without money is not counted.' }),
      sentCents: z.number().meta({ description: 'Sent back, cents.' }),
      failed: z.number().meta({ description: 'Orders whose refund the provider refuses.' }),
      liveOrders: z.number().meta({ description: 'Orders whose tickets are still good.' }),
      currency: z.string(),
    }),
    problems: { 404: 'no such screening among yours' },
    handle: async ({ principal, params }) => {
      await reachedScreening(ports.pool, principal, params.screening);
      const refunds = await screeningRefunds(ports.pool, params.screening);
      if (refunds === null) throw Problem.notFound(`screening ${params.screening}`);
      return { body: { screening: params.screening, ...refunds } };
    },
  });
}

/** Of one row more than were asked for. */
function pageOf<Item>(rows: readonly Item[], limitRows: number): { readonly items: Item[]; readonly hasMore: boolean } {
  return { items: rows.slice(0, limitRows), hasMore: rows.length > limitRows };
}
