/**
 * What browsers are told about the shop's pages and files: where things may come from, and what pages may do.
 *
 * A script runs only with the nonce of its own answer, or when such a script brings it; text becomes code nowhere
 * (Trusted Types: Angular's own templates and the address of the service worker are the two exceptions, by name).
 */

/** For every file and page of ours. */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** A year: browsers come by HTTPS at once, even when a link says otherwise. Only where PUBLIC_URL says https. */
export const ONLY_HTTPS = { 'strict-transport-security': 'max-age=31536000' } as const;

/** What a page may ask of the device. The ticket keeps the screen on at the gate; nothing else is needed. */
const PERMISSIONS = [
  'screen-wake-lock=(self)',
  ...['camera', 'microphone', 'geolocation', 'display-capture', 'payment', 'usb', 'serial', 'midi'].map(
    (name) => `${name}=()`,
  ),
].join(', ');

/**
 * For an HTML page whose scripts and styles carry `nonce`. It is asked for each time (its nonce is for one answer), but
 * not `no-store`: that would forbid the browser to keep the living page for its back button, seats chosen and all.
 */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    ...FILE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-cache',
    'content-security-policy': contentSecurityPolicy(nonce),
    'permissions-policy': PERMISSIONS,
    'cross-origin-opener-policy': 'same-origin',
  };
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    // A poster lies wherever its distributor keeps it; an image can do no more than be seen.
    "img-src 'self' data: https:",
    // The WebSocket to the own host belongs to 'self'.
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular poltrona',
  ].join('; ');
}

/** The service worker's own file: what it may load is ruled by the answer it came with. */
export const WORKER_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
};
