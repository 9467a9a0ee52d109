/**
 * Subscriptions: begun with an open invoice, alive once it is paid, renewed when told to, ended now or at the period's end. The
 * invoice's payment is a payment intent like any other; it is found by the intent, so that a payment in the browser pays it.
 */
import type { Books } from './books.ts';
import { refused } from './failure.ts';
import type { Invoice, Metadata, PaymentIntent, Price, Subscription } from './kinds.ts';
import type { IntentListener, PaymentIntents } from './payment-intents.ts';
import { newIntent } from './payment-shape.ts';
import { newInvoice, newSubscription, type Period, periodFrom } from './subscription-shape.ts';

export interface NewSubscription {
  readonly customer: string;
  readonly items: readonly { readonly price: Price; readonly quantity: number }[];
  readonly metadata: Metadata;
  readonly paymentSettings: object;
}

export class Subscriptions implements IntentListener {
  readonly #books: Books;
  readonly #intents: PaymentIntents;
  readonly #invoiceOfIntent = new Map<string, Invoice>();
  readonly #intentOfInvoice = new Map<string, PaymentIntent>();

  constructor(books: Books, intents: PaymentIntents) {
    this.#books = books;
    this.#intents = intents;
  }

  /** Incomplete, with an open invoice whose intent the browser confirms. */
  create(wanted: NewSubscription): Subscription {
    const subscription = this.#books.subscriptions.add(newSubscription(this.#books, wanted));
    this.#bill(subscription, periodOf(subscription), 'subscription_create');
    this.#books.emit('customer.subscription.created', subscription);
    return subscription;
  }

  /**
   * The next period: billed to the saved card and paid, or not paid with `fails`. Ends instead when it was to end with the period.
   *
   * @throws StripeFailure 400 unless alive.
   */
  renew(subscription: Subscription, fails: boolean): Subscription {
    expectAlive(subscription);
    if (subscription.cancel_at_period_end) return this.#end(subscription, 'canceled', 'cancellation_requested');
    const first = subscription.items.data[0]!;
    const period = periodFrom(first.current_period_end, first.price);
    const before = { current_period_end: first.current_period_end, latest_invoice: subscription.latest_invoice };
    for (const item of subscription.items.data)
      [item.current_period_start, item.current_period_end] = [period.start, period.end];
    const intent = this.#bill(subscription, period, 'subscription_cycle');
    this.#books.emit('customer.subscription.updated', subscription, before);
    this.#attempt(subscription, intent, fails);
    return subscription;
  }

  /** The open invoice is tried again, as Stripe does some days after a failure. */
  retry(subscription: Subscription, fails: boolean): Subscription {
    const intent = this.#intentOfInvoice.get(subscription.latest_invoice ?? '');
    if (intent === undefined || intent.status === 'succeeded') throw new Error(`${subscription.id} owes nothing`);
    this.#attempt(subscription, intent, fails);
    return subscription;
  }

  /** @throws StripeFailure 400 when it has ended. */
  setCancelAtPeriodEnd(subscription: Subscription, isToEnd: boolean): void {
    expectAlive(subscription);
    const before = { cancel_at: subscription.cancel_at, cancel_at_period_end: subscription.cancel_at_period_end };
    if (before.cancel_at_period_end === isToEnd) return;
    subscription.cancel_at_period_end = isToEnd;
    subscription.cancel_at = isToEnd ? periodOf(subscription).end : null;
    subscription.canceled_at = isToEnd ? this.#books.now() : null;
    subscription['cancellation_details'] = {
      comment: null,
      feedback: null,
      reason: isToEnd ? 'cancellation_requested' : null,
    };
    this.#books.emit('customer.subscription.updated', subscription, before);
  }

  /** Ends it at once. @throws StripeFailure 404-like refusal when it has ended already. */
  cancel(subscription: Subscription): Subscription {
    if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired')
      throw refused('resource_missing', `No such subscription: '${subscription.id}'`, { param: 'id' });
    return this.#end(subscription, 'canceled', 'cancellation_requested');
  }

  /** The first payment never came: after 23 hours Stripe gives up. */
  expire(subscription: Subscription): Subscription {
    if (subscription.status !== 'incomplete') throw new Error(`${subscription.id} is ${subscription.status}`);
    return this.#end(subscription, 'incomplete_expired', null);
  }

