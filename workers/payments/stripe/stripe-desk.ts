/**
 * Stripe's side of a payment: PaymentIntents for cards, authorised first and captured after the sale. The adapter asks and translates;
 * it decides nothing and keeps nothing. Each payment is made before its card is known, so that its id is in our books before any
 * money can move; the card comes as a token of the browser's, and its number never comes here.
 *
 * Stripe learns the order's id, the screening's number and the amount; of the buyer it learns nothing from us.
 */
import type Stripe from 'stripe';
import type { RefundSight, Sight } from '../../../actors/payment/payment.ts';
import {
  type Answered,
  type BuyerAction,
  type DisputeSight,
  type KnownObject,
  type ListedObject,
  type NewObject,
  type ProviderDesk,
  type ProviderEvent,
  ProviderRefused,
  type WantedRefund,
} from '../provider-port.ts';
import { type StripeAccount, StripeCalls, type StripeTiming } from './stripe-calls.ts';
import { declinedBy } from './stripe-decline.ts';
import { stripeFailure } from './stripe-failure.ts';
import { disputeSightOf, refundSightOf, sightOf } from './stripe-sight.ts';
import { verifiedEvent } from './stripe-webhook.ts';

/** Fee and refunds with the payment, in one request. */
const WITH_MONEY = ['latest_charge.balance_transaction'];
/** Else the bank's question is asked on a page of its own, and the buyer has left ours; some banks do so all the same. */
const IN_THE_PAGE = { use_stripe_sdk: true };
/** Stripe's most. */
const PAGE_MAX = 100;

/** @param nowMs how old a webhook is; a test has its own */
export function stripeDesk(
  account: StripeAccount,
  timing?: StripeTiming,
  nowMs: () => number = Date.now,
): ProviderDesk {
  return new StripeDesk(account, new StripeCalls(account, timing), nowMs);
}

class StripeDesk implements ProviderDesk {
  readonly provider = 'stripe';
  readonly #account: StripeAccount;
  readonly #calls: StripeCalls;
  readonly #nowMs: () => number;

  constructor(account: StripeAccount, calls: StripeCalls, nowMs: () => number) {
    this.#account = account;
    this.#calls = calls;
    this.#nowMs = nowMs;
  }

