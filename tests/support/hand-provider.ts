/**
 * A payment provider in the test's hands, behind the port that the adapters implement: it remembers keys like a real one, loses answers
 * and says no as it is told, and waits at gates, so that a test can put calls into any order.
 */
import type { Provider, RefundSight, Sight } from '../../actors/payment/payment.ts';
import {
  type Answered,
  type BuyerAction,
  type KnownObject,
  type NewObject,
  type ProviderAdapter,
  ProviderRefused,
  ProviderUnknown,
  type WantedRefund,
} from '../../workers/payments/provider-port.ts';

export type HandStep = 'create' | 'authorise' | 'look' | 'capture' | 'cancel' | 'refund' | 'lookRefund';

export interface HandFault {
  readonly step: HandStep;
  /** before: nothing is done. after: it is done, and its answer is lost. */
  readonly when: 'before' | 'after';
  readonly error: Error;
}

interface Held {
  readonly order: string;
  is: Sight['is'];
  authorisation: string | null;
  capture: string | null;
  capturedCents: number;
  declineCode: string | null;
  readonly amountCents: number;
  /** By our id, or the test's for what was sent back at the provider's own desk. */
  readonly refunds: Map<string, { cents: number; is: RefundSight['is'] }>;
}

export class HandProvider implements ProviderAdapter {
  readonly provider: Provider = 'stripe';
  /** By the provider's id. */
  readonly objects = new Map<string, Held>();
  /** "step key", in the order in which they came. */
  readonly asked: string[] = [];
  /** Once each. */
  faults: HandFault[] = [];
  /** While it is down nothing is done. */
  isDown = false;
  /** Captures are thought over. */
  areCapturesPending = false;
  /** Refunds arrive days later. */
  areRefundsPending = false;
  /** Before a step is done, and after it was, before it is answered; the next one only. */
  readonly #before = new Map<HandStep, Promise<void>>();
  readonly #after = new Map<HandStep, Promise<void>>();
  readonly #answers = new Map<string, unknown>();
  #count = 0;

