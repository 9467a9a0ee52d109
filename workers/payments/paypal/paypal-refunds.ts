/**
 * Money sent back by PayPal. A refund of ours can be made once, thrice over: PayPal-Request-Id (kept for 45 days), the custom id by
 * which it is found again, and an invoice id of its own, of which PayPal makes one refund and no second.
 */
import type { RefundSight } from '../../../actors/payment/payment.ts';
import { type Answered, type KnownObject, ProviderRefused, type WantedRefund } from '../provider-port.ts';
import type { PaypalCalls } from './paypal-calls.ts';
import { moneyOf } from './paypal-money.ts';
import type { PaypalPayments } from './paypal-payments.ts';
import { refundSightOf } from './paypal-sight.ts';

/** Said also of a refund that was made already. */
const MAYBE_MADE = ['DUPLICATE_INVOICE_ID', 'CAPTURE_FULLY_REFUNDED', 'REFUND_AMOUNT_EXCEEDED'];

export class PaypalRefunds {
  readonly #calls: PaypalCalls;
  readonly #payments: PaypalPayments;

  constructor(calls: PaypalCalls, payments: PaypalPayments) {
    this.#calls = calls;
    this.#payments = payments;
  }

  async refund(known: KnownObject, wanted: WantedRefund): Promise<Answered<RefundSight>> {
    if (wanted.object !== null) return await this.look(wanted.object);
    const made = wanted.isAgain ? await this.#find(known, wanted.id) : null;
    if (made !== null) return made;
    const captureId = known.capture ?? (await this.#payments.look(known)).result.capture;
    if (captureId === null) throw new ProviderRefused('NO_CAPTURE');
    try {
      const { result, request } = await this.#calls.ask(({ payments }, options) =>
        payments.refundCapturedPayment(
          {
            captureId,
            paypalRequestId: wanted.key,
            prefer: 'return=representation',
            body: { amount: moneyOf(wanted.cents, known.currency), customId: wanted.id, invoiceId: wanted.id },
          },
          options,
        ),
      );
      return { result: refundSightOf(result.id ?? '', result), request };
    } catch (failure) {
      if (!(failure instanceof ProviderRefused) || !MAYBE_MADE.includes(failure.code)) throw failure;
      const found = await this.#find(known, wanted.id);
      if (found === null) throw failure;
      return found;
    }
  }

  async look(refundId: string): Promise<Answered<RefundSight>> {
    const { result, request } = await this.#calls.ask(({ payments }, options) =>
      payments.getRefund({ refundId }, options),
    );
    return { result: refundSightOf(refundId, result), request };
  }

  /** Null: not among those that PayPal lists for the order. */
  async #find(known: KnownObject, id: string): Promise<Answered<RefundSight> | null> {
    const { result: refunds, request } = await this.#payments.refunds(known);
    const found = refunds?.find(({ customId }) => customId === id);
    return found?.id === undefined ? null : { result: refundSightOf(found.id, found), request };
  }
}
