/**
 * What the desk asks of a payment provider; three adapters: stripe/, paypal/, sandbox. All of them translate, none decides.
 *
 * Each call is safe to be repeated with the same key. What comes back is what the provider's object looked like afterwards.
 * Errors are two, and the difference is the whole point:
 */
import type { Provider, RefundSight, Sight } from '../../actors/payment/payment.ts';

/** Nobody knows whether it was done: a line that broke, a deadline, a 5xx, a key that is still in use, too many requests. */
export class ProviderUnknown extends Error {
  override readonly name = 'ProviderUnknown';
  /** A short word for the books: 'timeout', 'connection', 'status 500', 'rate-limited'. */
  readonly failure: string;
  /** The provider's name for the request; null when no answer came. */
  readonly request: string | null;
  /** When to ask again at the earliest, milliseconds from now; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(failure: string, request: string | null = null, retryAfterMs: number | null = null, cause?: unknown) {
    super(`the provider's answer is not known: ${failure}`, { cause });
    this.failure = failure;
    this.request = request;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The provider has said no to the request itself, and nothing was done. What is true now is found out by `look`. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';
  /** The provider's code. */
  readonly code: string;
  readonly request: string | null;

  constructor(code: string, request: string | null = null, cause?: unknown) {
    super(`the provider refuses: ${code}`, { cause });
    this.code = code;
    this.request = request;
  }
}

/** What a call came to, and the provider's name for the request (Stripe's request id, PayPal's debug id), for the books. */
export interface Answered<Result> {
  readonly result: Result;
  readonly request: string | null;
}

export interface NewObject {
  readonly order: string;
  readonly screening: number;
  readonly amountCents: number;
  readonly currency: string;
  /** True when a card's token came with the order: then the object is answered as 'approved', ready to be authorised. */
  readonly hasToken: boolean;
  /** Where the provider's own page sends the buyer back to. */
  readonly returnUrl: string;
  readonly key: string;
}

export interface KnownObject {
  readonly order: string;
  readonly object: string;
  readonly authorisation: string | null;
  readonly capture: string | null;
  readonly amountCents: number;
  readonly currency: string;
}

export interface WantedRefund {
  readonly id: string;
  readonly cents: number;
  /** The provider's id, when it is known. */
  readonly object: string | null;
  /** It may have been asked for before: look for it first. */
  readonly isAgain: boolean;
  readonly key: string;
}

/** What the buyer's page needs to go on by itself; a secret of the buyer's, never stored or logged. */
export type BuyerAction =
  | { readonly kind: 'stripe'; readonly clientSecret: string }
  | { readonly kind: 'paypal'; readonly order: string; readonly approveUrl: string | null }
  | { readonly kind: 'sandbox' };

export interface ProviderAdapter {
  readonly provider: Provider;
  /** Makes the object. No money moves and none is reserved by it alone. */
  create(wanted: NewObject): Promise<Answered<Sight>>;
  /** `token`: names the card, where the provider works with one. A card that is refused is a Sight ('declined'), no error. */
  authorise(known: KnownObject, token: string | null, returnUrl: string, key: string): Promise<Answered<Sight>>;
  look(known: KnownObject): Promise<Answered<Sight>>;
  /** Takes all of the amount. */
  capture(known: KnownObject, key: string): Promise<Answered<Sight>>;
  /** Makes sure that it will not be paid. What was captured already is answered as such. */
  cancel(known: KnownObject, key: string): Promise<Answered<Sight>>;
  refund(known: KnownObject, wanted: WantedRefund): Promise<Answered<RefundSight>>;
  lookRefund(known: KnownObject, object: string): Promise<Answered<RefundSight>>;
  /** Null: there is nothing for the buyer to do. */
  buyerAction(known: KnownObject): Promise<BuyerAction | null>;
}

/** What a verified webhook is about; its body is forgotten after this. */
export interface ProviderEvent {
  readonly provider: Provider;
  readonly id: string;
  readonly type: string;
  /** Milliseconds since 1970, the provider's clock; null: not told. */
  readonly createdMs: number | null;
  readonly about:
    | { readonly kind: 'payment'; readonly order: string | null; readonly object: string | null }
    | {
        readonly kind: 'refund';
        readonly order: string | null;
        readonly object: string;
        readonly payment: string | null;
      }
    | { readonly kind: 'dispute'; readonly object: string; readonly payment: string | null }
    | { readonly kind: 'subscription'; readonly object: string }
    | { readonly kind: 'other' };
}

export interface DisputeSight {
  readonly id: string;
  /** The object (`payments.object_id`), the authorisation or the capture that it is about. */
  readonly payment: string;
  readonly cents: number;
  readonly currency: string;
  readonly reason: string;
  readonly status: string;
  readonly outcome: 'won' | 'lost' | null;
  readonly isOpen: boolean;
  readonly dueMs: number | null;
  readonly openedMs: number;
}

/** What a provider has of ours since a moment, for the reconciler: objects with our order's id on them. */
export interface ListedObject {
  readonly order: string;
  readonly sight: Sight;
  readonly amountCents: number;
  readonly createdMs: number;
}

export interface ProviderDesk extends ProviderAdapter {
  /** Null: forged, too old, or not understood. `header` by its lower-case name; `body` exactly as it came. */
  verifyWebhook(header: (name: string) => string | undefined, body: Uint8Array): Promise<ProviderEvent | null>;
  lookDispute(id: string): Promise<DisputeSight>;
  /** Ids of disputes opened (or changed) since then, until `each` answers false. Not there: the provider has no disputes. */
  listDisputesSince?(sinceMs: number, each: (id: string) => boolean): Promise<void>;
  /** Null where the provider has no such list (PayPal): then only what our books name can be looked at. */
  listSince(sinceMs: number, each: (found: ListedObject) => Promise<void>): Promise<number | null>;
}
