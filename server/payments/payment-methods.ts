/** By what means people can pay here, with what the browser needs for it: addresses and public keys, no secret. */
import { z } from 'zod';
import type { PaymentConfig } from './payment-config.ts';

export const paymentMethod = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('stripe'),
    publishableKey: z.string(),
    script: z.string().meta({ description: 'Address of the provider’s script.' }),
    release: z.string().meta({ description: 'Of the script.', examples: ['endive'] }),
  }),
  z.object({ method: z.literal('paypal'), clientId: z.string(), script: z.string(), currency: z.string() }),
  z.object({ method: z.literal('sandbox') }).meta({ description: 'No money moves.' }),
]);
export type PaymentMethod = z.infer<typeof paymentMethod>;

/** PayPal's script is made for one currency. */
const CURRENCY = 'BRL';

/** In the order in which they are offered. */
export function paymentMethods({
  stripe,
  paypal,
  sandboxPayments,
}: PaymentConfig & { readonly sandboxPayments: boolean }): readonly PaymentMethod[] {
  const methods: PaymentMethod[] = [];
  if (stripe !== null) {
    const { publishableKey, scriptUrl: script, release } = stripe;
    methods.push({ method: 'stripe', publishableKey, script, release });
  }
  if (paypal !== null)
    methods.push({ method: 'paypal', clientId: paypal.clientId, script: paypal.scriptUrl, currency: CURRENCY });
  if (sandboxPayments) methods.push({ method: 'sandbox' });
  return methods;
}
