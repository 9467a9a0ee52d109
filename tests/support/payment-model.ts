/**
 * A model in which one order is paid: books with versions, seats with an actor, a provider that loses answers or hears late, a buyer
 * who does as he likes, and several drivers who carry out the machine's steps as the desk does, each of them interrupted anywhere.
 * What must never happen is asserted where it would happen; what must be true in the end is asked of the model when all is quiet.
 */
import assert from 'node:assert/strict';
import {
  aboutToAuthorise,
  inDoubt,
  type PaymentChange,
  refundSeen,
  seen,
} from '../../actors/payment/evolve-payment.ts';
import { askedKey, nextStep, type PaymentStep } from '../../actors/payment/next-step.ts';
import type { Payment, PaymentEnding, Refund, RefundSight, SeatsSide, Sight } from '../../actors/payment/payment.ts';
import type { Random } from '../simulation/random.ts';

export const PRICE = 1_000;
export const TICKETS = 2;

/** No answer: it was done, was not, or will be. */
const UNKNOWN = Symbol('unknown');
/** No. */
const REFUSED = Symbol('refused');
type Answer<Result> = Result | typeof UNKNOWN | typeof REFUSED;

interface SentBack {
  readonly cents: number;
  phase: 'pending' | 'done' | 'failed';
}

/** `isLax`: cancels only what is reserved, as PayPal does; an approved object can be reserved afterwards. */
export class ModelProvider {
  is: Sight['is'] | 'none' = 'none';
  capturedCents = 0;
  readonly sentBack = new Map<string, SentBack>();
  readonly isLax: boolean;

  constructor(isLax: boolean) {
    this.isLax = isLax;
  }

  get refundedCents(): number {
    let sum = 0;
    for (const { cents, phase } of this.sentBack.values()) if (phase !== 'failed') sum += cents;
    return sum;
  }

  sight(): Sight {
    const isReserved = this.is === 'authorised' || this.is === 'captured';
    return {
      ...{ object: 'object', is: this.is === 'none' ? 'open' : this.is, capturedCents: this.capturedCents },
      ...{ authorisation: isReserved ? 'auth' : null, capture: this.is === 'captured' ? 'capture' : null },
      ...{ declineCode: this.is === 'declined' ? 'no' : null, feeCents: null, refundedCents: this.refundedCents },
    };
  }
}

export class PaymentModel {
  readonly random: Random;
  readonly provider: ModelProvider;
  payment: Payment;
  seats: SeatsSide['is'] = 'paying';
  readonly voided = new Set<number>();
  /** Requests that were given up by whoever sent them, and arrive later. */
  readonly late: (() => void)[] = [];
  /** What was done, for whoever has to read a seed. */
  readonly told: string[] = [];
  hasFaults = true;

  constructor(random: Random, isLax: boolean) {
    this.random = random;
    this.provider = new ModelProvider(isLax);
    this.payment = {
      ...{ order: 'o', screening: 1, provider: isLax ? 'paypal' : 'stripe', phase: 'created', version: 1 },
      ...{ amountCents: PRICE * TICKETS, currency: 'BRL', seats: [0, 1], object: null, authorisation: null },
      ...{ capture: null, capturedCents: 0, tries: 1, isDoubtful: false, ending: null, declineCode: null },
      ...{ isDisputed: false, refunds: [] },
    };
  }

  seatsSide(): SeatsSide {
    if (this.seats !== 'sold') return { is: this.seats, soldCents: 0, voidedCents: 0 };
    return { is: 'sold', soldCents: PRICE * TICKETS, voidedCents: PRICE * this.voided.size };
  }

  /** What a buyer, a person at a desk or the clock does at any moment. */
  chance(): void {
    const { provider, random } = this;
    switch (random.below(8)) {
      case 0:
        if (provider.is === 'action') provider.is = random.pick(['authorised', 'declined', 'action']);
        else if (provider.is === 'open' && provider.isLax) provider.is = 'approved';
        break;
      case 1:
        this.late.splice(0, 1)[0]?.();
        break;
      case 2:
        if (this.seats === 'sold' && random.chance(0.5)) this.void(random.below(TICKETS));
        break;
      case 3:
        for (const back of provider.sentBack.values()) {
          if (back.phase === 'pending') back.phase = random.pick(['done', 'failed']);
        }
        break;
    }
  }

  /** The fact that voids a ticket wakes the books. */
  void(ticket: number): void {
    this.voided.add(ticket);
    this.payment = { ...this.payment, version: this.payment.version + 1 };
  }

  /** Compare and set; null: somebody was quicker. */
  write(before: Payment, change: PaymentChange & { refunds?: readonly Refund[] }): Payment | null {
    if (before.version !== this.payment.version) return null;
    this.payment = { ...before, ...change, version: before.version + 1 };
    const { refunds, capturedCents } = this.payment;
    const sent = refunds.reduce((sum, { phase, cents }) => (phase === 'failed' ? sum : sum + cents), 0);
    assert.ok(sent <= capturedCents, 'never more is sent back than was taken');
    return this.payment;
  }

  /** Asks the provider what a step wants of it. */
  perform(step: PaymentStep): Answer<Sight | RefundSight> {
    switch (step.do) {
      case 'create':
        return this.#ask(() => this.#create());
      case 'authorise':
        return this.#ask(() => this.#authorise());
      case 'capture':
        assert.equal(this.seats, 'sold', 'money is taken only when the seats are sold');
        return this.#ask(() => this.#capture());
      case 'cancel':
        if (this.payment.object === null) return { ...this.provider.sight(), is: 'cancelled' };
        return this.#ask(() => this.#cancel());
      case 'look':
        return this.#ask(() => this.provider.sight());
      case 'refund':
        return this.#ask(() => this.#refund(step.refund));
      case 'look-refund':
        return this.#ask(() => this.#refundSight(step.refund.id));
      default:
        return assert.fail(`${step.do} is nothing that a provider is asked`);
    }
  }

