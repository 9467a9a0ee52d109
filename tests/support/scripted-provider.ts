/**
 * A payment provider in memory, behind the adapters' port: its objects can be changed by hand, as if somebody did it at the provider's
 * own desk or a bank had let go of the money, and it can be away. For tests of what is around the adapters; those have stand-ins of
 * their own, which speak HTTP.
 */
import assert from 'node:assert/strict';
import type { Provider, RefundSight, Sight } from '../../actors/payment/payment.ts';
import {
  type Answered,
  type BuyerAction,
  type DisputeSight,
  type KnownObject,
  type ListedObject,
  type NewObject,
  type ProviderDesk,
  type ProviderEvent,
  ProviderRefused,
  ProviderUnknown,
  type WantedRefund,
} from '../../workers/payments/provider-port.ts';

export interface ScriptedObject {
  readonly order: string;
  readonly object: string;
  is: Sight['is'];
  readonly amountCents: number;
  capturedCents: number;
  refundedCents: number;
  createdMs: number;
}

/** Tokens: "declined", "challenge" (until `passChallenge`); everything else is approved. */
export class ScriptedProvider implements ProviderDesk {
  readonly provider: Provider;
  readonly objects = new Map<string, ScriptedObject>();
  readonly disputes = new Map<string, DisputeSight>();
  /** "capture o1", in order. */
  readonly asked: string[] = [];
  isAway = false;
  refusesRefunds = false;
  readonly #refunds = new Map<string, { readonly object: string; readonly cents: number; isReturned?: true }>();
  readonly #passed = new Set<string>();

  constructor(provider: Provider = 'stripe') {
    this.provider = provider;
  }

  /** The object of an order; there must be one. */
  of(order: string): ScriptedObject {
    const found = [...this.objects.values()].find((candidate) => candidate.order === order);
    assert.ok(found !== undefined, `the provider has no object of ${order}`);
    return found;
  }

  passChallenge(order: string): void {
    this.#passed.add(order);
    this.of(order).is = 'authorised';
  }

  /** The buyer's bank refuses all that was sent back. */
  returnsRefunds(order: string): void {
    this.of(order).refundedCents = 0;
    for (const [id, refund] of this.#refunds) if (id.startsWith(`${order}.`)) refund.isReturned = true;
  }

  async create({ order, amountCents, hasToken }: NewObject): Promise<Answered<Sight>> {
    this.#take('create', order);
    const object = `pi_${order}`;
    const made = this.objects.get(object) ?? {
      ...{ order, object, is: hasToken ? 'approved' : 'open', amountCents },
      ...{ capturedCents: 0, refundedCents: 0, createdMs: Date.now() },
    };
    this.objects.set(object, made as ScriptedObject);
    return this.#answer(made as ScriptedObject);
  }

  async authorise({ order, object }: KnownObject, token: string | null): Promise<Answered<Sight>> {
    const found = this.#asked('authorise', order, object);
    if (['approved', 'open', 'action'].includes(found.is)) {
      if (token === 'declined') found.is = 'declined';
      else found.is = token === 'challenge' && !this.#passed.has(order) ? 'action' : 'authorised';
    }
    return this.#answer(found);
  }

  async look({ order, object }: KnownObject): Promise<Answered<Sight>> {
    return this.#answer(this.#asked('look', order, object));
  }

  async capture({ order, object }: KnownObject): Promise<Answered<Sight>> {
    const found = this.#asked('capture', order, object);
    if (found.is === 'cancelled') throw new ProviderRefused('cancelled');
    found.is = 'captured';
    found.capturedCents = found.amountCents;
    return this.#answer(found);
  }

  async cancel({ order, object }: KnownObject): Promise<Answered<Sight>> {
    const found = this.#asked('cancel', order, object);
    if (found.is !== 'captured') found.is = 'cancelled';
    return this.#answer(found);
  }

  async refund({ order, object }: KnownObject, { id, cents }: WantedRefund): Promise<Answered<RefundSight>> {
    const found = this.#asked('refund', order, object);
    if (this.refusesRefunds) throw new ProviderRefused('refund-refused');
    const known = this.#refunds.get(id);
    if (known === undefined) {
      this.#refunds.set(id, { object: `re_${id}`, cents });
      found.refundedCents += cents;
    }
    return { result: { object: `re_${id}`, is: 'done', reason: null }, request: null };
  }

  async lookRefund({ order }: KnownObject, object: string): Promise<Answered<RefundSight>> {
    this.#take('look-refund', order);
    const isReturned = [...this.#refunds.values()].some((refund) => refund.object === object && refund.isReturned);
    return { result: { object, is: isReturned ? 'failed' : 'done', reason: null }, request: null };
  }

  async buyerAction({ order, object }: KnownObject): Promise<BuyerAction | null> {
    const { is } = this.#asked('action', order, object);
    return is === 'action' ? { kind: 'stripe', clientSecret: `${object}_secret` } : null;
  }

  /** The body is the event as JSON; "forged" is forged. */
  async verifyWebhook(_header: unknown, body: Uint8Array): Promise<ProviderEvent | null> {
    if (this.isAway) throw new ProviderUnknown('connection');
    const text = Buffer.from(body).toString();
    return text === 'forged' ? null : (JSON.parse(text) as ProviderEvent);
  }

  async lookDispute(id: string): Promise<DisputeSight> {
    this.#take('look-dispute', id);
    const found = this.disputes.get(id);
    if (found === undefined) throw new ProviderRefused('no such dispute');
    return found;
  }

  async listSince(sinceMs: number, each: (found: ListedObject) => Promise<void>): Promise<number | null> {
    if (this.provider === 'paypal') return null;
    this.#take('list', '');
    const found = [...this.objects.values()].filter(({ createdMs }) => createdMs >= sinceMs);
    for (const object of found.sort((a, b) => b.createdMs - a.createdMs)) {
      const { order, amountCents, createdMs } = object;
      await each({ order, sight: sightOf(object), amountCents, createdMs });
    }
    return found.length;
  }

  #asked(what: string, order: string, object: string): ScriptedObject {
    this.#take(what, order);
    const found = this.objects.get(object);
    if (found === undefined) throw new ProviderRefused('no such object');
    return found;
  }

  #take(what: string, order: string): void {
    if (this.isAway) throw new ProviderUnknown('connection');
    this.asked.push(`${what} ${order}`.trimEnd());
  }

  #answer(object: ScriptedObject): Promise<Answered<Sight>> {
    return Promise.resolve({ result: sightOf(object), request: `req_${this.asked.length}` });
  }
}

function sightOf({ object, is, capturedCents, refundedCents }: ScriptedObject): Sight {
  const hasMoney = is === 'authorised' || is === 'captured';
  return {
    ...{ object, is, capturedCents, refundedCents, feeCents: is === 'captured' ? 200 : null },
    authorisation: hasMoney ? `auth_${object}` : null,
    capture: is === 'captured' ? `cap_${object}` : null,
    declineCode: is === 'declined' ? 'insufficient_funds' : null,
  };
}
