/**
 * What a checkout asks about money: a port, so that purchases can be tried without a database or a provider. The desk
 * (workers/payments/payment-desk.ts) stands behind it where there is one.
 */
import type { Provider } from '../../actors/payment/payment.ts';
import { type DeclineBound, TooManyDeclines } from '../../storage/payments/decline-bounds.ts';
import type { PayAnswer } from '../../workers/payments/desk-ports.ts';
import type { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import type { Payer } from '../accounts/attempt-limits.ts';

export interface PurchasePayment {
  readonly order: string;
  readonly screening: number;
  readonly method: Provider;
  readonly amountCents: number;
  readonly seats: readonly number[];
  /** What the method wants to know: at Stripe the name of a card, in the sandbox how it shall end; never kept longer than it is needed. */
  readonly detail: string;
  /** Who tries it; too many declines are theirs. */
  readonly by: Payer;
}

export interface CheckoutPayments {
  /**
   * Reserves the money of an order, once: asked again for the same order it answers the same, 'authentication-needed' (the buyer's
   * bank, or PayPal, wants to hear from him) apart. 'refused': too many payments of theirs were declined lately, and no provider was
   * asked. Rejects when nobody knows.
   */
  pay(purchase: PurchasePayment): Promise<PayAnswer | 'refused'>;
  /** How a payment stands that another device has begun; null: none has. */
  standing(order: string): Promise<PayAnswer | null>;
  /** The seats are sold, or given back: what follows for the money is done behind the buyer's back. Never throws. */
  settle(order: string): void;
  /**
   * The time of an order's payment is over: it is ended, and its seats with it, if it is not paid after all. 'unknown': no payment of it
   * ever began. 'later': others are being ended, and it is to be said again. Rejects when nobody knows: then nothing has happened to the seats.
   */
  end(order: string): Promise<'done' | 'unknown' | 'later'>;
}

/** PayPal's script and the shop know one currency; of others nobody sells here. */
export const CURRENCY = 'BRL';
/** When somebody else looks after a payment whose thread has died, milliseconds. */
const DUE_IN_MS = 60_000;
/** Ended at once, on one thread. After an outage all that it left behind is overdue: purchases have to have room beside that (ORDERS_UNDER_WAY_MAX). */
export const ENDING_MAX = 32;

/**
 * `failed` hears of what was to be done behind the buyer's back; the books know when it is tried again. `boundsOf`: what declined
 * payments of somebody count as; the sandbox has no banks, and counts nothing.
 */
export function paymentsAt(
  desk: PaymentDesk,
  failed: (order: string, cause: unknown) => void,
  boundsOf: (by: Payer) => readonly DeclineBound[] = () => [],
): CheckoutPayments {
  const settling = new Set<string>();
  const ending = new Set<string>();
  return {
    async pay({ order, screening, method, amountCents, seats, detail, by }) {
      const wanted = {
        ...{ order, screening, provider: method, amountCents, currency: CURRENCY, seats, dueInMs: DUE_IN_MS },
        // PayPal has no cards of ours: there the word only tells one attempt from the next.
        token: method === 'paypal' ? null : detail,
        declines: method === 'sandbox' ? [] : boundsOf(by),
      };
      try {
        return await desk.pay(wanted, 'checkout');
      } catch (cause) {
        if (cause instanceof TooManyDeclines) return 'refused';
        throw cause;
      }
    },
    standing: (order) => desk.standing(order),
    settle(order) {
      // Of a purchase that fifty say at once, one is enough.
      if (settling.has(order)) return;
      settling.add(order);
      desk
        .run(order, 'checkout')
        .catch((cause: unknown) => failed(order, cause))
        .finally(() => settling.delete(order));
    },
    async end(order) {
      if (ending.size >= ENDING_MAX || ending.has(order)) return 'later';
      ending.add(order);
      try {
        const { record } = await desk.run(order, 'overdue', { ending: 'overdue' });
        return record === null ? 'unknown' : 'done';
      } finally {
        ending.delete(order);
      }
    },
  };
}
