/** POST /api/webhooks/…: where Stripe and PayPal tell what has happened. What is done with it: webhook-intake.ts. */
import { z } from 'zod';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { WEBHOOK_BYTES_MAX, type WebhookIntake } from './webhook-intake.ts';

/** Only of the providers that are on. */
export function webhookEndpoints(intake: WebhookIntake, providers: readonly ('stripe' | 'paypal')[]): Endpoint[] {
  return providers.map((provider) =>
    endpoint({
      method: 'POST',
      path: `/api/webhooks/${provider}`,
      tag: 'Payments',
      summary: `A webhook of ${provider === 'stripe' ? 'Stripe' : 'PayPal'}`,
      description:
        'For the provider alone: signed, over the bytes as they are. Answered with 200 once it is stored; the same one again is ' +
        'answered in the same way and changes nothing.',
      // Nobody signs in here: the signature says who it is. An Idempotency-Key is not needed, since an event has an id.
      access: { kind: 'public' },
      upload: { bytesMax: WEBHOOK_BYTES_MAX, contentType: 'application/json' },
      answer: z.object({ received: z.boolean(), known: z.boolean() }),
      problems: {
        400: 'not-verified: the signature is not for this installation, or too old',
        503: 'Whether it is genuine, or where to keep it, is not known now: the provider sends it again.',
      },
      handle: async ({ header, bytes }) => {
        const stored = await intake.receive(provider, header, bytes);
        return { body: { received: true, known: stored === 'known' } };
      },
    }),
  );
}

/** Paths whose bodies are long and whose senders are nobody that we know beforehand. */
export function isWebhook(path: string): boolean {
  return path === '/api/webhooks/stripe' || path === '/api/webhooks/paypal';
}
