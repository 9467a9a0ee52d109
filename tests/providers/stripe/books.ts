/**
 * Everything the stand-in knows, and the two things every change does: take an id and leave an event. Objects are kept in the
 * shape they are shown in, so an answer is one JSON.stringify; an event keeps the text of the moment, not the object.
 */
import { randomBytes } from 'node:crypto';
import { type ApiObject, Collection } from './collection.ts';
import { noSuch } from './failure.ts';
import { type FormObject, objectOf } from './form.ts';
import type {
  ApiEvent,
  BalanceTransaction,
  Charge,
  ConfirmationToken,
  Customer,
  Dispute,
  Invoice,
  PaymentIntent,
  PaymentMethod,
  Price,
  Product,
  Refund,
  Subscription,
} from './kinds.ts';

export const API_VERSION = '2026-10-28.endive';

/** What caused an event: the request's id and its key; nulls for what happened by itself. */
export interface Cause {
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
}
export const BY_ITSELF: Cause = { requestId: null, idempotencyKey: null };

/** Older events make room: a test that reads them back after 50,000 has forgotten them itself. */
const EVENTS_MAX = 50_000;

export interface StandInEvent {
  readonly id: string;
  readonly type: string;
  /** Unix seconds. */
  readonly created: number;
  /** The object's id: what tests choose by. */
  readonly objectId: string;
  /** The exact bytes of the webhook, as UTF-8. */
  readonly payload: string;
}

export class Books {
  readonly paymentIntents = new Collection<PaymentIntent>('payment_intent');
  readonly charges = new Collection<Charge>('charge');
  readonly refunds = new Collection<Refund>('refund');
  readonly disputes = new Collection<Dispute>('dispute');
  readonly balanceTransactions = new Collection<BalanceTransaction>('balance_transaction');
  readonly paymentMethods = new Collection<PaymentMethod>('payment_method');
  readonly confirmationTokens = new Collection<ConfirmationToken>('confirmation_token');
  readonly customers = new Collection<Customer>('customer');
  readonly products = new Collection<Product>('product');
  readonly prices = new Collection<Price>('price');
  readonly subscriptions = new Collection<Subscription>('subscription');
  readonly invoices = new Collection<Invoice>('invoice');
  /** Oldest first. */
  readonly events: StandInEvent[] = [];
  /** Called for every event, after it is in `events`. */
  onEvent: (event: StandInEvent) => void = () => {};
  /** The cause of what happens now; set by the router around each request. */
  cause: Cause = BY_ITSELF;
  readonly nowMs: () => number;
  /** Ids of two runs differ, so that a database that outlives the stand-in meets no id twice. */
  readonly #run = randomBytes(6).toString('hex');
  #made = 0;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** Unix seconds, as all of Stripe's times. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** `pi_3f9c…`: unique, in order of making within a run. */
  newId(prefix: string): string {
    this.#made += 1;
    return `${prefix}_3${this.#run}${this.#made.toString(36).padStart(7, '0')}`;
  }

  /** Notes that `type` happened to `object`, as it is now. `before`: the changed fields as they were, for `*.updated`. */
  emit(type: string, object: ApiObject, before?: Readonly<Record<string, unknown>>): void {
    const event: ApiEvent = {
      id: this.newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(),
      data: { object, ...(before && { previous_attributes: before }) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: this.cause.requestId, idempotency_key: this.cause.idempotencyKey },
      type,
    };
    // Stripe's webhooks are indented; the signature is over those bytes, and whoever parses first and signs later fails here too.
    const noted = {
      id: event.id,
      type,
      created: event.created,
      objectId: object.id,
      payload: JSON.stringify(event, null, 2),
    };
    if (this.events.length >= EVENTS_MAX) this.events.splice(0, EVENTS_MAX / 5);
    this.events.push(noted);
    this.onEvent(noted);
  }

  /** Events as a list of the API; kept as text, so parsed here, a page at a time. */
  listEvents(form: FormObject, isWanted: (type: string) => boolean): unknown {
    const page = new Collection<ApiEvent>('event');
    const { gte, gt } = objectOf(form, 'created');
    const since = Math.max(Number(gte ?? 0), Number(gt ?? 0));
    for (const event of this.events)
      if (event.created >= since && isWanted(event.type)) page.add(JSON.parse(event.payload) as ApiEvent);
    return page.list('/v1/events', form);
  }

  /** @throws StripeFailure 404 */
  getEvent(id: string): unknown {
    const event = this.events.find((one) => one.id === id);
    if (event === undefined) throw noSuch('event', id);
    return JSON.parse(event.payload);
  }

  /** The object an id names, by its prefix; undefined where no such thing is known. */
  find(id: string): ApiObject | undefined {
    return this.#collectionOf(id)?.find(id);
  }

  #collectionOf(id: string): Collection<ApiObject> | undefined {
    const collections: Readonly<Record<string, unknown>> = {
      pi: this.paymentIntents,
      ch: this.charges,
      re: this.refunds,
      du: this.disputes,
      txn: this.balanceTransactions,
      pm: this.paymentMethods,
      cus: this.customers,
      prod: this.products,
      price: this.prices,
      sub: this.subscriptions,
      in: this.invoices,
    };
    return collections[id.slice(0, id.indexOf('_'))] as Collection<ApiObject> | undefined;
  }
}
