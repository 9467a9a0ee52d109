/**
 * Paying an order with a provider, as far as it goes over HTTP: which ways there are, what the buyer has to do before it goes on, and
 * paying on a phone what another device has begun. A purchase of one's own goes over the live session (`Session.buy`).
 *
 * Card data is never in any of it: the provider's page element makes a token of them, which only the server can use, once.
 */
import type { ApiClient } from './http.ts';
import type { OrderAccess } from './tickets-api.ts';

export type PaymentMethod =
  | {
      readonly method: 'stripe';
      readonly publishableKey: string;
      /** Address of Stripe's script. */
      readonly script: string;
      /** Of the script, in which its ways of asking are fixed. */
      readonly release: string;
    }
  | {
      readonly method: 'paypal';
      readonly clientId: string;
      /** Address of PayPal's script, without its question. */
      readonly script: string;
      /** ISO 4217. */
      readonly currency: string;
    }
  /** For trying things out: nothing is charged. */
  | { readonly method: 'sandbox' };

/** What the buyer does before the same purchase is asked again. A secret of his: never kept anywhere. */
export type BuyerAction =
  | { readonly kind: 'stripe'; readonly clientSecret: string }
  /** `order`: PayPal's id. `approveUrl`: PayPal's own page, for where its window cannot be opened. */
  | { readonly kind: 'paypal'; readonly order: string; readonly approveUrl: string | null }
  | { readonly kind: 'sandbox' };

/**
 * open: nobody has begun to pay. action: the buyer is waited for. paying: the provider is. declined: the seats are still held, and
 * whoever began may begin anew. ended: the seats are free, or somebody else's way of paying has taken over.
 */
export type OrderPaymentState = 'open' | 'action' | 'paying' | 'sold' | 'declined' | 'ended';

export interface OrderPayment {
  readonly order: string;
  readonly state: OrderPaymentState;
  /** With whom it is being paid, or was; null: nobody yet. */
  readonly provider: PaymentMethod['method'] | null;
  readonly amountCents: number;
  readonly currency: string;
  /** Until the seats go free; null where nothing ends. */
  readonly secondsLeft: number | null;
  readonly methods: readonly PaymentMethod[];
  readonly action: BuyerAction | null;
  readonly screening: PaidScreening;
  /** Of the amount, what has been sent back. */
  readonly refundedCents: number;
  /** And what is on its way, or about to be. */
  readonly refundPendingCents: number;
}

export interface PaidScreening {
  readonly id: number;
  readonly film: string;
  readonly cinema: string;
  readonly auditorium: string;
  /** The wall clock in the cinema: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  /** As written on the seats. */
  readonly seats: readonly string[];
}

export interface PayWish extends OrderAccess {
  readonly provider: PaymentMethod['method'];
  /** Of the card, for Stripe. */
  readonly token?: string | undefined;
  /** Of this attempt: asked again it is the same one. */
  readonly key: string;
}

export class PaymentApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** In the order in which they are to be offered. */
  async methods(): Promise<readonly PaymentMethod[]> {
    const { methods } = await this.#client.ask<{ methods: readonly PaymentMethod[] }>('/api/payment-methods');
    return methods;
  }

  /** @throws ApiProblem 404 where there is no such order, or it is not the asker's. */
  payment(order: string, { access }: OrderAccess = {}): Promise<OrderPayment> {
    return this.#client.ask(pathOf(order), { headers: accessHeaders(access) });
  }

  /**
   * Pays for seats that another device holds (a kiosk's). Resolves with how it stands then.
   * @throws ApiProblem 409 when they are paid already, or not to be had any more
   */
  pay(order: string, { provider, token, access, key }: PayWish): Promise<OrderPayment> {
    const body = token === undefined ? { provider } : { provider, token };
    return this.#client.ask(pathOf(order), { method: 'POST', body, headers: accessHeaders(access), key });
  }

  /** The buyer does not want to go on with this attempt: its seats go back to choosing, unless it was paid meanwhile. */
  cancel(order: string, { access }: OrderAccess = {}): Promise<OrderPayment> {
    return this.#client.ask(`${pathOf(order)}/cancel`, { method: 'POST', body: {}, headers: accessHeaders(access) });
  }
}

function pathOf(order: string): string {
  return `/api/orders/${encodeURIComponent(order)}/payment`;
}

function accessHeaders(access: string | undefined): Readonly<Record<string, string>> {
  return access === undefined ? {} : { 'order-access': access };
}
