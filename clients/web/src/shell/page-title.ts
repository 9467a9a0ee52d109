/**
 * The title of the page that is shown, in the language of the moment. A page says it once, in its constructor:
 *
 *   usePageTitle(() => this.words().title);
 *
 * The frame moves the focus to the page's h1 after each navigation, so that a screen reader begins there; a page has its h1
 * from the first moment on, also while the rest of it is loading.
 */
import { effect } from '@angular/core';

const NAME = 'Poltrona';

/**
 * Sets the document's title, and again whenever a signal that `title` reads changes. Empty: only the name of the shop.
 * To be called where `inject` may be.
 */
export function usePageTitle(title: () => string): void {
  effect(() => {
    document.title = titleOf(title());
  });
}

/** "Meus ingressos · Poltrona" */
function titleOf(text: string): string {
  return text === '' ? NAME : `${text} · ${NAME}`;
}
