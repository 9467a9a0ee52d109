/**
 * PayPal's objects as the books see them. Pure. A payment with PayPal is three objects, one after the other: the order, which the
 * buyer approves; its authorisation, which reserves the money; the capture, which takes it. The last one that exists tells how
 * things are, since PayPal leaves the earlier ones as they were: an order stays COMPLETED when its authorisation lapses.
 *
 * A status that PayPal may invent later is 'processing': nobody knows what it means, so nothing follows from it.
 */
import type { RefundSight, Sight } from '../../../actors/payment/payment.ts';
import { centsOf, type PaypalMoney } from './paypal-money.ts';

/** What is read of PayPal's objects: the SDK's types with every field that may be absent, so that tests can write them down. */
export interface PaypalOrder {
  readonly id?: string;
  readonly status?: string;
  readonly purchaseUnits?: readonly { readonly payments?: PaypalPayments }[];
}

export interface PaypalPayments {
  readonly authorizations?: readonly PaypalAuthorization[];
  readonly captures?: readonly PaypalCapture[];
  readonly refunds?: readonly PaypalRefund[];
}

export interface PaypalAuthorization {
  readonly id?: string;
  readonly status?: string;
}

export interface PaypalCapture {
  readonly id?: string;
  readonly status?: string;
  readonly amount?: PaypalMoney;
  readonly sellerReceivableBreakdown?: { readonly paypalFee?: PaypalMoney };
}

export interface PaypalRefund {
  readonly id?: string;
  readonly status?: string;
  readonly statusDetails?: { readonly reason?: string };
  readonly customId?: string;
  readonly amount?: PaypalMoney;
}

/** All that PayPal has of one of our orders. */
export interface PaypalView {
  readonly object: string;
  /** The order's status; null: PayPal has forgotten the order, as it does some time after it was paid or left. */
  readonly status: string | null;
  readonly authorizations: readonly PaypalAuthorization[];
  readonly captures: readonly PaypalCapture[];
  /** Null: they were not told, since the order was not asked. */
  readonly refunds: readonly PaypalRefund[] | null;
}

/** PayPal's word for a capture that it refused, before it came to anything. */
export const CAPTURE_DECLINED = 'CAPTURE_DECLINED';

const DEAD_CAPTURES = ['DECLINED', 'FAILED'];
const TAKEN_CAPTURES = ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED'];
/** Refunds that came to nothing. */
const DEAD_REFUNDS = ['FAILED', 'CANCELLED'];

/** PayPal could not take the money. */
export function isDeadCapture({ status }: PaypalCapture): boolean {
  return DEAD_CAPTURES.includes(status ?? '');
}

/** `object`: the order's id, for an answer that leaves it out. */
export function viewOfOrder(object: string, { status, purchaseUnits }: PaypalOrder): PaypalView {
  const { authorizations = [], captures = [], refunds = [] } = purchaseUnits?.[0]?.payments ?? {};
  return { object, status: status ?? '', authorizations, captures, refunds };
}

/**
 * How things are. `currency`: of our order.
 * @throws RangeError for an amount that cannot be read or is in another currency
 */
export function sightOf(view: PaypalView, currency: string): Sight {
  const authorization = tellingAuthorization(view.authorizations);
  const capture = tellingCapture(view.captures);
  const taken = view.captures.filter(({ status }) => TAKEN_CAPTURES.includes(status ?? ''));
  const sum = (all: readonly { readonly amount?: PaypalMoney }[]): number =>
    all.reduce((cents, { amount }) => cents + (amount === undefined ? 0 : centsOf(amount, currency)), 0);
  const sent = view.refunds?.filter(({ status }) => !DEAD_REFUNDS.includes(status ?? ''));
  return {
    object: view.object,
    is: stateOf(view.status, authorization, capture),
    authorisation: authorization?.id ?? null,
    // A capture that was refused is nothing that anything could be sent back from.
    capture: capture === null || isDeadCapture(capture) ? null : (capture.id ?? null),
    capturedCents: sum(taken),
    declineCode: declineCodeOf(view.status, authorization, capture),
    feeCents: feeOf(taken, currency),
    // What a bank took back is a dispute's and no refund: PayPal lists no refund for it, and it is not counted here.
    refundedCents: sent === undefined ? null : sum(sent),
  };
}

