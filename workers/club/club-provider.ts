/** What the club asks of the provider that takes its members' money each month: Stripe (workers/payments/stripe/stripe-subscriptions.ts). */
import type { SubscriptionSight } from '../../storage/club/club-members.ts';

export interface PlanAtProvider {
  readonly product: string;
  readonly price: string;
}

/** Errors as in workers/payments/provider-port.ts. Every key makes its call safe to repeat. */
export interface ClubProvider {
  /** A product with a price for each month. */
  createPrice(
    plan: { readonly code: string; readonly name: string; readonly monthCents: number; readonly currency: string },
    key: string,
  ): Promise<PlanAtProvider>;
  /** Known to the provider by our random id alone. */
  createCustomer(buyer: string, key: string): Promise<string>;
  /** Begins a subscription whose first payment the buyer's page confirms; nothing is taken before that. */
  subscribe(customer: string, price: string, key: string): Promise<SubscriptionSight>;
  /** What the page confirms that payment with, a secret of the buyer's; null: there is nothing to be paid now. */
  clientSecret(subscription: string): Promise<string | null>;
  look(subscription: string): Promise<SubscriptionSight>;
  /** Paid until the end of the month, and not renewed. */
  cancelAtEnd(subscription: string, key: string): Promise<SubscriptionSight>;
  /** At once: of one that was never paid, or whose member is forgotten. */
  cancelNow(subscription: string, key: string): Promise<SubscriptionSight>;
  /** Deletes the customer, the card, and what is still subscribed to. Again changes nothing. */
  forgetCustomer(customer: string): Promise<void>;
}
