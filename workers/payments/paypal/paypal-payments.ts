/** One payment with PayPal, from the order to the money: made, reserved, looked at, taken, let go. Translates, and decides nothing. */
import {
  CheckoutPaymentIntent,
  PayeePaymentMethodPreference,
  PaypalExperienceUserAction,
  PaypalWalletContextShippingPreference,
} from '@paypal/paypal-server-sdk';
import type { Sight } from '../../../actors/payment/payment.ts';
import {
  type Answered,
  type BuyerAction,
  type KnownObject,
  type NewObject,
  ProviderRefused,
  ProviderUnknown,
} from '../provider-port.ts';
import type { PaypalCalls } from './paypal-calls.ts';
import { isDecline } from './paypal-failure.ts';
import { moneyOf } from './paypal-money.ts';
import {
  CAPTURE_DECLINED,
  isDeadCapture,
  type PaypalCapture,
  type PaypalOrder,
  type PaypalView,
  sightOf,
  tellingCapture,
  viewOfOrder,
} from './paypal-sight.ts';

/** Without it, answers name no amounts and no payments. */
const WHOLE = 'return=representation';
/** PayPal wants the buyer in its window (again). */
const WANTS_BUYER = ['ORDER_NOT_APPROVED', 'PAYER_ACTION_REQUIRED'];
/** It was authorised before, or ended: how it stands is looked up. */
const IS_DECIDED = ['ORDER_ALREADY_AUTHORIZED', 'ORDER_COMPLETED_OR_VOIDED', 'MAX_AUTHORIZATION_COUNT_EXCEEDED'];

export class PaypalPayments {
  readonly #calls: PaypalCalls;

  constructor(calls: PaypalCalls) {
    this.#calls = calls;
  }

