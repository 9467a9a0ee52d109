/**
 * What is to be done next about the money of an order. Pure, like the screening's actor: the same books and the same seats give the
 * same step, whoever asks, however often. Carried out by workers/payments/payment-desk.ts, whose drivers (checkout, webhooks,
 * overdue holds, the sweep, the reconciler, a person with a terminal) differ in nothing but the moment at which they ask.
 *
 * The rules that keep promise I5:
 * - nothing that can move money is asked of an object whose id is not in our books;
 * - money is taken only when the seats are sold, and seats are sold only when the money is reserved;
 * - seats go free only when the provider says that the payment is dead or declined, or nothing was ever asked of it;
 * - what is doubtful is looked at before it is asked again;
 * - what was taken and is not covered by living tickets is sent back, unless a bank is doing that already.
 *
 * One race has no referee at the provider: one driver sells because the money is reserved, another lets the money go because the
 * hold is over. Therefore an ending is written into the books before anything is cancelled, and never once they say "authorised";
 * whoever finds one written does not sell. As every writer must have seen the last version, it is one or the other.
 *
 *   phase        seats are being paid                      seats are sold                   seats are free
 *   created      create; ending: cancel (here alone)       look, report                     cancel
 *   waiting      look, wait for the buyer; ending: cancel  look, report                     cancel
 *   approved     authorise; ending: cancel                 look, report                     cancel
 *   authorising  look, authorise again; ending: cancel     look, report                     cancel
 *   authorised   sell; ending: cancel                      capture; all void: cancel        cancel
 *   declined     free, the hold stays                      look, void tickets, report       cancel
 *   cancelled    free, the hold stays unless overdue       look, void tickets, report       nothing
 *   captured     sell; if some of it went back: free       send back what is void           send all back
 *
 * A step is carried out once in a run: where that has not led on, whoever knows more is waited for. So every run ends.
 */
import type { Payment, PaymentCase, PaymentEnding, Refund, SeatsSide } from './payment.ts';
import { doubtedRefundStep, nextRefundStep, sentBackCents } from './refund-step.ts';

export type PaymentStep =
  /** Ask the provider how it stands. */
  | { readonly do: 'look' }
  /** Make the provider's object. */
  | { readonly do: 'create' }
  /** Ask the provider to reserve the money. */
  | { readonly do: 'authorise' }
  /** Ask the actor to sell. */
  | { readonly do: 'sell' }
  /** Write down that it is to end; from then on nobody sells. */
  | { readonly do: 'end'; readonly ending: PaymentEnding }
  /** Ask the actor to end the payment: the hold goes back to choosing, or its seats free. */
  | { readonly do: 'free'; readonly keepHold: boolean }
  | { readonly do: 'capture' }
  /** Make sure, at the provider, that it will not be paid; where no object is known, only the books say so. */
  | { readonly do: 'cancel' }
  /** Write down a refund of this much; then it is sent. */
  | { readonly do: 'want-refund'; readonly refund: Refund }
  | { readonly do: 'refund'; readonly refund: Refund }
  | { readonly do: 'look-refund'; readonly refund: Refund }
  /** The tickets go: their money cannot be had any more. */
  | { readonly do: 'void-tickets' }
  /** For the buyer to act. */
  | { readonly do: 'wait-for-buyer' }
  /** For the provider (or the actor) to know. */
  | { readonly do: 'wait-for-provider' }
  | { readonly do: 'report'; readonly what: PaymentCase }
  | { readonly do: 'nothing' };

/** What is known of the run that asks. */
export interface RunSoFar {
  /** askedKey of each step that it has carried out. */
  readonly asked?: ReadonlySet<string>;
  /** It wants the payment to end without a sale, if that may still be. */
  readonly ending?: PaymentEnding | null;
  /** The provider was seen to have sent back less than our books say: a refund that was done has come to nothing. */
  readonly isShort?: boolean;
}

const NOTHING_ASKED: ReadonlySet<string> = new Set();

/** By what a run remembers that it has carried a step out: refunds are told apart. */
export function askedKey(step: PaymentStep): string {
  return 'refund' in step ? `${step.do} ${step.refund.id}` : step.do;
}

/** `hasLooked`: in this run, the provider was asked how it stands, and the books say what it answered. */
export function nextStep(
  payment: Payment,
  seats: SeatsSide,
  hasLooked: boolean,
  { asked = NOTHING_ASKED, ending = null, isShort = false }: RunSoFar = {},
): PaymentStep {
  const step = (isShort ? doubtedRefundStep(payment, asked) : null) ?? wanted(payment, seats, hasLooked, asked, ending);
  return asked.has(askedKey(step)) ? { do: 'wait-for-provider' } : step;
}

