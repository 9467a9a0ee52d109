/**
 * The card's fields: Stripe's, in a frame of Stripe's, so that no script of ours ever sees a number. What leaves them is a token,
 * which names the card to our server for some minutes and once.
 */
import { Injectable, inject, signal } from '@angular/core';
import type { StripeElements, StripePaymentElement } from '@stripe/stripe-js';
import { documentKind } from '../shell/document-kind.ts';
import { cardLooks, colourAt } from './card-looks.ts';
import { type CardProblem, cardProblemOf } from './card-problem.ts';
import { StripeScript } from './stripe-script.ts';
import type { MethodOf } from './way.ts';

/** document: this page came from the device's memory, with a policy under which nobody's script runs; it has to be loaded anew. */
export type CardFormState = 'closed' | 'loading' | 'ready' | 'missing' | 'document';

export interface CardFormWish {
  readonly method: MethodOf<'stripe'>;
  readonly amountCents: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly language: 'pt-BR' | 'en';
}

export type CardToken =
  | { readonly is: 'token'; readonly token: string }
  | { readonly is: 'problem'; readonly problem: CardProblem };

@Injectable()
export class CardForm {
  readonly state = signal<CardFormState>('closed');
  /** Of the last attempt to make a token, until something is typed or tried again. */
  readonly problem = signal<CardProblem | null>(null);
  readonly #scripts = inject(StripeScript);
  #elements: StripeElements | null = null;
  #element: StripePaymentElement | null = null;
  #wish: CardFormWish | null = null;
  #place: HTMLElement | null = null;
  /** Grows with every opening and closing: an earlier one that comes late is not wanted any more. */
  #turn = 0;

  /** Draws the fields into `place`, which is theirs alone. Never rejects: see `state`. */
  async open(place: HTMLElement, wish: CardFormWish): Promise<void> {
    this.close();
    const turn = this.#turn;
    if (documentKind() === 'plain') return this.state.set('document');
    this.state.set('loading');
    try {
      const stripe = await this.#scripts.open(wish.method);
      if (turn !== this.#turn) return;
      const elements = stripe.elements({
        mode: 'payment',
        amount: wish.amountCents,
        currency: wish.currency.toLowerCase(),
        captureMethod: 'manual',
        allowedPaymentMethodTypes: ['card'],
        locale: wish.language,
        loader: 'never',
        appearance: cardLooks(colourAt(place)),
      });
      const element = elements.create('payment', {
        layout: { type: 'tabs', defaultCollapsed: false },
        wallets: { link: 'never' },
        terms: { card: 'never' },
      });
      this.#elements = elements;
      this.#element = element;
      this.#wish = wish;
      this.#place = place;
      element.on('ready', () => turn === this.#turn && this.state.set('ready'));
      element.on('change', () => turn === this.#turn && this.problem.set(null));
      element.on('loaderror', () => turn === this.#turn && this.#failed());
      element.mount(place);
      // Of a frame whose page has another scheme than its place, browsers paint the ground white; in the dark it is to be ours.
      for (const frame of place.querySelectorAll('iframe')) frame.style.colorScheme = 'light';
    } catch {
      if (turn === this.#turn) this.#failed();
    }
  }

  /** The sum has changed, or the theme, or the language: what is typed stays. */
  follow(wish: Omit<CardFormWish, 'method'>): void {
    if (this.#elements === null || this.#place === null) return;
    const { amountCents: amount, language: locale } = wish;
    const appearance = cardLooks(colourAt(this.#place));
    // Stripe refuses a payment of nothing; then its fields are not shown either.
    this.#elements.update(amount > 0 ? { amount, locale, appearance } : { locale, appearance });
  }

  /** Checks the fields and makes a token of them. Never rejects. To be called by the click itself: a wallet opens only then. */
  async token(): Promise<CardToken> {
    this.problem.set(null);
    const made = await this.#made();
    if (made.is === 'problem') this.problem.set(made.problem);
    return made;
  }

  async #made(): Promise<CardToken> {
    const [elements, wish] = [this.#elements, this.#wish];
    if (elements === null || wish === null || this.state() !== 'ready')
      return { is: 'problem', problem: 'unreachable' };
    try {
      const { error: wrong } = await elements.submit();
      if (wrong !== undefined) return { is: 'problem', problem: cardProblemOf(wrong) };
      const stripe = await this.#scripts.open(wish.method);
      const { error, confirmationToken } = await stripe.createConfirmationToken({ elements });
      if (confirmationToken === undefined) return { is: 'problem', problem: cardProblemOf(error) };
      return { is: 'token', token: confirmationToken.id };
    } catch {
      return { is: 'problem', problem: 'unreachable' };
    }
  }

  focus(): void {
    this.#element?.focus();
  }

  close(): void {
    this.#turn++;
    this.#element?.destroy();
    this.#element = null;
    this.#elements = null;
    this.#place = null;
    this.problem.set(null);
    this.state.set('closed');
  }

  #failed(): void {
    this.close();
    this.state.set('missing');
  }
}
