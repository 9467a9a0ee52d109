/** Stripe's script, and what it makes of the shop's public key: one for the page. */
import { Injectable, inject } from '@angular/core';
import type { Stripe, StripeConstructor } from '@stripe/stripe-js';
import { LanguageChoice } from '../words/language.ts';
import { ScriptMissing } from './load-once.ts';
import { ProviderScripts } from './provider-scripts.ts';
import type { MethodOf } from './way.ts';

@Injectable({ providedIn: 'root' })
export class StripeScript {
  readonly #scripts = inject(ProviderScripts);
  readonly #language = inject(LanguageChoice).language;
  #made: { readonly key: string; readonly stripe: Stripe } | null = null;

  /** @throws ScriptMissing */
  async open({ script, publishableKey }: MethodOf<'stripe'>): Promise<Stripe> {
    await this.#scripts.load(script);
    const { Stripe: make } = window as { Stripe?: StripeConstructor };
    if (make === undefined) throw new ScriptMissing(script);
    if (this.#made?.key !== publishableKey)
      this.#made = { key: publishableKey, stripe: make(publishableKey, { locale: this.#language() }) };
    return this.#made.stripe;
  }
}
