/**
 * Payment intents: created, confirmed with a card, challenged, authorised, captured, cancelled, lapsed. Each function is one step
 * of Stripe's life of a payment and leaves the events that step leaves there. Money appears only at capture, with its fee.
 */
import type { Books } from './books.ts';
import { type Card, DECLINE_MESSAGES } from './cards.ts';
import { refused, StripeFailure } from './failure.ts';
import { expectAllowed, unexpectedState } from './intent-rules.ts';
import type { Charge, ConfirmationToken, PaymentIntent, PaymentMethod } from './kinds.ts';
import { chargeFee, newBalanceTransaction } from './money-shape.ts';
import { AUTHORISATION_SECONDS, newCharge, newConfirmationToken, newPaymentMethod } from './payment-shape.ts';

/** Told when an intent of an invoice is paid or not; the club's part. */
export interface IntentListener {
  onPaid(intent: PaymentIntent): void;
  onFailed(intent: PaymentIntent): void;
}

export class PaymentIntents {
  /** How the bank asks for 3-D Secure: within the page, where the confirmation allows that, or always on a page of its own. */
  challengeBy: 'overlay' | 'redirect' = 'overlay';
  listener: IntentListener | null = null;
  readonly #books: Books;
  readonly #baseUrl: () => string;
  /** The card behind each payment method: what a real Stripe keeps in its vault. */
  readonly #cards = new Map<string, Card>();
  readonly #cardsOfTokens = new Map<string, Card>();
  /** Authorised intents by the time they lapse, which is the order they were authorised in. */
  readonly #lapsing: { readonly id: string; readonly atSeconds: number }[] = [];

  constructor(books: Books, baseUrl: () => string) {
    this.#books = books;
    this.#baseUrl = baseUrl;
  }

  addMethod(card: Card): PaymentMethod {
    const method = this.#books.paymentMethods.add(newPaymentMethod(this.#books, card));
    this.#cards.set(method.id, card);
    return method;
  }

  /** A token for `card`, as the browser's frame gets one: single use, twelve hours. */
  newToken(id: string, card: Card): ConfirmationToken {
    this.#cardsOfTokens.set(id, card);
    return this.#books.confirmationTokens.add(newConfirmationToken(this.#books, id, card));
  }

  /** The method a token becomes when it is used; `card` where the token was a test's own word. */
  methodOfToken(tokenId: string, card: Card | null): PaymentMethod {
    const meant = card ?? this.#cardsOfTokens.get(tokenId);
    if (meant === undefined) throw new Error(`${tokenId} has no card`);
    this.#cardsOfTokens.delete(tokenId);
    return this.addMethod(meant);
  }

  /**
   * Confirms with `method`. Returns the intent authorised, paid, processing or asking for 3-D Secure.
   * `isInPage`: whoever confirms has Stripe.js to ask within the page (`use_stripe_sdk`).
   *
   * @throws StripeFailure 402 card_error when the card declines, 400 in a status that forbids it.
   */
  confirm(intent: PaymentIntent, method: PaymentMethod, returnUrl: string | null, isInPage = false): PaymentIntent {
    expectAllowed(intent, 'confirm');
    const card = this.#cardOf(method.id);
    intent.payment_method = method.id;
    intent.last_payment_error = null;
    intent.next_action = null;
    switch (card.conduct.kind) {
      case 'pays':
      case 'pays-disputed':
        return this.#authorise(intent, method, card);
      case 'declines':
        throw this.#decline(intent, method, card, card.conduct.code, card.conduct.declineCode);
      case 'processes':
        intent.status = 'processing';
        this.#books.emit('payment_intent.processing', intent);
        return intent;
      case 'challenges':
        intent.status = 'requires_action';
        intent.next_action = this.#challenge(intent, returnUrl, isInPage);
        this.#books.emit('payment_intent.requires_action', intent);
        return intent;
    }
  }

  /** The buyer passed the challenge. The bank may still decline; that is an event and a status, not an error of a call. */
  passChallenge(intent: PaymentIntent): PaymentIntent {
    if (intent.status !== 'requires_action' || intent.payment_method === null) throw unexpectedState(intent, 'confirm');
    const method = this.#books.paymentMethods.get(intent.payment_method);
    const card = this.#cardOf(method.id);
    intent.next_action = null;
    if (card.conduct.kind === 'challenges' && card.conduct.afterwards !== 'pays')
      this.#decline(intent, method, card, 'card_declined', card.conduct.afterwards);
    else this.#authorise(intent, method, card);
    return intent;
  }

