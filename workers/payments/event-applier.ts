/**
 * What a provider's webhook changes: nothing by itself. It names an order, and the desk looks at that order sooner than it would
 * have done anyhow; only a dispute is news that the books do not ask for by themselves. So an event that comes twice, late, in
 * another order, or after the answer that it tells of does no harm, and one that never comes is missed by nobody for long.
 *
 * Most events tell of what we have just done ourselves. Looking at the provider because of each of those would be as much work as the
 * purchase was: where the books say already what the event says, nothing is asked.
 */
import type { Payment, PaymentPhase, Provider } from '../../actors/payment/payment.ts';
import type { DisputeSight, ProviderEvent } from './provider-port.ts';

/** What is kept of a webhook; its body is not. */
export interface StoredEvent {
  readonly provider: Provider;
  readonly id: string;
  readonly type: string;
  /** The provider's id of what is paid, of a refund whose payment is not told, of a dispute, of a subscription. */
  readonly object: string | null;
  readonly order: string | null;
  /** The provider's clock; null: not told. */
  readonly createdMs: number | null;
}

/**
 * known: the books said so already. looked: the desk has looked. foreign: about nothing of ours. ignored: of a kind that
 * nothing follows from.
 */
export type EventOutcome = 'known' | 'looked' | 'disputed' | 'subscription' | 'foreign' | 'ignored';

export interface EventPorts {
  /** Null: not in our books. */
  payment(order: string): Promise<Payment | null>;
  /** By any of the provider's ids: of an object, an authorisation, a capture, a refund. */
  orderOf(provider: Provider, id: string): Promise<string | null>;
  /** Has the desk look at the order, and do what is then to be done. */
  look(order: string): Promise<void>;
  lookDispute(provider: Provider, id: string): Promise<DisputeSight>;
  saveDispute(provider: Provider, order: string, sight: DisputeSight): Promise<void>;
  /** The club's; false: not one of ours. */
  subscription(object: string): Promise<boolean>;
}

/** The fields to be stored. */
export function storedForm({ provider, id, type, createdMs, about }: ProviderEvent): StoredEvent {
  const event = { provider, id, type, createdMs };
  switch (about.kind) {
    case 'payment':
      return { ...event, object: about.object, order: about.order };
    case 'refund':
      return { ...event, object: about.payment ?? about.object, order: about.order };
    case 'dispute':
    case 'subscription':
      return { ...event, object: about.object, order: null };
    case 'other':
      return { ...event, object: null, order: null };
  }
}

export interface Applied {
  readonly outcome: EventOutcome;
  /** Whose it turned out to be; null: nobody's. */
  readonly order: string | null;
}

/** @throws what the ports throw: then the event is applied another time. */
export async function applyEvent(event: StoredEvent, ports: EventPorts): Promise<Applied> {
  const { provider, object, order, type } = event;
  if (object === null && order === null) return nobodys('ignored');
  switch (subjectOf(type)) {
    case 'subscription':
      return nobodys(object !== null && (await ports.subscription(object)) ? 'subscription' : 'foreign');
    case 'dispute':
      return object === null ? nobodys('ignored') : applyDispute(provider, object, ports);
    case 'payment': {
      const payment = await paymentOf(event, ports);
      if (payment === null) return nobodys('foreign');
      if (isKnown(type, payment)) return { outcome: 'known', order: payment.order };
      await ports.look(payment.order);
      return { outcome: 'looked', order: payment.order };
    }
  }
}

function nobodys(outcome: EventOutcome): Applied {
  return { outcome, order: null };
}

/** By the event's type, which is kept, and not by its body, which is not. */
function subjectOf(type: string): 'dispute' | 'subscription' | 'payment' {
  if (/dispute/i.test(type)) return 'dispute';
  return /^(customer\.subscription|invoice)\./.test(type) ? 'subscription' : 'payment';
}

async function applyDispute(provider: Provider, id: string, ports: EventPorts): Promise<Applied> {
  const sight = await ports.lookDispute(provider, id);
  const order = await ports.orderOf(provider, sight.payment);
  if (order === null) return nobodys('foreign');
  await ports.saveDispute(provider, order, sight);
  await ports.look(order);
  return { outcome: 'disputed', order };
}

/** What is written on the object comes first: of an object that was made a moment ago our books may not have the id yet. */
async function paymentOf({ provider, object, order }: StoredEvent, ports: EventPorts): Promise<Payment | null> {
  const named = order === null ? null : await ports.payment(order);
  if (named !== null && named.provider === provider) return named;
  const found = object === null ? null : await ports.orderOf(provider, object);
  return found === null ? null : ports.payment(found);
}

/** The phases in which an event of this type tells nothing new. What is not named here is always looked at. */
const TOLD: Readonly<Record<string, readonly PaymentPhase[]>> = {
  'payment_intent.amount_capturable_updated': ['authorised', 'captured'],
  'payment_intent.succeeded': ['captured'],
  'payment_intent.canceled': ['cancelled'],
  'payment_intent.payment_failed': ['declined', 'cancelled'],
  'CHECKOUT.ORDER.APPROVED': ['authorised', 'captured', 'cancelled'],
  'PAYMENT.AUTHORIZATION.CREATED': ['authorised', 'captured'],
  'PAYMENT.AUTHORIZATION.VOIDED': ['cancelled'],
  'PAYMENT.CAPTURE.COMPLETED': ['captured'],
};

function isKnown(type: string, { phase, isDoubtful }: Payment): boolean {
  return !isDoubtful && (TOLD[type]?.includes(phase) ?? false);
}