  /** One request, with what may become of it. */
  #ask<Result>(perform: () => Result | typeof REFUSED): Answer<Result> {
    const fault = this.hasFaults ? this.random.below(8) : 7;
    if (fault === 0) return UNKNOWN;
    if (fault === 1) {
      this.late.push(perform);
      return UNKNOWN;
    }
    const result = perform();
    return fault === 2 ? UNKNOWN : result;
  }

  #create(): Sight {
    const { provider } = this;
    if (provider.is === 'none') provider.is = provider.isLax ? 'open' : 'approved';
    return provider.sight();
  }

  #authorise(): Sight | typeof REFUSED {
    const { provider, random } = this;
    if (provider.is === 'cancelled' || provider.is === 'captured') return REFUSED;
    const action = provider.isLax ? 'authorised' : 'action';
    if (provider.is === 'approved')
      provider.is = random.pick(['authorised', 'authorised', 'authorised', 'declined', action]);
    return provider.sight();
  }

  #capture(): Sight | typeof REFUSED {
    const { provider } = this;
    if (provider.is !== 'authorised') return REFUSED;
    provider.is = 'captured';
    provider.capturedCents = PRICE * TICKETS;
    return provider.sight();
  }

  #cancel(): Sight {
    const { provider } = this;
    if (provider.is === 'captured') return provider.sight();
    if (!provider.isLax || provider.is === 'authorised') provider.is = 'cancelled';
    return { ...provider.sight(), is: 'cancelled' };
  }

  #refund({ id, cents }: Refund): RefundSight | typeof REFUSED {
    const { provider, random } = this;
    if (!provider.sentBack.has(id)) {
      if (provider.refundedCents + cents > provider.capturedCents) return REFUSED;
      provider.sentBack.set(id, { cents, phase: random.pick(['done', 'done', 'pending']) });
    }
    return this.#refundSight(id);
  }

  #refundSight(id: string): RefundSight {
    const back = this.provider.sentBack.get(id);
    assert.ok(back !== undefined, 'looked for before it was sent');
    return { object: `re-${id}`, is: back.phase, reason: null };
  }
}

/** Drives the order as the desk does; may be left at each `yield`, for a while or for ever. Returns the step that it ended with. */
export function* drive(model: PaymentModel, ending: PaymentEnding | null): Generator<string, PaymentStep> {
  const asked = new Set<string>();
  let hasLooked = false;
  for (let count = 0; ; count++) {
    assert.ok(count < 40, `a run ends: ${[...asked]}`);
    let payment = model.payment;
    const seats = model.seatsSide();
    yield 'loaded';
    const step = nextStep(payment, seats, hasLooked, { asked, ending });
    asked.add(askedKey(step));
    model.told.push(`${step.do} (${payment.phase} v${payment.version}, ${seats.is})`);
    switch (step.do) {
      case 'wait-for-buyer':
      case 'wait-for-provider':
      case 'report':
      case 'nothing':
        return step;
      case 'end':
        model.write(payment, { ending: step.ending });
        continue;
      case 'want-refund':
        model.write(payment, { refunds: [...payment.refunds, step.refund] });
        continue;
      case 'sell':
      case 'free':
      case 'void-tickets':
        askActor(model, step.do);
        yield 'the actor has answered';
        continue;
      case 'authorise': {
        const written = model.write(payment, aboutToAuthorise);
        if (written === null) {
          asked.delete('authorise');
          continue;
        }
        payment = written;
        yield 'about to authorise';
      }
    }
    const answer = model.perform(step);
    yield 'answered';
    if (answer === UNKNOWN) {
      if (!('refund' in step)) model.write(payment, inDoubt(payment));
      return { do: 'wait-for-provider' };
    }
    if (answer === REFUSED && 'refund' in step)
      into(model, payment, (now) => refunds(now, { ...step.refund, phase: 'failed' }));
    else if ('refund' in step) into(model, payment, (now) => refunds(now, step.refund, answer as RefundSight));
    else {
      hasLooked = true;
      const sight = answer === REFUSED ? model.provider.sight() : (answer as Sight);
      into(model, payment, (now) => seen(now, sight));
    }
  }
}

function askActor(model: PaymentModel, what: 'sell' | 'free' | 'void-tickets'): void {
  const { provider } = model;
  if (what === 'void-tickets') {
    for (let ticket = 0; ticket < TICKETS; ticket++) model.void(ticket);
  } else if (model.seats === 'paying' && what === 'sell') {
    const isPaid = provider.is === 'authorised' || provider.is === 'captured';
    assert.ok(isPaid, `seats are sold only when the money is reserved, not ${provider.is}`);
    model.seats = 'sold';
  } else if (model.seats === 'paying') {
    assert.ok(provider.isLax || provider.is !== 'authorised', 'seats go free only when nothing is reserved');
    model.seats = 'free';
  }
}

/** Into the books that the driver knows, or as they are by now, should somebody have been quicker. */
function into(
  model: PaymentModel,
  payment: Payment,
  change: (now: Payment) => Parameters<PaymentModel['write']>[1],
): void {
  if (model.write(payment, change(payment)) === null) model.write(model.payment, change(model.payment));
}

function refunds(payment: Payment, refund: Refund, sight: RefundSight | null = null): { refunds: readonly Refund[] } {
  const changed = (now: Refund): Refund => (sight === null ? refund : refundSeen(now, sight));
  return { refunds: payment.refunds.map((now) => (now.id === refund.id ? changed(now) : now)) };
}
