/**
 * A provider's own page (a bank's, or PayPal's where its window could not be opened) sends the buyer back to the order's address. If
 * this browser has begun the purchase, it goes on where it was begun.
 */
import { shelfOfTheBrowser } from './memory-shelf.ts';
import { keyOf } from './purchase-memory.ts';

/** `search`: of the address, "?payment_intent=…" or "?token=…". */
export function comesFromProvider(search: string): boolean {
  const query = new URLSearchParams(search);
  return query.has('payment_intent') || query.has('token');
}

/**
 * Whether a provider has just sent the buyer here. Says it once: what stands in the address is a secret of the payment's, and is taken
 * out of it.
 */
export function takeWayBack(page: Pick<Window, 'location' | 'history'> = window): boolean {
  const { location, history } = page;
  if (!comesFromProvider(location.search)) return false;
  history.replaceState(history.state, '', location.pathname);
  return true;
}

/**
 * Where a purchase goes on that is shown at its order's address. here: a phone pays there for a kiosk, and has its `access`. Without one the
 * session opened it: the buyer's own browser, in which nobody stands before a kiosk, however the payment stands.
 */
export function wayOn(access: string, isBegun: boolean): 'here' | 'checkout' | 'order' {
  if (access !== '') return 'here';
  return isBegun ? 'checkout' : 'order';
}

/** A purchase of this screening is kept in this browser. */
export function isBegunHere(screening: number): boolean {
  try {
    return shelfOfTheBrowser().getItem(keyOf(screening)) !== null;
  } catch {
    return false;
  }
}