  async create({ order, screening, amountCents, currency, hasToken, key }: NewObject): Promise<Answered<Sight>> {
    const { result, request } = await this.#calls.ask(
      (options) =>
        this.#intents.create(
          {
            amount: amountCents,
            currency: currency.toLowerCase(),
            capture_method: 'manual',
            allowed_payment_method_types: ['card'],
            metadata: { order, screening: String(screening) },
          },
          options,
        ),
      key,
    );
    const sight = sightOf(result);
    return { result: hasToken && sight.is === 'open' ? { ...sight, is: 'approved' } : sight, request };
  }

  async authorise(known: KnownObject, token: string | null, returnUrl: string, key: string): Promise<Answered<Sight>> {
    // It was used, or never came: nothing can be asked with it, but it may have been asked before.
    if (token === null) return this.#declinedIfOpen(known, 'no_token');
    try {
      const intent = await this.#calls.askSdk(
        (options) =>
          this.#intents.confirm(
            known.object,
            { ...IN_THE_PAGE, confirmation_token: token, return_url: returnUrl },
            options,
          ),
        key,
      );
      return { result: sightOf(intent), request: intent.lastResponse.requestId ?? null };
    } catch (error) {
      const declined = declinedBy(error, known.object);
      if (declined?.sight) return { result: declined.sight, request: declined.request };
      // A page may send any word for a token: what cannot be reserved with it is a refusal of the card, and no failure of ours.
      if (declined !== null) return this.#declinedIfOpen(known, declined.code);
      throw stripeFailure(error);
    }
  }

  look({ object }: KnownObject): Promise<Answered<Sight>> {
    return this.#sight((options) => this.#intents.retrieve(object, { expand: WITH_MONEY }, options));
  }

  capture({ object }: KnownObject, key: string): Promise<Answered<Sight>> {
    return this.#sight((options) => this.#intents.capture(object, { expand: WITH_MONEY }, options), key);
  }

  async cancel(known: KnownObject, key: string): Promise<Answered<Sight>> {
    try {
      return await this.#sight((options) => this.#intents.cancel(known.object, {}, options), key);
    } catch (error) {
      if (!(error instanceof ProviderRefused)) throw error;
      // Cancelled or captured already, or the bank is still at it: what it is now is the answer. Open, it is a refusal.
      const seen = await this.look(known);
      if (seen.result.is === 'cancelled' || seen.result.is === 'captured' || seen.result.is === 'processing')
        return seen;
      throw error;
    }
  }

  async refund(known: KnownObject, wanted: WantedRefund): Promise<Answered<RefundSight>> {
    if (wanted.object !== null) return this.lookRefund(known, wanted.object);
    const found = wanted.isAgain ? await this.#findRefund(known.object, wanted.id) : null;
    if (found !== null) return found;
    const { result, request } = await this.#calls.ask(
      (options) =>
        this.#calls.stripe.refunds.create(
          {
            payment_intent: known.object,
            amount: wanted.cents,
            metadata: { refund: wanted.id, order: known.order },
          },
          options,
        ),
      wanted.key,
    );
    return { result: refundSightOf(result), request };
  }

  async lookRefund(_known: KnownObject, object: string): Promise<Answered<RefundSight>> {
    const { result, request } = await this.#calls.ask((options) =>
      this.#calls.stripe.refunds.retrieve(object, {}, options),
    );
    return { result: refundSightOf(result), request };
  }

  async buyerAction({ object }: KnownObject): Promise<BuyerAction | null> {
    const { result } = await this.#calls.ask((options) => this.#intents.retrieve(object, {}, options));
    if (result.status !== 'requires_action' || result.client_secret === null) return null;
    return { kind: 'stripe', clientSecret: result.client_secret };
  }

  async verifyWebhook(header: (name: string) => string | undefined, body: Uint8Array): Promise<ProviderEvent | null> {
    const { webhooks } = this.#calls.stripe;
    return verifiedEvent(webhooks, body, header('stripe-signature'), this.#account.webhookSecrets, this.#nowMs());
  }

  async lookDispute(id: string): Promise<DisputeSight> {
    const { result } = await this.#calls.ask((options) => this.#calls.stripe.disputes.retrieve(id, {}, options));
    return disputeSightOf(result);
  }

  async listDisputesSince(sinceMs: number, each: (id: string) => boolean): Promise<void> {
    const query = { created: { gte: Math.floor(sinceMs / 1_000) }, limit: PAGE_MAX };
    const pages = this.#pages((cursor, options) => this.#calls.stripe.disputes.list({ ...query, ...cursor }, options));
    for await (const { result } of pages) if (!each(result.id)) return;
  }

  /** Newest first, a page at a time, each with its own deadline; what `each` throws ends it and comes out as it is. */
  async listSince(sinceMs: number, each: (found: ListedObject) => Promise<void>): Promise<number> {
    const query = {
      created: { gte: Math.floor(sinceMs / 1_000) },
      limit: PAGE_MAX,
      expand: WITH_MONEY.map((path) => `data.${path}`),
    };
    let count = 0;
    const pages = this.#pages((cursor, options) => this.#intents.list({ ...query, ...cursor }, options));
    for await (const { result } of pages) {
      const order = result.metadata['order'];
      // A payment of the club, or of somebody else who uses the account.
      if (order === undefined) continue;
      await each({ order, sight: sightOf(result), amountCents: result.amount, createdMs: result.created * 1_000 });
      count++;
    }
    return count;
  }

  get #intents(): Stripe['paymentIntents'] {
    return this.#calls.stripe.paymentIntents;
  }

  async #sight(
    send: (options: Stripe.RequestOptions) => Promise<Stripe.Response<Stripe.PaymentIntent>>,
    key?: string,
  ): Promise<Answered<Sight>> {
    const { result, request } = await this.#calls.ask(send, key);
    return { result: sightOf(result), request };
  }

  async #declinedIfOpen(known: KnownObject, declineCode: string): Promise<Answered<Sight>> {
    const { result, request } = await this.look(known);
    return { result: result.is === 'open' ? { ...result, is: 'declined', declineCode } : result, request };
  }

  /** By our id of the refund: Stripe forgets keys after a day, and metadata never. */
  async #findRefund(object: string, id: string): Promise<Answered<RefundSight> | null> {
    const query = { payment_intent: object, limit: PAGE_MAX };
    const pages = this.#pages((cursor, options) => this.#calls.stripe.refunds.list({ ...query, ...cursor }, options));
    for await (const { result, request } of pages) {
      if (result.metadata?.['refund'] === id) return { result: refundSightOf(result), request };
    }
    return null;
  }

  /**
   * All of a list. The SDK's own iterator would do but for the deadline, which belongs to a page.
   * @throws ProviderUnknown, ProviderRefused
   */
  async *#pages<Item extends { readonly id: string }>(
    send: (
      cursor: { starting_after?: string },
      options: Stripe.RequestOptions,
    ) => Promise<Stripe.Response<Stripe.ApiList<Item>>>,
  ): AsyncGenerator<Answered<Item>> {
    let last: Item | undefined;
    for (;;) {
      const cursor = last === undefined ? {} : { starting_after: last.id };
      const { result, request } = await this.#calls.ask((options) => send(cursor, options));
      for (const item of result.data) yield { result: item, request };
      last = result.data.at(-1);
      if (!result.has_more || last === undefined) return;
    }
  }
}
