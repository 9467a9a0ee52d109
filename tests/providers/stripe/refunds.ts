/** Refunds and disputes: what goes back after the money came. The sums are Stripe's: never more than what was captured. */
import type { Books } from './books.ts';
import { refused } from './failure.ts';
import type { Charge, Dispute, Metadata, Refund } from './kinds.ts';
import { DISPUTE_FEE, newBalanceTransaction, newDispute, newRefund } from './money-shape.ts';

export class Refunds {
  /** What the next refunds are at first: cards usually answer at once; `pending` waits for `settle`. */
  firstStatus: 'pending' | 'succeeded' = 'succeeded';
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /**
   * Refunds `amount` cents of `charge`; null: all that is left.
   *
   * @throws StripeFailure 400 when nothing was captured, nothing is left, too much is asked, or the charge is disputed.
   */
  create(charge: Charge, wanted: { amount: number | null; reason: string | null; metadata: Metadata }): Refund {
    const left = charge.amount_captured - charge.amount_refunded;
    // A won one is over: the money is there again.
    const isContested = this.#books.disputes.all().some((one) => one.charge === charge.id && one.status !== 'won');
    if (isContested)
      throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
    if (charge.refunded || (charge.captured && left === 0))
      throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
    if (!charge.captured)
      throw refused('charge_not_refundable', `Charge ${charge.id} was not captured; cancel its PaymentIntent instead.`);
    const amount = wanted.amount ?? left;
    if (amount > left)
      throw refused(
        null,
        `Refund amount (${reais(amount)}) is greater than unrefunded amount on charge (${reais(left)})`,
        { param: 'amount' },
      );
    const refund = newRefund(this.#books, charge, { ...wanted, amount }, this.firstStatus);
    this.#books.refunds.add(refund);
    refund.balance_transaction = newBalanceTransaction(this.#books, {
      amount: -amount,
      fee: 0,
      currency: charge.currency,
      source: refund.id,
      type: 'refund',
      category: 'refund',
    }).id;
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount_captured;
    this.#books.emit('refund.created', refund);
    this.#books.emit('charge.refunded', charge);
    return refund;
  }

  /** A refund ends; a failed one gives the money back to the balance. Cards can fail even after `succeeded`. */
  settle(refund: Refund, outcome: 'failed' | 'succeeded'): Refund {
    if (refund.status === outcome) return refund;
    if (refund.status === 'failed' || refund.status === 'canceled')
      throw new Error(`${refund.id} has ended: ${refund.status}`);
    const before = { status: refund.status };
    refund.status = outcome;
    if (outcome === 'failed') {
      const charge = this.#books.charges.get(refund.charge);
      charge.amount_refunded -= refund.amount;
      charge.refunded = false;
      refund['failure_reason'] = 'expired_or_canceled_card';
      refund['failure_balance_transaction'] = newBalanceTransaction(this.#books, {
        amount: refund.amount,
        fee: 0,
        currency: charge.currency,
        source: refund.id,
        type: 'refund_failure',
        category: 'refund_failure',
      }).id;
      this.#books.emit('refund.failed', refund);
    }
    this.#books.emit('refund.updated', refund, before);
    return refund;
  }

  /** The cardholder's bank takes `amount` cents back, with Stripe's fee on top. */
  openDispute(charge: Charge, reason: string, amount: number): Dispute {
    const dispute = newDispute(this.#books, charge, amount, reason);
    charge.disputed = true;
    this.#books.disputes.add(dispute);
    this.#moveFor(dispute, -amount, DISPUTE_FEE, 'dispute');
    this.#books.emit('charge.dispute.created', dispute);
    return dispute;
  }

  /** Evidence went in: the bank thinks. */
  reviewDispute(dispute: Dispute): Dispute {
    const before = { status: dispute.status };
    dispute.status = 'under_review';
    this.#books.emit('charge.dispute.updated', dispute, before);
    return dispute;
  }

  /** Won: the amount comes back, the fee does not. */
  closeDispute(dispute: Dispute, outcome: 'lost' | 'won'): Dispute {
    dispute.status = outcome;
    if (outcome === 'won') this.#moveFor(dispute, dispute.amount, 0, 'dispute_reversal');
    this.#books.emit('charge.dispute.closed', dispute);
    return dispute;
  }

  #moveFor(dispute: Dispute, amount: number, fee: number, category: string): void {
    dispute.balance_transactions.push(
      newBalanceTransaction(this.#books, {
        amount,
        fee,
        currency: String(dispute['currency']),
        source: dispute.id,
        type: 'adjustment',
        category,
      }),
    );
  }
}

function reais(cents: number): string {
  return `R$${(cents / 100).toFixed(2)}`;
}
