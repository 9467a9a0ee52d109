/** PayPal's script: asked for once, in the language of that moment. */
import { CSP_NONCE, Injectable, inject } from '@angular/core';
import type { PayPalNamespace } from '@paypal/paypal-js';
import { LanguageChoice } from '../words/language.ts';
import { ScriptMissing } from './load-once.ts';
import { ProviderScripts } from './provider-scripts.ts';
import { type MethodOf, payPalAddress } from './way.ts';

@Injectable({ providedIn: 'root' })
export class PayPalScript {
  readonly #scripts = inject(ProviderScripts);
  readonly #language = inject(LanguageChoice).language;
  /** Its buttons draw themselves with styles of their own, which need the page's nonce. */
  readonly #nonce = inject(CSP_NONCE, { optional: true }) ?? '';
  #address: string | null = null;

  /** @throws ScriptMissing */
  async open(method: MethodOf<'paypal'>): Promise<Required<Pick<PayPalNamespace, 'Buttons'>>> {
    // Two of them on one page would be in each other's way: the first language stays.
    this.#address ??= payPalAddress(method, this.#language());
    await this.#scripts.load(this.#address, { 'data-csp-nonce': this.#nonce });
    const { paypal } = window as { paypal?: PayPalNamespace | null };
    const Buttons = paypal?.Buttons;
    if (Buttons === undefined) throw new ScriptMissing(method.script);
    return { Buttons };
  }
}
