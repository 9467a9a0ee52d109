/** Which addresses are pages on which money is paid, and to whose scripts. Without a document: the service worker asks as well. */

/** The same as the server's, which a test compares. */
const PAYMENT_PAGES = [/^\/screenings\/[^/]+\/checkout$/, /^\/pay\/[^/]+$/];
const MEMBERSHIP_PAGES = [/^\/account\/club$/];

/** Each has a policy of its own: where a membership is paid there is no PayPal. */
export type PageKind = 'plain' | 'payment' | 'membership';

/** `address`: "/screenings/7/checkout?x#y" */
export function pageKindOf(address: string): PageKind {
  const path = address.split(/[?#]/)[0] ?? '';
  if (PAYMENT_PAGES.some((page) => page.test(path))) return 'payment';
  return MEMBERSHIP_PAGES.some((page) => page.test(path)) ? 'membership' : 'plain';
}