  /** Nothing personal: an amount, our order's id, and where to send the buyer back to. */
  async create({ order, amountCents, currency, returnUrl, key }: NewObject): Promise<Answered<Sight>> {
    const { result, request } = await this.#calls.ask(({ orders }, options) =>
      orders.createOrder(
        {
          paypalRequestId: key,
          prefer: WHOLE,
          body: {
            intent: CheckoutPaymentIntent.Authorize,
            purchaseUnits: [
              {
                referenceId: 'default',
                customId: order,
                // PayPal takes the money of one invoice once: a second line behind our books.
                invoiceId: order,
                amount: moneyOf(amountCents, currency),
              },
            ],
            paymentSource: {
              paypal: {
                experienceContext: {
                  // No payments that arrive days later: the film is tonight.
                  paymentMethodPreference: PayeePaymentMethodPreference.ImmediatePaymentRequired,
                  shippingPreference: PaypalWalletContextShippingPreference.NoShipping,
                  userAction: PaypalExperienceUserAction.PayNow,
                  locale: 'pt-BR',
                  returnUrl,
                  cancelUrl: returnUrl,
                },
              },
            },
          },
        },
        options,
      ),
    );
    if (result.id === undefined) throw new ProviderUnknown('unreadable', request);
    return { result: seen(viewOfOrder(result.id, result), currency), request };
  }

  /** Reserves what the buyer has approved. */
  async authorise(known: KnownObject, key: string): Promise<Answered<Sight>> {
    const { object, currency } = known;
    try {
      const { result, request } = await this.#calls.ask(({ orders }, options) =>
        orders.authorizeOrder({ id: object, paypalRequestId: key, prefer: WHOLE }, options),
      );
      return { result: seen(viewOfOrder(object, result), currency), request };
    } catch (failure) {
      if (!(failure instanceof ProviderRefused)) throw failure;
      const { code, request } = failure;
      if (IS_DECIDED.includes(code)) return await this.look(known);
      const is = stateAfterRefusal(code);
      if (is === null) throw failure;
      return { result: unpaid(object, is, is === 'action' ? null : code), request };
    }
  }

  /** The order names what came of it; the capture knows its own state and PayPal's fee. */
  async look(known: KnownObject): Promise<Answered<Sight>> {
    const { view, request } = await this.#view(known);
    return { result: seen(view, known.currency), request };
  }

  async capture(known: KnownObject, key: string): Promise<Answered<Sight>> {
    const { object, order, amountCents, currency } = known;
    const authorizationId = known.authorisation ?? (await this.look(known)).result.authorisation;
    if (authorizationId === null) throw new ProviderRefused('NO_AUTHORIZATION');
    const { result, request } = await this.#calls.ask(({ payments }, options) =>
      payments.captureAuthorizedPayment(
        {
          authorizationId,
          paypalRequestId: key,
          prefer: WHOLE,
          // The amount is said, so that PayPal refuses where it has reserved another one than our books say.
          body: { amount: moneyOf(amountCents, currency), finalCapture: true, invoiceId: order },
        },
        options,
      ),
    );
    // Refused at once, and the authorisation lives: it may be tried again with another key.
    if (isDeadCapture(result)) throw new ProviderRefused(CAPTURE_DECLINED, request);
    const authorizations = [{ id: authorizationId, status: 'CAPTURED' }];
    const view = { object, status: 'COMPLETED', authorizations, captures: [result], refunds: null };
    return { result: seen(view, currency), request };
  }

  /**
   * Lets go what is reserved. An order that is only approved has no end of its own at PayPal: nothing is reserved by it, our books do not ask
   * for it any more, and it ends within three hours. Should an earlier request of ours reserve it after all, PayPal's
   * webhook tells, and the reservation is let go then.
   */
  async cancel(known: KnownObject, key: string): Promise<Answered<Sight>> {
    const before = await this.look(known);
    const { authorisation, is } = before.result;
    if (is !== 'authorised' && !(is === 'processing' && before.result.capture === null && authorisation !== null)) {
      return ended(before);
    }
    try {
      const { request } = await this.#calls.ask(({ payments }, options) =>
        payments.voidPayment({ authorizationId: authorisation ?? '', paypalRequestId: key, prefer: WHOLE }, options),
      );
      return { result: { ...before.result, is: 'cancelled' }, request };
    } catch (failure) {
      if (!(failure instanceof ProviderRefused)) throw failure;
      const after = await this.look(known);
      // PayPal would not let it go, and it is still there.
      if (after.result.is === 'authorised') throw failure;
      return ended(after);
    }
  }

  /** Null: he has done what he had to do, or cannot any more. */
  async buyerAction({ object }: KnownObject): Promise<BuyerAction | null> {
    const order = await this.#order(object);
    const status = order?.result.status;
    if (status !== 'CREATED' && status !== 'PAYER_ACTION_REQUIRED') return null;
    const links = order?.result.links ?? [];
    const link = links.find(({ rel }) => rel === 'payer-action') ?? links.find(({ rel }) => rel === 'approve');
    return { kind: 'paypal', order: object, approveUrl: link?.href ?? null };
  }

  /** What PayPal lists as sent back; null: the order is forgotten. */
  async refunds({ object }: KnownObject): Promise<Answered<PaypalView['refunds']>> {
    const order = await this.#order(object);
    if (order === null) return { result: null, request: null };
    return { result: viewOfOrder(object, order.result).refunds, request: order.request };
  }

  async #view(known: KnownObject): Promise<{ readonly view: PaypalView; readonly request: string | null }> {
    const { object } = known;
    const order = await this.#order(object);
    if (order === null) return await this.#viewWithoutOrder(known);
    const view = viewOfOrder(object, order.result);
    const listed = tellingCapture(view.captures);
    if (listed?.id === undefined) return { view, request: order.request };
    const { result, request } = await this.#capture(listed.id);
    return { view: { ...view, captures: view.captures.map((each) => (each === listed ? result : each)) }, request };
  }

  /**
   * PayPal forgets orders after a time, the money never: what our books name is asked instead. An order of which they
   * name nothing else was never authorised.
   *
   * @throws ProviderRefused when PayPal does not know that either: then it is another account's, and says nothing
   */
  async #viewWithoutOrder({
    object,
    authorisation,
    capture,
  }: KnownObject): Promise<{ readonly view: PaypalView; readonly request: string | null }> {
    const view: PaypalView = { object, status: null, authorizations: [], captures: [], refunds: null };
    if (capture !== null) {
      const { result, request } = await this.#capture(capture);
      const authorizations = authorisation === null ? [] : [{ id: authorisation, status: 'CAPTURED' }];
      return { view: { ...view, authorizations, captures: [result] }, request };
    }
    if (authorisation === null) return { view, request: null };
    const { result, request } = await this.#calls.ask(({ payments }, options) =>
      payments.getAuthorizedPayment({ authorizationId: authorisation }, options),
    );
    return { view: { ...view, authorizations: [result] }, request };
  }

  /** Null: PayPal knows it no more. */
  async #order(
    id: string,
  ): Promise<Answered<PaypalOrder & { links?: readonly { rel: string; href: string }[] }> | null> {
    try {
      return await this.#calls.ask(({ orders }, options) => orders.getOrder({ id }, options));
    } catch (failure) {
      const isGone =
        failure instanceof ProviderRefused && /^(INVALID_RESOURCE_ID|RESOURCE_NOT_FOUND)$/.test(failure.code);
      if (isGone) return null;
      throw failure;
    }
  }

  #capture(captureId: string): Promise<Answered<PaypalCapture>> {
    return this.#calls.ask(({ payments }, options) => payments.getCapturedPayment({ captureId }, options));
  }
}

/** @throws ProviderUnknown for money that cannot be read: nothing may follow from it */
function seen(view: PaypalView, currency: string): Sight {
  try {
    return sightOf(view, currency);
  } catch (cause) {
    throw new ProviderUnknown('unreadable', null, null, cause);
  }
}

/** What an order that PayPal would not authorise has come to; null: the refusal does not tell. */
function stateAfterRefusal(code: string): 'declined' | 'action' | 'cancelled' | null {
  if (isDecline(code)) return 'declined';
  if (WANTS_BUYER.includes(code)) return 'action';
  // Its three hours are over: nothing can be reserved with it any more, although PayPal still shows it as approved.
  return code === 'ORDER_EXPIRED' ? 'cancelled' : null;
}

function unpaid(object: string, is: Sight['is'], declineCode: string | null): Sight {
  const nothing = { authorisation: null, capture: null, capturedCents: 0, feeCents: null, refundedCents: 0 };
  return { object, is, declineCode, ...nothing };
}

/** What a payment that we do not want any more has come to, when there is nothing to be let go. */
function ended({ result, request }: Answered<Sight>): Answered<Sight> {
  // Taken, or over; or only PayPal knows whether it will be paid: that cannot be stopped, and must not be taken for stopped.
  const isAsItIs = result.is === 'captured' || result.is === 'cancelled' || result.is === 'processing';
  return isAsItIs ? { result, request } : { result: { ...result, is: 'cancelled' }, request };
}
