/**
 * What happens without the shop asking: the buyer approves, time passes, a bank decides, somebody complains. Each changes the
 * state and tells it by a webhook, as PayPal would.
 */

import { approveOrder } from './paypal-orders.ts';
import { countRefunds, lapseAuthorization } from './paypal-payments.ts';
import { type Authorization, type Capture, type Dispute, newId, type Order, type Refund } from './paypal-state.ts';
import { orderJson } from './paypal-wire.ts';
import { authorizationJson, captureJson, disputeJson, refundJson } from './paypal-wire-payments.ts';
import type { PayPalWorld } from './paypal-world.ts';

/** The buyer presses "pay now". @returns Whether the order could be approved. */
export function approve(world: PayPalWorld, order: Order, trouble: Order['trouble']): boolean {
  if (!approveOrder(world.state, order, trouble)) return false;
  world.webhooks.emit('CHECKOUT.ORDER.APPROVED', orderJson(world, order, 'representation'), world.base);
  return true;
}

/** The hold on the money ends. */
export function lapse(world: PayPalWorld, authorization: Authorization): void {
  if (!lapseAuthorization(world.state, authorization)) return;
  const whole = authorizationJson(world, authorization, 'representation');
  // PayPal has one event for both: voided by the merchant, and ended by time.
  world.webhooks.emit('PAYMENT.AUTHORIZATION.VOIDED', whole, world.base);
}

/** `lapse`, if its 29 days are over. */
export function lapseIfDue(world: PayPalWorld, authorization: Authorization): void {
  if (world.state.nowMs() >= authorization.expiresMs) lapse(world, authorization);
}

/** A pending capture ends. */
export function settleCapture(world: PayPalWorld, capture: Capture, status: 'COMPLETED' | 'DECLINED'): void {
  if (capture.status !== 'PENDING') throw new Error(`the capture ${capture.id} is ${capture.status}, not PENDING`);
  capture.status = status;
  capture.updatedMs = world.state.nowMs();
  if (status === 'DECLINED' && capture.invoiceId !== undefined) world.state.capturedInvoices.delete(capture.invoiceId);
  const word = status === 'COMPLETED' ? 'COMPLETED' : 'DENIED';
  world.webhooks.emit(`PAYMENT.CAPTURE.${word}`, captureJson(world, capture, 'representation'), world.base);
}

/** A pending refund ends; one that fails gives its amount back to what may be refunded. */
export function settleRefund(world: PayPalWorld, refund: Refund, status: 'COMPLETED' | 'FAILED' | 'CANCELLED'): void {
  if (refund.status !== 'PENDING') throw new Error(`the refund ${refund.id} is ${refund.status}, not PENDING`);
  refund.status = status;
  refund.updatedMs = world.state.nowMs();
  const capture = world.state.captures.get(refund.captureId);
  if (capture !== undefined) countRefunds(world.state, capture);
  const type = status === 'COMPLETED' ? 'PAYMENT.CAPTURE.REFUNDED' : 'PAYMENT.REFUND.FAILED';
  world.webhooks.emit(type, refundJson(world, refund, 'representation'), world.base);
}

/** PayPal takes the money back from the merchant. */
export function reverse(world: PayPalWorld, capture: Capture): void {
  capture.status = 'REVERSED';
  capture.updatedMs = world.state.nowMs();
  world.webhooks.emit('PAYMENT.CAPTURE.REVERSED', captureJson(world, capture, 'representation'), world.base);
}

/** The buyer, or the buyer's bank, complains. */
export function openDispute(world: PayPalWorld, capture: Capture, reason: string, cents: number): Dispute {
  const nowMs = world.state.nowMs();
  const id = `PP-D-${newId().replace(/\D/g, '').padEnd(6, '0').slice(0, 6)}${world.state.disputes.size}`;
  const dispute: Dispute = { id, capture, reason, cents, createdMs: nowMs, updatedMs: nowMs, outcome: null };
  world.state.disputes.set(id, dispute);
  world.webhooks.emit('CUSTOMER.DISPUTE.CREATED', disputeJson(world, dispute), world.base);
  return dispute;
}

/** Somebody wrote something: nothing that changes money. */
export function updateDispute(world: PayPalWorld, dispute: Dispute): void {
  dispute.updatedMs = world.state.nowMs();
  world.webhooks.emit('CUSTOMER.DISPUTE.UPDATED', disputeJson(world, dispute), world.base);
}

/** Decided. A lost one takes the money back. */
export function closeDispute(world: PayPalWorld, dispute: Dispute, outcome: 'won' | 'lost'): void {
  dispute.outcome = outcome;
  dispute.updatedMs = world.state.nowMs();
  if (outcome === 'lost') reverse(world, dispute.capture);
  world.webhooks.emit('CUSTOMER.DISPUTE.RESOLVED', disputeJson(world, dispute), world.base);
}
