/**
 * What the documents on which money is paid allow beyond the others: the providers' frames, their hosts, and nothing of a
 * provider that is off. Which sources a provider needs is told by its own pages:
 * Stripe: docs.stripe.com/security/guide (Content Security Policy); PayPal: developer.paypal.com/sdk/js/best-practices.
 *
 * Scripts need no source: ours, which has the nonce, brings theirs (strict-dynamic), and what theirs bring.
 */

/** Addresses of the providers' scripts for the browser; null: nobody pays with it here. */
export interface PaymentScripts {
  readonly stripe: string | null;
  readonly paypal: string | null;
}

interface Sources {
  readonly frames: readonly string[];
  readonly connections: readonly string[];
  readonly images: readonly string[];
  readonly styles: readonly string[];
}

const STRIPE: Sources = {
  // The last one: a bank's question.
  frames: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  connections: ['https://api.stripe.com'],
  images: [],
  styles: [],
};
const PAYPAL_HOSTS = ['https://*.paypal.com', 'https://*.paypalobjects.com'];
const PAYPAL: Sources = { frames: PAYPAL_HOSTS, connections: PAYPAL_HOSTS, images: [], styles: PAYPAL_HOSTS };

/** Whether a provider's script runs on the payment pages; else there is one kind of page only. */
export function hasScripts({ stripe, paypal }: PaymentScripts): boolean {
  return stripe !== null || paypal !== null;
}

/** Of these, what the pages need on which a membership is paid: the club is at Stripe, and at nobody else. */
export function membershipScripts({ stripe }: PaymentScripts): PaymentScripts {
  return { stripe, paypal: null };
}

/**
 * `sources`: what is added to a rule of the page's, by the rule's name; `rules`: whole ones, which stand in the place of Trusted
 * Types.
 */
export function paymentRules(scripts: PaymentScripts): {
  readonly sources: Readonly<Record<string, readonly string[]>>;
  readonly rules: readonly string[];
} {
  const all = [sourcesOf(scripts.stripe, STRIPE), sourcesOf(scripts.paypal, PAYPAL)].filter((one) => one !== null);
  const of = (name: keyof Sources): readonly string[] => [...new Set(all.flatMap((one) => one[name]))];
  const rules = [`frame-src ${of('frames').join(' ')}`];
  // PayPal's buttons are made of elements with a style of their own. A style can draw, and load nothing that is not allowed here.
  if (scripts.paypal !== null) rules.push("style-src-attr 'unsafe-inline'");
  return {
    sources: { 'style-src': of('styles'), 'img-src': of('images'), 'connect-src': of('connections') },
    rules,
  };
}

/** Who may ask the browser for a wallet on the payment pages, as `Permissions-Policy` writes it. */
export function paymentPermissions({ stripe, paypal }: PaymentScripts): string {
  const origins = [stripe, paypal].filter((url) => url !== null).map((url) => `"${new URL(url).origin}"`);
  return ['self', ...new Set(origins)].join(' ');
}

/** Of a script that is not the provider's own, everything comes from where the script does: a stand-in for tests. */
function sourcesOf(script: string | null, official: Sources): Sources | null {
  if (script === null) return null;
  const { origin, host } = new URL(script);
  if (/(^|\.)(stripe|paypal)\.com$/.test(host)) return official;
  return { frames: [origin], connections: [origin], images: [origin], styles: [origin] };
}
