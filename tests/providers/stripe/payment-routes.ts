/** The calls around a payment: parameters read and checked as Stripe checks them, then one step of the life of the object. */
import type { Books } from './books.ts';
import { cardOfTokenId } from './cards.ts';
import { expectOnly, invalid, missing, noSuch, oneOf, refused, wholeNumber } from './failure.ts';
import { type FormObject, mergedMetadata, objectOf, textOf, textsOf } from './form.ts';
import { expectAllowed } from './intent-rules.ts';
import type { Charge, PaymentIntent, PaymentMethod } from './kinds.ts';
import type { PaymentIntents } from './payment-intents.ts';
import { type NewIntent, newConfirmationToken, newIntent } from './payment-shape.ts';
import type { Refunds } from './refunds.ts';
import type { Route } from './router.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const CREATED =
  words(`allowed_payment_method_types amount automatic_payment_methods capture_method confirm confirmation_method confirmation_token currency
  customer description error_on_requires_action metadata payment_method payment_method_options
  receipt_email return_url setup_future_usage statement_descriptor_suffix use_stripe_sdk`);
const CONFIRMED =
  words(`allowed_payment_method_types client_secret confirmation_token key payment_method payment_method_options
  return_url setup_future_usage use_stripe_sdk`);
const UPDATED = words('amount currency customer description metadata');
const REFUNDED = words('amount charge metadata payment_intent reason');
/** The least a card pays in reais, in cents. */
const AMOUNT_MIN = 50;
const AMOUNT_MAX = 99_999_999;