  failChallenge(intent: PaymentIntent): PaymentIntent {
    if (intent.status !== 'requires_action') throw unexpectedState(intent, 'confirm');
    this.#fail(intent, {
      code: 'payment_intent_authentication_failure',
      message:
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
      payment_method: this.#shownMethod(intent),
      type: 'invalid_request_error',
    });
    return intent;
  }

  /** Where the buyer goes back to from a bank's page of its own; null while there is none. */
  returnUrlOf(intentId: string): string | null {
    const action = this.#books.paymentIntents.find(intentId)?.next_action;
    const redirect = action?.['redirect_to_url'] as { return_url: string | null } | undefined;
    return redirect?.return_url ?? null;
  }

  /** What was `processing` comes to its end. */
  settleProcessing(intent: PaymentIntent, outcome: 'declines' | 'pays'): PaymentIntent {
    if (intent.status !== 'processing' || intent.payment_method === null) throw unexpectedState(intent, 'confirm');
    const method = this.#books.paymentMethods.get(intent.payment_method);
    if (outcome === 'pays') this.#authorise(intent, method, this.#cardOf(method.id));
    else this.#decline(intent, method, this.#cardOf(method.id), 'card_declined', 'generic_decline');
    return intent;
  }

  /** @throws StripeFailure 400 unless authorised, or when `amount` (cents) is more than that. */
  capture(intent: PaymentIntent, amount: number | null): PaymentIntent {
    expectAllowed(intent, 'capture');
    const captured = amount ?? intent.amount_capturable;
    if (captured > intent.amount_capturable)
      throw refused(
        'amount_too_large',
        `The amount to capture (${captured}) is greater than the amount that can be captured (${intent.amount_capturable}).`,
        { param: 'amount_to_capture' },
      );
    return this.#collect(intent, this.#chargeOf(intent), captured);
  }

  /** @throws StripeFailure 400 in a status that forbids it. */
  cancel(intent: PaymentIntent, reason: string | null): PaymentIntent {
    expectAllowed(intent, 'cancel');
    return this.#end(intent, reason, 'charge.refunded');
  }

  /** Declines whatever the card says: a renewal that a test wants to fail. */
  decline(intent: PaymentIntent, method: PaymentMethod, declineCode: string): void {
    expectAllowed(intent, 'confirm');
    this.#decline(intent, method, this.#cardOf(method.id), 'card_declined', declineCode);
  }

  /** The authorisation lapses by itself, as after 7 days. */
  lapse(intent: PaymentIntent): PaymentIntent {
    expectAllowed(intent, 'capture');
    return this.#end(intent, 'automatic', 'charge.expired');
  }

  /** Lapses what the clock has overtaken; cheap, so it is done at every request. */
  lapseDue(): void {
    while (this.#lapsing[0] !== undefined && this.#lapsing[0].atSeconds <= this.#books.now()) {
      const intent = this.#books.paymentIntents.find(this.#lapsing[0].id);
      this.#lapsing.shift();
      if (intent?.status === 'requires_capture') this.lapse(intent);
    }
  }

  #authorise(intent: PaymentIntent, method: PaymentMethod, card: Card): PaymentIntent {
    const charge = this.#books.charges.add(newCharge(this.#books, intent, method, card, null));
    intent.latest_charge = charge.id;
    if (intent.capture_method !== 'manual') return this.#collect(intent, charge, intent.amount);
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    this.#lapsing.push({ id: intent.id, atSeconds: this.#books.now() + AUTHORISATION_SECONDS });
    this.#books.emit('payment_intent.amount_capturable_updated', intent);
    return intent;
  }

  #collect(intent: PaymentIntent, charge: Charge, amount: number): PaymentIntent {
    charge.captured = true;
    charge.amount_captured = amount;
    charge.balance_transaction = newBalanceTransaction(this.#books, {
      amount,
      fee: chargeFee(amount),
      currency: charge.currency,
      source: charge.id,
      type: 'charge',
      category: 'charge',
    }).id;
    intent.status = 'succeeded';
    intent.amount_capturable = 0;
    intent.amount_received = amount;
    this.#books.emit('payment_intent.succeeded', intent);
    this.listener?.onPaid(intent);
    return intent;
  }

  #end(intent: PaymentIntent, reason: string | null, chargeEvent: string): PaymentIntent {
    const charge = intent.status === 'requires_capture' ? this.#chargeOf(intent) : null;
    intent.status = 'canceled';
    intent.amount_capturable = 0;
    intent.next_action = null;
    intent.canceled_at = this.#books.now();
    intent.cancellation_reason = reason;
    if (charge !== null) {
      // Stripe tells an authorisation that was given back as a refunded charge, though no money ever moved: a trap kept here.
      charge.refunded = true;
      charge.amount_refunded = charge.amount;
      this.#books.emit(chargeEvent, charge);
    }
    this.#books.emit('payment_intent.canceled', intent);
    return intent;
  }

  #decline(intent: PaymentIntent, method: PaymentMethod, card: Card, code: string, declineCode: string): StripeFailure {
    const message = DECLINE_MESSAGES[declineCode] ?? 'Your card was declined.';
    const charge = this.#books.charges.add(
      newCharge(this.#books, intent, method, card, { code, declineCode, message }),
    );
    intent.latest_charge = charge.id;
    const failure = { charge: charge.id, code, decline_code: declineCode, message, payment_method: { ...method } };
    this.#fail(intent, { ...failure, type: 'card_error' });
    return new StripeFailure(402, { type: 'card_error', ...failure, payment_intent: { ...intent } }, true);
  }

  #fail(intent: PaymentIntent, error: Readonly<Record<string, unknown>>): void {
    intent.status = 'requires_payment_method';
    intent.payment_method = null;
    intent.next_action = null;
    intent.last_payment_error = { ...error, doc_url: `https://stripe.com/docs/error-codes/${String(error['code'])}` };
    this.#books.emit('payment_intent.payment_failed', intent);
    this.listener?.onFailed(intent);
  }

  #challenge(intent: PaymentIntent, returnUrl: string | null, isInPage: boolean): PaymentIntent['next_action'] {
    const page = `${this.#baseUrl()}/challenge/${intent.id}?payment_intent_client_secret=${intent.client_secret}`;
    if (this.challengeBy === 'redirect' || !isInPage)
      return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: `${page}&by=redirect` } };
    return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page, source: '' } };
  }

  #shownMethod(intent: PaymentIntent): PaymentMethod | undefined {
    return intent.payment_method === null ? undefined : this.#books.paymentMethods.find(intent.payment_method);
  }

  #chargeOf(intent: PaymentIntent): Charge {
    return this.#books.charges.get(intent.latest_charge ?? '');
  }

  #cardOf(methodId: string): Card {
    const card = this.#cards.get(methodId);
    if (card === undefined) throw new Error(`${methodId} has no card`);
    return card;
  }
}
