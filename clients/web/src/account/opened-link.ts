/**
 * A link with a secret behind its # that is followed while its page is open already: the address changes, the page stays. The
 * router hears of it as well and writes the whole address once more, so that the secret is taken out of it a second time then.
 */
import { DestroyRef, inject } from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';
import { takeFromAddress } from './address-token.ts';

/** Calls back with the secret each time, until the page is left. To be called where `inject` may be. */
export function whenLinkOpened(name: string, opened: (secret: string) => void): void {
  const look = (): void => {
    const secret = takeFromAddress(name);
    if (secret !== '') opened(secret);
  };
  const ended = inject(Router).events.subscribe((event) => {
    if (event instanceof NavigationEnd) look();
  });
  addEventListener('hashchange', look);
  inject(DestroyRef).onDestroy(() => {
    ended.unsubscribe();
    removeEventListener('hashchange', look);
  });
}