export function paymentRoutes(books: Books, intents: PaymentIntents, refunds: Refunds): readonly Route[] {
  const intentOf = (id: string): PaymentIntent => books.paymentIntents.get(id, 'intent');
  const confirm = (intent: PaymentIntent, form: FormObject): PaymentIntent => {
    expectAllowed(intent, 'confirm');
    const isInPage = textOf(form, 'use_stripe_sdk') === 'true';
    const returnUrl = textOf(form, 'return_url') ?? null;
    return intents.confirm(intent, methodOf(books, intents, intent, form), returnUrl, isInPage);
  };
  return [
    [
      'POST',
      '/v1/payment_intents',
      (form) => {
        const intent = books.paymentIntents.add(newIntent(books, readIntent(form)));
        books.emit('payment_intent.created', intent);
        return textOf(form, 'confirm') === 'true' ? confirm(intent, form) : intent;
      },
    ],
    [
      'GET',
      '/v1/payment_intents',
      (form) => {
        const customer = textOf(form, 'customer');
        return books.paymentIntents.list(
          '/v1/payment_intents',
          form,
          (one) => customer === undefined || one.customer === customer,
        );
      },
    ],
    ['GET', '/v1/payment_intents/:id', (_form, id) => intentOf(id)],
    [
      'POST',
      '/v1/payment_intents/:id',
      (form, id) => {
        expectOnly(form, UPDATED);
        const intent = intentOf(id);
        if (form['amount'] !== undefined) {
          expectAllowed(intent, 'update_amount');
          intent.amount = readAmount(form);
        }
        intent.description = textOf(form, 'description') ?? intent.description;
        intent.metadata = mergedMetadata(intent.metadata, objectOf(form, 'metadata'));
        return intent;
      },
    ],
    [
      'POST',
      '/v1/payment_intents/:id/confirm',
      (form, id) => {
        expectNoMethodTypes(form);
        expectOnly(form, CONFIRMED);
        return confirm(intentOf(id), form);
      },
    ],
    [
      'POST',
      '/v1/payment_intents/:id/capture',
      (form, id) => {
        expectOnly(form, words('amount_to_capture metadata statement_descriptor_suffix'));
        const amount = form['amount_to_capture'];
        return intents.capture(intentOf(id), amount === undefined ? null : wholeNumber(amount, 'amount_to_capture', 1));
      },
    ],
    [
      'POST',
      '/v1/payment_intents/:id/cancel',
      (form, id) => {
        expectOnly(form, words('cancellation_reason'));
        const reason = textOf(form, 'cancellation_reason') ?? null;
        if (reason !== null)
          oneOf(reason, ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'], 'cancellation_reason');
        return intents.cancel(intentOf(id), reason);
      },
    ],
    [
      'POST',
      '/v1/refunds',
      (form) => {
        expectOnly(form, REFUNDED);
        const reason = textOf(form, 'reason') ?? null;
        if (reason !== null) oneOf(reason, ['duplicate', 'fraudulent', 'requested_by_customer'], 'reason');
        const amount = form['amount'] === undefined ? null : wholeNumber(form['amount'], 'amount', 1);
        return refunds.create(chargeToRefund(books, form), {
          amount,
          reason,
          metadata: mergedMetadata({}, objectOf(form, 'metadata')),
        });
      },
    ],
    [
      'GET',
      '/v1/refunds',
      (form) => {
        const [intent, charge] = [textOf(form, 'payment_intent'), textOf(form, 'charge')];
        return books.refunds.list(
          '/v1/refunds',
          form,
          (refund) =>
            (intent === undefined || refund.payment_intent === intent) &&
            (charge === undefined || refund.charge === charge),
        );
      },
    ],
    ['GET', '/v1/refunds/:id', (_form, id) => books.refunds.get(id)],
    [
      'POST',
      '/v1/refunds/:id',
      (form, id) => {
        expectOnly(form, words('metadata'));
        const refund = books.refunds.get(id);
        refund.metadata = mergedMetadata(refund.metadata, objectOf(form, 'metadata'));
        return refund;
      },
    ],
    [
      'GET',
      '/v1/charges',
      (form) => {
        const intent = textOf(form, 'payment_intent');
        return books.charges.list(
          '/v1/charges',
          form,
          (charge) => intent === undefined || charge.payment_intent === intent,
        );
      },
    ],
    ['GET', '/v1/charges/:id', (_form, id) => books.charges.get(id)],
    [
      'GET',
      '/v1/disputes',
      (form) => {
        const intent = textOf(form, 'payment_intent');
        return books.disputes.list(
          '/v1/disputes',
          form,
          (dispute) => intent === undefined || dispute.payment_intent === intent,
        );
      },
    ],
    ['GET', '/v1/disputes/:id', (_form, id) => books.disputes.get(id)],
    [
      'GET',
      '/v1/balance_transactions',
      (form) => {
        const [source, type] = [textOf(form, 'source'), textOf(form, 'type')];
        return books.balanceTransactions.list(
          '/v1/balance_transactions',
          form,
          (line) => (source === undefined || line.source === source) && (type === undefined || line.type === type),
        );
      },
    ],
    ['GET', '/v1/balance_transactions/:id', (_form, id) => books.balanceTransactions.get(id)],
    ['GET', '/v1/confirmation_tokens/:id', (_form, id) => books.confirmationTokens.get(id)],
  ];
}

function readIntent(form: FormObject): NewIntent {
  expectNoMethodTypes(form);
  expectOnly(form, CREATED);
  const currency = textOf(form, 'currency');
  const amount = readAmount(form);
  if (currency === undefined) throw missing('currency');
  const allowedTypes = textsOf(form, 'allowed_payment_method_types');
  return {
    amount,
    currency: currency.toLowerCase(),
    captureMethod: oneOf(
      textOf(form, 'capture_method') ?? 'automatic',
      ['automatic', 'automatic_async', 'manual'],
      'capture_method',
    ),
    customer: textOf(form, 'customer') ?? null,
    description: textOf(form, 'description') ?? null,
    metadata: mergedMetadata({}, objectOf(form, 'metadata')),
    allowedTypes: allowedTypes.length === 0 ? null : allowedTypes,
    setupFutureUsage: textOf(form, 'setup_future_usage') ?? null,
  };
}

/** Gone with this version of the API: `allowed_payment_method_types` took its place. An adapter that has not noticed shall. */
function expectNoMethodTypes(form: FormObject): void {
  if (form['payment_method_types'] === undefined) return;
  const message = 'payment_method_types is no longer supported on this API version. Use allowed_payment_method_types.';
  throw invalid(message, 'payment_method_types', 'payment_method_types_no_longer_supported');
}

function readAmount(form: FormObject): number {
  const amount = wholeNumber(form['amount'], 'amount', 1);
  if (amount < AMOUNT_MIN) throw invalid('Amount must be at least R$0.50 brl', 'amount', 'amount_too_small');
  if (amount > AMOUNT_MAX) throw invalid('Amount must be no more than R$999,999.99', 'amount', 'amount_too_large');
  return amount;
}

/** The means of payment a confirmation names: a token of the browser (once), a saved method, or the one attached already. */
function methodOf(books: Books, intents: PaymentIntents, intent: PaymentIntent, form: FormObject): PaymentMethod {
  const tokenId = textOf(form, 'confirmation_token');
  if (tokenId === undefined) {
    const methodId = textOf(form, 'payment_method') ?? intent.payment_method;
    if (methodId !== null) return books.paymentMethods.get(methodId, 'payment_method');
    throw refused(
      'payment_intent_unexpected_state',
      "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent with a payment method and then confirm it again.",
      { payment_intent: { ...intent } },
    );
  }
  const known = books.confirmationTokens.find(tokenId);
  const card = known === undefined ? cardOfTokenId(tokenId) : null;
  if (known === undefined && card === null) throw noSuch('confirmationtoken', tokenId, 'confirmation_token');
  const token = known ?? books.confirmationTokens.add(newConfirmationToken(books, tokenId, card!));
  if (token.payment_intent !== null)
    throw refused(null, `The ConfirmationToken ${tokenId} has already been used with ${token.payment_intent}.`, {
      param: 'confirmation_token',
    });
  if (token.expires_at <= books.now())
    throw refused(null, `The ConfirmationToken ${tokenId} has expired.`, { param: 'confirmation_token' });
  token.payment_intent = intent.id;
  return intents.methodOfToken(token.id, card);
}

function chargeToRefund(books: Books, form: FormObject): Charge {
  const chargeId = textOf(form, 'charge');
  if (chargeId !== undefined) return books.charges.get(chargeId, 'charge');
  const intentId = textOf(form, 'payment_intent');
  if (intentId === undefined) throw missing('payment_intent');
  const intent = books.paymentIntents.get(intentId, 'payment_intent');
  const charge = intent.latest_charge === null ? undefined : books.charges.find(intent.latest_charge);
  if (charge === undefined || !charge.paid)
    throw refused(null, `The PaymentIntent (${intentId}) does not have a successful charge to refund.`, {
      param: 'payment_intent',
    });
  return charge;
}