function stateOf(
  orderStatus: string | null,
  authorization: PaypalAuthorization | null,
  capture: PaypalCapture | null,
): Sight['is'] {
  const captureStatus = capture?.status ?? '';
  if (TAKEN_CAPTURES.includes(captureStatus)) return 'captured';
  // Also PENDING: PayPal looks into it, for hours or days. The money is neither ours nor free.
  if (capture !== null && !isDeadCapture(capture)) return 'processing';
  if (authorization !== null) return authorisedState(authorization.status ?? '', capture !== null);
  switch (orderStatus) {
    case 'CREATED':
    case 'SAVED':
    case 'PAYER_ACTION_REQUIRED':
      return 'action';
    case 'APPROVED':
      return 'approved';
    // Nobody has approved it, or nothing was ever reserved, and PayPal has put it away.
    case 'VOIDED':
    case null:
      return 'cancelled';
    default:
      return 'processing';
  }
}

function authorisedState(status: string, wasDeclined: boolean): Sight['is'] {
  switch (status) {
    case 'CREATED':
    case 'PARTIALLY_CAPTURED':
      return 'authorised';
    case 'DENIED':
      return 'declined';
    case 'VOIDED':
      return 'cancelled';
    case 'CAPTURED':
      // Used up, and what used it up was refused: no money will come of it any more.
      return wasDeclined ? 'cancelled' : 'processing';
    default:
      return 'processing';
  }
}

function declineCodeOf(
  orderStatus: string | null,
  authorization: PaypalAuthorization | null,
  capture: PaypalCapture | null,
): string | null {
  if (capture !== null && isDeadCapture(capture)) return CAPTURE_DECLINED;
  if (authorization?.status === 'DENIED') return 'AUTHORIZATION_DENIED';
  return authorization === null && orderStatus === null ? 'ORDER_EXPIRED' : null;
}

/** One that was renewed has a successor, listed after it; one that lives tells more than one that is over. */
function tellingAuthorization(all: readonly PaypalAuthorization[]): PaypalAuthorization | null {
  const isOver = ({ status }: PaypalAuthorization): boolean => status === 'VOIDED' || status === 'DENIED';
  return all.findLast((each) => !isOver(each)) ?? all.at(-1) ?? null;
}

/** We ask for one; others were asked for by hand. What was taken tells more than what is under way, and that more than what failed. */
export function tellingCapture(all: readonly PaypalCapture[]): PaypalCapture | null {
  const taken = all.find(({ status }) => TAKEN_CAPTURES.includes(status ?? ''));
  return taken ?? all.find((each) => !isDeadCapture(each)) ?? all.at(-1) ?? null;
}

/** Null: PayPal has not told it of each. */
function feeOf(taken: readonly PaypalCapture[], currency: string): number | null {
  const fees = taken.map(({ sellerReceivableBreakdown }) => sellerReceivableBreakdown?.paypalFee);
  if (fees.length === 0 || fees.includes(undefined)) return null;
  return fees.reduce((cents, fee) => cents + (fee === undefined ? 0 : centsOf(fee, currency)), 0);
}

/** @param object The refund's id, for an answer that leaves it out. */
export function refundSightOf(object: string, { id, status, statusDetails }: PaypalRefund): RefundSight {
  switch (status) {
    case 'COMPLETED':
      return { object: id ?? object, is: 'done', reason: null };
    case 'FAILED':
    case 'CANCELLED':
      return { object: id ?? object, is: 'failed', reason: statusDetails?.reason ?? status };
    default:
      return { object: id ?? object, is: 'pending', reason: statusDetails?.reason ?? null };
  }
}