  /** What the browser needs to pay an invoice; included only when asked for. */
  confirmationSecretOf(invoiceId: string): unknown {
    const intent = this.#intentOfInvoice.get(invoiceId);
    return intent === undefined ? null : { client_secret: intent.client_secret, type: 'payment_intent' };
  }

  /** The intents of an invoice as a list of `invoice_payment`; included only when asked for. */
  paymentsOf(invoiceId: string): unknown {
    const intent = this.#intentOfInvoice.get(invoiceId);
    const invoice = this.#books.invoices.find(invoiceId);
    if (intent === undefined || invoice === undefined) return undefined;
    const payment = {
      id: `inpay_${intent.id.slice(3)}`,
      object: 'invoice_payment',
      amount_paid: invoice.status === 'paid' ? invoice.amount_paid : null,
      amount_requested: invoice.amount_due,
      created: intent.created,
      currency: intent.currency,
      invoice: invoiceId,
      is_default: true,
      livemode: false,
      payment: { payment_intent: intent.id, type: 'payment_intent' },
      status: invoice.status === 'paid' ? 'paid' : 'open',
      status_transitions: { canceled_at: null, paid_at: invoice.status_transitions.paid_at },
    };
    return { object: 'list', data: [payment], has_more: false, url: `/v1/invoice_payments?invoice=${invoiceId}` };
  }

  onPaid(intent: PaymentIntent): void {
    const invoice = this.#invoiceOfIntent.get(intent.id);
    if (invoice === undefined) return;
    invoice.status = 'paid';
    invoice.amount_paid = invoice.amount_due;
    invoice.amount_remaining = 0;
    invoice['attempted'] = true;
    invoice['attempt_count'] = Number(invoice['attempt_count']) + 1;
    invoice.status_transitions.paid_at = this.#books.now();
    const subscription = this.#books.subscriptions.get(invoice.parent.subscription_details.subscription);
    const before = { status: subscription.status, default_payment_method: subscription.default_payment_method };
    subscription.status = 'active';
    subscription.default_payment_method = intent.payment_method;
    this.#books.emit('invoice.paid', invoice);
    if (before.status !== 'active') this.#books.emit('customer.subscription.updated', subscription, before);
  }

  onFailed(intent: PaymentIntent): void {
    const invoice = this.#invoiceOfIntent.get(intent.id);
    if (invoice === undefined) return;
    invoice['attempted'] = true;
    invoice['attempt_count'] = Number(invoice['attempt_count']) + 1;
    this.#books.emit('invoice.payment_failed', invoice);
  }

  #attempt(subscription: Subscription, intent: PaymentIntent, fails: boolean): void {
    const method = this.#books.paymentMethods.get(subscription.default_payment_method ?? '');
    if (!fails) {
      this.#intents.confirm(intent, method, null);
      return;
    }
    this.#intents.decline(intent, method, 'insufficient_funds');
    const before = { status: subscription.status };
    if (subscription.status === 'past_due') return;
    subscription.status = 'past_due';
    this.#books.emit('customer.subscription.updated', subscription, before);
  }

  #bill(subscription: Subscription, period: Period, reason: string): PaymentIntent {
    const invoice = this.#books.invoices.add(newInvoice(this.#books, subscription, period, reason));
    const intent = this.#books.paymentIntents.add(
      newIntent(this.#books, {
        amount: invoice.amount_due,
        currency: String(invoice['currency']),
        captureMethod: 'automatic',
        customer: subscription.customer,
        description: reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
        metadata: {},
        allowedTypes: null,
        setupFutureUsage: 'off_session',
      }),
    );
    this.#invoiceOfIntent.set(intent.id, invoice);
    this.#intentOfInvoice.set(invoice.id, intent);
    subscription.latest_invoice = invoice.id;
    return intent;
  }

  #end(subscription: Subscription, status: 'canceled' | 'incomplete_expired', reason: string | null): Subscription {
    subscription.status = status;
    subscription.ended_at = this.#books.now();
    subscription.canceled_at ??= this.#books.now();
    subscription['cancellation_details'] = { comment: null, feedback: null, reason };
    this.#books.emit('customer.subscription.deleted', subscription);
    return subscription;
  }
}

function periodOf(subscription: Subscription): Period {
  const first = subscription.items.data[0]!;
  return { start: first.current_period_start, end: first.current_period_end };
}

function expectAlive(subscription: Subscription): void {
  if (subscription.status === 'active' || subscription.status === 'past_due') return;
  throw refused(null, `A subscription that is ${subscription.status} cannot be updated so.`);
}
