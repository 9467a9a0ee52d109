/**
 * Webhooks of Stripe: whether they are Stripe's, and what they are about. The signature is over the bytes as they came; a secret that is
 * being replaced counts as long as it is configured. Of the body nothing is kept but ids: what it says is asked for again anyhow.
 */
import type Stripe from 'stripe';
import type { ProviderEvent } from '../provider-port.ts';
import { idOf } from './stripe-sight.ts';

/** How old a signature may be; Stripe signs each attempt anew, so that a late one is still fresh. */
export const TOLERANCE_SECONDS = 300;

/** Null: forged, too old, or no event. `signature`: the header's value. */
export function verifiedEvent(
  webhooks: Stripe['webhooks'],
  body: Uint8Array,
  signature: string | undefined,
  secrets: readonly string[],
  nowMs: number,
): ProviderEvent | null {
  if (signature === undefined) return null;
  for (const secret of secrets) {
    try {
      // The SDK compares in constant time.
      return eventOf(webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS, undefined, nowMs));
    } catch {
      // With another secret it may be right. An error here quotes the whole body: it goes nowhere.
    }
  }
  return null;
}

/** What an event is about, by its type; a type that is not listed is about nothing of ours. @throws TypeError for what is no event */
export function eventOf(event: Stripe.Event): ProviderEvent {
  if (typeof event.id !== 'string' || typeof event.type !== 'string') throw new TypeError('no event');
  const createdMs = Number.isFinite(event.created) ? event.created * 1_000 : null;
  return { provider: 'stripe', id: event.id, type: event.type, createdMs, about: aboutOf(event) };
}

type About = ProviderEvent['about'];
const OTHER: About = { kind: 'other' };

function aboutOf(event: Stripe.Event): About {
  // The union of the SDK's types is closed; what comes over the wire is not.
  const type: string = event.type;
  const object: unknown = event.data.object;
  if (type.startsWith('charge.dispute.')) return aboutDispute(object as Stripe.Dispute);
  if (type.startsWith('refund.') || type === 'charge.refund.updated') return aboutRefund(object as Stripe.Refund);
  if (type.startsWith('charge.')) return aboutCharge(object as Stripe.Charge);
  if (type.startsWith('payment_intent.')) {
    const { id, metadata } = object as Stripe.PaymentIntent;
    return { kind: 'payment', order: orderOf(metadata), object: id };
  }
  if (type.startsWith('customer.subscription.'))
    return { kind: 'subscription', object: (object as Stripe.Subscription).id };
  if (type.startsWith('invoice.')) return aboutInvoice(object as Stripe.Invoice);
  return OTHER;
}

function aboutDispute({ id, payment_intent, charge }: Stripe.Dispute): About {
  return { kind: 'dispute', object: id, payment: idOf(payment_intent) ?? idOf(charge) };
}

function aboutRefund({ id, metadata, payment_intent, charge }: Stripe.Refund): About {
  return { kind: 'refund', order: orderOf(metadata), object: id, payment: idOf(payment_intent) ?? idOf(charge) };
}

/** A charge has the order's id from its payment. */
function aboutCharge({ id, metadata, payment_intent }: Stripe.Charge): About {
  return { kind: 'payment', order: orderOf(metadata), object: idOf(payment_intent) ?? id };
}

/** An invoice matters as a month of a subscription. */
function aboutInvoice({ parent }: Stripe.Invoice): About {
  const subscription = idOf(parent?.subscription_details?.subscription);
  return subscription === null ? OTHER : { kind: 'subscription', object: subscription };
}

function orderOf(metadata: Stripe.Metadata | null | undefined): string | null {
  return metadata?.['order'] ?? null;
}
