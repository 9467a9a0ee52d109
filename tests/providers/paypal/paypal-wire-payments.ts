/** The JSON of what happens to money: authorisations, captures, refunds, disputes. How it is told whole or minimal: paypal-wire.ts. */
import { feeOf, moneyOf } from './paypal-money.ts';
import type { Authorization, Capture, Dispute, PayPalState, Refund } from './paypal-state.ts';

/** @param base The stand-in's own origin, for links. */
export interface Wire {
  readonly state: PayPalState;
  readonly base: string;
}

/** A moment as PayPal writes it, without fractions. */
export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
export const link = (href: string, rel: string, method = 'GET') => ({ href, rel, method });

/** Leaves out what is undefined: PayPal has no nulls. */
export function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** The merchant. */
export const payeeJson = ({ state }: Wire) => ({
  email_address: 'cinema@sandbox.example',
  merchant_id: state.merchantId,
});
const PROTECTION = { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] };

/** An authorisation. A lapsed one is told as VOIDED, as PayPal's description knows no other word. */
export function authorizationJson(
  wire: Wire,
  authorization: Authorization,
  how: 'minimal' | 'representation',
): Record<string, unknown> {
  const { id, order, status } = authorization;
  const self = `${wire.base}/v2/payments/authorizations/${id}`;
  const links = [link(self, 'self')];
  if (status === 'CREATED' || status === 'PARTIALLY_CAPTURED') {
    links.push(link(`${self}/capture`, 'capture', 'POST'), link(`${self}/void`, 'void', 'POST'));
    if (authorization.renewed === null) links.push(link(`${self}/reauthorize`, 'reauthorize', 'POST'));
  }
  links.push(link(`${wire.base}/v2/checkout/orders/${order.id}`, 'up'));
  if (how === 'minimal') return { id, status, links };
  return present({
    id,
    status,
    amount: moneyOf(authorization.cents, order.currency),
    invoice_id: order.invoiceId,
    custom_id: order.customId,
    seller_protection: PROTECTION,
    supplementary_data: { related_ids: { order_id: order.id } },
    payee: payeeJson(wire),
    expiration_time: iso(authorization.expiresMs),
    create_time: iso(authorization.createdMs),
    update_time: iso(authorization.updatedMs),
    links,
  });
}

/** A capture. Its breakdown with PayPal's fee is absent while it is pending or when it was declined. */
export function captureJson(wire: Wire, capture: Capture, how: 'minimal' | 'representation'): Record<string, unknown> {
  const { id, cents, currency } = capture;
  const status = capture.status === 'REVERSED' ? 'REFUNDED' : capture.status;
  const self = `${wire.base}/v2/payments/captures/${id}`;
  const links = [
    link(self, 'self'),
    link(`${self}/refund`, 'refund', 'POST'),
    link(`${wire.base}/v2/payments/authorizations/${capture.authorization.id}`, 'up'),
  ];
  if (how === 'minimal') return { id, status, links };
  const isPaid = status !== 'PENDING' && status !== 'DECLINED';
  const fee = feeOf(cents);
  return present({
    id,
    status,
    status_details: isPaid ? undefined : { reason: status === 'PENDING' ? 'PENDING_REVIEW' : 'OTHER' },
    amount: moneyOf(cents, currency),
    invoice_id: capture.invoiceId,
    custom_id: capture.customId,
    final_capture: capture.isFinal,
    seller_protection: PROTECTION,
    seller_receivable_breakdown: isPaid
      ? {
          gross_amount: moneyOf(cents, currency),
          paypal_fee: moneyOf(fee, currency),
          net_amount: moneyOf(cents - fee, currency),
        }
      : undefined,
    supplementary_data: {
      related_ids: { order_id: capture.authorization.order.id, authorization_id: capture.authorization.id },
    },
    payee: payeeJson(wire),
    create_time: iso(capture.createdMs),
    update_time: iso(capture.updatedMs),
    links,
  });
}

/** A refund. PayPal keeps its fee of the sale: nothing of it comes back, `net_amount` is all that leaves the merchant. */
export function refundJson(wire: Wire, refund: Refund, how: 'minimal' | 'representation'): Record<string, unknown> {
  const { id, status, cents, currency } = refund;
  const links = [
    link(`${wire.base}/v2/payments/refunds/${id}`, 'self'),
    link(`${wire.base}/v2/payments/captures/${refund.captureId}`, 'up'),
  ];
  if (how === 'minimal') return { id, status, links };
  const before = wire.state.captures.get(refund.captureId)?.refunds ?? [];
  const refundedCents = before
    .slice(0, before.indexOf(refund) + 1)
    .reduce((sum, each) => sum + (isLive(each) ? each.cents : 0), 0);
  return present({
    id,
    status,
    status_details: status === 'PENDING' || status === 'FAILED' ? { reason: 'ECHECK' } : undefined,
    amount: moneyOf(cents, currency),
    invoice_id: refund.invoiceId,
    custom_id: refund.customId,
    note_to_payer: refund.note,
    seller_payable_breakdown: {
      gross_amount: moneyOf(cents, currency),
      paypal_fee: moneyOf(0, currency),
      net_amount: moneyOf(cents, currency),
      total_refunded_amount: moneyOf(refundedCents, currency),
    },
    payer: undefined,
    create_time: iso(refund.createdMs),
    update_time: iso(refund.updatedMs),
    links,
  });
}

/** Whether a refund's money has left or may still leave. */
export function isLive(refund: Refund): boolean {
  return refund.status === 'COMPLETED' || refund.status === 'PENDING';
}

/** A dispute, as `GET /v1/customer/disputes/:id` answers (PayPal's SDK has no such call). */
export function disputeJson(wire: Wire, dispute: Dispute): object {
  const { capture } = dispute;
  const amount = moneyOf(dispute.cents, capture.currency);
  const outcome = dispute.outcome === 'won' ? 'RESOLVED_SELLER_FAVOUR' : 'RESOLVED_BUYER_FAVOUR';
  return present({
    dispute_id: dispute.id,
    create_time: iso(dispute.createdMs),
    update_time: iso(dispute.updatedMs),
    disputed_transactions: [
      present({
        seller_transaction_id: capture.id,
        create_time: iso(capture.createdMs),
        transaction_status: 'COMPLETED',
        gross_amount: moneyOf(capture.cents, capture.currency),
        invoice_number: capture.invoiceId,
        custom: capture.customId,
        seller: { merchant_id: wire.state.merchantId, name: 'Cinema' },
      }),
    ],
    reason: dispute.reason,
    status: dispute.outcome === null ? 'WAITING_FOR_SELLER_RESPONSE' : 'RESOLVED',
    dispute_amount: amount,
    dispute_life_cycle_stage: 'CHARGEBACK',
    dispute_channel: 'INTERNAL',
    dispute_outcome:
      dispute.outcome === null
        ? undefined
        : {
            outcome_code: outcome,
            amount_refunded: dispute.outcome === 'lost' ? amount : moneyOf(0, capture.currency),
          },
    seller_response_due_date: iso(dispute.createdMs + 10 * 24 * 3600_000),
    links: [link(`${wire.base}/v1/customer/disputes/${dispute.id}`, 'self')],
  });
}
