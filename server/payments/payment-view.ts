/**
 * The money of an order as its buyer sees it: what is to be paid, what he has to do now, and what came of it. Made from the books and
 * the seats each time it is asked for; nothing of it is stored.
 */
import { z } from 'zod';
import type { Payment, SeatsSide } from '../../actors/payment/payment.ts';
import type { BuyerOrderState } from '../../storage/tickets/buyer-orders.ts';
import { paymentMethod } from './payment-methods.ts';

const cents = z.number().meta({ description: 'Cents.' });

export const buyerAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stripe'), clientSecret: z.string() }),
  z.object({ kind: z.literal('paypal'), order: z.string(), approveUrl: z.string().nullable() }),
  z.object({ kind: z.literal('sandbox') }),
]);

/**
 * open: a means of payment is wanted. action: the buyer has something to do. paying: it is being found out. sold: the tickets are his.
 * declined: it was refused, nothing was charged, and the seats are held for another try. ended: it came to nothing; money that was
 * taken for it all the same goes back.
 */
export const paymentState = z.enum(['open', 'action', 'paying', 'sold', 'declined', 'ended']);
export type PaymentViewState = z.infer<typeof paymentState>;

export const paymentView = z
  .object({
    order: z.string(),
    state: paymentState.meta({
      description:
        'open: a means of payment is wanted. action: the buyer has something to do (see `action`). paying: being found out, ask again. ' +
        'sold: the tickets are his. declined: refused; nothing was charged, and the seats are held for another try. ended: it came ' +
        'to nothing; what was taken for it goes back, and `refundPendingCents` and `refundedCents` say how much that is.',
    }),
    provider: z.enum(['stripe', 'paypal', 'sandbox']).nullable(),
    amountCents: cents,
    currency: z.string(),
    secondsLeft: z.number().nullable().meta({ description: 'To pay; null: not being paid.' }),
    methods: z.array(paymentMethod),
    action: buyerAction.nullable().meta({ description: 'What the provider’s script needs; the buyer’s own secret.' }),
    screening: z.object({
      id: z.number(),
      film: z.string(),
      posterUrl: z.string().nullable(),
      minutes: z.number(),
      rating: z.string(),
      cinema: z.string(),
      auditorium: z.string(),
      startsAt: z.string(),
      startsLocal: z.string(),
      timeZone: z.string(),
      seats: z.array(z.string()).meta({ description: 'By their labels.' }),
    }),
    refundedCents: cents.meta({ description: 'Sent back already, cents.' }),
    refundPendingCents: cents.meta({ description: 'On its way back, cents.' }),
  })
  .meta({ description: 'The payment of an order, as its buyer sees it.' });
export type PaymentView = z.infer<typeof paymentView>;

/** @param payment null: no books, as of an order that a phone is to pay */
export function viewStateOf(order: BuyerOrderState, payment: Payment | null, hasAction: boolean): PaymentViewState {
  switch (order) {
    case 'created':
    case 'authorised':
      if (payment === null) return 'open';
      if (payment.phase === 'declined' || payment.phase === 'cancelled') return unpaid(payment);
      return hasAction ? 'action' : 'paying';
    case 'refused':
      return unpaid(payment);
    case 'expired':
      return 'ended';
    case 'cancelled':
      // Of a sale whose tickets were all voided, or of a payment that ran out: only the former took money.
      return payment?.phase === 'captured' ? 'sold' : 'ended';
    case 'sold':
    case 'captured':
    case 'refunded':
      return 'sold';
  }
}

/** The seats are given back to choosing. Whose money was taken all the same, later than anybody knew of it, must not read "nothing was". */
function unpaid(payment: Payment | null): 'declined' | 'ended' {
  return payment !== null && payment.capturedCents > 0 ? 'ended' : 'declined';
}

/** Whether nothing was taken for it, and nothing can be any more, as far as the books go; null: no books. */
export function isUncharged(payment: Payment | null): boolean {
  if (payment === null) return true;
  const isOver = payment.phase === 'declined' || payment.phase === 'cancelled';
  return isOver && payment.capturedCents === 0 && !payment.isDoubtful;
}

/** Whether the buyer may have something to do, so that asking the provider for it is worth a request. */
export function mayHaveAction(payment: Payment, seats: SeatsSide): boolean {
  const isOpen = payment.phase === 'waiting' || payment.phase === 'authorising';
  return seats.is === 'paying' && payment.ending === null && payment.object !== null && isOpen;
}

/** What has gone back and what is going back. What failed is still owed; what a bank takes back by itself is not ours to send. */
export function refundsOf(
  { capturedCents, refunds, isDisputed }: Payment,
  { soldCents, voidedCents, is }: SeatsSide,
): { readonly refundedCents: number; readonly refundPendingCents: number } {
  const refundedCents = refunds.reduce((sum, { phase, cents: part }) => (phase === 'done' ? sum + part : sum), 0);
  const coveredCents = is === 'sold' ? soldCents - voidedCents : 0;
  const owedCents = isDisputed ? 0 : capturedCents - coveredCents - refundedCents;
  return { refundedCents, refundPendingCents: Math.max(0, owedCents) };
}
