/**
 * The adapters of the providers that are on. Each thread has its own, with its own connections; the SDKs are loaded only where they
 * are needed, because they are large and most installations have one of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Provider } from '../../actors/payment/payment.ts';
import type { ClubProvider } from '../../workers/club/club-provider.ts';
import type { ProviderDesk } from '../../workers/payments/provider-port.ts';
import type { PaymentConfig } from './payment-config.ts';

export interface ProviderConfig extends PaymentConfig {
  readonly sandboxPayments: boolean;
}

/** `challengeOf`: how the challenge of a sandbox payment went; null: not yet. */
export async function openProviders(
  { stripe, paypal, sandboxPayments }: ProviderConfig,
  challengeOf: (order: string) => Promise<'passed' | 'failed' | null>,
): Promise<ReadonlyMap<Provider, ProviderDesk>> {
  const adapters = new Map<Provider, ProviderDesk>();
  if (stripe !== null) {
    const { stripeDesk } = await import('../../workers/payments/stripe/stripe-desk.ts');
    adapters.set('stripe', stripeDesk(stripe));
  }
  if (paypal !== null) {
    const { payPalDesk } = await import('../../workers/payments/paypal/paypal-desk.ts');
    adapters.set('paypal', payPalDesk(paypal));
  }
  if (sandboxPayments) {
    const { sandboxDesk } = await import('../../workers/payments/sandbox.ts');
    // A payment that is waited for keeps no process alive.
    adapters.set('sandbox', sandboxDesk({ challengeOf, delay: (ms) => delay(ms, undefined, { ref: false }) }));
  }
  return adapters;
}

/** Null: nobody takes the club's money each month. */
export async function openClub({ stripe }: PaymentConfig): Promise<ClubProvider | null> {
  if (stripe === null) return null;
  const { stripeClub } = await import('../../workers/payments/stripe/stripe-subscriptions.ts');
  return stripeClub(stripe);
}

/** Where a provider's page sends the buyer back to; the same on every thread, since it is part of requests that are repeated. */
export function returnUrlOf(publicUrl: string, order: string): string {
  return `${publicUrl}/pay/${encodeURIComponent(order)}`;
}
