/**
 * The JSON of PayPal's orders, made from the stand-in's state. A minimal answer (the default, `Prefer: return=minimal`) holds
 * the id, the status and the links only, as PayPal's: an adapter that forgets to ask for more notices here.
 */
import { moneyOf } from './paypal-money.ts';
import type { Order } from './paypal-state.ts';
import {
  authorizationJson,
  captureJson,
  iso,
  link,
  payeeJson,
  present,
  refundJson,
  type Wire,
} from './paypal-wire-payments.ts';

/** The page where the buyer approves `order`. */
export function approvalUrl({ base }: Wire, order: Order): string {
  return `${base}/checkoutnow?token=${order.id}`;
}

/** An order as every call about it answers; `how` 'minimal' as creation and authorisation answer by default. */
export function orderJson(wire: Wire, order: Order, how: 'minimal' | 'representation'): object {
  const links = orderLinks(wire, order);
  if (how === 'minimal') return { id: order.id, status: order.status, links };
  const isApproved = order.status === 'APPROVED' || order.status === 'COMPLETED';
  const payments = order.authorizations.length === 0 ? undefined : paymentsJson(wire, order);
  const name = { given_name: 'Buyer', surname: 'Sandbox' };
  return present({
    id: order.id,
    intent: order.intent,
    status: order.status,
    payment_source: order.hasSource || isApproved ? { paypal: isApproved ? walletJson(wire) : {} } : undefined,
    purchase_units: [
      present({
        reference_id: order.referenceId,
        amount: moneyOf(order.cents, order.currency),
        payee: payeeJson(wire),
        custom_id: order.customId,
        invoice_id: order.invoiceId,
        payments,
      }),
    ],
    payer: isApproved
      ? {
          name,
          email_address: 'buyer@sandbox.example',
          payer_id: wire.state.payerId,
          address: { country_code: 'BR' },
        }
      : undefined,
    create_time: iso(order.createdMs),
    update_time: isApproved ? iso(order.updatedMs) : undefined,
    links,
  });
}

function orderLinks(wire: Wire, order: Order): object[] {
  const self = `${wire.base}/v2/checkout/orders/${order.id}`;
  const act = order.intent === 'AUTHORIZE' ? 'authorize' : 'capture';
  switch (order.status) {
    case 'CREATED':
      return [
        link(self, 'self'),
        link(approvalUrl(wire, order), 'approve'),
        link(self, 'update', 'PATCH'),
        link(`${self}/${act}`, act, 'POST'),
      ];
    case 'PAYER_ACTION_REQUIRED':
      return [link(self, 'self'), link(approvalUrl(wire, order), 'payer-action')];
    case 'APPROVED':
      return [link(self, 'self'), link(self, 'update', 'PATCH'), link(`${self}/${act}`, act, 'POST')];
    case 'COMPLETED':
      return [link(self, 'self')];
    default:
      return order.status satisfies never;
  }
}

function paymentsJson(wire: Wire, order: Order): object {
  const captures = order.authorizations.flatMap((authorization) => authorization.captures);
  const refunds = captures.flatMap((capture) => capture.refunds);
  return present({
    authorizations: order.authorizations.map((each) => paymentOfOrder(authorizationJson(wire, each, 'representation'))),
    captures:
      captures.length === 0
        ? undefined
        : captures.map((each) => paymentOfOrder(captureJson(wire, each, 'representation'))),
    refunds: refunds.length === 0 ? undefined : refunds.map((each) => refundJson(wire, each, 'representation')),
  });
}

/** Inside an order a payment names neither its order nor the merchant again. */
function paymentOfOrder({ supplementary_data: _data, payee: _payee, ...payment }: Record<string, unknown>): object {
  return payment;
}

const walletJson = ({ state }: Wire) => ({
  email_address: 'buyer@sandbox.example',
  account_id: state.payerId,
  account_status: 'VERIFIED',
  name: { given_name: 'Buyer', surname: 'Sandbox' },
  address: { country_code: 'BR' },
});
