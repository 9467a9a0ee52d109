/**
 * What a webhook of PayPal's is about. Pure. Ids and nothing else are taken from it, each only where it looks like one: amounts and states in
 * it could be anybody's (paypal-webhook.ts), and what it quotes of the buyer is none of our business.
 */
import type { ProviderEvent } from '../provider-port.ts';

interface WireEvent {
  readonly id?: unknown;
  readonly event_type?: unknown;
  readonly create_time?: unknown;
  readonly resource?: Resource;
}

interface Resource {
  readonly id?: unknown;
  readonly custom_id?: unknown;
  readonly purchase_units?: readonly { readonly custom_id?: unknown }[];
  readonly supplementary_data?: {
    readonly related_ids?: { readonly order_id?: unknown; readonly capture_id?: unknown };
  };
  readonly links?: readonly { readonly rel?: unknown; readonly href?: unknown }[];
  readonly dispute_id?: unknown;
  readonly disputed_transactions?: readonly { readonly seller_transaction_id?: unknown }[];
}

/** PayPal's ids and ours: short words without blanks. */
const ID = /^[\w.:-]{1,127}$/;
const TYPE = /^[A-Z0-9._-]{1,100}$/;
/** A refund carries its own id of ours, which begins with its order's. */
const REFUND_NUMBER = /\.r\d+$/;
const CAPTURE_LINK = /\/v2\/payments\/captures\/([A-Z0-9]{1,64})$/;

/** Null: no event. */
export function eventOf(body: Uint8Array): ProviderEvent | null {
  const event = parsed(body);
  const id = idOf(event?.id);
  const type = event?.event_type;
  if (id === null || typeof type !== 'string' || !TYPE.test(type)) return null;
  const createdMs = typeof event?.create_time === 'string' ? Date.parse(event.create_time) : Number.NaN;
  const resource = asObject(event?.resource) ?? {};
  return {
    ...{ provider: 'paypal', id, type },
    createdMs: Number.isNaN(createdMs) ? null : createdMs,
    about: aboutOf(type, resource),
  };
}

function aboutOf(type: string, resource: Resource): ProviderEvent['about'] {
  const related = asObject(asObject(resource.supplementary_data)?.related_ids);
  const object = idOf(resource.id);
  const custom = idOf(resource.custom_id);
  if (type.startsWith('CUSTOMER.DISPUTE.')) {
    const dispute = idOf(resource.dispute_id);
    if (dispute === null) return { kind: 'other' };
    const payment = idOf(firstOf(resource.disputed_transactions)?.seller_transaction_id);
    return { kind: 'dispute', object: dispute, payment };
  }
  if (type === 'PAYMENT.CAPTURE.REFUNDED' || type.startsWith('PAYMENT.REFUND.')) {
    if (object === null) return { kind: 'other' };
    const order = custom?.replace(REFUND_NUMBER, '') ?? null;
    return { kind: 'refund', order, object, payment: idOf(related?.capture_id) ?? captureLinked(resource) };
  }
  if (type.startsWith('CHECKOUT.ORDER.')) {
    return { kind: 'payment', order: idOf(firstOf(resource.purchase_units)?.custom_id), object };
  }
  if (type.startsWith('PAYMENT.AUTHORIZATION.') || type.startsWith('PAYMENT.CAPTURE.')) {
    // What was taken back (REVERSED) may be told as a refund, with its number.
    const order = custom?.replace(REFUND_NUMBER, '') ?? null;
    return { kind: 'payment', order, object: idOf(related?.order_id) ?? captureLinked(resource) ?? object };
  }
  return { kind: 'other' };
}

function captureLinked({ links }: Resource): string | null {
  if (!Array.isArray(links)) return null;
  const up = (links as NonNullable<Resource['links']>).find((link) => asObject(link)?.rel === 'up')?.href;
  return typeof up === 'string' ? (CAPTURE_LINK.exec(up)?.[1] ?? null) : null;
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && ID.test(value) ? value : null;
}

function firstOf<Item extends object>(items: readonly Item[] | undefined): Item | undefined {
  return Array.isArray(items) ? asObject(items[0] as Item) : undefined;
}

function asObject<Value extends object>(value: Value | undefined): Value | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

function parsed(body: Uint8Array): WireEvent | undefined {
  try {
    return asObject(JSON.parse(Buffer.from(body).toString()) as WireEvent);
  } catch {
    return undefined;
  }
}
