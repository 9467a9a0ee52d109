/**
 * Where the focus goes when a page turns into something else without a navigation (a form gives way to what became of it) and what
 * had the focus is gone with it: to the h1, which says what it is now. A focus that is somewhere is left there.
 */
import { afterNextRender, ElementRef, effect, Injector, inject, type Signal, untracked } from '@angular/core';

/** `view`: what the page is at the moment, by a word. To be called where `inject` may be. */
export function useHeadingFocus(view: Signal<string>): void {
  const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  const injector = inject(Injector);
  let before: string | null = null;
  effect(() => {
    const now = view();
    const turned = before !== null && before !== 'loading' && before !== now;
    before = now;
    // After the first answer nothing is lost: the frame has the focus, or whoever came has gone on already.
    if (turned) untracked(() => afterNextRender(() => focusIfLost(host), { injector }));
  });
}

/** Of what is taken out of a page the focus falls to its body. */
function focusIfLost(host: HTMLElement): void {
  const focused = document.activeElement;
  if (focused !== null && focused !== document.body) return;
  host.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: 'instant' });
}
