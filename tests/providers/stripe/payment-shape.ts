/** New payment intents, charges, payment methods and tokens in the full shape of the API, with everything Poltrona does not use null. */
import type { Books } from './books.ts';
import type { Card } from './cards.ts';
import type { Charge, ConfirmationToken, Metadata, PaymentIntent, PaymentMethod } from './kinds.ts';

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly captureMethod: PaymentIntent['capture_method'];
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Null: whatever the account takes, which here is cards. */
  readonly allowedTypes: string[] | null;
  readonly setupFutureUsage: string | null;
}

/** Unconfirmed. Its client secret is good for the one who has it to confirm and to read it, and for nothing else. */
export function newIntent(books: Books, wanted: NewIntent): PaymentIntent {
  const id = books.newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: wanted.allowedTypes,
    amount: wanted.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: wanted.captureMethod,
    client_secret: `${id}_secret_${books.newId('s').slice(2)}`,
    confirmation_method: 'automatic',
    created: books.now(),
    currency: wanted.currency,
    customer: wanted.customer,
    customer_account: null,
    description: wanted.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: wanted.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: wanted.allowedTypes ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: wanted.setupFutureUsage,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}

const NOWHERE = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

export function newBillingDetails(): object {
  return { address: { ...NOWHERE }, email: null, name: null, phone: null, tax_id: null };
}

/** Of a card only what the API shows: brand and the last four digits. */
export function newPaymentMethod(books: Books, card: Card): PaymentMethod {
  return {
    id: books.newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: newBillingDetails(),
    card: {
      ...shownCard(card),
      display_brand: card.brand,
      generated_from: null,
      networks: { available: [card.brand], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: books.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

function shownCard(card: Card): Record<string, unknown> {
  return {
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'BR',
    exp_month: 12,
    exp_year: 2034,
    fingerprint: `fp${card.number.slice(-8)}`,
    funding: 'credit',
    last4: card.number.slice(-4),
    regulated_status: null,
  };
}

/** Twelve hours, as Stripe's. */
const TOKEN_SECONDS = 12 * 3600;

export function newConfirmationToken(books: Books, id: string, card: Card): ConfirmationToken {
  return {
    id,
    object: 'confirmation_token',
    created: books.now(),
    expires_at: books.now() + TOKEN_SECONDS,
    livemode: false,
    mandate_data: null,
    metadata: {},
    payment_intent: null,
    payment_method_options: { card: { cvc_token: null } },
    payment_method_preview: {
      allow_redisplay: 'unspecified',
      billing_details: newBillingDetails(),
      card: shownCard(card),
      customer: null,
      customer_account: null,
      type: 'card',
    },
    return_url: null,
    setup_future_usage: null,
    setup_intent: null,
    shipping: null,
    use_stripe_sdk: true,
  };
}

/** An attempt at `intent` with `card`: authorised, or failed with `failure`. */
export function newCharge(
  books: Books,
  intent: PaymentIntent,
  method: PaymentMethod,
  card: Card,
  failure: { readonly code: string; readonly declineCode: string; readonly message: string } | null,
): Charge {
  const id = books.newId('ch');
  const isManual = intent.capture_method === 'manual';
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: newBillingDetails(),
    calculated_statement_descriptor: 'POLTRONA',
    captured: false,
    created: books.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: failure === null ? 'approved_by_network' : 'declined_by_network',
      reason: failure?.declineCode ?? null,
      seller_message: failure === null ? 'Payment complete.' : 'The bank did not return any further details.',
      type: failure === null ? 'authorized' : 'issuer_declined',
    },
    paid: failure === null,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      card: {
        ...shownCard(card),
        amount_authorized: failure === null ? intent.amount : null,
        authorization_code: failure === null ? '123456' : null,
        ...(isManual && failure === null && { capture_before: books.now() + AUTHORISATION_SECONDS }),
        extended_authorization: { status: 'disabled' },
        incremental_authorization: { status: 'unavailable' },
        installments: null,
        mandate: null,
        multicapture: { status: 'unavailable' },
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
      type: 'card',
    },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: failure === null ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
}

/** How long a card's authorisation holds the money: 7 days, then it lapses by itself. */
export const AUTHORISATION_SECONDS = 7 * 86_400;
