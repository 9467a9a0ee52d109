/**
 * The money of one order, as our books have it, and what a provider was seen to say of it. The seats have a machine of their own
 * (the screening's actor); this one follows it, and neither believes anything of the other that was not committed.
 */

export const PROVIDERS = ['stripe', 'paypal', 'sandbox'] as const;
export type Provider = (typeof PROVIDERS)[number];

/**
 * created: nothing is at the provider, or its id is not known yet; no money can move.
 * waiting: the provider's object is known by its id, and waits for the buyer (a card, his bank, PayPal's window).
 * approved: the buyer has agreed at PayPal; nothing is reserved yet.
 * authorising: the provider was asked to reserve the money, or was about to be. Only the provider knows more.
 * authorised: reserved. Nothing is taken.
 * declined: not reserved, and this order will not be tried again; its object at the provider may still be open.
 * captured: taken. Refunds are rows of their own.
 * cancelled: certainly not paid, and never will be.
 */
export const PAYMENT_PHASES = [
  'created',
  'waiting',
  'approved',
  'authorising',
  'authorised',
  'declined',
  'captured',
  'cancelled',
] as const;
export type PaymentPhase = (typeof PAYMENT_PHASES)[number];

/** What cannot be put right without a person, or was put right at somebody's cost; reported until it is closed. */
export const PAYMENT_CASES = [
  /** Seats are sold and the money cannot be had any more: the authorisation has lapsed or was taken back. */
  'sold-unpaid',
  /** The provider took another amount than the order's. */
  'amount-differs',
  /** A refund failed at the provider as often as it is tried. */
  'refund-failed',
  /** The buyer's bank has taken the money back, or wants to. */
  'disputed',
  /** The provider has sent more back than we asked. */
  'refunded-elsewhere',
  /** The same step has failed for hours. */
  'stuck',
] as const;
export type PaymentCase = (typeof PAYMENT_CASES)[number];

/** Why a payment is to end without a sale: its time is over, or the buyer does not want it any more (then he keeps his seats). */
export type PaymentEnding = 'overdue' | 'given-up';

export interface Payment {
  readonly order: string;
  readonly screening: number;
  readonly provider: Provider;
  readonly phase: PaymentPhase;
  /** Grows with every change: who changes it must have seen the last one. */
  readonly version: number;
  readonly amountCents: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** The seats of the order by number: a sale that nobody waits for names a ticket for each. */
  readonly seats: readonly number[];
  /** The provider's id of what is paid (PaymentIntent, PayPal order); null until it is known. */
  readonly object: string | null;
  readonly authorisation: string | null;
  readonly capture: string | null;
  readonly capturedCents: number;
  /** How often a step was begun anew, so that it has a key that the provider has not seen. */
  readonly tries: number;
  /** The last answer was lost, or contradicts itself: the provider is looked at before anything else is asked of it. */
  readonly isDoubtful: boolean;
  readonly ending: PaymentEnding | null;
  /** The provider's word for why it was declined. */
  readonly declineCode: string | null;
  /** A chargeback is open or was lost: the bank gives the money back, and we must not do it twice. */
  readonly isDisputed: boolean;
  readonly refunds: readonly Refund[];
}

export type RefundPhase = 'wanted' | 'pending' | 'done' | 'failed';

export interface Refund {
  /** "<order>.r1": also the provider's idempotency key. */
  readonly id: string;
  readonly cents: number;
  readonly phase: RefundPhase;
  /** The provider's id; null until it is known. */
  readonly object: string | null;
}

/** What the tables of the seats say of the order, as they were committed. */
export interface SeatsSide {
  /** paying: held for this order. sold: there are tickets, dead or alive. free: the order has ended without a sale. */
  readonly is: 'paying' | 'sold' | 'free';
  /** Price and fees of all its tickets, cents. */
  readonly soldCents: number;
  /** Of those whose money is not ours: that were refunded, or cancelled before it was taken. What staff cancel later keeps it. */
  readonly voidedCents: number;
}

/**
 * A provider's object at one moment.
 * open: a card or an approval is wanted. action: the buyer's bank, or PayPal's window, waits for him. approved: he has agreed; the
 * money can be reserved. processing: the provider does not know yet. declined: it is not open for this attempt any more.
 */
export interface Sight {
  readonly object: string;
  readonly is: 'open' | 'action' | 'approved' | 'processing' | 'authorised' | 'captured' | 'declined' | 'cancelled';
  readonly authorisation: string | null;
  readonly capture: string | null;
  /** Taken so far, cents. */
  readonly capturedCents: number;
  readonly declineCode: string | null;
  /** What the provider keeps for itself, cents; null: not known (yet). */
  readonly feeCents: number | null;
  /** Sent back so far, cents, by us or by somebody at the provider's own desk; null: not told here. */
  readonly refundedCents: number | null;
}

export interface RefundSight {
  readonly object: string;
  readonly is: 'pending' | 'done' | 'failed';
  /** The provider's word for why it failed. */
  readonly reason: string | null;
}
