/**
 * The access that came with a link, until the order itself has come: a link that is opened without a network, and reloaded with
 * one, still opens. It lasts as long as the tab, and is kept with the order from then on.
 */

const PREFIX = 'poltrona.access.';

export function pendingAccess(order: string): string {
  try {
    return sessionStorage.getItem(PREFIX + order) ?? '';
  } catch {
    return '';
  }
}

/** @param access null: it is not needed any more. */
export function keepPendingAccess(order: string, access: string | null): void {
  try {
    if (access === null) sessionStorage.removeItem(PREFIX + order);
    else sessionStorage.setItem(PREFIX + order, access);
  } catch {
    // Storage is switched off: the link has to be opened again.
  }
}
