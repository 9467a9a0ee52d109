/**
 * Between a page that takes money and one that does not, the browser loads the page anew (document-kind.ts). Nothing is lost by it:
 * the seats are the visitor's, a purchase is in the memory, what was typed is kept as for any reload.
 */
import { inject } from '@angular/core';
import { type CanActivateChildFn, Router } from '@angular/router';
import { documentKind, type Load, loadOf, needsOtherDocument } from './document-kind.ts';
import { Leaving } from './leaving.ts';

/** For all routes. */
export const inItsDocument: CanActivateChildFn = (_route, { url }) => {
  const navigation = inject(Router).currentNavigation();
  // The first page of a document is what the server has answered at this address, or what is kept for when it cannot: loaded once
  // more it would be the same.
  if (navigation === null || navigation.previousNavigation === null) return true;
  // Without a network a load would end in less than this page can still show.
  if (!needsOtherDocument(documentKind(), url) || !navigator.onLine) return true;
  const { trigger, extras } = navigation;
  const state = extras.state ?? {};
  const load = loadOf({ url, isTraversal: trigger !== 'imperative', replaces: extras.replaceUrl === true, state });
  return inject(Leaving)
    .tell(url)
    .then(() => loaded(load));
};

/** Answers only to who comes back to this very page, alive, by the back button: then it has not been left. */
function loaded(load: Load): Promise<boolean> {
  const comesBack = new Promise<boolean>((resolve) => {
    addEventListener('pageshow', () => resolve(false), { once: true });
  });
  switch (load.by) {
    case 'assign':
      location.assign(load.url);
      break;
    case 'push':
      history.pushState(load.state, '', load.url);
      location.reload();
      break;
    case 'replace':
      history.replaceState(load.state, '', load.url);
      location.reload();
      break;
    case 'reload':
      location.reload();
  }
  return comesBack;
}
