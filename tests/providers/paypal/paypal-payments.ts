/**
 * What may be done with an authorisation: captured (in parts until the final one), voided while nothing was captured, renewed
 * once after the three days of honour. And with a capture: given back, in parts, never more than was taken.
 */
import { centsOf } from './paypal-money.ts';
import { newAuthorization, text } from './paypal-orders.ts';
import { CAPTURED_INVOICE, PayPalProblem, REFUNDED_INVOICE } from './paypal-problem.ts';
import { type Authorization, type Capture, newId, type PayPalState, type Refund } from './paypal-state.ts';
import { isLive } from './paypal-wire-payments.ts';

/** PayPal asks the bank again only after these. */
const HONOR_MS = 3 * 24 * 3600_000;
/** All captures of an authorisation together, in hundredths of it: PayPal's default. */
const OVERAGE_PERCENT = 115;

type Fields = Readonly<Record<string, unknown>>;

/** An authorisation and its renewal, or the one it renewed: one reservation of the buyer's money, under two ids. */
function family(authorization: Authorization): Authorization[] {
  const first = authorization.renewed ?? authorization;
  return first.order.authorizations.filter((each) => each === first || each.renewed === first);
}

const takenCents = (authorization: Authorization): number =>
  family(authorization)
    .flatMap(({ captures }) => captures)
    .reduce((sum, { status, cents }) => sum + (status === 'DECLINED' ? 0 : cents), 0);

/** Takes the money, or a part. @throws {PayPalProblem} */
export function captureAuthorization(state: PayPalState, authorization: Authorization, body: Fields): Capture {
  const { order } = authorization;
  if (authorization.isLapsed) throw new PayPalProblem('AUTHORIZATION_EXPIRED');
  if (authorization.status === 'VOIDED') throw new PayPalProblem('AUTHORIZATION_VOIDED');
  if (authorization.status === 'CAPTURED') throw new PayPalProblem('AUTHORIZATION_ALREADY_CAPTURED');
  const taken = takenCents(authorization);
  const asked = body['amount'] === undefined ? null : centsOf(body['amount'], '/amount');
  if (asked !== null && asked.currency !== order.currency) throw new PayPalProblem('AUTH_CAPTURE_CURRENCY_MISMATCH');
  const cents = asked?.cents ?? authorization.cents - taken;
  if ((taken + cents) * 100 > authorization.cents * OVERAGE_PERCENT) {
    throw new PayPalProblem('MAX_CAPTURE_AMOUNT_EXCEEDED', { field: '/amount/value' });
  }
  const invoiceId = text(body['invoice_id'], 127, '/invoice_id') ?? order.invoiceId;
  const earlier = invoiceId === undefined ? undefined : state.capturedInvoices.get(invoiceId);
  if (earlier !== undefined && earlier.authorization.order !== order) {
    throw new PayPalProblem('DUPLICATE_INVOICE_ID', { field: '/invoice_id', description: CAPTURED_INVOICE });
  }
  const nowMs = state.nowMs();
  const status = state.scripted.captures.shift() ?? 'COMPLETED';
  const isFinal = body['final_capture'] === true;
  const capture: Capture = {
    id: newId(),
    authorization,
    cents,
    currency: order.currency,
    invoiceId,
    customId: order.customId,
    isFinal,
    createdMs: nowMs,
    refunds: [],
    updatedMs: nowMs,
    status,
  };
  authorization.captures.push(capture);
  authorization.updatedMs = nowMs;
  state.captures.set(capture.id, capture);
  if (status !== 'DECLINED') {
    const isDone = isFinal || taken + cents >= authorization.cents;
    for (const each of family(authorization)) each.status = isDone ? 'CAPTURED' : 'PARTIALLY_CAPTURED';
    if (invoiceId !== undefined) state.capturedInvoices.set(invoiceId, capture);
  }
  return capture;
}

/** Lets the money go. @throws {PayPalProblem} */
export function voidAuthorization(state: PayPalState, authorization: Authorization): void {
  if (authorization.renewed !== null) throw new PayPalProblem('CANNOT_BE_VOIDED');
  if (authorization.status === 'VOIDED') throw new PayPalProblem('PREVIOUSLY_VOIDED');
  // A partial capture as well: what is left of the authorisation lapses by itself.
  if (authorization.status !== 'CREATED') throw new PayPalProblem('PREVIOUSLY_CAPTURED');
  // Its renewal dies with it.
  for (const each of family(authorization)) {
    each.status = 'VOIDED';
    each.updatedMs = state.nowMs();
  }
}

