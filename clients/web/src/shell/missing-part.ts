/**
 * A part of the shop that cannot be loaded, after a deployment: this page is of the build before, and whoever answers now has
 * only the new one's files (a browser whose service worker is there never sees this). The page is then loaded anew at the address
 * that was wanted, in the new build. Once in a while only: if that does not help, the error stays what it was.
 */
import type { NavigationError } from '@angular/router';

const KEY = 'poltrona.reloaded';
const AGAIN_AFTER_MS = 30_000;
/** What Chromium, Firefox and Safari say of a module that does not come. */
const MISSING = /dynamically imported module|Importing a module script failed/i;

/** For the router's `withNavigationErrorHandler`. */
export function reloadForMissingPart({ error, url }: NavigationError): void {
  // Without a network the address would lead to a worse page than this one.
  if (!navigator.onLine || !MISSING.test(String(error)) || !mayReload()) return;
  location.assign(url);
}

function mayReload(): boolean {
  try {
    const nowMs = Date.now();
    const lastMs = Number(sessionStorage.getItem(KEY) ?? 0);
    sessionStorage.setItem(KEY, String(nowMs));
    return nowMs - lastMs > AGAIN_AFTER_MS;
  } catch {
    // Storage is switched off: nothing would stop a circle.
    return false;
  }
}
