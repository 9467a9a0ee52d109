/**
 * The card of a monthly payment: Stripe's fields in a frame of Stripe's, for a bill that stands already (elsewhere in the shop there is
 * none yet, and the fields make a token: payment/card-form.ts). Stripe keeps the card for the months that follow.
 */
import { Injectable, inject, signal } from '@angular/core';
import type { StripeElements, StripePaymentElement } from '@stripe/stripe-js';
import { cardLooks, colourAt } from '../payment/card-looks.ts';
import { StripeScript } from '../payment/stripe-script.ts';
import type { MethodOf } from '../payment/way.ts';
import { documentKind } from '../shell/document-kind.ts';
import { confirmedAs } from './club-problem.ts';
import type { Confirmed } from './club-visit.ts';

/** document: this page came from the device's memory, with a policy under which nobody's script runs; it has to be loaded anew. */
export type ClubCardState = 'closed' | 'loading' | 'ready' | 'missing' | 'document';

export interface ClubCardWish {
  readonly method: MethodOf<'stripe'>;
  readonly clientSecret: string;
  readonly language: 'pt-BR' | 'en';
}

@Injectable()
export class ClubCard {
  readonly state = signal<ClubCardState>('closed');
  readonly #scripts = inject(StripeScript);
  #elements: StripeElements | null = null;
  #element: StripePaymentElement | null = null;
  #method: MethodOf<'stripe'> | null = null;
  #place: HTMLElement | null = null;
  /** Grows with every opening and closing: an earlier one that comes late is not wanted any more. */
  #turn = 0;

  /** Draws the fields into `place`, which is theirs alone. Never rejects: see `state`. */
  async open(place: HTMLElement, { method, clientSecret, language }: ClubCardWish): Promise<void> {
    this.close();
    const turn = this.#turn;
    if (documentKind() === 'plain') return this.state.set('document');
    this.state.set('loading');
    try {
      const stripe = await this.#scripts.open(method);
      if (turn !== this.#turn) return;
      const elements = stripe.elements({
        clientSecret,
        locale: language,
        loader: 'never',
        appearance: cardLooks(colourAt(place)),
      });
      const element = elements.create('payment', {
        layout: { type: 'tabs', defaultCollapsed: false },
        wallets: { link: 'never' },
        // What the card is kept for is said in words of ours, beside the sum.
        terms: { card: 'never' },
      });
      this.#elements = elements;
      this.#element = element;
      this.#method = method;
      this.#place = place;
      element.on('ready', () => turn === this.#turn && this.state.set('ready'));
      element.on('loaderror', () => turn === this.#turn && this.#failed());
      element.mount(place);
      // As at the checkout: in the dark a frame of another scheme than its place has a white ground.
      for (const frame of place.querySelectorAll('iframe')) frame.style.colorScheme = 'light';
    } catch {
      if (turn === this.#turn) this.#failed();
    }
  }

  /** The theme has changed, or the language: what is typed stays. */
  follow(locale: 'pt-BR' | 'en'): void {
    if (this.#elements === null || this.#place === null) return;
    this.#elements.update({ locale, appearance: cardLooks(colourAt(this.#place)) });
  }

  /**
   * Pays the bill with this card, the bank's question in a window over the page, or on the bank's own page, which leads back to
   * `returnUrl`: then this never resolves. It never rejects.
   */
  async confirm(returnUrl: string): Promise<Confirmed> {
    const [elements, method] = [this.#elements, this.#method];
    if (elements === null || method === null || this.state() !== 'ready') return 'unknown';
    try {
      const stripe = await this.#scripts.open(method);
      const confirmParams = { return_url: returnUrl };
      return confirmedAs(await stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' }));
    } catch {
      return 'unknown';
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
    this.state.set('closed');
  }

  #failed(): void {
    this.close();
    this.state.set('missing');
  }
}
