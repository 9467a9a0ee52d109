/**
 * What browsers are told about the shop's pages and files: where things may come from, and what pages may do.
 *
 * A script runs only with the nonce of its own answer, or when such a script brings it; text becomes code nowhere
 * (Trusted Types: Angular's own templates and the address of the service worker are the two exceptions, by name).
 *
 * Where a provider's script takes money, the page is a document of another kind, with a wider policy (payment-policy.ts): that
 * script needs frames and hosts of its own, and knows no Trusted Types. A policy is fixed when its document loads, so that going
 * between the two kinds is a load of the page.
 */
import { type PaymentScripts, paymentPermissions, paymentRules } from './payment-policy.ts';

/** For every file and page of ours. */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** A year: browsers come by HTTPS at once, even when a link says otherwise. Only where PUBLIC_URL says https. */
export const ONLY_HTTPS = { 'strict-transport-security': 'max-age=31536000' } as const;

/** What a page may ask of the device. The ticket keeps the screen on at the gate; paying may ask for a wallet. */
const permissions = (payment: string): string =>
  [
    'screen-wake-lock=(self)',
    ...['camera', 'microphone', 'geolocation', 'display-capture'].map((name) => `${name}=()`),
    `payment=(${payment})`,
    ...['usb', 'serial', 'midi'].map((name) => `${name}=()`),
  ].join(', ');

/**
 * For an HTML page whose scripts and styles carry `nonce`. It is asked for each time (its nonce is for one answer), but
 * not `no-store`: that would forbid the browser to keep the living page for its back button, seats chosen and all.
 * `scripts`: of the providers that take money on this page; null: none does.
 */
export function pageHeaders(nonce: string, scripts: PaymentScripts | null = null): Readonly<Record<string, string>> {
  const page = {
    ...FILE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-cache',
    'content-security-policy': contentSecurityPolicy(nonce, scripts),
    'permissions-policy': permissions(scripts === null ? '' : paymentPermissions(scripts)),
  };
  if (scripts === null) return { ...page, 'cross-origin-opener-policy': 'same-origin' };
  return {
    ...page,
    // PayPal's window says to this page what became of it.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    // The providers look from where they are asked; the address itself (an order's id) stays here.
    'referrer-policy': 'strict-origin',
  };
}

function contentSecurityPolicy(nonce: string, scripts: PaymentScripts | null): string {
  const more = scripts === null ? null : paymentRules(scripts);
  const and = (name: string, own: string): string => [`${name} ${own}`, ...(more?.sources[name] ?? [])].join(' ');
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    and('style-src', `'self' 'nonce-${nonce}'`),
    "font-src 'self'",
    // A poster lies wherever its distributor keeps it; an image can do no more than be seen.
    and('img-src', "'self' data: https:"),
    // The WebSocket to the own host belongs to 'self'.
    and('connect-src', "'self'"),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(more?.rules ?? ["require-trusted-types-for 'script'", 'trusted-types angular poltrona']),
  ].join('; ');
}

/** The service worker's own file: what it may load is ruled by the answer it came with. */
export const WORKER_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
};
