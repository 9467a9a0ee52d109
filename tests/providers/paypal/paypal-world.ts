/** What the parts of the stand-in share: its state, its webhooks, its tokens, and its own address for links. */
import type { PayPalState } from './paypal-state.ts';
import type { PayPalTokens } from './paypal-tokens.ts';
import type { PayPalWebhooks } from './paypal-webhooks.ts';
import type { Wire } from './paypal-wire-payments.ts';

export interface PayPalWorld extends Wire {
  readonly state: PayPalState;
  readonly webhooks: PayPalWebhooks;
  readonly tokens: PayPalTokens;
}
