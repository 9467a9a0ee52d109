/** New subscriptions and invoices in the full shape of the API. */
import type { Books } from './books.ts';
import type { Invoice, Metadata, Price, Subscription, SubscriptionItem } from './kinds.ts';

export interface Period {
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
}

/** One billing period of `price` from `start`; months end on the same day, or on the last one there is. */
export function periodFrom(start: number, price: Price): Period {
  const { interval, interval_count: count } = price.recurring ?? { interval: 'month', interval_count: 1 };
  if (interval === 'day' || interval === 'week')
    return { start, end: start + count * (interval === 'day' ? 1 : 7) * 86_400 };
  const from = new Date(start * 1000);
  const months = from.getUTCMonth() + count * (interval === 'year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const end = new Date(from);
  end.setUTCFullYear(from.getUTCFullYear(), months, Math.min(from.getUTCDate(), lastDay));
  return { start, end: end.getTime() / 1000 };
}

const AUTOMATIC_TAX = { disabled_reason: null, enabled: false, liability: null };

export function newSubscription(
  books: Books,
  wanted: {
    readonly customer: string;
    readonly items: readonly { readonly price: Price; readonly quantity: number }[];
    readonly metadata: Metadata;
    readonly paymentSettings: object;
  },
): Subscription {
  const id = books.newId('sub');
  const first = wanted.items[0];
  if (first === undefined) throw new Error('a subscription without items');
  const period = periodFrom(books.now(), first.price);
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: AUTOMATIC_TAX,
    billing_cycle_anchor: books.now(),
    billing_cycle_anchor_config: null,
    billing_mode: { type: 'classic', flexible: null },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    created: books.now(),
    currency: first.price.currency,
    customer: wanted.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      data: wanted.items.map((item) => newItem(books, id, item.price, item.quantity, period)),
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: wanted.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: wanted.paymentSettings,
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: books.now(),
    status: 'incomplete',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: null,
  };
}

function newItem(books: Books, subscription: string, price: Price, quantity: number, period: Period): SubscriptionItem {
  return {
    id: books.newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: books.now(),
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price: { ...price },
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** The older name of a recurring price, which items still carry. */
function planOf(price: Price): object {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: String(price.unit_amount),
    billing_scheme: 'per_unit',
    created: price['created'],
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price['nickname'],
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

/** Open and finalised, for one period of all items. */
export function newInvoice(books: Books, subscription: Subscription, period: Period, reason: string): Invoice {
  const id = books.newId('in');
  const total = subscription.items.data.reduce((sum, item) => sum + item.price.unit_amount * item.quantity, 0);
  return {
    id,
    object: 'invoice',
    account_country: 'BR',
    account_name: 'Poltrona',
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { ...AUTOMATIC_TAX, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: books.now(),
    currency: String(subscription['currency']),
    custom_fields: null,
    customer: subscription.customer,
    customer_account: null,
    customer_address: null,
    customer_email: null,
    customer_name: null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: books.now(),
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: {
      object: 'list',
      data: subscription.items.data.map((item) => newLine(books, id, subscription, item, period)),
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: `${id.slice(-8).toUpperCase()}-0001`,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: { ...subscription.metadata }, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: ['card'] },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'open',
    status_transitions: {
      finalized_at: books.now(),
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    // Moved to `parent` by Stripe some versions ago: whoever reads it here shall find nothing.
    subscription: null,
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

function newLine(
  books: Books,
  invoice: string,
  subscription: Subscription,
  item: SubscriptionItem,
  period: Period,
): object {
  const amount = item.price.unit_amount * item.quantity;
  return {
    id: books.newId('il'),
    object: 'line_item',
    amount,
    currency: item.price.currency,
    description: null,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period: { ...period },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: item.price.product },
      type: 'price_details',
      unit_amount_decimal: String(item.price.unit_amount),
    },
    quantity: item.quantity,
    quantity_decimal: String(item.quantity),
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
}