function wanted(
  payment: Payment,
  seats: SeatsSide,
  hasLooked: boolean,
  asked: ReadonlySet<string>,
  ending: PaymentEnding | null,
): PaymentStep {
  if (payment.isDoubtful && !hasLooked && payment.object !== null) return { do: 'look' };
  switch (seats.is) {
    case 'paying':
      return (ending === null ? null : towardsEnd(payment, hasLooked, ending)) ?? whilePaying(payment, hasLooked);
    case 'sold':
      return afterSale(payment, seats, hasLooked, asked);
    case 'free':
      return afterEnd(payment, hasLooked, asked);
  }
}

/** Null: it cannot be ended any more, or is ending already. */
function towardsEnd(payment: Payment, hasLooked: boolean, ending: PaymentEnding): PaymentStep | null {
  if (payment.ending !== null) return null;
  switch (payment.phase) {
    case 'created':
      return { do: 'end', ending };
    case 'waiting':
    case 'authorising':
      // He may have paid a moment ago: then the seats are his, late or not (P8).
      return hasLooked ? { do: 'end', ending } : { do: 'look' };
    case 'approved':
      // He has said yes in PayPal's window; that he never came back to our page does not take it back.
      return ending === 'overdue' ? null : { do: 'end', ending };
    case 'authorised':
    case 'declined':
    case 'captured':
    case 'cancelled':
      return null;
  }
}

function whilePaying(payment: Payment, hasLooked: boolean): PaymentStep {
  const { phase, ending } = payment;
  switch (phase) {
    case 'created':
      // What was asked to be made may be there without our knowing its id; without that nobody can pay it.
      return ending === null ? { do: 'create' } : { do: 'cancel' };
    case 'waiting':
      if (ending !== null) return { do: 'cancel' };
      return hasLooked ? { do: 'wait-for-buyer' } : { do: 'look' };
    case 'approved':
      return ending === null ? { do: 'authorise' } : { do: 'cancel' };
    case 'authorising':
      if (!hasLooked) return { do: 'look' };
      if (ending !== null) return { do: 'cancel' };
      // It has an id and is not reserved: the provider thinks about it.
      if (payment.authorisation !== null) return { do: 'wait-for-provider' };
      // Whoever has asked first may still be waiting for the answer: asked again with the same key, it is the same answer.
      return { do: 'authorise' };
    case 'authorised':
      return ending === null ? { do: 'sell' } : letGo(payment, hasLooked);
    case 'declined':
      return { do: 'free', keepHold: ending !== 'overdue' };
    case 'cancelled':
      return { do: 'free', keepHold: ending !== 'overdue' };
    case 'captured':
      // Somebody has taken it by hand at the provider: then the seats are his, unless it was given back there as well.
      return payment.capturedCents - sentBackCents(payment) >= payment.amountCents
        ? { do: 'sell' }
        : { do: 'free', keepHold: true };
  }
}

function afterSale(
  payment: Payment,
  { soldCents, voidedCents }: SeatsSide,
  hasLooked: boolean,
  asked: ReadonlySet<string>,
): PaymentStep {
  const isAllVoid = soldCents > 0 && voidedCents >= soldCents;
  switch (payment.phase) {
    case 'authorised':
      // Given back before it was taken: nothing is owed, and nothing has to be sent back.
      if (isAllVoid || payment.capture !== null) return letGo(payment, hasLooked);
      return { do: 'capture' };
    case 'captured':
      return nextRefundStep(payment, soldCents - voidedCents, asked);
    case 'cancelled':
    case 'declined':
      if (isAllVoid) return afterEnd(payment, hasLooked, asked);
      if (!hasLooked && payment.object !== null) return { do: 'look' };
      // Tickets that were used cannot be taken away any more.
      return asked.has('void-tickets') ? { do: 'report', what: 'sold-unpaid' } : { do: 'void-tickets' };
    case 'created':
    case 'waiting':
    case 'approved':
    case 'authorising':
      // Seats are sold after the money was reserved: the books are behind.
      return hasLooked || payment.object === null ? { do: 'report', what: 'sold-unpaid' } : { do: 'look' };
  }
}

function afterEnd(payment: Payment, hasLooked: boolean, asked: ReadonlySet<string>): PaymentStep {
  switch (payment.phase) {
    case 'cancelled':
      // Reserved once more, by a request that overtook us.
      if (payment.isDoubtful && payment.object !== null) return { do: 'cancel' };
      return { do: 'nothing' };
    case 'captured':
      return nextRefundStep(payment, 0, asked);
    case 'authorised':
      return letGo(payment, hasLooked);
    case 'created':
    case 'waiting':
    case 'approved':
    case 'authorising':
    case 'declined':
      // A declined payment's object is still open at the provider, and the browser has its secret.
      return { do: 'cancel' };
  }
}

/** What is reserved; where the provider thinks about taking it, it must first come to an end with that. */
function letGo({ capture }: Payment, hasLooked: boolean): PaymentStep {
  if (capture === null) return { do: 'cancel' };
  return hasLooked ? { do: 'wait-for-provider' } : { do: 'look' };
}