  /** The next `step` waits; call the result to let it go on. `when`: as of a fault. */
  gate(step: HandStep, when: 'before' | 'after'): () => void {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    (when === 'before' ? this.#before : this.#after).set(step, gate);
    return open;
  }

  loses(step: HandStep, when: 'before' | 'after', failure = 'connection'): void {
    this.faults.push({ step, when, error: new ProviderUnknown(failure) });
  }

  refuses(step: HandStep, code: string): void {
    this.faults.push({ step, when: 'before', error: new ProviderRefused(code) });
  }

  /** The one object of an order. */
  of(order: string): Held {
    const [held, ...more] = [...this.objects.values()].filter((object) => object.order === order);
    if (held === undefined || more.length > 0) throw new Error(`${more.length + (held ? 1 : 0)} objects of ${order}`);
    return held;
  }

  refundedCents(order: string): number {
    return [...this.of(order).refunds.values()].reduce(
      (sum, { cents, is }) => (is === 'failed' ? sum : sum + cents),
      0,
    );
  }

  /** How often a step was really asked for. */
  times(step: HandStep): number {
    return this.asked.filter((line) => line.startsWith(`${step} `)).length;
  }

  create(wanted: NewObject): Promise<Answered<Sight>> {
    return this.#do('create', wanted.key, () => {
      const id = `pi_${++this.#count}`;
      const { order, amountCents, hasToken } = wanted;
      const nothing = { authorisation: null, capture: null, capturedCents: 0, declineCode: null, refunds: new Map() };
      this.objects.set(id, { order, amountCents, is: hasToken ? 'approved' : 'action', ...nothing });
      return this.#sight(id);
    });
  }

  /** The token says how it ends: 'ok', 'declined', 'challenge', 'processing'. */
  authorise({ object }: KnownObject, token: string | null, _returnUrl: string, key: string): Promise<Answered<Sight>> {
    return this.#do('authorise', key, () => {
      const held = this.#held(object);
      if (held.is === 'cancelled') throw new ProviderRefused('unexpected_state');
      if (token === 'processing') held.is = 'processing';
      else if (token === 'challenge') held.is = 'action';
      else if (token === 'declined') [held.is, held.declineCode] = ['declined', 'card_declined'];
      else [held.is, held.authorisation] = ['authorised', `auth_${object}`];
      return this.#sight(object);
    });
  }

  look({ object }: KnownObject): Promise<Answered<Sight>> {
    return this.#do('look', null, () => this.#sight(object));
  }

  capture({ object }: KnownObject, key: string): Promise<Answered<Sight>> {
    return this.#do('capture', key, () => {
      const held = this.#held(object);
      if (held.is !== 'authorised') throw new ProviderRefused('unexpected_state');
      held.capture = `ch_${object}`;
      if (this.areCapturesPending) held.is = 'processing';
      else [held.is, held.capturedCents] = ['captured', held.amountCents];
      return this.#sight(object);
    });
  }

  cancel({ object }: KnownObject, key: string): Promise<Answered<Sight>> {
    return this.#do('cancel', key, () => {
      const held = this.#held(object);
      if (held.is !== 'captured') held.is = 'cancelled';
      return this.#sight(object);
    });
  }

  refund({ object }: KnownObject, { id, cents, isAgain, key }: WantedRefund): Promise<Answered<RefundSight>> {
    return this.#do('refund', key, () => {
      const held = this.#held(object);
      // As the adapters do: what may have been asked for is looked for first.
      if (isAgain && held.refunds.has(id)) return this.#refundSight(held, id);
      if (this.refundedCents(held.order) + cents > held.capturedCents) throw new ProviderRefused('too_much');
      // The provider tells refunds apart by their keys alone.
      const name = held.refunds.has(id) ? `${id} again` : id;
      held.refunds.set(name, { cents, is: this.areRefundsPending ? 'pending' : 'done' });
      return this.#refundSight(held, name);
    });
  }

  lookRefund({ object }: KnownObject, refund: string): Promise<Answered<RefundSight>> {
    return this.#do('lookRefund', null, () => this.#refundSight(this.#held(object), refund.slice('re_'.length)));
  }

  buyerAction({ object }: KnownObject): Promise<BuyerAction | null> {
    const isAsked = this.#held(object).is === 'action';
    return Promise.resolve(isAsked ? { kind: 'stripe', clientSecret: `${object}_secret` } : null);
  }

  // ---- what happens elsewhere ------------------------------------------------------------------------------------------

  /** The buyer does what his bank wants. */
  passes(order: string): void {
    const held = this.of(order);
    [held.is, held.authorisation] = ['authorised', 'auth_by_buyer'];
  }

  /** The reservation lapses, or is taken back. */
  lapses(order: string): void {
    this.of(order).is = 'cancelled';
  }

  /** Somebody sends money back at the provider's own desk. */
  sendsBack(order: string, cents: number): void {
    this.of(order).refunds.set(`desk-${++this.#count}`, { cents, is: 'done' });
  }

  async #do<Result>(step: HandStep, key: string | null, act: () => Result): Promise<Answered<Result>> {
    this.asked.push(`${step} ${key ?? '-'}`);
    await take(this.#before, step);
    if (this.isDown) throw new ProviderUnknown('connection');
    const at = this.faults.findIndex((fault) => fault.step === step);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    if (fault?.when === 'before') throw fault.error;
    const name = `${step} ${key}`;
    const known = key === null ? undefined : (this.#answers.get(name) as Result | undefined);
    const result = known ?? act();
    if (key !== null) this.#answers.set(name, result);
    await take(this.#after, step);
    if (fault?.when === 'after') throw fault.error;
    return { result, request: `req_${this.asked.length}` };
  }

  #held(object: string): Held {
    const held = this.objects.get(object);
    if (held === undefined) throw new ProviderRefused('resource_missing');
    return held;
  }

  #sight(object: string): Sight {
    const { is, authorisation, capture, capturedCents, declineCode, order } = this.#held(object);
    const isTaken = is === 'captured';
    return {
      ...{ object, is, authorisation, capture, capturedCents, declineCode },
      feeCents: isTaken ? 299 : null,
      refundedCents: isTaken ? this.refundedCents(order) : null,
    };
  }

  #refundSight(held: Held, id: string): RefundSight {
    const refund = held.refunds.get(id);
    if (refund === undefined) throw new ProviderRefused('resource_missing');
    return { object: `re_${id}`, is: refund.is, reason: refund.is === 'failed' ? 'lost_or_stolen_card' : null };
  }
}

async function take(gates: Map<HandStep, Promise<void>>, step: HandStep): Promise<void> {
  const gate = gates.get(step);
  gates.delete(step);
  await gate;
}
