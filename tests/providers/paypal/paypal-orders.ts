/**
 * Orders: created by the shop, approved by the buyer in PayPal's window, authorised once. An order nobody approved within
 * three hours, or nobody authorised within three hours after, is expired.
 */
import { centsOf } from './paypal-money.ts';
import { PayPalProblem } from './paypal-problem.ts';
import { type Authorization, newId, type Order, type PayPalState } from './paypal-state.ts';

/** PayPal's default for both steps. */
export const ORDER_TTL_MS = 3 * 3600_000;
/** How long an authorisation may be captured. PayPal honours it for sure only in the first three days. */
export const AUTHORIZATION_TTL_MS = 29 * 24 * 3600_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a request to create an order.
 * @param hasRequestId Whether `PayPal-Request-Id` came along: PayPal demands it as soon as a means of payment is named.
 * @throws {PayPalProblem}
 */
export function createOrder(state: PayPalState, body: Fields, hasRequestId: boolean): Order {
  const { intent, purchase_units: units, payment_source: source } = body;
  if (intent === undefined) throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: '/intent' });
  if (intent !== 'AUTHORIZE' && intent !== 'CAPTURE') {
    throw new PayPalProblem('INVALID_PARAMETER_VALUE', { field: '/intent' });
  }
  if (!Array.isArray(units) || units.length === 0) {
    throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: '/purchase_units' });
  }
  // PayPal allows ten; the shop sells one order at a time, and a second unit would be a mistake of ours.
  if (units.length > 1) throw new PayPalProblem('INVALID_PARAMETER_VALUE', { field: '/purchase_units' });
  const unit = (units[0] ?? {}) as Fields;
  const at = '/purchase_units/@reference_id==\u0027default\u0027';
  if (unit['amount'] === undefined) throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: `${at}/amount` });
  const { cents, currency } = centsOf(unit['amount'], `${at}/amount`);
  const wallet = (source as Fields | undefined)?.['paypal'] as Fields | undefined;
  if (source !== undefined && wallet === undefined) {
    throw new PayPalProblem('INVALID_PARAMETER_VALUE', { field: '/payment_source' });
  }
  if (wallet !== undefined && !hasRequestId) throw new PayPalProblem('PAYPAL_REQUEST_ID_REQUIRED');
  const context = (wallet?.['experience_context'] ?? {}) as Fields;
  const nowMs = state.nowMs();
  const order: Order = {
    id: newId(),
    intent,
    cents,
    currency,
    referenceId: text(unit['reference_id'], 256, `${at}/reference_id`) ?? 'default',
    customId: text(unit['custom_id'], 127, `${at}/custom_id`),
    invoiceId: text(unit['invoice_id'], 127, `${at}/invoice_id`),
    returnUrl: text(context['return_url'], 2048, '/payment_source/paypal/experience_context/return_url'),
    cancelUrl: text(context['cancel_url'], 2048, '/payment_source/paypal/experience_context/cancel_url'),
    hasSource: wallet !== undefined,
    createdMs: nowMs,
    updatedMs: nowMs,
    status: wallet === undefined ? 'CREATED' : 'PAYER_ACTION_REQUIRED',
    trouble: null,
    authorizations: [],
  };
  state.orders.set(order.id, order);
  return order;
}

/** A text of at most `lengthMax` letters. @throws {PayPalProblem} when it is something else. */
export function text(value: unknown, lengthMax: number, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new PayPalProblem('INVALID_PARAMETER_SYNTAX', { field });
  if (value.length === 0 || value.length > lengthMax) throw new PayPalProblem('INVALID_STRING_LENGTH', { field });
  return value;
}

/** Whether its time is over: not approved, or approved and not authorised, for three hours. */
export function isExpired(state: PayPalState, order: Order): boolean {
  return order.status !== 'COMPLETED' && state.nowMs() - order.updatedMs > ORDER_TTL_MS;
}

/**
 * The buyer pays in PayPal's window. A second approval replaces the means of payment, which is how a declined one is mended.
 * @returns Whether the order may be authorised now; false: it is expired or was authorised already.
 */
export function approveOrder(state: PayPalState, order: Order, trouble: Order['trouble']): boolean {
  if (order.status === 'COMPLETED' || isExpired(state, order)) return false;
  order.status = 'APPROVED';
  order.trouble = trouble;
  order.updatedMs = state.nowMs();
  return true;
}

/**
 * Reserves the buyer's money, once.
 * @param approval Link to the buyer's page, for the errors that send the buyer there again.
 * @throws {PayPalProblem}
 */
export function authorizeOrder(state: PayPalState, order: Order, approval: string): Authorization {
  if (order.intent !== 'AUTHORIZE') throw new PayPalProblem('ACTION_DOES_NOT_MATCH_INTENT');
  if (order.status === 'COMPLETED') throw new PayPalProblem('ORDER_ALREADY_AUTHORIZED');
  if (isExpired(state, order)) throw new PayPalProblem('ORDER_EXPIRED');
  if (order.status !== 'APPROVED') throw new PayPalProblem('ORDER_NOT_APPROVED');
  if (order.trouble === 'declines') {
    // The order stays approved: the buyer chooses another means of payment, or PayPal says the same again.
    throw new PayPalProblem('INSTRUMENT_DECLINED', { links: [{ href: approval, rel: 'redirect', method: 'GET' }] });
  }
  if (order.trouble === 'needs-action') {
    order.trouble = null;
    order.status = 'PAYER_ACTION_REQUIRED';
    throw new PayPalProblem('PAYER_ACTION_REQUIRED', {
      links: [{ href: approval, rel: 'payer-action', method: 'GET' }],
    });
  }
  if (order.invoiceId !== undefined && state.capturedInvoices.has(order.invoiceId)) {
    throw new PayPalProblem('DUPLICATE_INVOICE_ID', { field: '/purchase_units/0/invoice_id' });
  }
  order.status = 'COMPLETED';
  order.updatedMs = state.nowMs();
  return newAuthorization(state, order, order.cents, null);
}

/** Makes and keeps an authorisation of `order`. */
export function newAuthorization(
  state: PayPalState,
  order: Order,
  cents: number,
  renewed: Authorization | null,
): Authorization {
  const nowMs = state.nowMs();
  const authorization: Authorization = {
    id: newId(),
    order,
    cents,
    createdMs: nowMs,
    captures: [],
    renewed,
    updatedMs: nowMs,
    // A renewal does not prolong the 29 days of the first: it asks the bank again within them.
    expiresMs: renewed?.expiresMs ?? nowMs + AUTHORIZATION_TTL_MS,
    isLapsed: false,
    status: 'CREATED',
  };
  order.authorizations.push(authorization);
  state.authorizations.set(authorization.id, authorization);
  return authorization;
}
