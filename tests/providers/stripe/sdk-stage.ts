/** A stand-in and the real SDK speaking to it, as Poltrona sets the SDK up. For the tests beside it. */
import type { TestContext } from 'node:test';
import Stripe from 'stripe';
import { StripeStandIn, type StripeStandInOptions } from './stripe-stand-in.ts';

export interface SdkStage {
  readonly standIn: StripeStandIn;
  readonly stripe: Stripe;
  /** An authorised card payment of `amount` cents. */
  readonly authorise: (amount?: number, token?: string) => Promise<Stripe.PaymentIntent>;
  /** The same, captured. */
  readonly pay: (amount?: number, token?: string) => Promise<Stripe.PaymentIntent>;
}

/** Both end with `t`. `maxNetworkRetries` is 0, so that a test counts its own requests; the SDK repeats a cut one all the same. */
export async function sdkStage(t: TestContext, options: StripeStandInOptions = {}): Promise<SdkStage> {
  const standIn = await StripeStandIn.start(options);
  t.after(() => standIn.close());
  const { hostname, port } = new URL(standIn.url);
  const stripe = new Stripe(standIn.secretKey, {
    host: hostname,
    port,
    protocol: 'http',
    timeout: 10_000,
    maxNetworkRetries: 0,
    telemetry: false,
  });
  let made = 0;
  const authorise = async (amount = 6_400, token = 'ctoken_ok'): Promise<Stripe.PaymentIntent> => {
    made += 1;
    const intent = await createIntent(stripe, amount);
    return stripe.paymentIntents.confirm(intent.id, {
      confirmation_token: `${token}_${made}`,
      use_stripe_sdk: true,
    });
  };
  const pay = async (amount?: number, token?: string): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.capture((await authorise(amount, token)).id);
  return { standIn, stripe, authorise, pay };
}

/** As Poltrona asks for one: cards in reais, captured by hand, unconfirmed. */
export function createIntent(stripe: Stripe, amount = 6_400, idempotencyKey?: string): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create(
    {
      amount,
      currency: 'brl',
      capture_method: 'manual',
      allowed_payment_method_types: ['card'],
      metadata: { order: 'order-1', screening: 'screening-1' },
    },
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
}

/** The Stripe error that `work` ends with. @throws Error when it succeeds or fails otherwise. */
export async function stripeError(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}
