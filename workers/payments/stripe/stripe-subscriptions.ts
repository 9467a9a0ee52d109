/**
 * The cinema club at Stripe: a product with a monthly price, a customer who is nobody but our random id, and a subscription whose
 * first month the buyer's page pays. Stripe renews it by itself; we hear of it, and look.
 */
import type Stripe from 'stripe';
import type { SubscriptionSight } from '../../../storage/club/club-members.ts';
import type { ClubProvider } from '../../club/club-provider.ts';
import { ProviderRefused } from '../provider-port.ts';
import { type StripeAccount, StripeCalls, type StripeTiming } from './stripe-calls.ts';
import { subscriptionSightOf } from './stripe-sight.ts';

const WITH_SECRET = ['latest_invoice.confirmation_secret'];

export function stripeClub(account: StripeAccount, timing?: StripeTiming): ClubProvider {
  const calls = new StripeCalls(account, timing);
  const { stripe } = calls;

  async function sight(
    send: (options: Stripe.RequestOptions) => Promise<Stripe.Response<Stripe.Subscription>>,
    key?: string,
  ): Promise<SubscriptionSight> {
    return subscriptionSightOf((await calls.ask(send, key)).result);
  }

  const look = (subscription: string): Promise<SubscriptionSight> =>
    sight((options) => stripe.subscriptions.retrieve(subscription, {}, options));

  return {
    async createPrice({ code, name, monthCents, currency }, key) {
      const product = await calls.ask(
        (options) => stripe.products.create({ name, metadata: { plan: code } }, options),
        `${key}.product`,
      );
      const price = await calls.ask(
        (options) =>
          stripe.prices.create(
            {
              product: product.result.id,
              currency: currency.toLowerCase(),
              unit_amount: monthCents,
              recurring: { interval: 'month' },
              metadata: { plan: code },
            },
            options,
          ),
        `${key}.price`,
      );
      return { product: product.result.id, price: price.result.id };
    },

    async createCustomer(buyer, key) {
      const { result } = await calls.ask((options) => stripe.customers.create({ metadata: { buyer } }, options), key);
      return result.id;
    },

    subscribe(customer, price, key) {
      return sight(
        (options) =>
          stripe.subscriptions.create(
            {
              customer,
              items: [{ price }],
              // Nothing is taken before the page confirms the first month; the card it does that with is kept for the next ones.
              payment_behavior: 'default_incomplete',
              payment_settings: { save_default_payment_method: 'on_subscription', payment_method_types: ['card'] },
              expand: WITH_SECRET,
            },
            options,
          ),
        key,
      );
    },

    async clientSecret(subscription) {
      const { result } = await calls.ask((options) =>
        stripe.subscriptions.retrieve(subscription, { expand: WITH_SECRET }, options),
      );
      const invoice = result.latest_invoice;
      // Paid, void or written off, or of a subscription that has ended: then nothing is to be paid with it.
      if (hasEnded(result.status) || invoice === null || typeof invoice === 'string' || invoice.status !== 'open')
        return null;
      return invoice.confirmation_secret?.client_secret ?? null;
    },

    look,

    cancelAtEnd(subscription, key) {
      return sight(
        (options) => stripe.subscriptions.update(subscription, { cancel_at_period_end: true }, options),
        key,
      );
    },

    async cancelNow(subscription, key) {
      try {
        return await sight((options) => stripe.subscriptions.cancel(subscription, {}, options), key);
      } catch (error) {
        if (!(error instanceof ProviderRefused)) throw error;
        // Ended already, by us or by itself, it cannot be cancelled: then what it is says so.
        const seen = await look(subscription);
        if (hasEnded(seen.status)) return seen;
        throw error;
      }
    },

    async forgetCustomer(customer) {
      try {
        await calls.ask((options) => stripe.customers.del(customer, {}, options));
      } catch (error) {
        if (!(error instanceof ProviderRefused)) throw error;
        // "No such customer" is also said of another account's, which would go on paying: only what was deleted is done.
        const { result } = await calls.ask((options) => stripe.customers.retrieve(customer, {}, options));
        if (result.deleted !== true) throw error;
      }
    },
  };
}

function hasEnded(status: string): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}
