/** What a person leaves behind in a tab besides tickets and the session, and how it goes with him. */

/** checkout/buyer-memory.ts: the address and the name of a guest. */
const BUYER = 'poltrona.buyer';
/** tickets/pending-access.ts: the access of links that were opened here. */
const ACCESS = 'poltrona.access.';

/** sessionStorage, as far as it is needed. */
export type LeftShelf = Pick<Storage, 'key' | 'length' | 'removeItem'>;

/** @param shelf looking at it may throw already, and so may each call: what can be taken away is. */
export function leaveDevice(shelf: () => LeftShelf): void {
  for (const key of [BUYER, ...accessKeys(shelf)]) {
    try {
      shelf().removeItem(key);
    } catch {
      // Storage is switched off: nothing was ever written there.
    }
  }
}

function accessKeys(shelf: () => LeftShelf): readonly string[] {
  try {
    const found = shelf();
    const keys = Array.from({ length: found.length }, (_, index) => found.key(index) ?? '');
    return keys.filter((key) => key.startsWith(ACCESS));
  } catch {
    return [];
  }
}

/** For what is done as well as it can be: resolves when it is done, has failed, or has taken this long. Never rejects. */
export function bestEffort(work: () => Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    void Promise.resolve().then(work).then(end, end);
  });
}