/** Asks the bank again. @returns The new authorisation, with an id of its own; capture that one. @throws {PayPalProblem} */
export function reauthorize(state: PayPalState, authorization: Authorization, body: Fields): Authorization {
  const { order } = authorization;
  if (authorization.renewed !== null) throw new PayPalProblem('REAUTHORIZATION_NOT_SUPPORTED');
  if (authorization.isLapsed || authorization.status === 'VOIDED') throw new PayPalProblem('AUTHORIZATION_VOIDED');
  if (authorization.status === 'CAPTURED') throw new PayPalProblem('AUTHORIZATION_ALREADY_CAPTURED');
  if (family(authorization).length > 1) throw new PayPalProblem('REAUTHORIZATION_NOT_SUPPORTED');
  if (state.nowMs() - authorization.createdMs < HONOR_MS) throw new PayPalProblem('REAUTHORIZATION_TOO_SOON');
  const asked = body['amount'] === undefined ? null : centsOf(body['amount'], '/amount');
  if (asked !== null && asked.currency !== order.currency) throw new PayPalProblem('AUTH_CURRENCY_MISMATCH');
  return newAuthorization(state, order, asked?.cents ?? authorization.cents, authorization);
}

/** The hold on the money ends by itself, after 29 days or when a test says so. @returns Whether it held any. */
export function lapseAuthorization(state: PayPalState, authorization: Authorization): boolean {
  if (authorization.status !== 'CREATED' && authorization.status !== 'PARTIALLY_CAPTURED') return false;
  authorization.isLapsed = true;
  authorization.updatedMs = state.nowMs();
  if (authorization.status === 'CREATED') authorization.status = 'VOIDED';
  return true;
}

/** Gives back a capture or a part of it. @throws {PayPalProblem} */
export function refundCapture(state: PayPalState, capture: Capture, body: Fields): Refund {
  if (capture.status === 'PENDING') throw new PayPalProblem('PENDING_CAPTURE');
  if (capture.status === 'DECLINED') throw new PayPalProblem('REFUND_NOT_ALLOWED');
  if (capture.status === 'REVERSED') throw new PayPalProblem('REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK');
  const rest = capture.cents - capture.refunds.reduce((sum, each) => sum + (isLive(each) ? each.cents : 0), 0);
  if (rest === 0) throw new PayPalProblem('CAPTURE_FULLY_REFUNDED');
  const asked = body['amount'] === undefined ? null : centsOf(body['amount'], '/amount');
  if (asked !== null && asked.currency !== capture.currency) {
    throw new PayPalProblem('REFUND_CAPTURE_CURRENCY_MISMATCH', { field: '/amount/currency_code' });
  }
  const cents = asked?.cents ?? rest;
  if (cents > rest) throw new PayPalProblem('REFUND_AMOUNT_EXCEEDED', { field: '/amount/value' });
  const isDisputed = [...state.disputes.values()].some((each) => each.capture === capture && each.outcome === null);
  if (isDisputed && cents < rest) throw new PayPalProblem('TRANSACTION_DISPUTED');
  const invoiceId = text(body['invoice_id'], 127, '/invoice_id');
  if (invoiceId !== undefined && state.refundedInvoices.has(invoiceId)) {
    throw new PayPalProblem('DUPLICATE_INVOICE_ID', { field: '/invoice_id', description: REFUNDED_INVOICE });
  }
  const nowMs = state.nowMs();
  const refund: Refund = {
    id: newId(),
    captureId: capture.id,
    cents,
    currency: capture.currency,
    invoiceId,
    customId: text(body['custom_id'], 127, '/custom_id'),
    note: text(body['note_to_payer'], 255, '/note_to_payer'),
    createdMs: nowMs,
    updatedMs: nowMs,
    status: state.scripted.refunds.shift() ?? 'COMPLETED',
  };
  if (invoiceId !== undefined) state.refundedInvoices.add(invoiceId);
  capture.refunds.push(refund);
  state.refunds.set(refund.id, refund);
  countRefunds(state, capture);
  return refund;
}

/** Sets a capture's status by what of it was given back: done refunds only, a pending one has not arrived. */
export function countRefunds(state: PayPalState, capture: Capture): void {
  const cents = capture.refunds.reduce((sum, each) => sum + (each.status === 'COMPLETED' ? each.cents : 0), 0);
  capture.status = cents === 0 ? 'COMPLETED' : cents < capture.cents ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
  capture.updatedMs = state.nowMs();
}
